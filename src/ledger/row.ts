import * as z from 'zod';
import { KINDS } from '../job.js';
import type { LedgerEntry } from './ledger.js';

const json = <Shape>(shape: z.ZodType<Shape>) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(shape);

const planShape = z.object({
  action: z.enum(['keep', 'remux', 'encode', 'refuse']),
  reasons: z.array(z.string()),
  // Rows of 0.1 have neither.
  fit: z.enum(['crop', 'blur', 'pad']).nullable().default(null),
  crop: z
    .object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() })
    .nullable()
    .default(null),
});

const outputShape = z.object({
  path: z.string(),
  bytes: z.number(),
  mime: z.enum(['image/jpeg', 'audio/mpeg', 'video/mp4']),
  width: z.number().nullable(),
  height: z.number().nullable(),
  durationSeconds: z.number().nullable(),
});

const messageShape = z.object({
  account: z.string(),
  fileName: z.string(),
  caption: z.string(),
  participants: z.array(z.string()),
  as: z.enum(['media', 'voice']),
});

const confirmationShape = z.object({
  status: z.string(),
  delivered: z.number(),
  read: z.number(),
  atMs: z.number(),
});

const STATES = [
  ...(['normalized', 'uploaded', 'sending', 'sent', 'uncertain', 'failed', 'undone'] as const),
] as const;

const rowSchema = z.object({
  key: z.string(),
  content: z.string(),
  kind: z.enum(KINDS),
  state: z.enum(STATES),
  input: z.string(),
  source: z.string(),
  plan: json(planShape),
  output: json(outputShape),
  account: z.string().nullable(),
  message: json(messageShape).nullable(),
  url_file: z.string().nullable(),
  expires_at_ms: z.number().nullable(),
  attempted_at_ms: z.number().nullable(),
  id_message: z.string().nullable(),
  run_id: z.number().nullable(),
  journaled: z.number().nullable(),
  confirmation: json(confirmationShape).nullable(),
  error: json(z.object({ code: z.string(), message: z.string() })).nullable(),
  changed_at_ms: z.number(),
});

/**
 * A row as an entry.
 * @param unmask gives a text back as it was before it was stored, for a row of that account
 */
export function entryIn(
  row: unknown,
  unmask: (text: string, account: string | null) => string,
): LedgerEntry {
  const read = rowSchema.parse(row);
  const { url_file, expires_at_ms, error, account } = read;
  const { key, content, kind, state, input, source, plan, output, message, confirmation } = read;
  return {
    ...{ key, content, kind, state, input, source, plan, output, message, confirmation },
    link:
      url_file === null || expires_at_ms === null
        ? null
        : { urlFile: unmask(url_file, account), expiresAtMs: expires_at_ms },
    error: error === null ? null : { ...error, message: unmask(error.message, account) },
    attemptedAtMs: read.attempted_at_ms,
    idMessage: read.id_message,
    runId: read.run_id,
    isJournaled: read.journaled === 1,
    changedAtMs: read.changed_at_ms,
  };
}
