import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf } from '../errors.js';
import type { SummaryEvent } from '../events.js';
import { withoutNumbers } from '../participants.js';
import { countOf, formatBytes, formatMoment } from './format.js';
import { Html, markup } from './markup.js';
import type { LaneTime } from './lane-times.js';
import { namesOf } from './problems.js';
import { drawEntry, drawSkipped, type EntryOptions } from './report-entry.js';
import type { Spool } from './report-spool.js';
import { drawTimes, formatSeconds } from './report-times.js';
import type { RunState } from './run-state.js';

/** What the page says of a run beside its entries. */
export interface RunFacts {
  readonly state: RunState;
  readonly lanes: readonly LaneTime[];
  readonly begunAt: Date;
  readonly endedAtMs: number;
  readonly isSandbox: boolean;
  /** What was thrown; null where the run came to its end. */
  readonly failure: unknown;
  /** It goes on, and this is how it stands. */
  readonly isRunning: boolean;
  /** What became of statuses, by message id. */
  readonly seen: ReadonlyMap<string, string>;
}

/** The page piece by piece, so that it is never in memory as a whole. */
export async function* drawPage(spool: Spool, facts: RunFacts): AsyncGenerator<string> {
  const [style, script] = await Promise.all([
    readFile(new URL('page/report.css', import.meta.url), 'utf8'),
    readFile(new URL('page/viewer.js', import.meta.url), 'utf8'),
  ]);
  const options: EntryOptions = {
    seen: facts.seen,
    shown: { bytes: 0, without: 0, files: new Set() },
  };
  yield drawHead(style, script, facts).text;
  yield drawSummary(spool, facts).text;
  yield drawWarnings(facts.state).text;
  yield* drawSection(spool, 'problem', options);
  yield VIEWER.text;
  yield drawTimes(facts.lanes, secondsOf(facts)).text;
  yield* drawSection(spool, 'done', options);
  yield* drawFolded(spool, 'skipped', 'Skipped');
  yield* drawFolded(spool, 'not-reached', 'Not reached');
  yield drawFoot(script).text;
}

async function* drawSection(
  spool: Spool,
  section: 'problem' | 'done',
  options: EntryOptions,
): AsyncGenerator<string> {
  const count = spool.countOf(section);
  if (count === 0) return;
  const title = section === 'problem' ? 'Problems' : 'Files';
  yield markup`<section class="entries ${section}" aria-labelledby="${section}">
    <h2 id="${section}">${title} <span class="count">${count}</span></h2>
`.text;
  options.shown.without = 0;
  for await (const entry of spool.read(section)) yield drawEntry(entry, options).text;
  if (options.shown.without > 0 && options.shown.bytes > 0) {
    const statuses = countOf(options.shown.without, 'status', 'statuses');
    yield markup`<p class="note">
      ${statuses} without a picture here: together they are kept small enough to be mailed.
    </p>`.text;
  }
  yield '</section>\n';
}

async function* drawFolded(
  spool: Spool,
  section: 'skipped' | 'not-reached',
  title: string,
): AsyncGenerator<string> {
  const count = spool.countOf(section);
  if (count === 0) return;
  yield markup`<details>
    <summary><h2>${title} <span class="count">${count}</span></h2></summary>
    <ul>
`.text;
  for await (const entry of spool.read(section)) yield drawSkipped(entry).text;
  yield '</ul></details>\n';
}

