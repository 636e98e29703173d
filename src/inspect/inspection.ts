import type { ErrorFacts } from '../errors.js';
import type { Settings } from '../settings.js';
import type { StillDecoder } from './formats.js';
import type { LookSettings } from './look-at-image.js';
import type { Pixels } from './measure-saliency.js';
import type { ImageProbe } from './probe-image.js';
import type { MediaProbe } from './probe-media.js';
import type { PictureStream, SoundStream } from './read-streams.js';

/** How long one look of a program into a file may take. */
export const PROBE_TIMEOUT_MS = 30_000;

/** What a file is, as far as it can be told without decoding it. */
export type Inspection =
  | {
      readonly type: 'image';
      readonly label: string;
      readonly image: ImageProbe;
      /** What turns it into a picture that sharp reads. */
      readonly decoder: StillDecoder;
      /** The small copy of it that was looked at, where that was to be kept and somebody looked. */
      readonly copy?: Pixels;
    }
  | {
      readonly type: 'video';
      readonly label: string;
      readonly media: MediaProbe;
      readonly picture: PictureStream;
      readonly sound: SoundStream | null;
    }
  | {
      readonly type: 'audio';
      readonly label: string;
      readonly media: MediaProbe;
      readonly sound: SoundStream;
    }
  | { readonly type: 'not-media'; readonly label: string }
  | { readonly type: 'unusable'; readonly error: ErrorFacts };

/** What inspect found worth planning for. */
export type Media = Exclude<Inspection, { readonly type: 'not-media' | 'unusable' }>;

/** How a file is looked into. */
export interface InspectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default 30,000. */
  readonly timeoutMs?: number;
  /** The file's name for messages. Default: the last part of its path. */
  readonly name?: string;
  /**
   * Those that the plan will be made with: a file is looked into as far as they need it. Default:
   * the default settings.
   */
  readonly settings?: LookSettings & Pick<Settings, 'long' | 'maxDurationSeconds' | 'start'>;
  /**
   * Folder for pictures that have to be decoded to be seen; `normalizeImage` finds them there.
   * Default: one of its own, removed at the end.
   */
  readonly scratch?: string | undefined;
  /** Hand on the small copy of a picture that is looked at: about 0.4 MB. Default: false. */
  readonly keepCopy?: boolean;
}
