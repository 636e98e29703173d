import { stat as statWith, type Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { StatuscastError } from '../errors.js';
import type { Input } from '../job.js';
import { findCaptionTexts, isCaptionsFile } from './choices-beside.js';
import { leadsOut } from './leads-out.js';
import { compareNames, readFolder } from './read-folder.js';
import { NO_STAMP, stampOf, type FileFacts } from './stamp.js';

/** A path given by the user that is there. */
export interface Root {
  /** As it was given. */
  readonly given: string;
  /** Absolute, with links followed. */
  readonly real: string;
  readonly isFolder: boolean;
}

/**
 * Finds the paths given; one that is given twice counts once.
 * @throws StatuscastError `path-missing` with all that are not there
 */
export async function findRoots(paths: readonly string[]): Promise<readonly Root[]> {
  const roots = new Map<string, Root>();
  const missing: string[] = [];
  for (const given of paths) {
    try {
      const real = await realpath(given);
      const found = await stat(real);
      // A pipe or a device would be waited for without end.
      if (!found.isFile() && !found.isDirectory()) missing.push(given);
      else if (!roots.has(real)) roots.set(real, { given, real, isFolder: found.isDirectory() });
    } catch {
      missing.push(given);
    }
  }
  if (missing.length > 0) throw new StatuscastError({ code: 'path-missing', paths: missing });
  return [...roots.values()];
}

/**
 * Walks the roots in the order given, folders in the order in which people read names: `2.jpg`
 * before `10.jpg`. What is given by itself as well as with a folder around it comes where it stands
 * by itself. Hidden files are left out, and so are links that lead out of their folder, and
 * files that say what is chosen for others.
 * @param leaveOut absolute paths of folders of ours, which may lie among the inputs
 */
export async function* discover(
  roots: readonly Root[],
  leaveOut: readonly string[],
): AsyncGenerator<Input> {
  for (const root of roots) {
    const { given, real } = root;
    if (!root.isFolder) {
      const name = path.basename(given);
      if (await isOfChoices(real)) continue;
      // What has gone since fails in its turn, as a file that cannot be read.
      const found = await stat(real).catch(() => null);
      yield { input: given, path: real, relativePath: name, ...sightOf(found) };
      continue;
    }
    yield* walk(root, '', new Set([...leaveOut, ...roots.map((other) => other.real)]));
  }
}

/**
 * What a walk would find at one place below a root and under it; nothing where no walk comes.
 * @param relativePath empty for the whole root
 */
export async function* discoverAt(
  root: Root,
  relativePath: string,
  leaveOut: readonly string[],
): AsyncGenerator<Input> {
  const ours = new Set(leaveOut);
  if (relativePath === '') {
    yield* walk(root, '', ours);
    return;
  }
  const names = relativePath.split(path.sep);
  const above = names.map((_, at) => path.join(root.real, ...names.slice(0, at)));
  const isApart = names.some((name) => name.startsWith('.'));
  if (isApart || above.some((folder) => ours.has(folder))) return;
  if (await isOfChoices(path.join(root.real, relativePath))) return;
  const place = placesIn(root, path.dirname(relativePath))(path.basename(relativePath));
  yield* visit(root, place, ours, await lookAt(place, true));
}

async function* walk(
  root: Root,
  folder: string,
  leaveOut: ReadonlySet<string>,
): AsyncGenerator<Input> {
  const content = await readFolder(path.join(root.real, folder)).catch(() => null);
  if (content === null) {
    // A folder that cannot be read is told of like a file that cannot.
    const input = path.join(root.given, folder);
    const unread = { input, path: path.join(root.real, folder), relativePath: folder };
    yield { ...unread, ...sightOf(null) };
    return;
  }
  const { files, links } = content;
  const texts = new Set(findCaptionTexts(files).values());
  const names = content.names
    .filter((name) => !(files.has(name) && (isCaptionsFile(name) || texts.has(name))))
    .toSorted(compareNames);
  const placeOf = placesIn(root, folder);
  for (let at = 0; at < names.length; at += LOOKED_AT_AT_ONCE) {
    const looks = names.slice(at, at + LOOKED_AT_AT_ONCE).map(async (name) => {
      const place = placeOf(name);
      return [place, await lookAt(place, links.has(name))] as const;
    });
    for (const [place, look] of await Promise.all(looks)) {
      // Most are, and need no generator of their own.
      const isHere = look.real === place.path && !leaveOut.has(place.path);
      if (isHere && look.found?.isFile() === true) {
        yield { ...place, ...sightOf(look.found) };
      } else yield* visit(root, place, leaveOut, look);
    }
  }
}

/** One by one takes four times as long; more of them would be old before their turn comes. */
const LOOKED_AT_AT_ONCE = 16;

/** Where something stands: its path as it was given, for programs, and below the root. */
type Place = Pick<Input, 'input' | 'path' | 'relativePath'>;

/** Gives the places of names in a folder, for all of which its paths are joined once. */
function placesIn(root: Root, folder: string): (name: string) => Place {
  const before = (above: string) => path.join(above, folder, '_').slice(0, -1);
  const [given, real, relative] = [before(root.given), before(root.real), before('')];
  return (name) => ({ input: given + name, path: real + name, relativePath: relative + name });
}

/** What was seen at one place. */
interface Look {
  /** Its path with links followed; null where it leads nowhere. */
  readonly real: string | null;
  /** Null where nothing is there. */
  readonly found: Stats | null;
}

/** In three fifths of the time that the one of promises takes, which is most of a walk's. */
const look = promisify(statWith);

/**
 * @param mayLead false where it is known to stand there itself: following links takes longer than
 * all the rest of a walk
 */
async function lookAt({ path: file }: Place, mayLead: boolean): Promise<Look> {
  const real = mayLead ? await realpath(file).catch(() => null) : file;
  return { real, found: real === null ? null : await look(real).catch(() => null) };
}

/** What stands at one place, by the rules for all. */
async function* visit(
  root: Root,
  place: Place,
  leaveOut: ReadonlySet<string>,
  { real, found }: Look,
): AsyncGenerator<Input> {
  if (real === null || found === null) {
    // A link to nowhere is nothing; what has gone, or has a name that is no UTF-8, is told of.
    const isLink = await lstat(place.path).then(
      (entry) => entry.isSymbolicLink(),
      () => false,
    );
    if (!isLink) yield { ...place, ...sightOf(null) };
    return;
  }
  const isOutside = real !== place.path && leadsOut(root.real, real);
  if (isOutside || leaveOut.has(real)) return;
  if (found.isDirectory()) {
    // A folder behind a link that stays inside is met under its own name.
    if (real === place.path) yield* walk(root, place.relativePath, leaveOut);
  } else if (found.isFile()) {
    yield { ...place, ...sightOf(found) };
  }
}

/** What an input says of a file that was looked at; of one that is not there, nothing. */
export function sightOf(found: FileFacts | null): Pick<Input, 'bytes' | 'stamp'> {
  return { bytes: found?.size ?? 0, stamp: found === null ? NO_STAMP : stampOf(found) };
}

/** Orders paths below a folder as a walk comes to them. */
export function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split(path.sep), b.split(path.sep)];
  const at = left.findIndex((name, depth) => name !== right[depth]);
  return at === -1 ? left.length - right.length : compareNames(left[at] ?? '', right[at] ?? '');
}

/** Whether a file that was given is not media but says what is chosen for what is. */
async function isOfChoices(file: string): Promise<boolean> {
  const name = path.basename(file);
  if (isCaptionsFile(name)) return true;
  if (!/\.txt$/i.test(name)) return false;
  const content = await readFolder(path.dirname(file)).catch(() => null);
  return [...findCaptionTexts(content?.files ?? []).values()].includes(name);
}
