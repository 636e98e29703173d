/** What must become of a fixture: a row of fixtures/manifest.json, and the bytes of the file. */
export interface Fixture {
  /** The path below fixtures/. */
  readonly file: string;
  /** How it was made, in a sentence. */
  readonly made: string;
  readonly expected: Expectation;
  readonly make: () => Promise<Buffer>;
}

type Expectation =
  | {
      readonly outcome: 'sent';
      readonly kind: 'image' | 'audio' | 'video';
      readonly action: Action;
      /** The least and the greatest duration of the output in seconds; null for images. */
      readonly seconds: Seconds | null;
    }
  | { readonly outcome: 'skipped'; readonly reason: 'not-media' }
  | { readonly outcome: 'failed'; readonly code: RefusalCode };

type Action = 'keep' | 'remux' | 'encode';
type Seconds = readonly [min: number, max: number];
type RefusalCode = 'file-empty' | 'format-unsupported' | 'undecodable';

/** What a source of more than 60 s must give: shared by sound and video. */
export const CUT: Seconds = [59.8, 60];

export const NOT_MEDIA: Expectation = { outcome: 'skipped', reason: 'not-media' };

export function image(action: Action): Expectation {
  return { outcome: 'sent', kind: 'image', action, seconds: null };
}

export function audio(action: Action, seconds: Seconds): Expectation {
  return { outcome: 'sent', kind: 'audio', action, seconds };
}

export function video(action: Action, seconds: Seconds): Expectation {
  return { outcome: 'sent', kind: 'video', action, seconds };
}

export function failed(code: RefusalCode): Expectation {
  return { outcome: 'failed', code };
}

/** The expectation in the flat shape of the manifest: the same keys in every row. */
export function manifestRow({ file, made, expected }: Fixture) {
  const none = { kind: null, action: null, outcome: expected.outcome, reason: null, code: null };
  switch (expected.outcome) {
    case 'sent':
      return { file, made, ...none, ...expected };
    case 'skipped':
    case 'failed':
      return { file, made, ...none, ...expected, seconds: null };
  }
}
