import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import axe from 'axe-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { tmpdir } from 'node:os';
import { openBrowser, openPage, whyNoBrowser } from '../support/browser.js';
import { ROOT, runCli } from '../support/run-cli.js';

if (whyNoBrowser !== null) console.log(`skipped: no test in a browser (${whyNoBrowser})`);

const FILES: Readonly<Record<string, string>> = {
  '1-landscape.jpg': 'landscape.jpg',
  '2-clip.mp4': 'anamorphic.mp4',
  '3-song.mp3': 'conforming.mp3',
  '4-<b>name & "so".png': 'grey.png',
  'صورة.jpg': 'conforming.jpg',
  [`${'long-name-'.repeat(18)}.png`]: 'tiny-20x30.png',
  'cut.jpg': 'refused/truncated.jpg',
  'copy.jpg': 'landscape.jpg',
};

const PHONE = '#0b0d0c';

/** The colours of a picture at a fifth, half and four fifths of its height, in its middle. */
async function coloursDown(picture: Buffer): Promise<readonly string[]> {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  return [0.2, 0.5, 0.8].map((share) => {
    const [x, y] = [info.width >> 1, Math.floor(info.height * share)];
    const at = (y * info.width + x) * info.channels;
    return `#${data.subarray(at, at + 3).toString('hex')}`;
  });
}

