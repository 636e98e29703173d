import { existsSync } from 'node:fs';
import { createSettings } from '../../src/resolve-settings.js';
import { contest, of } from './contest.js';
import {
  against,
  megabytes,
  mostWithinASecond,
  rateOf,
  ratio,
  tenfold,
  type Measured,
} from './figures.js';
import * as inputs from './inputs.js';
import { measure } from './measure.js';
import { recordJobs } from './record-jobs.js';
import {
  emptyFolder,
  prepare,
  prepareInto,
  rival,
  send,
  WITHOUT_RATE,
  withSandbox,
} from './setting-up.js';

export type Sizes = ReturnType<typeof inputs.sizesAt>;

export interface Workload {
  readonly what: string;
  readonly measure: (sizes: Sizes, turns: number) => Promise<Measured>;
}

const HAS_SHELL = ['/usr/bin/ffmpeg', '/usr/bin/convert'].every((program) => existsSync(program));

/** All of them, in the order of the table. */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
  mixed: {
    what: 'clips of 1080p, photographs of 12 megapixels and WAVs',
    measure: async (sizes, turns) => {
      const folder = await inputs.mixed(sizes);
      const scores = await contest(
        [prepare('statuscast', folder), ...(await rivals(folder))],
        turns,
      );
      return { scores, figures: against(scores, { hand: 1.05, naive: 0.3 }) };
    },
  },
  photographs: {
    what: 'photographs of 12 megapixels',
    measure: async ({ photographs }, turns) => {
      const folder = await inputs.photographs(photographs);
      const scores = await contest(
        [prepare('statuscast', folder), ...(await rivals(folder))],
        turns,
      );
      return { scores, figures: against(scores, { hand: 1.05, naive: null }) };
    },
  },
  conforming: {
    what: 'clips of half a minute that are kept as they are',
    measure: async ({ conforming }, turns) => {
      const folder = await conformingClips(conforming);
      // One frame a second less, and all of them have to be encoded.
      const jobs = await recordJobs(folder, { videoMaxFrameRate: 29 });
      const encode = rival('encoding by hand', 'by-hand.js', jobs);
      const scores = await contest([prepare('statuscast', folder), encode], turns);
      const value = of(scores, 'statuscast') / of(scores, 'encoding by hand');
      return { scores, figures: [ratio('keeping / encoding by hand', value, 0.03)] };
    },
  },
  long: {
    what: 'half an hour beside one minute of the same video',
    measure: async ({ longMinutes }, turns) => {
      const [short, long] = [await inputs.longVideo(1), await inputs.longVideo(longMinutes)];
      const scores = await contest(
        [prepare('a minute', short), prepare('half an hour', long)],
        turns,
      );
      const value = of(scores, 'half an hour') / of(scores, 'a minute');
      return { scores, figures: [ratio('half an hour / a minute', value, 1.05)] };
    },
  },
  'small-prepare': {
    what: 'ten times as many small images, prepared',
    measure: async ({ small }, turns) => {
      const [few, many] = [await inputs.smallImages(small), await inputs.smallImages(10 * small)];
      return tenfold(await contest([prepare('few', few), prepare('many', many)], turns));
    },
  },
  'small-send': {
    what: 'ten times as many small images, sent to the sandbox without a rate',
    measure: ({ small }, turns) =>
      withSandbox({ limitRates: false }, async (sandbox) => {
        const [few, many] = [await inputs.smallImages(small), await inputs.smallImages(10 * small)];
        const flags = WITHOUT_RATE;
        return tenfold(
          await contest(
            [send('few', few, sandbox, { flags }), send('many', many, sandbox, { flags })],
            turns,
          ),
        );
      }),
  },
  again: {
    what: 'a second run over small images that are posted',
    measure: ({ small }, turns) =>
      withSandbox({ limitRates: false }, async (sandbox) => {
        const folder = await inputs.smallImages(10 * small);
        await emptyFolder('kept-state');
        const again = send('statuscast', folder, sandbox, { isKept: true, flags: WITHOUT_RATE });
        await measure(again.argv, again.env);
        const scores = await contest([again, rival('hashing', 'hash-all.js', folder)], turns);
        const value = of(scores, 'statuscast') / of(scores, 'hashing');
        return { scores, figures: [ratio('second run / hashing', value, 1.5)] };
      }),
  },
  uploads: {
    what: 'four files of 100 MB uploaded at once',
    measure: ({ uploadMegabytes, conforming }, turns) =>
      withSandbox({ limitRates: false }, async (sandbox) => {
        const [source = ''] = await inputs.list(await conformingClips(conforming));
        const flags = [...WITHOUT_RATE, '--upload-concurrency', '4', '--video-max-bytes', '1e8'];
        const scores = await contest(
          await Promise.all(
            [20, uploadMegabytes].map(async (size) => {
              const folder = await inputs.paddedVideos(source, 4, size);
              return send(size === uploadMegabytes ? 'large' : 'small', folder, sandbox, { flags });
            }),
          ),
          turns,
        );
        const growth = of(scores, 'large', 'peakMegabytes') - of(scores, 'small', 'peakMegabytes');
        return { scores, figures: [megabytes('memory beside files of 20 MB', growth, 80)] };
      }),
  },
  rate: {
    what: 'small images sent at five a second',
    measure: ({ paced }, turns) =>
      withSandbox({}, async (sandbox) => {
        const folder = await inputs.smallImages(paced);
        const flags = ['--sends-per-second', '5', '--uploads-per-second', '0', '--gap', '0'];
        const scores = await contest([send('statuscast', folder, sandbox, { flags })], turns);
        const starts = sandbox.statuses().map(({ acceptedAt }) => acceptedAt);
        const each = Array.from({ length: turns }, (_, turn) =>
          starts.slice(turn * paced, (turn + 1) * paced),
        );
        const slowest = Math.min(...each.map((of1) => rateOf(of1)));
        const most = Math.max(...each.map((of1) => mostWithinASecond(of1)));
        return {
          scores,
          figures: [
            {
              what: 'sends a second',
              value: slowest,
              unit: '/s',
              target: { is: 'at least', value: 4.9 },
            },
            {
              what: 'most in any second',
              value: most,
              unit: '/s',
              target: { is: 'at most', value: 5 },
            },
          ],
        };
      }),
  },
  waiting: {
    what: 'clips encoded while each upload takes 2 s',
    measure: ({ clips }, turns) =>
      withSandbox(
        { limitRates: false, faults: [{ name: 'slow', method: 'uploadFile', delayMs: 2000 }] },
        async (sandbox) => {
          const folder = await inputs.clipsOfHalfAMinute(clips);
          const scores = await contest(
            [
              send('sending', folder, sandbox, { flags: WITHOUT_RATE }),
              prepare('encoding alone', folder),
            ],
            turns,
          );
          const value = of(scores, 'sending') / of(scores, 'encoding alone');
          return { scores, figures: [ratio('sending / encoding alone', value, 1.1)] };
        },
      ),
  },
};

function conformingClips(count: number): Promise<string> {
  return inputs.inputFolder(`conforming-${count}`, async (folder) => {
    await measure(prepareInto(await inputs.clipsOfHalfAMinute(count), folder));
  });
}

/** By hand, naive, and in a shell where the system has what that takes. */
async function rivals(folder: string) {
  const { imageQuality } = createSettings();
  const jobs = await recordJobs(folder, { imageQuality });
  if (!HAS_SHELL) console.log('without the shell: /usr/bin/ffmpeg or /usr/bin/convert is not here');
  return [
    rival('by hand', 'by-hand.js', jobs),
    rival('naive', 'naive.js', folder),
    ...(HAS_SHELL ? [rival('shell', 'shell.sh', folder)] : []),
  ];
}
