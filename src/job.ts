import type { ErrorCode } from './errors.js';

/** What an input turned out to be: the kind of status that it becomes. */
export type Kind = 'image' | 'audio' | 'video';

/** What each kind becomes. */
export const OUTPUT_TYPES = {
  image: { extension: 'jpg', mime: 'image/jpeg' },
  audio: { extension: 'mp3', mime: 'audio/mpeg' },
  video: { extension: 'mp4', mime: 'video/mp4' },
} as const satisfies Record<Kind, { extension: string; mime: string }>;

export const KINDS: readonly Kind[] = ['image', 'audio', 'video'];

/** A file that `discover` came upon. */
export interface Input {
  /** The path as reached from the argument given, for people and events. */
  readonly input: string;
  /** The absolute path, for programs. */
  readonly path: string;
  /** The path below the argument given: where an output of it belongs in an output folder. */
  readonly relativePath: string;
  /** Size in bytes when it was found. */
  readonly bytes: number;
  /** What was there when it was found: as long as the file bears it, it holds the same. */
  readonly stamp: string;
}

/** What becomes one status of a sound or clip; a picture is always whole. */
export interface Part {
  /** 1 for the first. */
  readonly number: number;
  /** How many there are: 1 where nothing is split. */
  readonly of: number;
  /** Where it begins in the source. */
  readonly startSeconds: number;
  /** Its length; null for as much as is there and fits. */
  readonly seconds: number | null;
}

/** What `plan` decided, as far as the outside is told. */
export interface PlanSummary {
  readonly action: 'keep' | 'remux' | 'encode' | 'refuse';
  /** Why, in words; never empty unless there was nothing to object to. */
  readonly reasons: readonly string[];
  /** How an encoded image fills its 9:16; null for every other file. */
  readonly fit: Fit | null;
  /** What an encoded image shows of its source; null for every other file. */
  readonly crop: CropWindow | null;
}

/** A window of 9:16, or the whole over a blurred copy of itself, or the whole over a colour. */
export type Fit = 'crop' | 'blur' | 'pad';

/**
 * Width and height in pixels once the orientation is applied.
 * @param stored with its EXIF orientation, 1 to 8 (Exif 2.32, tag 0x0112)
 */
export function uprightSize(stored: {
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
}): { readonly width: number; readonly height: number } {
  const { width, height, orientation } = stored;
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** A part of a picture, in whole pixels of the upright picture. */
export interface CropWindow {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A normalized file: what it is, measured after it was made. */
export interface Output {
  /**
   * Where it is. A `send` without an output folder removes it once it is posted, so that the disk
   * stays flat however large the folder is.
   */
  readonly path: string;
  readonly bytes: number;
  readonly mime: (typeof OUTPUT_TYPES)[Kind]['mime'];
  /** Pixels; null for sound. */
  readonly width: number | null;
  readonly height: number | null;
  /** As ffprobe reads the finished file; null for images. */
  readonly durationSeconds: number | null;
}

/** What carrying a plan out is expected to take and to give. */
export interface Estimate {
  /** Size of the output. */
  readonly bytes: number;
  /** Work of one processor core, without uploads and sends; roughly, and for a machine like ours. */
  readonly seconds: number;
}

/** How one input ended, with what is known of it then. */
export type Ending =
  /** Without an id where it was only seen in the queue, and the queue showed none. */
  | { readonly outcome: 'sent'; readonly idMessage: string | null; readonly urlFile: string }
  | { readonly outcome: 'prepared' }
  /** Nothing was made or sent: it is what a run would do. */
  | { readonly outcome: 'planned'; readonly detail: string | null }
  | {
      readonly outcome: 'skipped';
      readonly reason: SkipReason;
      /** What makes it so, in words. */
      readonly detail: string;
      readonly idMessage: string | null;
    }
  | { readonly outcome: 'failed'; readonly error: JobError }
  | { readonly outcome: 'uncertain'; readonly error: JobError; readonly urlFile: string | null };

/** What is posted of an output, and when; null where nothing is posted. */
export interface Posting {
  /** Empty for none. */
  readonly caption: string;
  /** To how many contacts it is shown; 0 for all of them. */
  readonly contacts: number;
  /** Until when the link lives: ISO 8601, UTC; null where there is none yet. */
  readonly linkExpiresAt: string | null;
  /** Null where it was not sent. */
  readonly postedAt: string | null;
}

/** A picture in a small JPEG. */
export interface Preview {
  readonly path: string;
  /** Pixels of the file. */
  readonly width: number;
  readonly height: number;
  /** What of it is the picture, of a clip its first frame: an output may be a part of its source. */
  readonly window: CropWindow;
  /**
   * Frames of a clip, each as large as the first and below the one before it, at even distances from
   * its start, or the key frames before those times; 1 for a still picture.
   */
  readonly frames: number;
}

/** How one part of a split input ended. */
export interface PartResult {
  readonly number: number;
  readonly of: number;
  /** Where it begins in the source. */
  readonly startSeconds: number;
  readonly outcome: Outcome;
  readonly output: Output | null;
  readonly urlFile: string | null;
  readonly idMessage: string | null;
  readonly posting: Posting | null;
  readonly reason: SkipReason | null;
  readonly error: JobError | null;
}

/**
 * Why an input was left alone: posted before, the same content twice in one run, no media, left
 * out by a file of choices, or, in a watch, removed before its turn.
 */
export type SkipReason = 'already-sent' | 'duplicate' | 'not-media' | 'left-out' | 'removed';

/**
 * How an input ended.
 * @useDeclaredType
 */
export type Outcome = Ending['outcome'];

/** What went wrong with one input; the message is for people, with what to do. */
export interface JobError {
  readonly code: ErrorCode;
  readonly message: string;
}
