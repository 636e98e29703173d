import type { Credentials } from '../green-api/credentials.js';
import type { SettingsInput } from '../settings.js';

/** What a run does with each file at the end: send it, only make its output, or only plan it. */
export type Goal =
  | {
      readonly goal: 'send';
      readonly credentials: Credentials;
      /**
       * Goes on with what appears in the folders, until the signal fires: each file once it is
       * whole. What fails for a reason that may pass is found again. Default: false.
       */
      readonly watch?: boolean;
    }
  | { readonly goal: 'prepare' }
  | {
      readonly goal: 'plan';
      /** Of the account: what it has posted is known by it. Default: nothing is known as posted. */
      readonly idInstance?: string;
    };

/** Whether inputs do not end by themselves. */
export function isWatch(options: Goal): boolean {
  return options.goal === 'send' && options.watch === true;
}

/** What a run is for, with what, and what ends it. */
export type RunOptions = Goal & {
  /** Any of the settings; the others have their defaults. */
  readonly settings?: SettingsInput;
  /** Ends the run: the send in flight is finished, encoders are stopped, nothing is lost. */
  readonly signal?: AbortSignal;
  /**
   * Where small pictures of the files go, told of by `preview` events: a folder, made when the
   * first is, and about how many bytes of them are made at most. Default: none are made.
   */
  readonly previews?: { readonly folder: string; readonly maxBytes: number };
  /** Where `FFMPEG_PATH` and `FFPROBE_PATH` are looked up. Default: the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
};
