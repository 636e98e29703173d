import { readFile } from 'node:fs/promises';
import { inWords, isMet, type Measured } from './figures.js';

/** What `npm run bench` leaves: of each workload, what was measured turn by turn. */
export interface Bench {
  readonly results: Readonly<Record<string, Result>>;
}

/** What was measured of one workload, and what it was measured on. */
export interface Result extends Measured {
  readonly what: string;
  readonly turns: number;
  /** Of the inputs: 1 is all of them. */
  readonly scale: number;
  readonly on: {
    /** Of statuscast; `-dirty` where it was not all of it. */
    readonly commit: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly node: string;
    readonly ffmpeg: string;
  };
}

/** What an earlier bench has left; null where there is none. */
export async function readBench(file: string): Promise<Bench | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const bench: Bench = JSON.parse(text);
  return bench;
}

/** A table in Markdown of all figures, each with its turns and with what it should be. */
export function speedTable({ results }: Bench): string {
  const rows = Object.values(results).flatMap(({ what, scale, figures }) =>
    figures.map((figure) => {
      const workload = scale === 1 ? what : `${what} (${scale} of them)`;
      const { target } = figure;
      const turns = figure.turns.map((turn) => inWords(turn, figure)).join(' · ');
      const should = target === null ? '' : `${target.is} ${inWords(target.value, figure)}`;
      const value = inWords(figure.value, figure);
      const shown = isMet(figure) ? value : `**${value}**`;
      return `| ${[workload, figure.what, shown, should, turns].join(' | ')} |`;
    }),
  );
  const head =
    '| workload | measure | figure | should be | turn by turn |\n| --- | --- | --- | --- | --- |';
  return [head, ...rows].join('\n');
}
