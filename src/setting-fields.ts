import * as z from 'zod';
import type { Kind } from './job.js';
import { PARTICIPANT_PATTERN } from './limits.js';

/**
 * What is known of one setting beside its type: feeds the flags, `--help`, the README's table and
 * every message about a bad value.
 */
export interface SettingFacts {
  readonly type: 'number' | 'choice' | 'boolean' | 'text' | 'list';
  /** One sentence for people. */
  readonly about: string;
  /** What stands for the value in `--help`: a unit, `DIR`, or the choices. */
  readonly unit: string;
  /** What a value must be, in words. */
  readonly expects: string;
  /** The kinds of output that it changes: a changed value makes another status of the same file. */
  readonly affects: readonly Kind[];
  /**
   * The same, for a setting that came after files had been posted without it: at its default it
   * makes no other status of them.
   */
  readonly affectsLater: readonly Kind[];
  /**
   * What keys hold in place of a default that came later: the default before it. What was posted
   * with that stays posted. Null where the default has always been the same.
   */
  readonly keyedAs: string | null;
  /** What it is for: a run that only prepares has no use for the settings of sending. */
  readonly scope: 'prepare' | 'send';
}

/** The facts of every setting's schema. */
export const settingFacts = z.registry<SettingFacts>();

// The kinds of settings. Text is taken for what it says, since variables and flags are text.

interface Common {
  readonly about: string;
  readonly affects?: readonly Kind[];
  readonly affectsLater?: readonly Kind[];
  readonly keyedAs?: string;
  /** Default: both. */
  readonly scope?: 'send';
}

export function number(
  o: Common & {
    default: number;
    min: number;
    max: number;
    unit: string;
    fraction?: boolean;
    /** A time may also be `1:05` or `1:02:03`. */
    clock?: boolean;
  },
) {
  const within = z.number().min(o.min).max(o.max);
  const read = o.clock === true ? readSeconds : Number;
  return z
    .preprocess(
      (value) => (typeof value === 'string' && value.trim() !== '' ? read(value) : value),
      o.fraction === true ? within : within.int(),
    )
    .default(o.default)
    .register(settingFacts, {
      type: 'number',
      unit: o.unit,
      expects:
        `a ${o.fraction === true ? '' : 'whole '}number from ${o.min} to ${o.max} (${o.unit.toLowerCase()})` +
        (o.clock === true ? ', or a time like 1:05' : ''),
      ...commonFacts(o),
    });
}

/** Seconds, `m:ss` or `h:mm:ss`, with a point or a comma before a fraction; NaN for anything else. */
export function readSeconds(time: string): number {
  const parts = /^(?:(?:(\d+):)?(\d+):(?=\d\d))?(\d+(?:[.,]\d+)?)$/.exec(time.trim());
  if (parts === null) return Number.NaN;
  const [, hours = '0', minutes = '0', seconds = ''] = parts;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'));
}

/** A number, or a word for one that is not known yet; the word is the default. */
export function numberOr<const Word extends string>(
  word: Word,
  o: Common & { min: number; max: number; unit: string },
) {
  return z
    .preprocess(
      (value) =>
        typeof value === 'string' && value.trim() !== '' && value !== word ? Number(value) : value,
      z.union([z.literal(word), z.number().min(o.min).max(o.max)]),
    )
    .default(word)
    .register(settingFacts, {
      type: 'number',
      unit: o.unit,
      expects: `${word}, or a number from ${o.min} to ${o.max} (${o.unit.toLowerCase()})`,
      ...commonFacts(o),
    });
}

export function choice<const Choice extends string>(
  choices: readonly Choice[],
  o: Common & { default: NoInfer<Choice> },
) {
  return z
    .enum(choices)
    .default(o.default)
    .register(settingFacts, {
      type: 'choice',
      unit: choices.join('|'),
      expects: `one of ${choices.join(', ')}`,
      ...commonFacts(o),
    });
}

export function boolean(o: Common & { default: boolean }) {
  return z
    .union([z.boolean(), z.stringbool()])
    .default(o.default)
    .register(settingFacts, {
      type: 'boolean',
      unit: '',
      expects: 'true or false',
      ...commonFacts(o),
    });
}

export function text(
  o: Common & {
    default: string;
    unit: string;
    max?: number;
    pattern?: RegExp;
    like?: string;
    /** What else there is to say of what it must be. */
    expects?: string;
  },
) {
  const expected = [
    'text',
    ...(o.max === undefined ? [] : [`of at most ${o.max} characters`]),
    ...(o.pattern === undefined ? [] : [`like ${o.like ?? o.unit}`]),
    ...(o.expects === undefined ? [] : [o.expects]),
  ];
  // Counted in UTF-16 units: the schema's own limit counts code points.
  const within = z.string().refine((value) => value.length <= (o.max ?? Infinity));
  return (o.pattern === undefined ? within : within.regex(o.pattern))
    .default(o.default)
    .register(settingFacts, {
      type: 'text',
      unit: o.unit,
      expects: expected.join(' '),
      ...commonFacts(o),
    });
}

/** Contacts as GREEN-API names them; `participants.ts` makes them of numbers and audiences. */
export function participantList(o: Common) {
  return z
    .array(participant)
    .default([])
    .register(settingFacts, {
      type: 'list',
      unit: 'NUMBERS',
      expects: 'phone numbers with country code, or audiences of the config file',
      ...commonFacts(o),
    });
}

const participant = z.string().regex(PARTICIPANT_PATTERN);

// What only a config file holds, or a caller's own settings.

export function namedLists(about: string) {
  return z.record(z.string(), z.array(participant)).default({}).describe(about);
}

export function named<Value>(about: string) {
  const value = z.custom<Value>((given) => typeof given === 'object' && given !== null);
  return z.record(z.string(), value).default({}).describe(about);
}

function commonFacts({ about, affects = [], affectsLater = [], keyedAs, scope }: Common) {
  return {
    ...{ about, affects, affectsLater },
    keyedAs: keyedAs ?? null,
    scope: scope ?? 'prepare',
  } as const;
}
