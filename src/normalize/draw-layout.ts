/**
 * Width that places in a drawn video are given for, with 1280 lines: clear of what phones draw over
 * its top and bottom.
 */
export const LAYOUT_WIDTH = 720;

/** A drawing that sharp reads. */
export function svg(width: number, height: number, body: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`,
  );
}
