import { turnsOf, type Score } from './contest.js';
import { median } from './measure.js';
import type { Bench } from './speed-table.js';

const WIDTH = 720;
const LABELS_WIDTH = 110;
const BARS_WIDTH = WIDTH - LABELS_WIDTH - 70;
const LINE_HEIGHT = 24;
const TITLE = 'Time taken, by hand being 1; less is better';
const HEAD_HEIGHT = 34;
const GAP_HEIGHT = 16;

/**
 * Bars of how long statuscast and its rivals took, as an SVG that fits a light and a dark page.
 * By hand is 1: the same command lines and calls, and nothing else.
 */
export function drawChart({ results }: Bench): string {
  const groups = Object.values(results).filter(({ scores }) =>
    scores.some(({ name }) => name === 'by hand'),
  );
  const longest = Math.max(...groups.flatMap(({ scores }) => barsOf(scores).map(([, one]) => one)));
  let y = HEAD_HEIGHT;
  const parts = groups.flatMap(({ what, scores }) => {
    const head = `<text class="what" x="0" y="${y + 20}">${what}</text>`;
    y += HEAD_HEIGHT;
    const bars = barsOf(scores).map(([name, times]) => {
      const width = Math.max(2, (times / longest) * BARS_WIDTH).toFixed(1);
      const bar =
        `<text x="${LABELS_WIDTH - 10}" y="${y + 15}" text-anchor="end">${name}</text>` +
        `<rect class="${name === 'statuscast' ? 'ours' : 'theirs'}" x="${LABELS_WIDTH}" y="${y + 2}" width="${width}" height="18" rx="3"/>` +
        `<text x="${LABELS_WIDTH + Number(width) + 8}" y="${y + 15}">${times.toFixed(2)}</text>`;
      y += LINE_HEIGHT;
      return bar;
    });
    y += GAP_HEIGHT;
    return [head, ...bars];
  });
  const style =
    'text{font:13px system-ui,sans-serif;fill:#1f2328}.what{font-weight:600}.ours{fill:#128c7e}.theirs{fill:#8b949e}' +
    '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ours{fill:#25d366}.theirs{fill:#6e7681}}';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="${TITLE}">` +
    `<title>${TITLE}</title><style>${style}</style><text x="0" y="20">${TITLE}</text>${parts.join('')}</svg>\n`
  );
}

function barsOf(scores: readonly Score[]): readonly (readonly [name: string, times: number])[] {
  const byHand = turnsOf(scores, 'by hand', 'wallSeconds');
  return scores.map(({ name }) => {
    const walls = turnsOf(scores, name, 'wallSeconds');
    return [name, median(walls.map((wall, turn) => wall / (byHand[turn] ?? 0)))];
  });
}
