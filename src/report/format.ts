export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Such as `3.1 of 5.0 MB`: both in the unit of the whole. */
export function formatShare(bytes: number, of: number): string {
  const [whole = '', unit = ''] = formatBytes(of).split(' ');
  const share = bytes / (UNITS.get(unit) ?? 1);
  return `${share.toFixed(whole.includes('.') ? 1 : 0)} of ${whole} ${unit}`;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ...([
    ['B', 1],
    ['kB', 1e3],
    ['MB', 1e6],
    ['GB', 1e9],
  ] as const),
]);

/** Such as `0:07`, `12:40` or `1:02:03`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}

/** Such as `7.0 s`, or `11:20:00` where seconds say little. */
export function formatWait(seconds: number): string {
  return seconds < 100 ? `${seconds.toFixed(1)} s` : formatClock(seconds);
}

/**
 * Such as `4 Nov 2026, 09:05`, by this machine's clock. The first `Intl.DateTimeFormat` of a run
 * would take 16 to 30 ms.
 */
export function formatMoment(moment: Date): string {
  const [, month, day, year, time = ''] = moment.toString().split(' ');
  return `${Number(day)} ${month} ${year}, ${time.slice(0, 5)}`;
}

/** Names and tags come from anywhere: no control character of theirs reaches the terminal. */
export function clean(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '\u{fffd}');
}

/** `1 file`, `2 files`. */
export function countOf(count: number, word: string, many = `${word}s`): string {
  return `${count} ${count === 1 ? word : many}`;
}
