import { randomUUID } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Preview } from '../job.js';

/** Where the previews of a run go, and for how many there is room. */
export interface Previews {
  readonly makeFolder: () => Promise<unknown>;
  /** The path of a new file. */
  readonly nameFile: () => string;
  readonly hasRoom: (of: Purpose) => boolean;
  /** Counts what was made, and once what two of them share. */
  readonly take: (of: Purpose, made: readonly (Preview | null)[]) => Promise<void>;
}

/** What went wrong has room of its own: it may come after all the rest. */
export type Purpose = 'made' | 'failed';

/** Of the room for what was made. */
const ROOM_FOR_FAILED = 0.25;

/** @param folder absolute path of a folder; made when it is needed */
export function createPreviews(folder: string, maxBytes: number): Previews {
  const left = { made: maxBytes, failed: maxBytes * ROOM_FOR_FAILED };
  return {
    makeFolder: () => mkdir(folder, { recursive: true, mode: 0o700 }),
    nameFile: () => path.join(folder, `${randomUUID()}.jpg`),
    hasRoom: (of) => left[of] > 0,
    take: async (of, made) => {
      const files = new Set(made.flatMap((preview) => (preview === null ? [] : [preview.path])));
      const sizes = await Promise.all([...files].map(async (file) => (await stat(file)).size));
      left[of] -= sizes.reduce((sum, size) => sum + size, 0);
    },
  };
}

/** A file of so many frames below each other; the first of them is what is shown at rest. */
export function framesIn(file: string, { width, height }: Size, frames: number): Preview {
  const window = { left: 0, top: 0, width, height };
  return { path: file, width, height: height * frames, window, frames };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Boxes that previews fit in, in pixels: sharp on a phone drawn at half its size, at 30 kB. */
export const AFTER = { width: 270, height: 480 } as const;
export const BEFORE = { width: 400, height: 400 } as const;
