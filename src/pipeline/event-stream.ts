import type { StatuscastEvent } from '../events.js';

/**
 * Turns a run that tells its events into an iterable of them. Its failure is thrown once the
 * events before it are read; leaving the loop early calls `leave` and waits for the run to end.
 */
export async function* streamEvents(
  run: (emit: (event: StatuscastEvent) => void) => Promise<void>,
  leave: () => void,
): AsyncGenerator<StatuscastEvent, void, void> {
  const pending: StatuscastEvent[] = [];
  let wake = () => {};
  let isOver = false;
  const running = run((event) => {
    pending.push(event);
    wake();
  }).finally(() => {
    isOver = true;
    wake();
  });
  running.catch(() => undefined); // thrown below, when its turn has come
  try {
    for (;;) {
      const event = pending.shift();
      if (event !== undefined) yield event;
      else if (isOver) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    await running;
  } finally {
    leave();
    await running.catch(() => undefined);
  }
}
