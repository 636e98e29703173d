import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { StatuscastError } from './errors.js';
import type { Kind } from './job.js';
import * as limits from './limits.js';

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
}

const facts = z.registry<SettingFacts>();

/** Every setting with its default, bounds and sentence: the one schema. */
export const settingsSchema = z.strictObject({
  // What is sent, to whom, as what.
  caption: text({
    default: '',
    max: limits.CAPTION_MAX_LENGTH,
    unit: 'TEXT',
    about: 'Caption of every status (voice statuses have none)',
  }),
  participants: participantList({
    about: 'Only these contacts see the statuses, by phone number, separated by commas',
  }),
  audioAs: choice(['media', 'voice'], {
    default: 'media',
    about: 'Send sound with SendMediaStatus or with SendVoiceStatus',
  }),

  // Where things are kept.
  state: text({
    default: '.statuscast',
    unit: 'DIR',
    about: 'State directory: the ledger, and the outputs still needed',
  }),
  out: text({
    default: '',
    unit: 'DIR',
    about: 'Write the outputs to this folder and keep them there',
  }),

  // How much at once, how fast, how long.
  concurrency: number({
    default: availableParallelism(),
    min: 1,
    max: 256,
    unit: 'JOBS',
    about: 'Files normalized at once (by default as many as there are cores)',
  }),
  uploadConcurrency: number({
    default: 3,
    min: 1,
    max: 64,
    unit: 'UPLOADS',
    about: 'Files uploaded at once',
  }),
  maxInFlight: number({
    default: 32,
    min: 1,
    max: 10_000,
    unit: 'FILES',
    about: 'Files under way at once, so that disk and memory stay flat',
  }),
  sendsPerSecond: number({
    default: limits.SENDS_PER_SECOND,
    min: 0,
    max: 1000,
    unit: 'SENDS/S',
    about: 'Statuses sent in any one second; 0 for no limit',
  }),
  uploadsPerSecond: number({
    default: limits.CALLS_PER_SECOND,
    min: 0,
    max: 1000,
    unit: 'UPLOADS/S',
    about: 'Uploads begun in any one second; 0 for no limit',
  }),
  retries: number({
    default: 5,
    min: 0,
    max: 100,
    unit: 'TIMES',
    about: 'How often a call that may be repeated is tried again',
  }),
  apiTimeoutMs: number({
    default: 30_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest wait for the answer to a short call',
  }),
  uploadTimeoutMs: number({
    default: 300_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest time for one upload',
  }),
  sendTimeoutMs: number({
    default: 60_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest wait for the answer to a send',
  }),
  journalWaitMs: number({
    default: limits.JOURNAL_SETTLED_MS,
    min: 0,
    max: 3_600_000,
    unit: 'MS',
    about: 'After a lost answer, how long the journal may take to show the status',
  }),
  probeTimeoutMs: number({
    default: 30_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest time for one look into a file',
  }),
  normalizeTimeoutMs: number({
    default: 600_000,
    min: 100,
    max: 86_400_000,
    unit: 'MS',
    about: 'Longest time to normalize one file',
  }),

  // What an output is like.
  maxDurationSeconds: number({
    default: limits.STATUS_MAX_SECONDS,
    min: 1,
    max: limits.STATUS_MAX_SECONDS,
    unit: 'SECONDS',
    fraction: true,
    about: 'Longest sound or video; what is longer is cut',
    affects: ['audio', 'video'],
  }),
  position: choice(['attention', 'entropy', 'centre'], {
    default: 'attention',
    about: 'What the crop of an image keeps',
    affects: ['image'],
  }),
  background: text({
    default: '#000000',
    unit: '#RRGGBB',
    pattern: /^#[0-9a-fA-F]{6}$/,
    about: 'Colour behind transparent images',
    affects: ['image'],
  }),
  maxMegapixels: number({
    default: 100,
    min: 1,
    max: 1000,
    unit: 'MEGAPIXELS',
    about: 'Larger pictures are refused',
  }),
  imageMaxWidth: number({
    default: limits.IMAGE_MAX_UNITS * limits.IMAGE_ASPECT.width,
    min: limits.IMAGE_MIN_UNITS * limits.IMAGE_ASPECT.width,
    max: 4320,
    unit: 'PIXELS',
    about: 'Widest image; its height is 16/9 of it',
    affects: ['image'],
  }),
  imageMaxBytes: number({
    default: limits.IMAGE_MAX_BYTES,
    min: 50_000,
    max: limits.UPLOAD_MAX_BYTES,
    unit: 'BYTES',
    about: 'Largest image file',
    affects: ['image'],
  }),
  imageQuality: number({
    default: 85,
    min: 40,
    max: 100,
    unit: 'QUALITY',
    about: 'JPEG quality; it goes down as far as 40 when the file is too large',
    affects: ['image'],
  }),
  videoMaxBytes: number({
    default: limits.VIDEO_MAX_BYTES,
    min: 100_000,
    max: limits.UPLOAD_MAX_BYTES,
    unit: 'BYTES',
    about: 'Largest video file',
    affects: ['video'],
  }),
  videoMaxLongSide: number({
    default: limits.VIDEO_MAX_LONG_SIDE,
    min: 128,
    max: limits.VIDEO_MAX_LONG_SIDE,
    unit: 'PIXELS',
    about: 'Longer side of a video',
    affects: ['video'],
  }),
  videoMaxShortSide: number({
    default: limits.VIDEO_MAX_SHORT_SIDE,
    min: 128,
    max: limits.VIDEO_MAX_SHORT_SIDE,
    unit: 'PIXELS',
    about: 'Shorter side of a video',
    affects: ['video'],
  }),
  videoMaxFrameRate: number({
    default: limits.VIDEO_MAX_FRAME_RATE,
    min: 1,
    max: limits.VIDEO_MAX_FRAME_RATE,
    unit: 'FRAMES/S',
    about: 'Highest frame rate of a video',
    affects: ['video'],
  }),
  videoCrf: number({
    default: 23,
    min: 0,
    max: 51,
    unit: 'CRF',
    about: 'x264 quality of an encoded video; lower is better and larger',
    affects: ['video'],
  }),
  videoPreset: choice(['ultrafast', 'veryfast', 'faster', 'fast', 'medium', 'slow'], {
    default: 'fast',
    about: 'x264 preset: slower makes smaller files',
    affects: ['video'],
  }),
  silentTrack: boolean({
    default: true,
    about: 'Add a silent sound track to videos that have none',
    affects: ['video'],
  }),
  audioMaxBytes: number({
    default: limits.AUDIO_MAX_BYTES,
    min: 100_000,
    max: limits.UPLOAD_MAX_BYTES,
    unit: 'BYTES',
    about: 'Largest sound file',
    affects: ['audio'],
  }),
  audioBitrateKbps: number({
    default: 128,
    min: 32,
    max: 320,
    unit: 'KBIT/S',
    about: 'Bit rate of encoded sound',
    affects: ['audio', 'video'],
  }),
});

