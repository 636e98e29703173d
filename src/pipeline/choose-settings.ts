import path from 'node:path';
import { fillTemplate, wantsDate } from '../caption-template.js';
import type { Chosen } from '../choices/choices.js';
import { StatuscastError } from '../errors.js';
import { readTakenAt } from '../inspect/read-taken-at.js';
import type { Input } from '../job.js';
import { CAPTION_MAX_LENGTH } from '../limits.js';
import { nameAudience } from '../participants.js';
import type { Settings } from '../settings.js';
import type { Queued, Run } from './run.js';

/**
 * What holds for an input: what is chosen for it, and the caption that a template makes. Before
 * anything is known of its content, since the caption is part of what it is known by.
 * @throws StatuscastError `bad-settings`, `caption-too-long`
 */
export async function chooseSettings(run: Run, { input }: Queued): Promise<Chosen> {
  const chosen = await run.choices.of(input);
  if (chosen.leftOutBy !== null || run.goal === 'prepare') return chosen;
  return { ...chosen, settings: await withCaption(run, input, chosen.settings) };
}

async function withCaption(run: Run, input: Input, settings: Settings): Promise<Settings> {
  const { captionTemplate: template, probeTimeoutMs: timeoutMs } = settings;
  if (template === '') return settings;
  const { ffmpeg, signal } = run;
  const read = () => {
    // A run that has ended opens no more files.
    signal.throwIfAborted();
    return readTakenAt(ffmpeg, input.path, { signal, timeoutMs });
  };
  const taken = wantsDate(template) ? await run.inMediaLane(read) : null;
  const caption = fillTemplate(template, {
    name: path.parse(input.path).name.normalize('NFC'),
    folder: path.basename(path.dirname(input.path)).normalize('NFC'),
    date: taken?.date ?? '',
    time: taken?.time ?? '',
  });
  if (caption.length > CAPTION_MAX_LENGTH) {
    const { length } = caption;
    throw new StatuscastError({ code: 'caption-too-long', file: input.input, length });
  }
  return { ...settings, caption };
}

const WORDS_SHOWN = 60;

/** The caption and the audience of a file, where they are not those of all; null where they are. */
export function chosenInWords(run: Settings, { caption, participants }: Settings): string | null {
  const short = caption.length > WORDS_SHOWN ? `${caption.slice(0, WORDS_SHOWN)}…` : caption;
  const own = caption === run.caption ? [] : [`caption "${short.replaceAll(/\s*\n\s*/g, ' / ')}"`];
  const isSame = [...participants].sort().join() === [...run.participants].sort().join();
  const audience = nameAudience(participants, run.audiences);
  const [first = '', ...more] = participants.map((one) => one.replace(/@c\.us$/, ''));
  const many = more.length === 0 ? `only ${first}` : `only ${more.length + 1} contacts`;
  const seers =
    participants.length === 0 ? 'all contacts' : audience === null ? many : `only ${audience}`;
  return [...own, ...(isSame ? [] : [`for ${seers}`])].join(', ') || null;
}
