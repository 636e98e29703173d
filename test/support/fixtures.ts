import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** Absolute path of a fixture. */
export function fixture(file: string): string {
  const url = new URL('../../fixtures/', import.meta.url);
  return fileURLToPath(url) + file;
}

const rowSchema = z.object({
  file: z.string(),
  kind: z.enum(['image', 'audio', 'video']).nullable(),
  action: z.enum(['keep', 'remux', 'encode']).nullable(),
  outcome: z.enum(['sent', 'skipped', 'failed']),
  reason: z.string().nullable(),
  code: z.string().nullable(),
  seconds: z.tuple([z.number(), z.number()]).nullable(),
});

/** What must become of each fixture. */
export const manifest = z
  .array(rowSchema)
  .parse(JSON.parse(readFileSync(fixture('manifest.json'), 'utf8')));
