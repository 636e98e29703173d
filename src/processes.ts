import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from every other one that ever had its number. */
export interface ProcessMark {
  /** The machine since its last start, and the numbering of its processes. */
  readonly host: string;
  readonly pid: number;
  /** When it began, as the system says it; '' where it does not say. */
  readonly began: string;
}

/** The mark of this process. */
export function markOwnProcess(): ProcessMark {
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

/** What Linux says of a process; null elsewhere. */
function beginOf(pid: number): { readonly began: string; readonly isZombie: boolean } | null {
  const stat = readOr(null, () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // Its name comes second, in brackets, and may hold anything.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
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
