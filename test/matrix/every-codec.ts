import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { messageOf } from '../../src/errors.js';
import { isListedCodec } from '../../src/ffmpeg/codecs.js';
import { lavfi } from '../support/make-media.js';
import { normalizeFile } from '../support/normalize-file.js';
import { bundledFfmpeg, runForBytes } from '../support/programs.js';
import {
  eachOf,
  listContainers,
  makeEveryCodec,
  succeeds,
  type Container,
  type MadeCodec,
} from '../support/what-ffmpeg-makes.js';
import { expectKept } from './expect-kept.js';

type Type = 'V' | 'A';

const INPUTS: Readonly<Record<Type, readonly string[]>> = {
  V: lavfi('testsrc=s=128x96:r=25:d=0.2'),
  A: lavfi('sine=d=0.3'),
};

/** A machine that is busy with other things takes minutes for the largest. */
const TIMEOUT_MS = 900_000;

/** What became of all codecs in one container, by name. */
interface Tally {
  readonly kept: string[];
  readonly refusedByMuxer: string[];
  /** Written, but the program that wrote it finds no frame in it. */
  readonly unreadable: string[];
  /** Of those that are never decoded, because nobody needs them. */
  readonly unlisted: string[];
  /** It can be read, and no status was made of it. */
  readonly lost: string[];
}

/**
 * Makes a test of each container that brings every codec of a type through all stages. What the
 * muxer takes and what can be read is asked of the program that makes the sources.
 */
export async function testEveryCodec(type: Type): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'statuscast-matrix-'));
  const { containers, others } = await listContainers();
  const { made, others: notMade } = await makeEveryCodec(type, INPUTS[type], folder);
  const tallies = new Map<string, Tally>();

  it.each(containers.filter(({ takes }) => takes.includes(type)))(
    'every codec that $muxer takes comes out as a status',
    { timeout: TIMEOUT_MS },
    async (container) => {
      const tally: Tally = {
        ...{ kept: [], refusedByMuxer: [], unreadable: [], unlisted: [], lost: [] },
      };
      tallies.set(container.muxer, tally);
      const { only, kinOf } = container;
      const ofKin = kinOf === null ? undefined : tallies.get(kinOf)?.kept;
      const codecs = made.filter(
        ({ codec }) => (only ?? codec) === codec && (ofKin?.includes(codec) ?? true),
      );
      await eachOf(codecs, (codec) => bringThrough(type, codec, container, folder, tally));
      expect(tally.lost).toEqual([]);
    },
  );

  it('and these are not none', () => {
    expect(made.length).toBeGreaterThan(30);
    expect([...tallies.values()].flatMap(({ kept }) => kept).length).toBeGreaterThan(100);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    console.log(report(tallies, notMade, others));
  });
}

/** Muxers whose streams start anywhere: what a decoder has to know is repeated before key frames. */
const IN_BAND = new Set(['mpegts', 'mpeg', 'vob', 'dvd', 'vcd', 'svcd']);

/** Muxers that write codecs which nobody can tell from the file: that is asked first. */
const TAKES_ANYTHING = new Set(['mpegts', 'mpeg', 'rm', 'voc']);

async function bringThrough(
  type: Type,
  { codec, path }: MadeCodec,
  { muxer }: Container,
  folder: string,
  tally: Tally,
): Promise<void> {
  const source = join(folder, `${muxer}-${codec}`);
  const output = join(folder, `made-${muxer}-${codec}`);
  const copy = ['-i', `file:${path}`, '-c', 'copy', '-strict', '-2', '-f', muxer];
  const inBand = IN_BAND.has(muxer) && type === 'V' ? ['-bsf:v', 'dump_extra'] : [];
  if (!(await succeeds([...copy, ...inBand, `file:${source}`]))) {
    tally.refusedByMuxer.push(codec);
    return;
  }
  try {
    if (TAKES_ANYTHING.has(muxer) && !(await canBeRead(type, source))) {
      tally.unreadable.push(codec);
      return;
    }
    const made = await normalizeFile(source, output, { settings: { videoPreset: 'ultrafast' } });
    await expectKept(made);
    expect(made.plan.kind).toBe(type === 'V' ? 'video' : 'audio');
    tally.kept.push(codec);
  } catch (thrown) {
    const isRefused = / which is not read; export it | is not media: /.test(messageOf(thrown));
    if (!isListedCodec(codec) && isRefused) tally.unlisted.push(codec);
    else if (await canBeRead(type, source)) tally.lost.push(`${codec}: ${messageOf(thrown)}`);
    else tally.unreadable.push(codec);
  } finally {
    await rm(source);
    await rm(output, { recursive: true, force: true });
  }
}

/** Whether the program that made a file finds more in it than a single frame. */
async function canBeRead(type: Type, path: string): Promise<boolean> {
  if ((await stat(path)).size === 0) return false;
  const stream = `0:${type.toLowerCase()}:0`;
  const decode = ['-v', 'quiet', '-xerror', '-i', `file:${path}`, '-map', stream];
  const frames = await runForBytes(bundledFfmpeg, [...decode, '-f', 'framecrc', '-']).catch(
    () => '',
  );
  return (frames.toString().match(/^\d/gm)?.length ?? 0) > 1;
}

function report(
  tallies: ReadonlyMap<string, Tally>,
  notMade: readonly string[],
  otherMuxers: readonly string[],
): string {
  const rows = [...tallies].map(
    ([muxer, { kept, refusedByMuxer, unreadable, unlisted }]) =>
      `  ${muxer}: ${kept.length} kept, ${refusedByMuxer.length} refused by the muxer` +
      (unlisted.length === 0 ? '' : `, never decoded ${unlisted.join(' ')}`) +
      (unreadable.length === 0 ? '' : `, not even its maker reads ${unreadable.join(' ')}`),
  );
  const sum = (key: keyof Tally) =>
    [...tallies.values()].reduce((total, tally) => total + tally[key].length, 0);
  return [
    `${sum('kept')} combinations keep the contract, ${sum('refusedByMuxer')} are refused by the ` +
      `muxer, ${sum('unlisted')} never decoded, ${sum('unreadable')} cannot be read by their maker, ` +
      `${sum('lost')} are lost:`,
    ...rows,
    `  codecs that no encoder here makes: ${notMade.join(' ')}`,
    `  muxers whose files are not read: ${otherMuxers.join(' ')}`,
  ].join('\n');
}
