import path from 'node:path';
import type { PreviewEvent, ResultEvent } from '../events.js';
import type { Output, PartResult, PlanSummary } from '../job.js';
import { STATUS_IMAGE_SECONDS } from '../limits.js';
import { withoutNumbers } from '../participants.js';
import { formatBytes, formatClock, formatMoment } from './format.js';
import { markup, type Html } from './markup.js';
import { AFTER_BOX, BEFORE_BOX, cropOf, drawPicture, drawSound } from './report-picture.js';
import type { Entry } from './report-spool.js';
import { formatSeconds } from './report-times.js';

export interface EntryOptions {
  /** What became of statuses, by message id. */
  readonly seen: ReadonlyMap<string, string>;
  /** What pictures the page has so far, of which files, and how many statuses are without. */
  readonly shown: { bytes: number; without: number; readonly files: Set<string> };
}

/** One status, or what was to be one. */
type Status = Pick<
  PartResult,
  'outcome' | 'output' | 'idMessage' | 'posting' | 'error' | 'reason'
> & { readonly number: number; readonly of: number; readonly startSeconds: number };

/** An input with its pictures, its plan and what became of it. */
export function drawEntry(entry: Entry, options: EntryOptions): Html {
  const { result, bytes, previews, seconds } = entry;
  const { input, kind, source, plan, outcome, error, parts } = result;
  const whole: Status = { ...result, number: 1, of: 1, startSeconds: 0 };
  const statuses = parts ?? [whole];
  const before = previews.find(({ part }) => part === null || part.number === 1) ?? null;
  const folder = path.dirname(input);
  const times = [
    ...(seconds.normalize > 0 ? [`made in ${formatSeconds(seconds.normalize)}`] : []),
    ...(seconds.upload > 0 ? [`uploaded in ${formatSeconds(seconds.upload)}`] : []),
  ].join(', ');
  return markup`<article class="entry ${outcome}">
    <header>
      <h3 dir="auto">${path.basename(input)}</h3>
      ${folder === '.' ? null : markup`<p class="folder"><bdi>${folder}</bdi></p>`}
      <span class="badge">${outcome}</span>
    </header>
    ${drawBefore(before, plan, source, bytes, options.shown.files)}
    <div class="words">
      ${error === null ? null : markup`<p class="message">${withoutNumbers(error.message)}</p>`}
      ${drawPlan(kind, plan, statuses.some(({ output }) => output !== null) ? DONE : PLANNED)} ${times === '' ? null : markup`<p class="spent">${times}</p>`}
    </div>
    <ol class="statuses">
      ${statuses.map((status) => drawStatus(status, result, previewOf(previews, status), options))}
    </ol>
  </article> `;
}

function previewOf(previews: readonly PreviewEvent[], { number, of }: Status): PreviewEvent | null {
  const own = previews.find(({ part }) => (of === 1 ? part === null : part?.number === number));
  return own ?? null;
}

function drawBefore(
  preview: PreviewEvent | null,
  plan: PlanSummary | null,
  source: string | null,
  bytes: number | null,
  files: Set<string>,
): Html {
  const facts = [source, bytes === null ? null : formatBytes(bytes)].filter(
    (fact) => fact !== null,
  );
  const { before = null, source: size = null } = preview ?? {};
  const picture =
    before === null
      ? null
      : drawPicture(
          before,
          BEFORE_BOX,
          'The source',
          size === null ? null : cropOf(plan, size, before),
          files,
        );
  return markup`<figure class="before">
    ${picture}
    <figcaption>${facts.join(' · ')}</figcaption>
  </figure>`;
}

function drawPlan(
  kind: ResultEvent['kind'],
  plan: PlanSummary | null,
  words: Readonly<Record<keyof typeof DONE, string>>,
): Html | null {
  if (kind === null || plan === null || plan.action === 'refuse') return null;
  const how = plan.fit === null ? '' : FITTED[plan.fit];
  const reasons = plan.reasons.length === 0 ? ['it is right as it is'] : plan.reasons;
  return markup`<p class="plan"><b>${words[plan.action]}</b> as ${kind}${how}</p>
    <ul class="reasons">
      ${reasons.map((reason) => markup`<li>${reason}</li>`)}
    </ul>`;
}

