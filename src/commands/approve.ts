import type { Writable } from 'node:stream';
import type { Credentials } from '../green-api/credentials.js';
import { maskIdInstance } from '../green-api/redact.js';
import { areSame, nameAudience } from '../participants.js';
import { countFolder } from '../pipeline.js';
import { clean, countOf, formatBytes } from '../report/format.js';
import type { Settings } from '../settings.js';
import { ask } from './ask.js';

/** What is asked about before it is posted. */
export interface Posting {
  readonly paths: readonly string[];
  /** Whether what appears later is posted as well. */
  readonly watch: boolean;
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
}

/** Folders that take longer to look into than this are counted by their files alone. */
const SNIFF_MS = 2000;

/**
 * Says what a run would post, to whom and through which account, and asks.
 * @throws StatuscastError `path-missing`, and `interrupted` after Ctrl-C
 */
export async function approvePosting(posting: Posting, people: Writable): Promise<boolean> {
  const { paths, watch, settings, credentials, signal } = posting;
  const count = await countFolder(paths, settings, { signal, sniffMs: SNIFF_MS, watch });
  const { leftOut, audiences } = count;
  const media = count.inputs - count.notMedia - leftOut;
  if (media === 0 && !watch) return true; // nobody sees anything of it
  const { long } = settings;
  // What was sent before, is there twice or proves unfit is known once it is opened.
  const what =
    long === 'split' ? `${media} files, each as one status or more` : `up to ${many(media)}`;
  const told = audiences.map((each) => {
    const share = audiences.length === 1 ? '' : `${countOf(each.inputs, 'file')} to `;
    return `${share}${audienceOf(each.participants, settings.audiences)}`;
  });
  const toAll = audienceOf(settings.participants, settings.audiences);
  const isTold = audiences.some((each) => areSame(each.participants, settings.participants));
  const isLater = watch && audiences.length > 0 && !isTold;
  const [first = toAll, ...others] = isLater ? [...told, `what comes later to ${toAll}`] : told;
  const lines = [
    `About to post ${what}, of ${countOf(count.inputs, 'file')} (${formatBytes(count.bytes)})`,
    `  to       ${first}`,
    ...others.map((other) => `           ${other}`),
    // People paste whole addresses, with the token in them.
    `  through  instance ${maskIdInstance(credentials.idInstance)} at ${new URL(credentials.apiUrl).origin}`,
    ...captionLines(settings, count),
    ...(leftOut === 0 ? [] : [`  left out ${countOf(leftOut, 'file')}`]),
    'What was posted from here before is not posted again.',
    ...(watch ? ['It goes on with what appears there, without asking again.'] : []),
  ];
  for (const line of lines) people.write(`${line}\n`);
  return ask('Post?', signal);
}

function many(media: number): string {
  return media === 1 ? 'one status' : `${media} statuses`;
}

/** The words of the run, and for how many files there are others. */
function captionLines(
  { caption, captionTemplate, audioAs }: Settings,
  { ownCaptions }: { readonly ownCaptions: number },
): readonly string[] {
  const words = captionTemplate === '' ? caption : captionTemplate;
  const own = ownCaptions === 0 ? [] : [`${countOf(ownCaptions, 'file')} with other words`];
  const shown = words === '' ? [] : [clean(words.replaceAll(/\s*\n\s*/g, ' / '))];
  const isSpoken = shown.length > 0 && audioAs === 'voice';
  const lines = [
    ...shown,
    ...own,
    ...(isSpoken ? ['none with sounds: voice statuses have no caption'] : []),
  ];
  return lines.map((line, at) => `  ${at === 0 ? 'caption' : '       '}  ${line}`);
}

const NUMBERS_SHOWN = 5;

/** By name where it is one of the audiences. */
function audienceOf(participants: readonly string[], audiences: Settings['audiences']): string {
  if (participants.length === 0) return 'all contacts';
  const name = nameAudience(participants, audiences);
  if (name !== null) return `${clean(name)} (${countOf(participants.length, 'contact')})`;
  const numbers = participants.slice(0, NUMBERS_SHOWN).map((one) => one.replace(/@c\.us$/, ''));
  const more = participants.length - numbers.length;
  const contacts = participants.length === 1 ? 'one contact' : `${participants.length} contacts`;
  return `${contacts}: ${numbers.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
