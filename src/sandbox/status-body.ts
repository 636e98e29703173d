import * as z from 'zod';
import { CAPTION_MAX_LENGTH, PARTICIPANT_PATTERN } from '../limits.js';

const urlFile = z.url({ protocol: /^https?$/ });

const fileName = z
  .string()
  .refine((name) => !name.startsWith('\uFEFF'), 'must not begin with a byte order mark');

/** In UTF-16 units; the max() of zod 4 counts code points, so that an emoji would pass as one. */
const caption = z
  .string()
  .refine(
    (text) => text.length <= CAPTION_MAX_LENGTH,
    `must be at most ${CAPTION_MAX_LENGTH} characters`,
  );

const participants = z.array(z.string().regex(PARTICIPANT_PATTERN)).optional();

/** The body of sendMediaStatus. A field it does not know is refused: a typo would be lost quietly. */
export const mediaStatusBody = z.strictObject({
  urlFile,
  fileName,
  caption: caption.optional(),
  participants,
});

/** The body of sendVoiceStatus, which has no caption. */
export const voiceStatusBody = z.strictObject({
  urlFile,
  fileName,
  backgroundColor: z.string().optional(),
  participants,
});

/** The body of either, as it was accepted. */
export const statusBody = z.union([mediaStatusBody, voiceStatusBody]);

export type StatusBody = z.infer<typeof statusBody>;

/** The caption, null where there is none. */
export function captionOf(body: StatusBody): string | null {
  return 'caption' in body ? (body.caption ?? null) : null;
}
