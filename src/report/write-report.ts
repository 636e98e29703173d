import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../errors.js';
import type { PreviewEvent, ResultEvent, StatuscastEvent } from '../events.js';
import { createLaneTimes } from './lane-times.js';
import { drawPage, type RunFacts } from './report-page.js';
import { nameSpool, openSpool, type Section, type Spool } from './report-spool.js';
import { beginning, fold, isNotReached, type RunState } from './run-state.js';

/** What a report says of the run that the events do not. */
export interface ReportOptions {
  /** It was no real account. Default: it was. */
  readonly isSandbox?: boolean;
}

/** What `processFolder` takes as `previews`. */
export interface PreviewsWanted {
  readonly folder: string;
  readonly maxBytes: number;
}

/** In the page they take a third more: about 12 MB, which most mail servers let through. */
const PREVIEWS_MAX_BYTES = 9_000_000;

/**
 * Passes the events of a run through and writes a page about it: one HTML file that needs nothing
 * else, told of by a `report` event before the summary. It is written as well where the run ends
 * with an error, and each time when a watch has come to the end of what it found. A page that
 * cannot be written is a warning, once. Memory stays flat: what the page will say is on disk beside
 * it until then.
 * @param file path of the HTML file; what is there before stays until the new one is whole
 * @param run starts the run, with `previews` for its options
 */
export async function* writeReport(
  file: string,
  run: (previews: PreviewsWanted) => AsyncIterable<StatuscastEvent>,
  { isSandbox = false }: ReportOptions = {},
): AsyncGenerator<StatuscastEvent, void, void> {
  const target = path.resolve(file);
  const folder = nameSpool(path.dirname(target));
  const book = createBook(folder);
  let failure: unknown = null;
  let isWritten = false;
  let isWarned = false;
  const write = async (isRunning = false): Promise<StatuscastEvent | null> => {
    try {
      return (await book.write(target, { isSandbox, failure, isRunning }))
        ? { type: 'report', path: target }
        : null;
    } catch (thrown) {
      const message = `Cannot write the report ${target}: ${messageOf(thrown)}. All else is as it should be.`;
      return { type: 'warning', input: null, message };
    }
  };
  try {
    for await (const event of run({ folder, maxBytes: PREVIEWS_MAX_BYTES })) {
      await book.note(event);
      // A watch may go on for months.
      if (event.type === 'idle') {
        const told = await write(true);
        if (told?.type === 'warning' && !isWarned) {
          isWarned = true;
          yield told;
        }
      }
      if (event.type === 'summary') {
        isWritten = true;
        const told = await write();
        if (told !== null && !(told.type === 'warning' && isWarned)) yield told;
      }
      yield event;
    }
  } catch (thrown) {
    failure = thrown;
    throw thrown;
  } finally {
    if (!isWritten) await write();
    await book.close();
  }
}

/** What a page needs to know of an input until its result is there. */
interface Open {
  readonly number: number;
  readonly bytes: number;
  readonly previews: PreviewEvent[];
  readonly seconds: { normalize: number; upload: number };
}

function createBook(folder: string) {
  const open = new Map<string, Open>();
  const times = createLaneTimes();
  const begunAt = new Date();
  const seen = new Map<string, string>();
  let spool: Spool | null = null;
  let fault: unknown = null;
  let state: RunState = beginning();
  let found = 0;

  const addResult = async (result: ResultEvent) => {
    const { input } = result;
    const own = open.get(input);
    open.delete(input);
    const { number = ++found, bytes = null, previews = [] } = own ?? {};
    const seconds = own?.seconds ?? { normalize: 0, upload: 0 };
    await spool?.add(sectionOf(result), number, { result, bytes, previews, seconds });
  };

  return {
    /** What cannot be kept is told of when the page is to be written. */
    note: async (event: StatuscastEvent) => {
      const nowMs = performance.now();
      state = fold(state, event, nowMs);
      times.note(event, nowMs);
      try {
        if (event.type === 'started') spool = await openSpool(folder);
        if (event.type === 'result') await addResult(event);
      } catch (thrown) {
        fault ??= thrown;
      }
      if (event.type === 'found') {
        const { input, bytes } = event;
        const seconds = { normalize: 0, upload: 0 };
        open.set(input, { number: ++found, bytes, previews: [], seconds });
      }
      if (event.type === 'preview') open.get(event.input)?.previews.push(event);
      if (event.type === 'stage-end') {
        const own = open.get(event.input);
        if (own !== undefined) own.seconds[event.stage] += event.seconds;
      }
      if (event.type === 'confirmation') {
        const { idMessage, status, delivered, read } = event;
        seen.set(idMessage, `${status}: delivered to ${delivered}, read by ${read}`);
      }
    },
    /** Says whether there was anything to write about. */
    write: async (target: string, told: Pick<RunFacts, 'isSandbox' | 'failure' | 'isRunning'>) => {
      if (fault !== null) throw fault;
      if (spool === null) return false;
      const lanes = times.read(performance.now());
      const facts = { ...told, state, lanes, begunAt, seen, endedAtMs: performance.now() };
      const partial = path.join(folder, 'report.html');
      // Gone only where another machine took it for left over: the pictures with it, and no more.
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await pipeline(
        Readable.from(inLargerPieces(drawPage(spool, facts))),
        createWriteStream(partial, { mode: 0o600 }),
      );
      await rename(partial, target);
      return true;
    },
    close: async () => {
      await spool?.close().catch(() => undefined);
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    },
  };
}

/** In UTF-16 units: a stream asks for each piece anew, and writes it by itself. */
const PIECE_LENGTH = 1 << 16;

async function* inLargerPieces(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length < PIECE_LENGTH) continue;
    yield text;
    text = '';
  }
  yield text;
}

function sectionOf(result: ResultEvent): Section {
  if (isNotReached(result)) return 'not-reached';
  switch (result.outcome) {
    case 'failed':
    case 'uncertain':
      return 'problem';
    case 'skipped':
      return 'skipped';
    case 'sent':
    case 'prepared':
    case 'planned':
      return 'done';
  }
}
