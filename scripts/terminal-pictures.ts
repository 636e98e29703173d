import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import stringWidth from 'string-width';

// Takes the pictures of the README: what a terminal shows of a real run over the fixtures, in the
// middle and at its end, as SVG. Needs tmux.

const OUT = 'docs';
const [COLUMNS, ROWS] = [100, 26];
const CELL = { width: 8.4, height: 18, pad: 14 };

const cli = path.resolve('dist/cli.js');
const cwd = mkdtempSync(path.join(tmpdir(), 'statuscast-pictures-'));
// Enough to see each lane at work, and something that goes wrong.
const wanted = [
  ...['landscape.jpg', 'праздник 海 🎉.jpg', 'long-64s-high.mp4', 'cover.mp3', 'grey.png'],
  ...['surround.flac', 'sixty-frames.mp4', 'transparent.png', 'interlaced.mp4', 'yuv444.mp4'],
  ...['voice-note.ogg', 'panorama-3000x300.jpg', 'mirrored.mp4', 'tags.mp3', 'wave.png'],
  ...['refused/photo.jpg', 'moov-last.mp4', 'two-sounds.mp4'],
];
for (const name of wanted) {
  cpSync(path.join('fixtures', name), path.join(cwd, 'holiday', path.basename(name)));
}
cpSync('fixtures/refused/truncated.jpg', path.join(cwd, 'holiday/DSC_0042.jpg'));

const socket = `statuscast-pictures-${process.pid}`;
const tmux = (...words: readonly string[]) => {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', TMUX: '' };
  return execFileSync('tmux', ['-u', '-L', socket, ...words], { env, encoding: 'utf8' });
};

/** Waits for a moment worth a picture, and takes it. */
async function capture(isMoment: (screen: string) => boolean): Promise<string> {
  for (let looks = 0; looks < 1200; looks++) {
    const screen = tmux('capture-pane', '-p', '-e');
    if (isMoment(screen.replaceAll(SGR, ''))) return screen;
    await sleep(100);
  }
  throw new Error('the moment never came');
}

// oxlint-disable-next-line no-control-regex
const SGR = /\u001b\[([\d;]*)m/g;

/** What a screen shows as SVG: each run of a style at its column, so that no font moves it. */
function draw(screen: string): string {
  const lines = screen.replace(/\s+$/, '').split('\n');
  const spans: string[] = [];
  let style = { fill: '#d4d4d4', bold: false, dim: false };
  for (const [row, line] of lines.entries()) {
    let [column, from] = [0, 0];
    const put = (text: string) => {
      if (text.trim() !== '') {
        const weight = style.bold ? ' font-weight="bold"' : '';
        const opacity = style.dim ? ' opacity="0.55"' : '';
        const x = (CELL.pad + column * CELL.width).toFixed(1);
        const y = CELL.pad + (row + 1) * CELL.height - 5;
        const length = (stringWidth(text) * CELL.width).toFixed(1);
        spans.push(
          `<text x="${x}" y="${y}" fill="${style.fill}"${weight}${opacity} textLength="${length}" lengthAdjust="spacingAndGlyphs">${escape(text)}</text>`,
        );
      }
      column += stringWidth(text);
    };
    for (const mark of line.matchAll(SGR)) {
      put(line.slice(from, mark.index));
      from = mark.index + mark[0].length;
      for (const code of (mark[1] ?? '').split(';').map(Number)) style = styled(style, code);
    }
    put(line.slice(from));
  }
  const [width, height] = [
    Math.round(COLUMNS * CELL.width + 2 * CELL.pad),
    lines.length * CELL.height + 2 * CELL.pad,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">`,
    `<rect width="100%" height="100%" rx="8" fill="#1e1e1e"/>`,
    ...spans,
    '</svg>\n',
  ].join('\n');
}

const INKS: ReadonlyMap<number, string> = new Map([
  ...([
    [31, '#f14c4c'],
    [32, '#23d18b'],
    [33, '#e5c07b'],
    [36, '#29b8db'],
    [39, '#d4d4d4'],
  ] as const),
]);

function styled(style: { fill: string; bold: boolean; dim: boolean }, code: number) {
  if (code === 0) return { fill: '#d4d4d4', bold: false, dim: false };
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  return { ...style, fill: INKS.get(code) ?? style.fill };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

try {
  const size = ['-x', String(COLUMNS), '-y', String(ROWS)];
  const words = 'send holiday --sandbox --caption Greetings --gap 0.5';
  const run = `env -u CI -u NO_COLOR LANG=C.UTF-8 '${process.execPath}' '${cli}' ${words}`;
  const script = `printf '$ statuscast ${words}\\n'; ${run}; echo over; exec sleep 600`;
  tmux('-f', '/dev/null', 'new-session', '-d', ...size, '-c', cwd, script);
  mkdirSync(OUT, { recursive: true });
  // An encode in the middle, something sent and something that went wrong.
  const middle = await capture((screen) =>
    /[2-8]\d% +encode video .* of 60 s[^]*problems[^]*done +\d/.test(screen),
  );
  writeFileSync(path.join(OUT, 'terminal-run.svg'), draw(middle));
  const end = await capture((screen) => screen.trimEnd().endsWith('over'));
  const shown = end.replace(/over\s*$/, '').replaceAll(cwd, '/home/me');
  writeFileSync(path.join(OUT, 'terminal-end.svg'), draw(shown));
} finally {
  tmux('kill-server');
  rmSync(cwd, { recursive: true, force: true });
}
