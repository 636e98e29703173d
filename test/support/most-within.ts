/** The most moments that any window of that length holds. */
export function mostWithin(windowMs: number, moments: readonly number[]): number {
  return Math.max(
    ...moments.map((start) => moments.filter((at) => at >= start && at < start + windowMs).length),
  );
}
