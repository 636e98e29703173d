import type { Settings } from '../settings.js';

/**
 * One line of the contract for outputs. `plan` asks it of a source to learn what is to be done;
 * `check` asks it of a result, where none may be broken.
 */
export interface Rule<Seen> {
  /** What mends it: the least that does. */
  readonly remedy: Remedy;
  /** The fact that breaks the rule, in words; null where it is kept. */
  readonly broken: (seen: Seen, settings: Settings) => string | null;
}

/** `remux` rewrites the container and keeps the streams; the others encode a stream anew. */
export type Remedy = 'remux' | 'encode-picture' | 'encode-sound';

export interface Fault {
  readonly remedy: Remedy;
  readonly reason: string;
}

/** All rules that are broken, in the order of the table. */
export function faultsOf<Seen>(
  rules: readonly Rule<Seen>[],
  seen: Seen,
  settings: Settings,
): readonly Fault[] {
  return rules.flatMap(({ remedy, broken }) => {
    const reason = broken(seen, settings);
    return reason === null ? [] : [{ remedy, reason }];
  });
}

/** A number with at most three decimals, for sentences. */
export function round(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/** `1 byte`, `128 bytes`. */
export function countBytes(count: number): string {
  return `${count} ${count === 1 ? 'byte' : 'bytes'}`;
}
