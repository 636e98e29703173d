import { formatClock } from './format.js';
import { markup, type Html } from './markup.js';
import type { Lane, LaneTime } from './lane-times.js';

const NAMES: Readonly<Record<Lane, string>> = {
  ...{ inspect: 'look into', normalize: 'make', upload: 'upload', send: 'post' },
  'find-out': 'find out',
};

/** Where the time of a run went: a strip for each lane. */
export function drawTimes(lanes: readonly LaneTime[], runSeconds: number): Html {
  if (lanes.length === 0) return markup``;
  return markup`<section class="times" aria-labelledby="times">
    <h2 id="times">Where the time went</h2>
    <dl>${lanes.map((lane) => drawLane(lane, runSeconds))}</dl>
    <p class="note">
      Each strip is the run from its start to its end, filled where at least one file was there. The
      lanes work side by side, so they overlap. To post includes the pauses between two statuses.
    </p>
  </section> `;
}

function drawLane({ lane, busySeconds, fileSeconds, shares }: LaneTime, runSeconds: number): Html {
  const percent = Math.round(
    (100 * Math.min(busySeconds, runSeconds)) / Math.max(runSeconds, 0.001),
  );
  const pieces = joinEqual(shares.map((share) => Math.round(share * 10) / 10));
  return markup`<div class="lane ${lane}">
    <dt>${NAMES[lane]}</dt>
    <dd>
      <svg viewBox="0 0 ${shares.length} 1" preserveAspectRatio="none" aria-hidden="true">
        ${pieces.map(
          ({ at, length, share }) =>
            markup`<rect x="${at}" width="${length}" height="1" fill-opacity="${share}" />`,
        )}
      </svg>
      <span class="figures">
        <b>${percent} %</b><span class="more"> of the run, ${formatSeconds(fileSeconds)} over all files</span
        >
      </span>
    </dd>
  </div>`;
}

function joinEqual(shares: readonly number[]) {
  const pieces: { at: number; length: number; share: number }[] = [];
  for (const [at, share] of shares.entries()) {
    const last = pieces.at(-1);
    if (last?.share === share) last.length++;
    else pieces.push({ at, length: 1, share });
  }
  return pieces.filter(({ share }) => share > 0);
}

/** Such as `4.2 s`, `12 s` or `3:40 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 90 ? `${Math.round(seconds)} s` : `${formatClock(seconds)} min`;
}
