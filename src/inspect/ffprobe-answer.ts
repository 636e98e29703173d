import * as z from 'zod';

// ffprobe prints most numbers as text and leaves out, or calls `N/A`, what it does not know.

const numeric = z
  .union([z.number(), z.string()])
  .optional()
  .transform((value) => {
    const parsed = value === undefined || value === '' ? Number.NaN : Number(value);
    return Number.isFinite(parsed) ? parsed : null;
  });

const ratio = z
  .string()
  .optional()
  .transform((value) => {
    const [over = '', under = ''] = value?.split(/[/:]/) ?? [];
    const parsed = Number(over) / Number(under);
    return Number.isFinite(parsed) && parsed > 0 ? parsed : null;
  });

const word = z
  .string()
  .optional()
  .transform((value) => (value === undefined || value === 'unknown' ? null : value));

const tags = z
  .record(z.string(), z.string())
  .default({})
  .transform((all) =>
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name.toLowerCase(), value])),
  );

const streamSchema = z.object({
  index: z.number(),
  codec_type: z.string().default('data'),
  codec_name: z.string().default('unknown'),
  profile: word,
  level: numeric,
  width: z.number().default(0),
  height: z.number().default(0),
  pix_fmt: word,
  sample_aspect_ratio: ratio,
  avg_frame_rate: ratio,
  r_frame_rate: ratio,
  has_b_frames: z.number().default(0),
  field_order: word,
  color_primaries: word,
  color_transfer: word,
  color_space: word,
  color_range: word,
  sample_rate: numeric,
  channels: z.number().default(0),
  bit_rate: numeric,
  duration: numeric,
  nb_frames: numeric,
  disposition: z
    .object({ default: z.number().default(0), attached_pic: z.number().default(0) })
    .default({ default: 0, attached_pic: 0 }),
  tags,
  start_time: numeric,
  side_data_list: z
    .array(
      z.object({
        side_data_type: z.string().default(''),
        displaymatrix: z.string().optional(),
        dv_profile: z.number().optional(),
        dv_bl_signal_compatibility_id: z.number().optional(),
      }),
    )
    .default([]),
});

/** What `ffprobe -of json` prints, as far as it is used. */
export const probeSchema = z.object({
  format: z.object({
    format_name: z.string(),
    start_time: numeric,
    duration: numeric,
    size: numeric,
    tags,
  }),
  streams: z.array(streamSchema),
  chapters: z.array(z.unknown()).default([]),
  packets: z
    .array(
      z.object({
        stream_index: z.number(),
        pts_time: numeric,
        duration_time: numeric,
        flags: z.string().default(''),
      }),
    )
    .optional(),
});

export type RawStream = z.output<typeof streamSchema>;
export type RawProbe = z.output<typeof probeSchema>;