/** All settings, resolved: every value is there and within its bounds. */
export type Settings = z.output<typeof settingsSchema>;
/** Settings as a caller gives them: any subset. */
export type SettingsInput = Partial<Settings>;
export type SettingName = keyof Settings;

export interface Setting extends SettingFacts {
  readonly name: SettingName;
  /** `--send-timeout-ms`, or `--no-…` for a switch that is on by default. */
  readonly flag: string;
  /** `STATUSCAST_SEND_TIMEOUT_MS` */
  readonly variable: string;
  readonly default: Settings[SettingName];
}

/** The settings as a list, in the order in which people should read them. */
export function listSettings(): readonly Setting[] {
  const defaults = settingsSchema.parse({});
  return settingNames.map((name) => ({
    name,
    flag: flagOf(name, defaults[name]),
    variable: variableOf(name),
    default: defaults[name],
    ...factsOf(name),
  }));
}

/** Values from one place, later places winning: variables, then flags, or what a caller gives. */
export interface SettingsSource {
  /** How a fault in it is named: `variable`, `flag`, or the bare name. */
  readonly naming: 'variable' | 'flag' | 'name';
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The sources, merged and checked. A value may be text where another type is meant, since
 * variables and flags are text.
 * @throws StatuscastError `bad-settings` with every fault at once, each with the option's name.
 */
export function resolveSettings(...sources: readonly SettingsSource[]): Settings {
  const values: Record<string, unknown> = {};
  const naming = new Map<string, SettingsSource['naming']>();
  for (const source of sources) {
    for (const [name, value] of Object.entries(source.values)) {
      if (value === undefined) continue;
      values[name] = value;
      naming.set(name, source.naming);
    }
  }
  const parsed = settingsSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new StatuscastError({
    code: 'bad-settings',
    faults: [...new Set(parsed.error.issues.flatMap((issue) => faultsOf(issue, values, naming)))],
  });
}

/** The settings that the environment holds, by their `STATUSCAST_` names. */
export function settingsFromVariables(env: NodeJS.ProcessEnv): SettingsSource {
  const values: Record<string, string> = {};
  for (const name of settingNames) {
    const value = env[variableOf(name)];
    if (value !== undefined && value !== '') values[name] = value;
  }
  return { naming: 'variable', values };
}

/** The settings that change the bytes of an output of this kind: part of a status's identity. */
export function outputSettings(settings: Settings, kind: Kind): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    settingNames
      .filter((name) => factsOf(name).affects.includes(kind))
      .map((name) => [name, settings[name]]),
  );
}

