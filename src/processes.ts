import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

/** A process, told apart from every other one that ever had its number. */
export interface ProcessMark {
  /** The machine since its last start, and the numbering of its processes. */
  readonly host: string;
  readonly pid: number;
  /** When it began, as the system says it; '' where it does not say. */
  readonly began: string;
}

let ownMark: ProcessMark | undefined;

/** The mark of this process. */
export function markOwnProcess(): ProcessMark {
  ownMark ??= readOwnMark();
  return ownMark;
}

function readOwnMark(): ProcessMark {
  const boot = readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  // Two containers may share a name, and both have a process 1.
  const numbering = readOr('', () => readlinkSync('/proc/self/ns/pid'));
  const host = [hostname(), boot, numbering].join(' ');
  return { host, pid: process.pid, began: beginOf(process.pid)?.began ?? '' };
}

/** Whether a process is known to be no more; one on another machine never is. */
export function isGone({ host, pid, began }: ProcessMark, own: ProcessMark): boolean {
  if (host !== own.host) return false;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // Any other answer speaks of a process that is there.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH';
  }
  const now = beginOf(pid);
  return now !== null && (now.isZombie || (began !== '' && now.began !== began));
}

/** The mark of a process as a part of a file's name: what it leaves behind tells whose it was. */
export function nameOf({ host, pid, began }: ProcessMark): string {
  return `${shortened(host)}-${pid}-${began}`;
}

/** A name that nothing else has, and that tells that it is of this process. */
export function nameOwn(prefix: string): string {
  return `${prefix}${nameOf(markOwnProcess())}-${randomUUID()}`;
}

/** What other machines and containers have left nobody else can tell from what is theirs still. */
const KEPT_MS = 7 * 24 * 3_600_000;

/**
 * Removes what bears a name of `nameOwn` and is nobody's any more: its process is gone, or was on
 * another machine and has not touched it for a week.
 * @param names of what is in the folder, or below it
 */
export async function removeLeftBehind(
  folder: string,
  names: readonly string[],
  prefix: string,
): Promise<void> {
  for (const name of names) {
    const { base } = path.parse(name);
    if (!base.startsWith(prefix)) continue;
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found === null || !isLeftBehind(base.slice(prefix.length), found.mtimeMs)) continue;
    await rm(file, { recursive: true, force: true });
  }
}

function isLeftBehind(marked: string, touchedAtMs: number): boolean {
  const [, host, pid, began = ''] = /^([0-9a-f]{8})-(\d+)-(\d*)-/.exec(marked) ?? [];
  // It is no name of ours.
  if (host === undefined) return false;
  const own = markOwnProcess();
  if (host !== shortened(own.host)) return Date.now() - touchedAtMs > KEPT_MS;
  return isGone({ host: own.host, pid: Number(pid), began }, own);
}

function shortened(host: string): string {
  return createHash('sha256').update(host).digest('hex').slice(0, 8);
}

/** What Linux says of a process; null elsewhere. */
function beginOf(pid: number): { readonly began: string; readonly isZombie: boolean } | null {
  const told = readOr(null, () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // Its name comes second, in brackets, and may hold anything.
  const fields = told?.slice(told.lastIndexOf(')') + 2).split(' ');
  const began = fields?.[19];
  return began === undefined ? null : { began, isZombie: fields?.[0] === 'Z' };
}

function readOr<Value, Fallback>(fallback: Fallback, read: () => Value): Value | Fallback {
  try {
    return read();
  } catch {
    return fallback;
  }
}
