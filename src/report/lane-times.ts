import type { StageEvent, StatuscastEvent } from '../events.js';

export type Lane = StageEvent['stage'];

/** When a lane was at work. */
export interface LaneTime {
  readonly lane: Lane;
  /** With one file or more. */
  readonly busySeconds: number;
  /** Of all its files together. */
  readonly fileSeconds: number;
  /** The run from its start to its end in equal pieces: what share of each it was at work. */
  readonly shares: readonly number[];
}

const LANES: readonly Lane[] = ['inspect', 'normalize', 'upload', 'send', 'find-out'];

/** So many pieces at most, in however long a run: when they are full, each two become one. */
const PIECES_MAX = 160;
const FIRST_PIECE_MS = 25;

interface Lines {
  readonly busyMs: number[];
  files: number;
  sinceMs: number;
  fileMs: number;
}

/** Folds when the lanes of a run were at work; bounded by the files under way. */
export function createLaneTimes() {
  let begunMs: number | null = null;
  let pieceMs = FIRST_PIECE_MS;
  const lines = new Map<Lane, Lines>();
  const underWay = new Map<string, { readonly lane: Lane; readonly sinceMs: number }>();

  const lineOf = (lane: Lane) => {
    const known = lines.get(lane);
    if (known !== undefined) return known;
    const line = { busyMs: [], files: 0, sinceMs: 0, fileMs: 0 };
    lines.set(lane, line);
    return line;
  };

  const makeRoom = (untilMs: number) => {
    while (untilMs > pieceMs * PIECES_MAX) {
      pieceMs *= 2;
      for (const line of lines.values()) halve(line.busyMs);
    }
  };

  const addBusy = ({ busyMs }: Lines, fromMs: number, untilMs: number) => {
    makeRoom(untilMs);
    for (let at = Math.floor(fromMs / pieceMs); at * pieceMs < untilMs; at++) {
      const share = Math.min(untilMs, (at + 1) * pieceMs) - Math.max(fromMs, at * pieceMs);
      busyMs[at] = (busyMs[at] ?? 0) + share;
    }
  };

  const leave = (input: string, nowMs: number) => {
    const own = underWay.get(input);
    if (own === undefined) return;
    underWay.delete(input);
    const line = lineOf(own.lane);
    line.fileMs += nowMs - own.sinceMs;
    line.files--;
    if (line.files === 0) addBusy(line, line.sinceMs, nowMs);
  };

  const enter = (input: string, lane: Lane, nowMs: number) => {
    leave(input, nowMs);
    const line = lineOf(lane);
    if (line.files === 0) line.sinceMs = nowMs;
    line.files++;
    underWay.set(input, { lane, sinceMs: nowMs });
  };

  return {
    note: (event: StatuscastEvent, atMs: number) => {
      begunMs ??= atMs;
      const nowMs = atMs - begunMs;
      if (event.type === 'stage') enter(event.input, event.stage, nowMs);
      if (event.type === 'stage-end' || event.type === 'result') leave(event.input, nowMs);
    },
    /** At the end: whatever is still under way ends with it. */
    read: (atMs: number): readonly LaneTime[] => {
      const endMs = atMs - (begunMs ?? atMs);
      for (const input of underWay.keys()) leave(input, endMs);
      // A watch may have waited for days.
      makeRoom(endMs);
      const pieces = Math.max(1, Math.ceil(endMs / pieceMs));
      return LANES.flatMap((lane) => {
        const line = lines.get(lane);
        if (line === undefined) return [];
        const lengthOf = (at: number) => Math.max(1, Math.min(pieceMs, endMs - at * pieceMs));
        const shares = Array.from({ length: pieces }, (_, at) =>
          Math.min(1, (line.busyMs[at] ?? 0) / lengthOf(at)),
        );
        const busyMs = line.busyMs.reduce((sum, ms) => sum + ms, 0);
        return [{ lane, busySeconds: busyMs / 1000, fileSeconds: line.fileMs / 1000, shares }];
      });
    },
  };
}

function halve(busyMs: number[]): void {
  const halves = Array.from({ length: Math.ceil(busyMs.length / 2) }, (_, at) => {
    return (busyMs[2 * at] ?? 0) + (busyMs[2 * at + 1] ?? 0);
  });
  busyMs.splice(0, busyMs.length, ...halves);
}
