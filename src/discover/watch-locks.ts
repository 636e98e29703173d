import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import path from 'node:path';

/** Names that browsers, downloaders and copying programs give to what is not whole yet. */
const UNFINISHED =
  /(\.(part|partial|crdownload|download|opdownload|filepart|tmp|temp|lock|aria2|!qb|!ut|swp)|~lock)$|^~\$/i;

/** Safari keeps what it is downloading in a folder. */
const UNFINISHED_FOLDER = /\.download$/i;

/** Whether a file is on its way to another name or place, or only says that one is at work. */
export function isUnfinished(relativePath: string): boolean {
  const folders = path.dirname(relativePath).split(path.sep);
  const isKept = folders.some((folder) => UNFINISHED_FOLDER.test(folder));
  return isKept || UNFINISHED.test(path.basename(relativePath));
}

/** Whether another file beside it says that somebody is at work on it. */
export async function hasLockFile(file: string): Promise<boolean> {
  const { dir, base } = path.parse(file);
  const names = [`${base}.lock`, `.${base}.lock`, `.~lock.${base}#`, `${base}.aria2`];
  const isThere = (name: string) =>
    stat(path.join(dir, name)).then(
      () => true,
      () => false,
    );
  return (await Promise.all(names.map(isThere))).includes(true);
}

/**
 * Which of these files a process has open for writing, or has locked for it. Only Linux tells, of
 * the processes of the same user, and of the locks of all; elsewhere it is none.
 */
export async function findWritten(files: readonly string[]): Promise<ReadonlySet<string>> {
  if (process.platform !== 'linux') return new Set();
  const byId = new Map<string, string>();
  for (const file of files) {
    const found = await stat(file).catch(() => null);
    if (found !== null) byId.set(idOf(found), file);
  }
  const names = new Set(files.map((file) => path.basename(file)));
  const written = new Set<string>();
  const add = (id: string) => {
    const file = byId.get(id);
    if (file !== undefined) written.add(file);
  };
  for (const id of await lockedIds()) add(id);
  for (const process of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(process)) continue;
    for (const id of await writtenBy(process, names)) add(id);
  }
  return written;
}

function idOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev} ${ino}`;
}

/** What a process writes, of the files of these names. */
async function writtenBy(process: string, names: ReadonlySet<string>): Promise<readonly string[]> {
  const folder = `/proc/${process}/fd`;
  const open = await readdir(folder).catch(() => []);
  const written: string[] = [];
  for (const number of open) {
    const link = `${folder}/${number}`;
    const target = await readlink(link).catch(() => '');
    // By its name first: a look at a file on a share that hangs would hang as well.
    if (!names.has(path.basename(target))) continue;
    const info = await readFile(`/proc/${process}/fdinfo/${number}`, 'utf8').catch(() => '');
    const found = await stat(link).catch(() => null);
    if (found !== null && isForWriting(info)) written.push(idOf(found));
  }
  return written;
}

/** The lowest two bits of the flags, in octal: 1 writes, 2 reads and writes. */
function isForWriting(info: string): boolean {
  const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '0', 8);
  return flags % 4 > 0 || /^lock:.*\bWRITE\b/m.test(info);
}

/** `1: FLOCK  ADVISORY  WRITE 812 08:01:131 0 EOF`: the device in hexadecimal, then the inode. */
const LOCK = /\bWRITE\s+\S+\s+([\da-f]+):([\da-f]+):(\d+)\b/;

async function lockedIds(): Promise<readonly string[]> {
  const text = await readFile('/proc/locks', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [, major = '', minor = '', inode = ''] = LOCK.exec(line) ?? [];
    if (inode === '') return [];
    const device = deviceOf(Number.parseInt(major, 16), Number.parseInt(minor, 16));
    return [idOf({ dev: device, ino: Number(inode) })];
  });
}

/** As the C library puts the two numbers of a device together. */
function deviceOf(major: number, minor: number): number {
  return (minor % 0x100) + (major % 0x1000) * 0x100 + Math.floor(minor / 0x100) * 0x100000;
}
