import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import type { StatuscastEvent, SummaryEvent } from '../events.js';
import { endLines } from './end-lines.js';
import type { LiveView } from './live-view.js';
import { describeEvent } from './people.js';
import { beginning, fold, isOldNews, type RunState } from './run-state.js';
import { commandOf, PLAIN, spell, styleOf } from './style.js';

export interface Streams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export interface WriteOptions {
  readonly json: boolean;
  /** A line for each file, also on a terminal. */
  readonly plain: boolean;
  readonly isSandbox: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Fires when the run is to end. */
  readonly signal: AbortSignal;
}

/**
 * Writes a run as it goes: for people a live view on a terminal and a line for each file elsewhere,
 * or with `json` one object a line on standard output, and what is for people on the other. At the
 * end people are told what came of it.
 * @returns the summary; null where the run ended without one
 */
export async function writeEvents(
  events: AsyncIterable<StatuscastEvent>,
  { stdout, stderr }: Streams,
  options: WriteOptions,
): Promise<SummaryEvent | null> {
  const { json, isSandbox, env, signal } = options;
  const people = json ? stderr : stdout;
  const terminal = terminalOf({ stdout, stderr }, options);
  const ofTerminal = people instanceof WriteStream ? styleOf(people, env) : PLAIN;
  const style = { ...ofTerminal, hasColours: ofTerminal.hasColours && terminal !== null };
  const view: LiveView | null =
    terminal === null
      ? null
      : (await import('./live-view.js')).openLiveView(terminal, style, signal);
  const [forPrograms, forPeople] = [linesTo(stdout), linesTo(people)];
  let state = beginning();
  try {
    for await (const event of events) {
      if (json) await forPrograms.add(JSON.stringify(event));
      const text = view === null && !isTold(state, event) ? describeEvent(event) : null;
      if (text !== null) await forPeople.add(spell(style, text));
      state = fold(state, event, performance.now());
      view?.show(state);
    }
  } finally {
    forPrograms.flush();
    forPeople.flush();
    view?.close();
  }
  const lines = endLines(state, { style, isSandbox, command: commandOf(env) });
  const wrapped =
    terminal === null ? lines : (await import('./fit.js')).wrapLines(lines, terminal.columns);
  for (const line of wrapped) await forPeople.add(line);
  forPeople.flush();
  return state.summary;
}

/** The terminal that a view can be painted on; null where there is none, or something else is. */
function terminalOf(
  { stdout, stderr }: Streams,
  { json, plain, env }: WriteOptions,
): WriteStream | null {
  const people = json ? stderr : stdout;
  const isTaken = json && stdout instanceof WriteStream;
  const isAsked = plain || isTaken || env['TERM'] === 'dumb' || Boolean(env['CI']);
  return people instanceof WriteStream && !isAsked ? people : null;
}

/** What is waited for is told anew at each look, and a watch meets again what it has posted. */
function isTold(state: RunState, event: StatuscastEvent): boolean {
  if (event.type === 'waiting') return state.waits.get(event.input)?.told.has(event.why) === true;
  if (event.type === 'idle') return state.hasIdled;
  return event.type === 'result' && isOldNews(state, event);
}

/** In UTF-16 units. */
const TOGETHER_LENGTH = 1 << 16;

/**
 * Writes together what comes at the same moment: a write for each line would take 0.2 s of a run
 * over 10,000 files that are known.
 */
function linesTo(stream: Writable) {
  let text = '';
  const flush = () => {
    if (text !== '' && !stream.destroyed) stream.write(text);
    text = '';
  };
  return {
    flush,
    add: async (line: string) => {
      if (text === '') setImmediate(flush);
      text += `${line}\n`;
      if (text.length >= TOGETHER_LENGTH) flush();
      if (stream.writableNeedDrain) await once(stream, 'drain').catch(() => undefined);
    },
  };
}
