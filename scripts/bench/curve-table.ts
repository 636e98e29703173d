import { presetOf } from '../../src/plan/preset.js';
import type { Settings } from '../../src/settings.js';

/** One encoding of the same clips. */
export interface Point {
  readonly preset: string;
  readonly crf: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Against the source; 1 is the same. */
  readonly ssim: number;
}

export interface Curve {
  /** How long the clips are. */
  readonly seconds: number;
  readonly points: readonly Point[];
}

/** A table in Markdown, in which the encoding of these defaults is 1. */
export function curveTable(
  { points }: Curve,
  settings: Pick<Settings, 'videoPreset' | 'videoCrf'>,
): string {
  const own = points.find(
    ({ preset, crf }) => preset === presetOf(settings) && crf === settings.videoCrf,
  );
  if (own === undefined) throw new Error('the default is not on the curve');
  const rows = points.map((point) => {
    const cells = [
      ...[point.preset, String(point.crf), point.ssim.toFixed(4)],
      ...[(point.bytes / own.bytes).toFixed(2), (point.seconds / own.seconds).toFixed(2)],
    ];
    return `| ${cells.map((cell) => (point === own ? `**${cell}**` : cell)).join(' | ')} |`;
  });
  return [
    '| preset | CRF | SSIM | bytes | time |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
