import * as z from 'zod';
import { bundledFfprobe, runForBytes } from './programs.js';

const tags = z.record(z.string(), z.string()).default({});

const streamSchema = z.object({
  codec_type: z.string(),
  codec_name: z.string().optional(),
  profile: z.string().optional(),
  level: z.number().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  pix_fmt: z.string().optional(),
  sample_aspect_ratio: z.string().optional(),
  r_frame_rate: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  has_b_frames: z.number().optional(),
  field_order: z.string().optional(),
  color_range: z.string().optional(),
  color_space: z.string().optional(),
  color_transfer: z.string().optional(),
  color_primaries: z.string().optional(),
  sample_rate: z.string().optional(),
  channels: z.number().optional(),
  bit_rate: z.coerce.number().optional(),
  duration: z.coerce.number().optional(),
  nb_frames: z.coerce.number().optional(),
  side_data_list: z.array(z.unknown()).default([]),
  tags,
});

const probeSchema = z.object({
  format: z.object({
    format_name: z.string(),
    duration: z.coerce.number(),
    size: z.coerce.number(),
    tags,
  }),
  streams: z.array(streamSchema),
  chapters: z.array(z.unknown()),
  packets: z
    .array(
      z.object({
        codec_type: z.string(),
        pts_time: z.coerce.number(),
        dts_time: z.coerce.number(),
      }),
    )
    .default([]),
});

export type Ffprobe = z.output<typeof probeSchema>;
export type FfprobeStream = z.output<typeof streamSchema>;

/** Everything that the bundled ffprobe, or another, says of a file, its packets too. */
export async function ffprobe(path: string, program = bundledFfprobe): Promise<Ffprobe> {
  const show = ['-show_format', '-show_streams', '-show_chapters', '-show_packets'];
  const stdout = await runForBytes(program, [
    ...['-v', 'error', '-of', 'json'],
    ...show,
    ...['-i', `file:${path}`],
  ]);
  return probeSchema.parse(JSON.parse(stdout.toString()));
}

/** Seconds of the longest of a file and its streams. */
export function longestSeconds({ format, streams }: Ffprobe): number {
  return Math.max(format.duration, ...streams.map(({ duration }) => duration ?? 0));
}
