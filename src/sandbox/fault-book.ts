import { checkFault, faultsOn, type Fault, type FaultName, type FaultTarget } from './faults.js';

/** Knows which fault, if any, befalls the next request of a target. */
export interface FaultBook {
  add(fault: Fault): void;
  take(target: FaultTarget): Fault | null;
}

/** Faults by chance, the same in every run of the same requests. */
export interface RandomFaults {
  /** Of the requests of every method, 0 to 1. */
  readonly share: number;
  /** A whole number from 1. */
  readonly seed: number;
}

/** Somebody has to do something about the instance, or to wait for minutes: no chance brings them. */
const LASTING: readonly FaultName[] = [
  ...(['starting', 'creating', 'not-authorized', 'blocked', 'suspended', 'yellow-card'] as const),
  ...(['unauthorized', 'forbidden', 'quota', 'code-in-200'] as const),
];

/** Numbers from 0 to 1, the same everywhere: the generator of Park and Miller. */
export function createNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Gives one of the faults that can befall a target, or none. */
function createChance({ share, seed }: RandomFaults): (target: FaultTarget) => Fault | null {
  const next = createNumbers(seed);
  return (method) => {
    if (next() >= share) return null;
    const possible = faultsOn(method).filter((one) => !LASTING.includes(one));
    const name = possible[Math.floor(next() * possible.length)];
    return name === undefined ? null : { name, method, delayMs: RANDOM_SLOW_MS };
  };
}

const RANDOM_SLOW_MS = 300;

/** @throws Error when a fault makes no sense on its method, or its counts are not counts. */
export function createFaultBook(
  faults: readonly Fault[],
  random: RandomFaults | null = null,
): FaultBook {
  const byChance = random === null ? () => null : createChance(random);
  const entries: { readonly fault: Fault; seen: number }[] = [];
  const book: FaultBook = {
    add(fault) {
      checkFault(fault);
      entries.push({ fault, seen: 0 });
    },
    take(target) {
      let taken: Fault | null = null;
      for (const entry of entries) {
        if (entry.fault.method !== target) continue;
        entry.seen += 1;
        if (taken === null && isDue(entry.fault, entry.seen)) taken = entry.fault;
      }
      return taken ?? byChance(target);
    },
  };
  for (const fault of faults) book.add(fault);
  return book;
}

function isDue({ from = 1, times = 1 }: Fault, count: number): boolean {
  return count >= from && count < from + times;
}
