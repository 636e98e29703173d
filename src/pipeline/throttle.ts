const EVERY_MS = 250;

/** Lets a few calls a second through. */
export function throttle(tell: (done: number) => void): (done: number) => void {
  let lastMs = 0;
  return (done) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < EVERY_MS) return;
    lastMs = nowMs;
    tell(done);
  };
}
