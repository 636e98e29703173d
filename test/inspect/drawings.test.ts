import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/inspect/inspect.js';
import { sniff } from '../../src/inspect/sniff.js';
import { ffmpeg, normalizeFile } from '../support/normalize-file.js';
import { distance, readPixels } from '../support/pixels.js';
import { openServer } from '../support/scripted-server.js';
import { tempFolder } from '../support/temp-folder.js';

const RED = [255, 0, 0] as const;
const WHITE = [255, 255, 255] as const;

/** White, and red in the middle. */
function drawing(attributes: string, more = ''): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${more}
    <rect width="90" height="160" fill="#fff"/><rect x="30" y="60" width="30" height="40" fill="#f00"/>
  </svg>`;
}

const SIZED = 'width="90" height="160"';

async function inspectDrawing(bytes: string | Buffer) {
  const path = join(await tempFolder(), 'drawing');
  await writeFile(path, bytes);
  return inspect(ffmpeg, path);
}

/** The pixels of the status that is made of a drawing. */
async function renderDrawing(bytes: string | Buffer, folder?: string) {
  const own = folder ?? (await tempFolder());
  const source = join(own, 'drawing.svg');
  await writeFile(source, bytes);
  const { output } = await normalizeFile(source, join(own, 'made'));
  return { output, pixels: await readPixels(output.path) };
}

const swapBytes = (bytes: Buffer) => Buffer.from(bytes).swap16();
const LONG_PROLOG = `<!DOCTYPE svg [${'<!-- <html> in a remark -->'.repeat(40)}
  <!ENTITY space "http://www.w3.org/2000/svg">]>${`<!-- ${'x'.repeat(90)} -->\n`.repeat(60)}`;

describe('a drawing is known by its root element, however it is stored, and drawn', () => {
  it.each([
    ['with a declaration', `<?xml version="1.0"?>\n${drawing(SIZED)}`],
    ['behind a byte order mark', `\ufeff<?xml version="1.0"?>${drawing(SIZED)}`],
    ['in UTF-16 of little ends', Buffer.from(`\ufeff${drawing(SIZED)}`, 'utf16le')],
    ['in UTF-16 of big ends', swapBytes(Buffer.from(`\ufeff${drawing(SIZED)}`, 'utf16le'))],
    ['with gzip around it', gzipSync(drawing(SIZED))],
    ['behind a prolog of 6000 bytes', LONG_PROLOG + drawing(SIZED)],
    [
      'in an encoding of its own',
      Buffer.from(
        `<?xml version="1.0" encoding="ISO-8859-1"?>${drawing(SIZED, '<desc>caf\xe9</desc>')}`,
        'latin1',
      ),
    ],
    [
      'with a prefix',
      '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="90" height="160"><s:rect width="90" height="160" fill="#fff"/><s:rect x="30" y="60" width="30" height="40" fill="#f00"/></s:svg>',
    ],
  ] as const)('%s', async (_, bytes) => {
    const { output, pixels } = await renderDrawing(bytes);
    expect([output.width, output.height]).toEqual([1080, 1920]);
    expect(distance(pixels.at(0.5, 0.5), RED)).toBeLessThan(12);
    expect(distance(pixels.at(0.1, 0.1), WHITE)).toBeLessThan(12);
  });

  it.each([
    ['a page with a drawing in it', '<!DOCTYPE html><html><svg width="1" height="1"/></html>'],
    ['words about <svg >', 'See <svg > for more'],
    ['other XML', '<?xml version="1.0"?><feed><svg/></feed>'],
  ] as const)('but not %s', async (_, text) => {
    await expect(inspectDrawing(text)).resolves.toMatchObject({ type: 'not-media' });
  });
});

describe('a drawing is rendered so large that it fills a status without enlarged pixels', () => {
  it.each([
    ['width="9" height="16" viewBox="0 0 90 160"', 1080, 1920],
    ['viewBox="0 0 90 160"', 1080, 1920],
    ['width="100%" height="100%" viewBox="0 0 90 160"', 1080, 1920],
    ['width="90mm" height="160mm"', 1080, 1920],
    ['width="9000" height="16000" viewBox="0 0 90 160"', 1080, 1920],
    ['width="2" height="2" viewBox="0 0 90 90"', 1920, 1920],
    ['width="2in" height="50mm"', 1951, 1920],
    ['width="320" height="80"', 7680, 1920],
  ] as const)('%s', async (attributes, width, height) => {
    const seen = await inspectDrawing(drawing(attributes));
    if (seen.type !== 'image') throw new Error(JSON.stringify(seen));
    expect(seen).toMatchObject({ label: 'SVG', decoder: { type: 'librsvg' } });
    expect(Math.abs(seen.image.width - width)).toBeLessThanOrEqual(4);
    expect(Math.abs(seen.image.height - height)).toBeLessThanOrEqual(4);
  });

  it('and a very long one not larger than a photograph may be', async () => {
    const seen = await inspectDrawing(drawing('width="10000" height="10"'));
    if (seen.type !== 'image') throw new Error(JSON.stringify(seen));
    expect(seen.image.width * seen.image.height).toBeLessThanOrEqual(50_000_000);
  });

  it('so that its edges are sharp', async () => {
    const { pixels } = await renderDrawing(drawing('width="9" height="16" viewBox="0 0 90 160"'));
    // The edge is at a third of 1080 pixels: no more than a few are neither red nor white.
    const between = Array.from({ length: 41 }, (_, at) => pixels.at((340 + at) / 1080, 0.5)).filter(
      (colour) => distance(colour, RED) > 40 && distance(colour, WHITE) > 40,
    );
    expect(between.length).toBeLessThanOrEqual(2);
  });
});

describe('a drawing opens nothing', () => {
  it('no file beside it or anywhere, and no address', async ({ onTestFinished }) => {
    const folder = await tempFolder();
    const canary = await sharp({
      create: { width: 90, height: 160, channels: 3, background: '#00f' },
    })
      .png()
      .toBuffer();
    await writeFile(join(folder, 'canary.png'), canary);
    await writeFile(join(folder, 'canary.css'), 'rect { fill: #00f !important }');
    await writeFile(
      join(folder, 'canary.svg'),
      '<svg xmlns="http://www.w3.org/2000/svg"><rect id="r" width="90" height="160" fill="#00f"/></svg>',
    );
    const server = await openServer({ onTestFinished }, (_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' }).end(canary);
    });
    const places = ['', './', `${folder}/`, `file://${folder}/`, `${server.url}/`];
    const links = places.flatMap((place) => [
      `<image href="${place}canary.png" width="90" height="160"/>`,
      `<image xlink:href="${place}canary.png" width="90" height="160"/>`,
      `<use href="${place}canary.svg#r"/>`,
      `<xi:include href="${place}canary.svg"/>`,
      `<style>@import url("${place}canary.css");</style>`,
      `<rect width="90" height="160" style="fill: url(${place}canary.svg#r) none"/>`,
    ]);
    const text = `<?xml version="1.0"?>
<?xml-stylesheet href="canary.css" type="text/css"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:xi="http://www.w3.org/2001/XInclude" ${SIZED}>
  <rect width="90" height="160" fill="#fff"/>${links.join('\n')}</svg>`;
    const { pixels } = await renderDrawing(text, folder);
    for (const y of [0.1, 0.5, 0.9]) expect(distance(pixels.at(0.5, y), WHITE)).toBeLessThan(12);
    expect(server.connections()).toBe(0);
  });

  it('named as an entity: that is refused', async ({ onTestFinished }) => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'canary'), '<rect width="90" height="160" fill="#00f"/>');
    const server = await openServer({ onTestFinished }, (_request, response) => {
      response.writeHead(200).end('<rect/>');
    });
    for (const place of [`file://${folder}/canary`, 'canary', `${server.url}/canary`]) {
      const text = `<!DOCTYPE svg [<!ENTITY e SYSTEM "${place}">]>${drawing(SIZED).replace('</svg>', '&e;</svg>')}`;
      const path = join(folder, 'drawing.svg');
      await writeFile(path, text);
      await expect(inspect(ffmpeg, path)).resolves.toMatchObject({
        type: 'unusable',
        error: { code: 'undecodable', why: expect.stringMatching(/Entity 'e' not defined/) },
      });
    }
    expect(server.connections()).toBe(0);
  });

  it('while a picture that it holds itself is drawn', async () => {
    const blue = await sharp({ create: { width: 9, height: 16, channels: 3, background: '#00f' } })
      .png()
      .toBuffer();
    const href = `data:image/png;base64,${blue.toString('base64')}`;
    const text = `<svg xmlns="http://www.w3.org/2000/svg" ${SIZED}><image href="${href}" width="90" height="160"/></svg>`;
    const { pixels } = await renderDrawing(text);
    expect(distance(pixels.at(0.5, 0.5), [0, 0, 255])).toBeLessThan(12);
  });
});

