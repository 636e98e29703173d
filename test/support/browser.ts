import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Why nothing can be looked at in a browser here; null where it can. */
export const whyNoBrowser = existsSync(CHROMIUM) ? null : `there is no ${CHROMIUM}`;

export interface Look {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
  readonly javaScript?: boolean;
}

export interface Seen {
  readonly page: Page;
  /** What the console got, and what was thrown. */
  readonly complaints: readonly string[];
  /** Whatever was asked for beside the file itself and what is inside it. */
  readonly requests: readonly string[];
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** Opens a file in a page that is closed when the test ends. */
export async function openPage(browser: Browser, file: string, look: Look): Promise<Seen> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 850 },
    colorScheme: look.scheme,
    javaScriptEnabled: look.javaScript ?? true,
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  const url = `file://${file}`;
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) requests.push(request.url());
  });
  await page.goto(url);
  return { page, complaints, requests };
}
