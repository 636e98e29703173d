import { createRequire } from 'node:module';
import * as z from 'zod';
import { PARTICIPANT_PATTERN } from './limits.js';

/** Contacts by name of their list, each as `70000001234@c.us`. */
export type Audiences = Readonly<Record<string, readonly string[]>>;

/** What numbers and names come to, and what is wrong with the others. */
export interface Found {
  readonly participants: readonly string[];
  readonly faults: readonly string[];
}

interface Known {
  /** The country of numbers that do not say it, such as `DE`; empty for none. */
  readonly country: string;
  readonly audiences: Audiences;
}

/** Letters tell a name from a number; what separates entries cannot be in it. */
const NAME = /^(?=.*\p{L})[^\s,;@+]+$/u;

/** All contacts, where a list that is set elsewhere does not hold. */
const EVERYBODY = /^all$/i;

/** Entries in a text: numbers hold spaces, so commas, semicolons and lines are between them. */
export function splitEntries(text: string): readonly string[] {
  return text
    .split(/[,;\r\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Whether a list is the word for everybody. */
export function isEverybody([first = '', ...more]: readonly string[]): boolean {
  return more.length === 0 && EVERYBODY.test(first);
}

/** The contacts of a list of phone numbers in any usual form and names of audiences. */
export function findParticipants(entries: readonly string[], known: Known): Found {
  const participants = new Set<string>();
  const faults: string[] = [];
  for (const entry of entries) {
    const found = findEntry(entry, known);
    for (const participant of found.participants) participants.add(participant);
    faults.push(...found.faults);
  }
  return { participants: [...participants], faults };
}

/** The audience that these contacts are; null where none is the same. */
export function nameAudience(participants: readonly string[], audiences: Audiences): string | null {
  const [name = null] =
    Object.entries(audiences).find(([, list]) => areSame(participants, list)) ?? [];
  return name;
}

/** Whether they are the same people, in whatever order. */
export function areSame(participants: readonly string[], others: readonly string[]): boolean {
  const wanted = new Set(participants);
  return others.length === wanted.size && others.every((contact) => wanted.has(contact));
}

const list = z.union([z.string().transform(splitEntries), z.array(z.string())]);

/** The audiences that somebody gives, each number as `70000001234@c.us`. */
export function readAudiences(
  given: unknown,
  country: string,
): { readonly audiences: Audiences; readonly faults: readonly string[] } {
  const lists = z.record(z.string(), z.unknown()).safeParse(given ?? {});
  if (!lists.success) {
    return { audiences: {}, faults: ['audiences must be lists of phone numbers by name'] };
  }
  const faults: string[] = [];
  const read = Object.entries(lists.data).map(([name, entries]) => {
    const parsed = list.safeParse(entries);
    // An empty list of contacts would mean all of them.
    const isList = parsed.success && parsed.data.length > 0;
    if (!isList) faults.push(`audiences.${name} must be a list of phone numbers, and not empty`);
    if (!NAME.test(name)) {
      faults.push(`audiences.${name} needs another name: one word, with a letter in it`);
    }
    if (EVERYBODY.test(name)) faults.push(`audiences.${name} needs another name: all is everybody`);
    const found = findParticipants(parsed.data ?? [], { country, audiences: {} });
    faults.push(...found.faults.map((fault) => `audiences.${name}: ${fault}`));
    return [name, found.participants] as const;
  });
  return { audiences: Object.fromEntries(read), faults };
}

function findEntry(entry: string, known: Known): Found {
  const whole = findOne(entry, known);
  const words = entry.split(/\s+/);
  if (whole.faults.length === 0 || words.length === 1) return whole;
  // Spaces may stand between numbers that have none.
  const apart = words.map((word) => findOne(word, known));
  if (apart.some(({ faults }) => faults.length > 0)) return whole;
  return { participants: apart.flatMap(({ participants }) => participants), faults: [] };
}

function findOne(entry: string, { country, audiences }: Known): Found {
  const fault = (why: string) => ({ participants: [], faults: [`"${entry}" ${why}`] });
  if (PARTICIPANT_PATTERN.test(entry)) return { participants: [entry], faults: [] };
  if (EVERYBODY.test(entry)) return fault('is everybody, and stands alone');
  if (NAME.test(entry)) {
    const contacts = Object.hasOwn(audiences, entry) ? audiences[entry] : undefined;
    if (contacts !== undefined) return { participants: contacts, faults: [] };
    const names = Object.keys(audiences).join(', ');
    return fault(
      names === ''
        ? 'is neither a number nor an audience: the config file has none'
        : `is no audience: there are ${names}`,
    );
  }
  if (country !== '' && !loadNumberingPlans().isSupportedCountry(country.toUpperCase())) {
    return fault(`cannot be read: ${country} is no country`);
  }
  const readings = readNumber(entry, country.toUpperCase());
  const [reading] = readings;
  if (reading === undefined) {
    return fault(
      country === '' && /^\(?0/.test(entry)
        ? 'is a phone number without its country: write it like +49…, or set country'
        : 'is no phone number: write it with its country, like +49 170 1234567',
    );
  }
  if (readings.length > 1) return fault(`may be ${readings.join(' or ')}: write it with its +`);
  return { participants: [`${reading.slice(1)}@c.us`], faults: [] };
}

/**
 * What a number may be, as `+491701234567`; several where it is valid both with the country that it
 * may begin with and in the country of the settings: a status must not go to somebody else.
 */
function readNumber(entry: string, country: string): readonly string[] {
  const { isSupportedCountry, parsePhoneNumberFromString } = loadNumberingPlans();
  const parse = (text: string, defaultCountry: string) => {
    const options = isSupportedCountry(defaultCountry) ? { defaultCountry } : {};
    const number = parsePhoneNumberFromString(text, { ...options, extract: false });
    return number === undefined || number.ext !== undefined || !number.isPossible() ? null : number;
  };
  const text = entry.replace(/^00(?=[\s\d])/, '+');
  const isMarked = /^\(?[+\uFF0B]/.test(text);
  // GREEN-API's own notation begins with the country, and has no +.
  const abroad = isMarked ? parse(text, '') : parse(`+${text}`, '');
  if (isMarked || country === '') return abroad === null ? [] : [abroad.number];
  const home = parse(text, country);
  const valid = [home, abroad].filter((number) => number?.isValid() === true);
  const likely = valid.length > 0 ? valid : [abroad, home];
  const readings = likely.flatMap((number) => (number === null ? [] : [number.number]));
  return [...new Set(valid.length > 0 ? readings : readings.slice(0, 1))];
}

const require = createRequire(import.meta.url);

/** 80 kB that only numbers need; `require`, since settings are resolved without waiting. */
function loadNumberingPlans(): typeof import('libphonenumber-js/min') {
  return require('libphonenumber-js/min');
}

/** What is said of participants as whoever is shown it may read it: without any number. */
export function withoutNumbers(message: string): string {
  return message.includes('participants')
    ? message.replaceAll(/[+(]*\d[\d\s()./-]{4,}\d/g, '…')
    : message;
}
