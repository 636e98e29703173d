import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CropWindow, PlanSummary, Preview } from '../job.js';
import { markup, type Html } from './markup.js';

/** The crop in pixels of the small picture; null where all of it is shown. */
export function cropOf(
  plan: PlanSummary | null,
  { width, height }: { readonly width: number; readonly height: number },
  before: Preview,
): CropWindow | null {
  const crop = plan?.crop ?? null;
  if (crop === null || (crop.width === width && crop.height === height)) return null;
  const [x, y] = [before.window.width / width, before.window.height / height];
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    ...{ left: round(crop.left * x), top: round(crop.top * y) },
    ...{ width: round(crop.width * x), height: round(crop.height * y) },
  };
}

/** The pictures are drawn at most so large, in pixels of the page. */
export const BEFORE_BOX = { width: 176, height: 152 } as const;
export const AFTER_BOX = { width: 136, height: 152 } as const;

type Box = typeof BEFORE_BOX | typeof AFTER_BOX;

/**
 * A picture, or the first frame of several.
 * @param crop what is not in it is dimmed
 * @param drawn files that the page has already: two pictures may be of one, which is put in once
 * @returns null where the file is gone
 */
export function drawPicture(
  preview: Preview,
  box: Box,
  words: string,
  crop: CropWindow | null,
  drawn: Set<string>,
): Html | null {
  const { frames, window } = preview;
  const { left, top, width, height } = window;
  const scale = Math.min(box.width / width, box.height / height);
  const label = crop === null ? words : `${words}; what is shown of it is outlined`;
  const image = drawFile(preview, drawn);
  if (image === null) return null;
  // What of the file lies around the window would be seen beside an outer `svg`, but not an inner.
  return markup`<svg
    class="picture"
    viewBox="0 0 ${width} ${height}"
    width="${Math.round(width * scale)}"
    height="${Math.round(height * scale)}"
    role="img"
    aria-label="${label}"
  >
    <svg
      viewBox="${left} ${top} ${width} ${height}"
      width="${width}"
      height="${height}"
      data-frames="${frames}"
    >
      ${image}
    </svg>
    ${crop === null ? null : drawCrop(crop, width, height)}
  </svg>`;
}

function drawFile({ path: file, width, height }: Preview, drawn: Set<string>): Html | null {
  const id = path.basename(file, path.extname(file));
  if (drawn.has(file)) return markup`<use href="#${id}" />`;
  const data = readOrNull(file);
  if (data === null) return null;
  drawn.add(file);
  const link = `data:image/jpeg;base64,${data}`;
  return markup`<image id="${id}" href="${link}" width="${width}" height="${height}" />`;
}

function drawCrop({ left, top, width, height }: CropWindow, allWidth: number, allHeight: number) {
  const all = `M0 0H${allWidth}V${allHeight}H0Z`;
  const hole = `M${left} ${top}v${height}h${width}v${-height}Z`;
  return markup`<path class="away" fill-rule="evenodd" d="${all}${hole}" /><rect
      class="kept"
      x="${left}"
      y="${top}"
      width="${width}"
      height="${height}"
      vector-effect="non-scaling-stroke"
    />`;
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'base64');
  } catch {
    return null;
  }
}

/** In the place of a picture of a sound. */
export function drawSound(): Html {
  const bars = [5, 9, 14, 8, 18, 24, 13, 20, 28, 17, 23, 12, 19, 26, 15, 9, 16, 7, 11, 5];
  return markup`<svg
    class="sound"
    viewBox="0 0 100 32"
    width="100"
    height="32"
    role="img"
    aria-label="Sound"
  >
    ${bars.map(
      (height, at) =>
        markup`<rect
          x="${at * 5 + 1}"
          y="${16 - height / 2}"
          width="3"
          height="${height}"
          rx="1.5"
        />`,
    )}
  </svg>`;
}
