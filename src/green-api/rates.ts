import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import { StatuscastError } from '../errors.js';
import { CALLS_PER_SECOND, DELETES_PER_SECOND, SENDS_PER_SECOND } from '../limits.js';
import { createBrake, type Brake } from './brake.js';
import { createOwnStarts, monotonicMs, type Pace, type Starts } from './starts.js';

/** Calls begun in any one second, by method; 0 for no limit. */
export type Rates = Readonly<Record<string, number>>;

/** What GREEN-API allows one instance; a method that is not named here has `CALLS_PER_SECOND`. */
export const DEFAULT_RATES: Rates = {
  sendMediaStatus: SENDS_PER_SECOND,
  sendVoiceStatus: SENDS_PER_SECOND,
  deleteStatus: DELETES_PER_SECOND,
};

export interface StartOptions {
  /** Ends the wait for the turn. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the turn has come, just before the call; where it throws there is no call. */
  readonly beforeLeaving?: (() => Promise<void>) | undefined;
  /** Told of a wait of more than two seconds. */
  readonly onWaiting?: ((why: string, waitMs: number) => void) | undefined;
}

/**
 * Lets calls through as their method's rate allows. A call that was refused as too fast stops its
 * lane for a while, which its error then tells in `retryAfterMs`.
 */
export interface RateLimiter {
  <Answer>(method: string, call: () => Promise<Answer>, options?: StartOptions): Promise<Answer>;
}

export interface RateLimiterOptions {
  /**
   * Whose calls they are: the rates then hold for all processes of this machine and user together,
   * also across a restart. Default: for this limiter alone.
   */
  readonly instance?: string;
  /** Where those processes meet. Default: a folder of this user among the temporary ones. */
  readonly folder?: string;
  /**
   * Least milliseconds between the starts of two sends, asked for anew each time, as the instance
   * may tell it later. Default: 0.
   */
  readonly gapMs?: () => number;
}

/** Both fill the one queue of the instance, and are spaced together. */
const SENDS: ReadonlySet<string> = new Set(['sendMediaStatus', 'sendVoiceStatus']);

const LONG_WAIT_MS = 2000;

interface Lane {
  readonly name: string;
  readonly queue: PQueue;
  readonly brake: Brake;
}

/** One lane for each method, each with a sliding window: never over the rate in any second. */
export function createRateLimiter(
  rates: Rates = DEFAULT_RATES,
  { instance, folder = sharedFolder(), gapMs = () => 0 }: RateLimiterOptions = {},
): RateLimiter {
  const lanes = new Map<string, Lane>();
  const own = createOwnStarts();
  let opening: Promise<Starts> | undefined;
  const openStarts = async (): Promise<Starts> => {
    if (instance === undefined) return own;
    // SQLite is loaded only here.
    const { openSharedStarts } = await import('./shared-starts.js');
    const shared = await openSharedStarts(folder, instance);
    const take: Starts['take'] = (lane, pace) => {
      try {
        return shared.take(lane, pace);
      } catch {
        // A full disk is no reason not to send.
        return own.take(lane, pace);
      }
    };
    return { take };
  };

  const laneOf = (method: string): Lane => {
    const name = SENDS.has(method) ? 'send' : method;
    const known = lanes.get(name);
    if (known !== undefined) return known;
    const lane = { name, queue: new PQueue({ concurrency: 1 }), brake: createBrake() };
    lanes.set(name, lane);
    return lane;
  };

  const paceOf = (method: string): Pace => {
    const rate = rates[method] ?? DEFAULT_RATES[method] ?? CALLS_PER_SECOND;
    return {
      perSecond: rate === 0 ? Infinity : rate,
      gapMs: SENDS.has(method) ? gapMs() : 0,
    };
  };

  return async (method, call, options = {}) => {
    const lane = laneOf(method);
    const { signal } = options;
    opening ??= openStarts().catch(() => own);
    const starts = await opening;
    const start = () => takeStart(starts, lane, () => paceOf(method), method, options);
    try {
      // Only the start is limited: the call itself outlives its place in the lane.
      await lane.queue.add(start, signal === undefined ? {} : { signal });
    } catch (thrown) {
      if (signal?.aborted === true) throw new StatuscastError({ code: 'interrupted' });
      throw thrown;
    }
    return lane.brake.watch(call);
  };
}

/**
 * Waits until a start is allowed. Whoever wakes first takes it: one that was late, as a busy machine
 * makes them, would otherwise start among those behind it.
 */
async function takeStart(
  starts: Starts,
  { name, brake }: Lane,
  pace: () => Pace,
  method: string,
  { signal, beforeLeaving, onWaiting }: StartOptions,
): Promise<void> {
  for (;;) {
    const heldMs = brake.heldUntilMs() - monotonicMs();
    const turn =
      heldMs > 0 ? ({ type: 'later', waitMs: heldMs } as const) : starts.take(name, pace());
    if (turn.type === 'later') {
      const { waitMs } = turn;
      if (waitMs > LONG_WAIT_MS) onWaiting?.(`keeping to the pace of ${method}`, waitMs);
      await sleep(Math.ceil(waitMs), undefined, signal === undefined ? {} : { signal });
      continue;
    }
    try {
      await beforeLeaving?.();
    } catch (thrown) {
      turn.giveBack();
      throw thrown;
    }
    turn.leave();
    return;
  }
}

function sharedFolder(): string {
  const user = process.getuid?.() ?? userInfo().username;
  return path.join(tmpdir(), `statuscast-${user}`);
}
