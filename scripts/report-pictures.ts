import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

// Takes the pictures of the README of a real run's report, in Chromium.

const OUT = 'docs';
const wanted = [
  ...['landscape.jpg', 'праздник 海 🎉.jpg', 'album/lake.webp', 'album/phone-portrait.mov'],
  ...['long-64s-high.mp4', 'cover.mp3', 'refused/truncated.jpg', 'refused/photo.jpg'],
];

const cwd = mkdtempSync(path.join(tmpdir(), 'statuscast-pictures-'));
try {
  for (const [at, name] of wanted.entries()) {
    cpSync(
      path.join('fixtures', name),
      path.join(cwd, 'holiday', `${at + 1}-${path.basename(name)}`),
    );
  }
  const words = ['send', 'holiday', '--sandbox', '--gap', '0.5', '--long', 'split'];
  const argv = [path.resolve('dist/cli.js'), ...words, '--caption', 'Three days by the sea'];
  try {
    execFileSync(process.execPath, argv, { cwd, stdio: 'ignore' });
  } catch {
    // One file is there to go wrong.
  }
  mkdirSync(OUT, { recursive: true });
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const [name, width, height, colorScheme] of [
    ['report-desktop', 1280, 1000, 'light'],
    ['report-phone', 390, 1000, 'dark'],
  ] as const) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(`file://${path.join(cwd, '.statuscast/report.html')}`);
    const png = await page.screenshot();
    await sharp(png)
      .webp({ quality: 85 })
      .toFile(path.join(OUT, `${name}.webp`));
  }
  await browser.close();
} finally {
  rmSync(cwd, { recursive: true, force: true });
}