describe('a drawing that cannot be drawn', () => {
  it.each([
    ['that ends too early', drawing(SIZED).slice(0, 100)],
    ['of no size', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['of entities that multiply', billionLaughs()],
  ] as const)('%s is refused in words', async (_, text) => {
    const seen = await inspectDrawing(text);
    expect(seen).toMatchObject({ type: 'unusable', error: { code: 'undecodable' } });
    if (seen.type !== 'unusable' || seen.error.code !== 'undecodable') return;
    expect(seen.error.why).toMatch(/^SVG, but \w+/);
  });

  it('in time is stopped at the deadline, and leaves nothing', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'slow.svg');
    await writeFile(path, slowDrawing());
    const begun = performance.now();
    const scratch = join(folder, 'scratch');
    await expect(inspect(ffmpeg, path, { timeoutMs: 2500, scratch })).rejects.toMatchObject({
      code: 'program-timeout',
    });
    expect(performance.now() - begun).toBeLessThan(10_000);
    await expect(readdir(scratch)).resolves.toEqual([]);
  });
});

it('what is zipped and no drawing is not media', async () => {
  const path = join(await tempFolder(), 'a.svgz');
  await writeFile(path, gzipSync('Dear diary'));
  await expect(sniff(path)).resolves.toMatchObject({ type: 'not-media' });
  await writeFile(path, (await readFile(path)).subarray(0, 12));
  await expect(sniff(path)).resolves.toMatchObject({ type: 'not-media' });
});

function billionLaughs(): string {
  const entities = Array.from({ length: 10 }, (_, level) => {
    const inner = level === 0 ? 'ha' : `&l${level - 1};`.repeat(10);
    return `<!ENTITY l${level} "${inner}">`;
  });
  return `<!DOCTYPE svg [${entities.join('')}]>${drawing(SIZED, '<desc>&l9;</desc>')}`;
}

/** Blurs over the whole area, one over the other. */
function slowDrawing(): string {
  const blur =
    '<filter id="f"><feGaussianBlur stdDeviation="30"/><feTurbulence numOctaves="200"/></filter>';
  const layers = '<rect width="90" height="160" filter="url(#f)"/>'.repeat(500);
  return `<svg xmlns="http://www.w3.org/2000/svg" ${SIZED}>${blur}${layers}</svg>`;
}
