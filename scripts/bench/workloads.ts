import { existsSync } from 'node:fs';
import { createSettings } from '../../src/resolve-settings.js';
import { contest, type Contestant } from './contest.js';
import { against, growth, pace, ratio, type Measured } from './figures.js';
import * as inputs from './inputs.js';
import { measure } from './measure.js';
import { copyJobs, recordJobs } from './record-jobs.js';
import { emptyFolder, prepare, rival, send, WITHOUT_RATE, withSandbox } from './setting-up.js';

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
      const scores = await besideRivals(await inputs.mixed(sizes), turns);
      return { scores, figures: against(scores, { 'by hand': 1.05, naive: 0.3 }) };
    },
  },
  photographs: {
    what: 'photographs of 12 megapixels',
    measure: async ({ photographs }, turns) => {
      const scores = await besideRivals(await inputs.photographs(photographs), turns);
      return { scores, figures: against(scores, { 'by hand': 1.05 }) };
    },
  },
  heic: {
    what: 'HEIC photographs of 12 megapixels',
    measure: async ({ heics }, turns) => {
      const folder = await inputs.heics(heics);
      const naive = rival('naive', 'naive.js', folder);
      const scores = await contest([prepare('statuscast', folder), naive], turns);
      return { scores, figures: against(scores, {}) };
    },
  },
  conforming: {
    what: 'clips of a minute that are kept as they are',
    measure: async ({ conforming }, turns) => {
      const folder = await inputs.conformingClips(conforming);
      // One frame a second less, and all of them have to be encoded.
      const jobs = await recordJobs(folder, { videoMaxFrameRate: 29 });
      const [encoding, copying] = ['encoding them by hand', 'copying them by hand'] as const;
      const others = [
        rival(encoding, 'by-hand.js', jobs),
        rival(copying, 'by-hand.js', await copyJobs(folder)),
      ];
      const scores = await contest([prepare('statuscast', folder), ...others], turns);
      const figures = [
        ratio(scores, ['statuscast', encoding], 0.03),
        ratio(scores, ['statuscast', copying], null),
      ];
      return { scores, figures };
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
      return { scores, figures: [ratio(scores, ['half an hour', 'a minute'], 1.05)] };
    },
  },
  'small-prepare': {
    what: 'small images, prepared',
    measure: ({ small }, turns) => tenfold(small, turns, prepare),
  },
  'small-send': {
    what: 'small images, sent to the sandbox without a rate',
    measure: ({ small }, turns) =>
      withSandbox({ limitRates: false }, (sandbox) => {
        const flags = WITHOUT_RATE;
        return tenfold(small, turns, (name, folder) => send(name, folder, sandbox, { flags }));
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
        const scores = await contest([again, rival('hashing them', 'hash-all.js', folder)], turns);
        return { scores, figures: [ratio(scores, ['statuscast', 'hashing them'], 1.5)] };
      }),
  },
  uploads: {
    what: 'four files uploaded at once',
    measure: ({ conforming }, turns) =>
      withSandbox({ limitRates: false }, async (sandbox) => {
        const [source = ''] = await inputs.list(await inputs.conformingClips(conforming));
        const flags = [...WITHOUT_RATE, '--upload-concurrency', '4', '--video-max-bytes', '1e8'];
        const [few, many] = ['of 10 MB', 'of 100 MB'] as const;
        const of = async (name: string, size: number) =>
          send(name, await inputs.paddedVideos(source, 4, size), sandbox, { flags });
        const scores = await contest([await of(few, 10), await of(many, 100)], turns);
        return { scores, figures: [growth(scores, [many, few], 80)] };
      }),
  },
  rate: {
    what: 'small images sent at five a second',
    measure: ({ paced }, turns) =>
      withSandbox({ limitRates: true }, async (sandbox) => {
        const folder = await inputs.smallImages(paced);
        const flags = ['--sends-per-second', '5', '--uploads-per-second', '0', '--gap', '0'];
        const scores = await contest([send('statuscast', folder, sandbox, { flags })], turns);
        const startsMs = sandbox.statuses().map(({ acceptedAt }) => acceptedAt);
        const counted = startsMs.slice(-turns * paced);
        const figures = pace(
          Array.from({ length: turns }, (_, turn) =>
            counted.slice(turn * paced, (turn + 1) * paced),
          ),
        );
        return { scores, figures };
      }),
  },
  waiting: {
    what: 'clips encoded while each upload takes 2 s',
    measure: ({ clips }, turns) =>
      withSandbox(
        { limitRates: false, faults: [{ name: 'slow', method: 'uploadFile', delayMs: 2000 }] },
        async (sandbox) => {
          const folder = await inputs.clipsOf(30, clips);
          const sending = send('sending', folder, sandbox, { flags: WITHOUT_RATE });
          const scores = await contest([sending, prepare('encoding alone', folder)], turns);
          return { scores, figures: [ratio(scores, ['sending', 'encoding alone'], 1.1)] };
        },
      ),
  },
};

async function besideRivals(folder: string, turns: number) {
  return contest([prepare('statuscast', folder), ...(await rivals(folder))], turns);
}

/** So many small images, and ten times as many. */
async function tenfold(
  count: number,
  turns: number,
  work: (name: string, folder: string) => Contestant,
): Promise<Measured> {
  const [few, many] = [`${count} of them`, `${10 * count} of them`] as const;
  const scores = await contest(
    [work(few, await inputs.smallImages(count)), work(many, await inputs.smallImages(10 * count))],
    turns,
  );
  return {
    scores,
    figures: [ratio(scores, [many, few], 10.5), growth(scores, [many, few], 30)],
  };
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