const DONE = { keep: 'Kept', remux: 'Remuxed', encode: 'Encoded' } as const;

const PLANNED = {
  keep: 'Would be kept',
  remux: 'Would be remuxed',
  encode: 'Would be encoded',
} as const;

const FITTED = {
  crop: ', cut to 9:16',
  blur: ', whole over a blurred copy',
  pad: ', whole over a colour',
} as const;

function drawStatus(
  status: Status,
  { input, kind, outcome }: ResultEvent,
  preview: PreviewEvent | null,
  { seen, shown }: EntryOptions,
): Html | null {
  const { output, posting, idMessage, number, of, startSeconds } = status;
  if (output === null) return null;
  const after = preview?.after ?? null;
  const picture =
    after === null ? null : drawPicture(after, AFTER_BOX, 'The status', null, shown.files);
  if (picture !== null) shown.bytes += picture.text.length;
  else if (kind !== 'audio') shown.without++;
  const isShown = status.outcome === 'sent' || status.outcome === 'prepared';
  const part = of === 1 ? '' : `${number} of ${of}`;
  const seconds = output.durationSeconds ?? STATUS_IMAGE_SECONDS;
  const became = idMessage === null ? null : (seen.get(idMessage) ?? null);
  const facts: readonly (readonly [string, string | Html | null])[] = [
    ['part', of === 1 ? null : `${part}, from ${formatClock(startSeconds)}`],
    ['state', of === 1 || status.outcome === outcome ? null : status.outcome],
    ['posted', posting?.postedAt == null ? null : drawTime(posting.postedAt)],
    ['to', posting?.postedAt == null ? null : audienceOf(posting.contacts)],
    ['id', idMessage === null ? null : markup`<code>${idMessage}</code>`],
    ['link until', posting?.linkExpiresAt == null ? null : drawTime(posting.linkExpiresAt)],
    ['seen', became],
    ['error', of === 1 || status.error === null ? null : withoutNumbers(status.error.message)],
  ];
  const name = `${path.basename(input)}${part === '' ? '' : ` (${part})`}`;
  const caption = posting?.caption ?? '';
  const play = isShown
    ? markup` data-kind="${kind}" data-seconds="${seconds}" data-name="${name}"
      data-caption="${caption}"`
    : null;
  return markup`<li class="status ${kind}" ${play}>
    <div class="shown">
      ${picture ?? (kind === 'audio' ? drawSound() : null)}
      <p class="made">${describe(output)}</p>
    </div>
    ${caption === '' ? null : markup`<p class="caption" dir="auto">${caption}</p>`}
    <dl class="facts">
      ${facts.map(([term, fact]) =>
        fact === null
          ? null
          : markup`<div>
              <dt>${term}</dt>
              <dd>${fact}</dd>
            </div>`,
      )}
    </dl>
  </li>`;
}

function describe({ bytes, width, height, durationSeconds }: Output): string {
  return [
    ...(width === null ? [] : [`${width}×${height}`]),
    ...(durationSeconds === null ? [] : [formatClock(durationSeconds)]),
    formatBytes(bytes),
  ].join(' · ');
}

function audienceOf(contacts: number): string {
  if (contacts === 0) return 'all contacts';
  return contacts === 1 ? '1 contact' : `${contacts} contacts`;
}

function drawTime(iso: string): Html {
  return markup`<time datetime="${iso}">${formatMoment(new Date(iso))}</time>`;
}

/** A line of what was left out. */
export function drawSkipped({ result }: Entry): Html {
  const { input, reason, detail, error } = result;
  return markup`<li>
    <bdi>${input}</bdi> <span>${detail ?? reason ?? error?.message ?? ''}</span>
  </li> `;
}
