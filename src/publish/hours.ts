import { setTimeout as sleep } from 'node:timers/promises';

/** Minutes after midnight; where it ends before it begins, it goes on over midnight. */
interface Span {
  readonly from: number;
  readonly to: number;
}

export interface HoursOptions {
  readonly signal: AbortSignal;
  /** Told once for each wait. */
  readonly onWaiting: (why: string, waitMs: number) => void;
  /** The machine's clock. */
  readonly now?: (() => Date) | undefined;
}

/** A machine may sleep, and its clock be set: it is looked at now and then. */
const LOOK_MS = 30_000;

/**
 * Waits until the hours begin, by the wall clock of this machine.
 * @param hours as the setting has them; empty for all
 * @returns whether there was a wait
 */
export async function awaitHours(
  hours: string,
  { signal, onWaiting, now = () => new Date() }: HoursOptions,
): Promise<boolean> {
  let told: string | null = null;
  for (;;) {
    signal.throwIfAborted();
    const at = now();
    const opensAt = nextOpening(hours, at);
    if (opensAt === null) return told !== null;
    const waitMs = opensAt.getTime() - at.getTime();
    const why = `outside of the hours ${hours}: goes on at ${clockOf(opensAt)}`;
    if (why !== told) onWaiting(why, waitMs);
    told = why;
    await sleep(Math.min(LOOK_MS, waitMs), undefined, { signal });
  }
}

/** When the hours begin that come next; null where it is one of them. */
export function nextOpening(hours: string, at: Date): Date | null {
  const spans = parseHours(hours);
  const minute = at.getHours() * 60 + at.getMinutes();
  if (spans.length === 0 || spans.some((span) => isWithin(span, minute))) return null;
  const openings = spans.flatMap(({ from }) =>
    // The day after tomorrow, where the clock leaves out the time of tomorrow.
    [0, 1, 2].map((days) => {
      const day = new Date(at.getFullYear(), at.getMonth(), at.getDate() + days);
      day.setHours(0, from);
      return day.getTime();
    }),
  );
  return new Date(Math.min(...openings.filter((opensMs) => opensMs > at.getTime())));
}

function isWithin({ from, to }: Span, minute: number): boolean {
  // The same twice is a whole day.
  if (from === to) return true;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

function parseHours(hours: string): readonly Span[] {
  if (hours.trim() === '') return [];
  return hours.split(',').map((span) => {
    const [from = 0, to = 0] = span.split('-').map(minuteOf);
    return { from, to };
  });
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

function clockOf(date: Date): string {
  return [date.getHours(), date.getMinutes()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
