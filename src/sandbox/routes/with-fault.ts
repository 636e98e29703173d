import { once } from 'node:events';
import type { HttpBindings } from '@hono/node-server';
import { setTimeout as wait } from 'node:timers/promises';
import { DEFAULT_SLOW_MS, FAULT_EFFECTS, type FaultName, type FaultTarget } from '../faults.js';
import type { FaultBook } from '../fault-book.js';
import type { Reply } from '../reply.js';

/**
 * Carries a request out, or does to it what the fault that is due does. Null: no answer is given,
 * and the connection is broken or the client has given up.
 */
export async function withFault(
  book: FaultBook,
  target: FaultTarget,
  { incoming, outgoing }: HttpBindings,
  path: string,
  closing: AbortSignal,
  carryOut: (fault: FaultName | null) => Reply | Promise<Reply>,
): Promise<Reply | null> {
  const fault = book.take(target);
  if (fault === null) return carryOut(null);

  const effect = FAULT_EFFECTS[fault.name];
  switch (effect.does) {
    case 'reply':
      if (effect.carriesOut) {
        const reply = await carryOut(fault.name);
        // It was not carried out, and an answer that says so is none of the fault's doing.
        if (reply.status >= 400) return reply;
      }
      return effect.reply(target, path);
    case 'break':
      if (effect.carriesOut) {
        await carryOut(fault.name);
        incoming.socket.destroy();
      } else incoming.socket.resetAndDestroy();
      return null;
    case 'hang':
      // Unread, a body would keep the socket from noticing that the client has gone.
      incoming.resume();
      if (!incoming.socket.destroyed) await once(outgoing, 'close');
      return null;
    case 'wait':
      await wait(fault.delayMs ?? DEFAULT_SLOW_MS, undefined, { signal: closing });
      return carryOut(fault.name);
    case 'alter':
      return carryOut(fault.name);
  }
}