describe.skipIf(whyNoBrowser !== null)('the page of a run in Chromium', () => {
  let cwd = '';
  let file = '';
  let browser: ReturnType<typeof openBrowser>;
  beforeAll(async () => {
    cwd = await mkdtemp(path.join(tmpdir(), 'statuscast-report-'));
    await mkdir(path.join(cwd, 'album'));
    for (const [name, fixture] of Object.entries(FILES)) {
      await copyFile(path.join(ROOT, 'fixtures', fixture), path.join(cwd, 'album', name));
    }
    const caption = 'Greetings <script>alert(1)</script>\nsecond line';
    const args = ['send', 'album', '--sandbox', '--gap', '0', '--caption', caption];
    await runCli([...args, '--uploads-per-second', '0'], { cwd });
    file = path.join(cwd, '.statuscast/report.html');
    browser = openBrowser();
    return async () => {
      await (await browser).close();
      await rm(cwd, { recursive: true, force: true });
    };
  });

  test.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
    [320, 'light'],
  ] as const)(
    '%i pixels wide, %s: it fits, asks for nothing, and axe finds nothing serious',
    async (width, scheme) => {
      const { page, complaints, requests } = await openPage(await browser, file, { width, scheme });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('6 statuses posted');
      expect(await page.locator('svg.picture').count()).toBeGreaterThan(8);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
      // The policy lets no script in: axe is run beside the page, not by it.
      const session = await page.context().newCDPSession(page);
      await session.send('Page.setBypassCSP', { enabled: true });
      await page.reload();
      await page.addScriptTag({ content: axe.source });
      const found = z
        .array(
          z.object({
            id: z.string(),
            impact: z.string().nullable(),
            nodes: z.array(z.object({ html: z.string() })),
          }),
        )
        .parse(await page.evaluate('axe.run().then(({ violations }) => violations)'));
      expect(found.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual(
        [],
      );
    },
  );

  test('problems come first, and names are names', async () => {
    const { page } = await openPage(await browser, file, { width: 1280, scheme: 'light' });
    const names = await page.getByRole('heading', { level: 3 }).allTextContents();
    expect(names[0]).toBe('cut.jpg');
    expect(names).toContain('4-<b>name & "so".png');
    expect(await page.locator('h3 b').count()).toBe(0);
    expect(await page.evaluate("document.querySelector('details').open")).toBe(false);
    const [first = ''] = await page.locator('.status .caption').allTextContents();
    expect(first).toBe('Greetings <script>alert(1)</script>\nsecond line');
  });

  test('the crop is drawn where the plan has it', async () => {
    const { page } = await openPage(await browser, file, { width: 1280, scheme: 'light' });
    const kept = page.locator('.entry').filter({ hasText: '1-landscape.jpg' }).locator('.kept');
    const [crop, picture] = [await kept.boundingBox(), await kept.locator('..').boundingBox()];
    // 640×480 keeps 270×480 of it.
    expect((crop?.width ?? 0) / (picture?.width ?? 1)).toBeCloseTo(270 / 640, 1);
    expect((crop?.height ?? 0) / (picture?.height ?? 1)).toBeCloseTo(1, 1);
  });

  test('the viewer plays, pauses, steps by button, key and touch, and ends at the last', async () => {
    const { page, complaints } = await openPage(await browser, file, {
      width: 1280,
      scheme: 'light',
    });
    const place = page.locator('#place');
    const full = `Number(document.querySelector('#bars i').style.getPropertyValue('--full'))`;
    const bar = async () => z.number().parse(await page.evaluate(full));
    expect(await place.textContent()).toBe('1 of 6');
    expect(await bar()).toBe(0);
    // It is a part of a file that stands in the page where its source is shown.
    expect(await page.locator('#stage use').count()).toBe(1);
    expect(await coloursDown(await page.locator('#stage').screenshot())).not.toContain(PHONE);
    await page.getByRole('button', { name: 'Play' }).click();
    await expect.poll(bar).toBeGreaterThan(0.05);
    await page.getByRole('button', { name: 'Pause' }).click();
    const stopped = await bar();
    await page.waitForTimeout(300);
    expect(await bar()).toBe(stopped);
    await page.getByRole('button', { name: 'Next status' }).click();
    expect(await place.textContent()).toBe('2 of 6');
    expect(await page.locator('#what').textContent()).toBe('2-clip.mp4');
    // A clip of 2 s is over by then, having moved.
    const view = () => page.locator('#stage > svg > svg').getAttribute('viewBox');
    const firstFrame = await view();
    // Its frames are square, one below the other, and no other is seen above or below the first.
    const [above, middle, below] = await coloursDown(await page.locator('#stage').screenshot());
    expect([above, below]).toEqual([PHONE, PHONE]);
    expect(middle).not.toBe(PHONE);
    await page.locator('#phone').focus();
    await page.keyboard.press(' ');
    await expect.poll(view).not.toBe(firstFrame);
    await expect.poll(() => place.textContent(), { timeout: 5000 }).toBe('3 of 6');
    await page.keyboard.press(' ');
    expect(await page.locator('#stage .voice').count()).toBe(1);
    await page.keyboard.press('ArrowLeft');
    expect(await place.textContent()).toBe('2 of 6');
    await page.locator('#stage').click({ position: { x: 250, y: 300 } });
    expect(await place.textContent()).toBe('3 of 6');
    for (let times = 0; times < 9; times++) await page.keyboard.press('ArrowRight');
    expect(await place.textContent()).toBe('6 of 6');
    expect(complaints).toEqual([]);
  });

  test('a long caption is read with the wheel, and where it stands goes on as well', async () => {
    const { page } = await openPage(await browser, file, { width: 1280, scheme: 'light' });
    const under = page.locator('#under');
    const ask = (what: string) => page.evaluate(`document.querySelector('#under').${what}`);
    await ask('textContent = "line\\n".repeat(60)');
    const scrolled = async () => z.number().parse(await ask('scrollTop'));
    await under.hover();
    await page.mouse.wheel(0, 200);
    await expect.poll(scrolled).toBeGreaterThan(100);
    await under.click();
    expect(await page.locator('#place').textContent()).toBe('2 of 6');
    expect(await scrolled()).toBe(0);
  });

  test('without scripts all can be read, and nothing that needs them is shown', async () => {
    const { page } = await openPage(await browser, file, {
      width: 390,
      scheme: 'light',
      javaScript: false,
    });
    expect(await page.locator('#viewer').isVisible()).toBe(false);
    expect(await page.getByText('Cannot decode').first().isVisible()).toBe(true);
    expect(await page.locator('.entry').count()).toBe(7);
  });
});
