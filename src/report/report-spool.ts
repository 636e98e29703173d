import { mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { PreviewEvent, ResultEvent } from '../events.js';
import { nameOwn, removeLeftBehind } from '../processes.js';

/** One input with all that the page says of it. */
export interface Entry {
  readonly result: ResultEvent;
  /** Size of the source; null where it is not known. */
  readonly bytes: number | null;
  readonly previews: readonly PreviewEvent[];
  /** How long its parts were made and uploaded, together. */
  readonly seconds: { readonly normalize: number; readonly upload: number };
}

/** Where on the page an input stands. */
export type Section = 'problem' | 'done' | 'skipped' | 'not-reached';

/** Entries on disk, so that memory stays flat however many there are: only their places are held. */
export interface Spool {
  readonly add: (section: Section, number: number, entry: Entry) => Promise<void>;
  /** The entries of a section by their numbers. */
  readonly read: (section: Section) => AsyncGenerator<Entry>;
  readonly countOf: (section: Section) => number;
  readonly close: () => Promise<void>;
}

const SPOOL_NAME = '.report-';

/** The path of the folder of a new run, beside the page. It is not made yet. */
export function nameSpool(folder: string): string {
  return path.join(folder, nameOwn(SPOOL_NAME));
}

/** Makes the folder, and removes what processes have left there that are no more. */
export async function openSpool(folder: string): Promise<Spool> {
  const parent = path.dirname(folder);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await removeLeftBehind(parent, await readdir(parent), SPOOL_NAME);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path.join(folder, 'entries.ndjson'), 'wx+', 0o600);
  const places: Record<Section, Place[]> = {
    problem: [],
    done: [],
    skipped: [],
    'not-reached': [],
  };
  let endBytes = 0;
  let unwritten: Buffer[] = [];
  let unwrittenBytes = 0;
  const write = async () => {
    const lines = Buffer.concat(unwritten);
    [unwritten, unwrittenBytes] = [[], 0];
    await file.write(lines, 0, lines.length, endBytes - lines.length);
  };
  return {
    add: async (section, number, entry) => {
      const line = Buffer.from(JSON.stringify(entry));
      const { length } = line;
      places[section].push({ number, at: endBytes, length });
      endBytes += length;
      unwritten.push(line);
      unwrittenBytes += length;
      if (unwrittenBytes > AT_ONCE_BYTES) await write();
    },
    read: async function* (section) {
      await write();
      let [from, ahead] = [0, Buffer.alloc(0)];
      for (const { at, length } of places[section].toSorted((a, b) => a.number - b.number)) {
        if (at < from || at + length > from + ahead.length) {
          const wanted = Buffer.alloc(Math.max(length, AT_ONCE_BYTES));
          const { bytesRead } = await file.read(wanted, 0, wanted.length, at);
          [from, ahead] = [at, wanted.subarray(0, bytesRead)];
        }
        // It is what was written above.
        const entry: Entry = JSON.parse(ahead.toString('utf8', at - from, at - from + length));
        yield entry;
      }
    },
    countOf: (section) => places[section].length,
    close: async () => {
      await file.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Written and read at once: a write and a read for each entry would take as long as all else that is
 * done for a file that is known.
 */
const AT_ONCE_BYTES = 1 << 16;

interface Place {
  readonly number: number;
  readonly at: number;
  readonly length: number;
}