/** Nothing is asked of anybody, and nothing runs but what is in this file. */
function drawHead(style: string, script: string, facts: RunFacts): Html {
  const policy = [
    ...["default-src 'none'", 'img-src data:', "base-uri 'none'", "form-action 'none'"],
    ...[`style-src '${hashOf(style)}'`, `script-src '${hashOf(script)}'`],
  ].join('; ');
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${headline(facts)} – statuscast</title>
        ${new Html(`<style>${style}</style>`)}
      </head>
      <body>
        <main>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function headline({ state: { started, statuses, counts } }: RunFacts): string {
  return started?.goal === 'prepare'
    ? `${countOf(counts.prepared, 'file')} prepared`
    : `${countOf(statuses, 'status', 'statuses')} posted`;
}

function secondsOf({ state, endedAtMs }: RunFacts): number {
  return state.summary?.seconds ?? (endedAtMs - state.begunAtMs) / 1000;
}

function drawSummary(spool: Spool, facts: RunFacts): Html {
  const { state, begunAt, isSandbox } = facts;
  const { counts, notReached, found, table } = state;
  const made = Object.values(table).reduce(
    (sum, row) => ({ in: sum.in + row.bytesIn, out: sum.out + row.bytesOut }),
    { in: 0, out: 0 },
  );
  const isPrepared = state.started?.goal === 'prepare';
  const tiles: readonly (readonly [string, number, string])[] = [
    isPrepared ? ['prepared', counts.prepared, 'done'] : ['sent', counts.sent, 'done'],
    ['skipped', counts.skipped, 'skipped'],
    ['failed', counts.failed, 'failed'],
    ['uncertain', counts.uncertain, 'uncertain'],
    ['not reached', notReached, 'skipped'],
  ];
  const shown = tiles.filter(
    ([name, count]) => count > 0 || !['uncertain', 'not reached'].includes(name),
  );
  const sizes =
    made.in === 0 ? null : markup`<span>${formatBytes(made.in)} → ${formatBytes(made.out)}</span>`;
  return markup`<header class="top">
    <p class="brand">statuscast</p>
    <h1>${headline(facts)}</h1>
    <p class="facts">
      <time datetime="${begunAt.toISOString()}">${formatMoment(begunAt)}</time>
      <span>${formatSeconds(secondsOf(facts))}</span>
      <span>${countOf(found.inputs, 'file')}</span>
      ${sizes}
      ${isSandbox ? markup`<span class="tag">sandbox: nothing left this machine</span>` : null}
    </p>
    <ul class="tiles">
      ${shown.map(
        ([name, count, look]) =>
          markup`<li class="${count === 0 ? 'none' : look}"><b>${count}</b> ${name}</li>`,
      )}
    </ul>
    ${drawEnd(facts)}
    ${
      spool.countOf('problem') === 0 && state.problems.groups.length === 0 && facts.failure === null
        ? markup`<p class="well">No problems.</p>`
        : null
    }
  </header> `;
}

/** Why the run ended before its work. */
function drawEnd({ state: { started, summary }, failure, isRunning }: RunFacts): Html | null {
  if (isRunning) return markup`<p class="well">The watch goes on.</p>`;
  const why = failure === null ? whyStopped(summary) : messageOf(failure);
  if (why === null) return null;
  const again =
    started?.goal === 'prepare'
      ? 'The same command begins anew.'
      : 'Nothing is lost: the same command goes on from here.';
  return markup`<p class="stopped"><strong>${why}</strong> ${again}</p>`;
}

function whyStopped(summary: SummaryEvent | null): string | null {
  if (summary === null) return 'The run was left before its end.';
  if (summary.stopped === null) return null;
  return summary.stopped.code === 'interrupted' ? 'Interrupted.' : summary.stopped.message;
}

/** Those of files and those of the run; the faults of files are told with them. */
function drawWarnings({ problems }: RunState): Html {
  const warnings = problems.groups.filter(({ mark }) => mark === 'warning');
  if (warnings.length === 0) return markup``;
  return markup`<section class="warnings" aria-labelledby="warnings">
    <h2 id="warnings">Warnings</h2>
    <ul>
      ${warnings.map((warning) => {
        const names = namesOf(warning, 3);
        const of = names === '' ? null : markup` <bdi>${names}</bdi>`;
        return markup`<li>${withoutNumbers(warning.message)}${of}</li>`;
      })}
    </ul>
  </section> `;
}

/** Shown by the script, which alone can play. */
const VIEWER = markup`<section class="viewer" id="viewer" aria-labelledby="viewer-title" hidden>
  <h2 id="viewer-title">As WhatsApp shows them</h2>
  <div
    class="phone"
    id="phone"
    role="group"
    aria-roledescription="viewer"
    aria-label="Statuses"
    tabindex="0"
  >
    <div class="bars" id="bars" aria-hidden="true"></div>
    <div class="who">
      <span class="avatar" aria-hidden="true"></span
      ><span class="name"><b>My status</b><bdi id="what"></bdi></span>
    </div>
    <div class="stage" id="stage"></div>
    <p class="under" id="under" dir="auto" tabindex="0"></p>
    <p class="speed" id="speed"></p>
  </div>
  <div class="controls">
    <button type="button" id="back" aria-label="Previous status">
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M15 5l-7 7 7 7" /></svg>
    </button>
    <button type="button" id="play" class="main">
      <svg viewBox="0 0 24 24" aria-hidden="true"><path id="play-mark" d="M8 5v14l11-7z" /></svg>
      <span id="play-word">Play</span>
    </button>
    <button type="button" id="next" aria-label="Next status">
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 5l7 7-7 7" /></svg>
    </button>
  </div>
  <p class="place" id="place" role="status"></p>
</section> `;

function drawFoot(script: string): Html {
  return markup`
        </main>
        <footer>
          <p>Made by statuscast. This page needs no network and holds no account, token, number or link.</p>
        </footer>
        ${new Html(`<script>${script}</script>`)}
      </body>
    </html>
`;
}
