import { LAYOUT_WIDTH, svg } from './draw-layout.js';

/** Where the bars of the waveform are, in pixels. */
export interface Bars {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly count: number;
}

const BARS = { left: 72, top: 928, width: 576, height: 176, count: 48, gap: 4 } as const;

/** The bars' place in a picture of this width; all of it even, for the colours' half resolution. */
export function barsIn(width: number): Bars {
  const scale = width / LAYOUT_WIDTH;
  const even = (pixels: number) => Math.round((pixels * scale) / 2) * 2;
  return {
    left: even(BARS.left),
    top: even(BARS.top),
    width: even(BARS.width),
    height: even(BARS.height),
    count: BARS.count,
  };
}

/** All bars, of one height, in the middle of their place. */
export function barsSvg(bars: Bars, barHeight: number, fill: string, opacity = 1): Buffer {
  const step = bars.width / bars.count;
  const gap = (step * BARS.gap * BARS.count) / BARS.width;
  const top = (bars.height - barHeight) / 2;
  const all = Array.from({ length: bars.count }, (_, i) => {
    const left = i * step + gap / 2;
    return `<rect x="${left}" y="${top}" width="${step - gap}" height="${barHeight}" rx="${(step - gap) / 2}"/>`;
  });
  const group = `<g fill="${fill}" fill-opacity="${opacity}">${all.join('')}</g>`;
  return svg(bars.width, bars.height, group);
}
