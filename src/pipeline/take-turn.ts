import type { Queued } from './run.js';

/** A place in the order of sends, behind the one before it. */
export function takeTurn(before: Promise<void>): Pick<Queued, 'turn' | 'leave' | 'left'> {
  let leave = () => {};
  const own = new Promise<void>((resolve) => {
    leave = resolve;
  });
  return { turn: before, leave, left: own.then(() => before) };
}