const settingNames: readonly SettingName[] = settingsSchema.keyof().options;

function factsOf(name: SettingName): SettingFacts {
  const known = facts.get(settingsSchema.shape[name]);
  if (known === undefined) throw new Error(`the setting ${name} has no facts`);
  return known;
}

function flagOf(name: SettingName, value: Settings[SettingName]): string {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return value === true ? `--no-${kebab}` : `--${kebab}`;
}

function variableOf(name: SettingName): string {
  return `STATUSCAST_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function faultsOf(
  issue: z.core.$ZodIssue,
  values: Readonly<Record<string, unknown>>,
  naming: ReadonlyMap<string, SettingsSource['naming']>,
): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `there is no setting ${key}`);
  }
  const name = settingNames.find((known) => known === issue.path[0]);
  if (name === undefined) return [issue.message];
  const labels = { variable: variableOf(name), flag: flagOf(name, ''), name };
  const label = labels[naming.get(name) ?? 'name'];
  return [`${label} must be ${factsOf(name).expects}, not ${JSON.stringify(values[name])}`];
}

// The kinds of settings. Text is taken for what it says, since variables and flags are text.

type Common = { readonly about: string; readonly affects?: readonly Kind[] };

function number(
  o: Common & {
    default: number;
    min: number;
    max: number;
    unit: string;
    fraction?: boolean;
  },
) {
  const within = z.number().min(o.min).max(o.max);
  return z
    .preprocess(
      (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
      o.fraction === true ? within : within.int(),
    )
    .default(o.default)
    .register(facts, {
      type: 'number',
      about: o.about,
      unit: o.unit,
      expects: `a ${o.fraction === true ? '' : 'whole '}number from ${o.min} to ${o.max} (${o.unit.toLowerCase()})`,
      affects: o.affects ?? [],
    });
}

function choice<const Choice extends string>(
  choices: readonly Choice[],
  o: Common & { default: NoInfer<Choice> },
) {
  return z
    .enum(choices)
    .default(o.default)
    .register(facts, {
      type: 'choice',
      about: o.about,
      unit: choices.join('|'),
      expects: `one of ${choices.join(', ')}`,
      affects: o.affects ?? [],
    });
}

function boolean(o: Common & { default: boolean }) {
  return z
    .union([z.boolean(), z.stringbool()])
    .default(o.default)
    .register(facts, {
      type: 'boolean',
      about: o.about,
      unit: '',
      expects: 'true or false',
      affects: o.affects ?? [],
    });
}

function text(o: Common & { default: string; unit: string; max?: number; pattern?: RegExp }) {
  const expected = [
    'text',
    ...(o.max === undefined ? [] : [`of at most ${o.max} characters`]),
    ...(o.pattern === undefined ? [] : [`like ${o.unit}`]),
  ];
  return z
    .string()
    .max(o.max ?? 4096)
    .regex(o.pattern ?? /^[^]*$/)
    .default(o.default)
    .register(facts, {
      type: 'text',
      about: o.about,
      unit: o.unit,
      expects: expected.join(' '),
      affects: o.affects ?? [],
    });
}

function participantList(o: Common) {
  return z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(/[,;\s]+/).filter(Boolean) : value),
      z.array(z.preprocess(participantOf, z.string().regex(limits.PARTICIPANT_PATTERN))),
    )
    .default([])
    .register(facts, {
      type: 'list',
      about: o.about,
      unit: 'NUMBERS',
      expects: 'phone numbers with country code, like 70000001234 or 70000001234@c.us',
      affects: [],
    });
}

/** A bare phone number becomes the name that GREEN-API wants. */
function participantOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return /^\+?\d+$/.test(value) ? `${value.replace('+', '')}@c.us` : value;
}
