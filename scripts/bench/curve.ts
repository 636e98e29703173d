// What x264's presets and CRFs make of real clips: `npm run bench:curve` encodes two seconds each of
// three of ../shared/corpus, enlarged to 1280×720, with each, and writes docs/curve.json, of which
// `npm run readme` makes the table that README.md shows. Seconds are those of one thread, the median
// of three turns, with the check of what came out.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findFfmpeg } from '../../src/ffmpeg/find-ffmpeg.js';
import { inspect } from '../../src/inspect/inspect.js';
import { normalize } from '../../src/normalize/normalize.js';
import { plan } from '../../src/plan/plan.js';
import { createSettings } from '../../src/resolve-settings.js';
import type { Settings } from '../../src/settings.js';
import type { Point } from './curve-table.js';
import { median } from './measure.js';
import { makeSource, measureSsim, TIMEOUT_MS } from './pictures.js';

const CLIPS = ['pig.mp4', 'crystal.webm', 'elf.mp4'] as const;
const SECONDS = 6;
const TURNS = 3;
const PRESETS = ['ultrafast', 'veryfast', 'faster', 'fast', 'medium', 'slow'] as const;
const CRFS = [20, 23, 26] as const;

const ffmpeg = await findFfmpeg();
const folder = await mkdtemp(path.join(tmpdir(), 'statuscast-curve-'));
try {
  const source = path.join(folder, 'source.mp4');
  await makeSource(ffmpeg, CLIPS, SECONDS, source);
  const all = CRFS.flatMap((videoCrf) =>
    PRESETS.map((videoPreset) => createSettings({ videoCrf, videoPreset })),
  );
  const seconds = all.map((): number[] => []);
  const points: Point[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [index, settings] of all.entries()) {
      // oxlint-disable-next-line no-await-in-loop
      const made = await encode(source, settings);
      seconds[index]?.push(made.seconds);
      const ssim = points[index]?.ssim ?? (await measureSsim(ffmpeg, made.path, source));
      const { videoPreset: preset, videoCrf: crf } = settings;
      const { bytes } = made;
      points[index] = { preset, crf, bytes, seconds: median(seconds[index] ?? []), ssim };
      console.log(JSON.stringify(points[index]));
    }
  }
  await writeFile('docs/curve.json', `${JSON.stringify({ seconds: SECONDS, points }, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function encode(source: string, settings: Settings) {
  const media = await inspect(ffmpeg, source);
  if (media.type !== 'video') throw new Error(`the source is ${media.type}`);
  const decided = plan(media, 'source.mp4', settings);
  if (decided.action === 'refuse' || decided.kind !== 'video') throw new Error('it is refused');
  const began = performance.now();
  const { output } = await normalize(
    ffmpeg,
    {
      path: source,
      name: 'source.mp4',
      media,
      plan: decided,
      outputStem: path.join(folder, 'made'),
    },
    settings,
    { timeoutMs: TIMEOUT_MS, threads: 1 },
  );
  return { ...output, seconds: (performance.now() - began) / 1000 };
}
