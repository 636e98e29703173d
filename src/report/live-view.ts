import type { WriteStream } from 'node:tty';
import ansiEscapes from 'ansi-escapes';
import { onExit } from 'signal-exit';
import type { RunState } from './run-state.js';
import type { Style } from './style.js';
import { viewLines } from './view-lines.js';

/** A view of a run on a terminal, painted over itself as the run goes on. */
export interface LiveView {
  /** What to paint from now on. */
  readonly show: (state: RunState) => void;
  /** Leaves the terminal as it was. */
  readonly close: () => void;
}

const FRAME_MS = 100;
/** What is typed is echoed over the view: all of it is painted anew now and then. */
const WHOLE_MS = 1000;

/**
 * Opens the view on the terminal's other screen, as pagers and editors do: what is resized there leaves nothing behind, and what the shell showed before comes back.
 * @param signal fires when the run is to end: that is told
 */
export function openLiveView(terminal: WriteStream, style: Style, signal: AbortSignal): LiveView {
  let shown: RunState | null = null;
  let painted: readonly string[] = [];
  let size = '';
  let wholeAtMs = -Infinity;
  const paint = () => {
    if (shown === null || terminal.destroyed) return;
    // Asked for each time: the event that tells of a change comes later than the change.
    const [columns, rows] = terminal.getWindowSize();
    const isResized = size !== `${columns} ${rows}`;
    size = `${columns} ${rows}`;
    // The last column stays free, since terminals differ in what they do behind it; the last row is
    // that of the cursor and of what is typed.
    const [width, height] = [Math.max(1, columns - 1), Math.max(1, rows - 1)];
    const nowMs = performance.now();
    const view = { nowMs, width, height, style, isEnding: signal.aborted };
    const lines = viewLines(shown, view);
    const isWhole = isResized || nowMs - wholeAtMs >= WHOLE_MS;
    if (isWhole) wholeAtMs = nowMs;
    const changes = linesOver(isWhole ? [] : painted, lines);
    painted = lines;
    if (changes === '' && !isWhole) return;
    const before = isResized ? ansiEscapes.eraseScreen : '';
    const below = isWhole ? ansiEscapes.cursorTo(0, lines.length) + ansiEscapes.eraseDown : '';
    const cursor = ansiEscapes.cursorTo(0, rows - 1);
    terminal.write(ansiEscapes.synchronizedOutput(before + changes + below + cursor));
  };
  const enter = () => {
    terminal.write(ansiEscapes.enterAlternativeScreen + ansiEscapes.cursorHide);
    size = '';
    paint();
  };
  const leave = () => {
    // Erased for those that have no other screen.
    const begin = ansiEscapes.eraseScreen + ansiEscapes.cursorTo(0, 0);
    terminal.write(begin + ansiEscapes.exitAlternativeScreen + ansiEscapes.cursorShow);
  };
  const suspend = () => {
    leave();
    process.kill(process.pid, 'SIGSTOP');
  };
  const close = () => {
    clearInterval(frames);
    forget();
    process.off('SIGTSTP', suspend).off('SIGCONT', enter);
    terminal.off('resize', paint);
    signal.removeEventListener('abort', paint);
    leave();
  };
  enter();
  const frames = setInterval(paint, FRAME_MS);
  // Whoever leaves at once leaves nothing half-painted behind.
  const forget = onExit(close);
  process.on('SIGTSTP', suspend).on('SIGCONT', enter);
  terminal.on('resize', paint);
  signal.addEventListener('abort', paint, { once: true });
  return {
    show: (state) => {
      shown = state;
    },
    close,
  };
}

/** What is to be written over lines that are on the screen to make others of them. */
function linesOver(before: readonly string[], lines: readonly string[]): string {
  const rows = Array.from({ length: Math.max(before.length, lines.length) }, (_, row) => row);
  const changed = rows.filter((row) => before[row] !== lines[row]);
  return changed
    .map((row) => ansiEscapes.cursorTo(0, row) + (lines[row] ?? '') + ansiEscapes.eraseEndLine)
    .join('');
}
