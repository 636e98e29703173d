import sharp from 'sharp';

// For the whole process, before anything is decoded. Measured on photographs of 12 megapixels: one
// thread each, with as many jobs as cores, is the fastest (5.2 a second on two cores; one job with
// all threads: 2.8). What libvips caches is asked for once only, and a progressive JPEG of 100
// megapixels that is kept takes 0.6 GB.
sharp.concurrency(1);
sharp.cache(false);

/** As everything in this process uses it: `decode-heic.js` and `render-svg.js` run in their own. */
export { sharp };
export type { OverlayOptions, Sharp } from 'sharp';
