import { appendFileSync, readFileSync, truncateSync } from 'node:fs';
import * as z from 'zod';
import { MEDIA_KINDS } from './media-types.js';
import { statusBody } from './status-body.js';

const uploadLine = z.object({
  type: z.literal('upload'),
  /** Of the file in the files folder, and the last part of its link. */
  name: z.string(),
  bytes: z.number(),
  contentType: z.string(),
  gaFileName: z.string(),
  sha256: z.string(),
  receivedAt: z.number(),
  contentLength: z.number(),
  /** Its link is only for downloading: no status can be made of it. */
  downloadOnly: z.boolean(),
});

const statusLine = z.object({
  type: z.literal('status'),
  idMessage: z.string(),
  viaMethod: z.enum(['sendMediaStatus', 'sendVoiceStatus']),
  body: statusBody,
  kind: z.enum(MEDIA_KINDS),
  /** The upload that its link names, null if the link names none of ours. */
  uploadName: z.string().nullable(),
  /** Whether WhatsApp will ever see it: its link was a direct one. */
  appears: z.boolean(),
  acceptedAt: z.number(),
  leavesQueueAt: z.number(),
  /** The file name that the journal shows for it, which is not the one it was given. */
  journalName: z.string(),
});

const deletionLine = z.object({ type: z.literal('deletion'), idMessage: z.string() });

const logLine = z.discriminatedUnion('type', [uploadLine, statusLine, deletionLine]);

export type UploadLine = z.infer<typeof uploadLine>;
export type StatusLine = z.infer<typeof statusLine>;
type LogLine = z.infer<typeof logLine>;

/** An append-only file of JSON lines; a line is on disk before what it says is answered. */
export interface Log {
  /** What the file held when it was opened. */
  readonly lines: readonly LogLine[];
  append(line: LogLine): void;
}

/**
 * Opens the log at `path`, made if missing. A last line without its line break was torn by a crash
 * before it was answered: it is cut off.
 *
 * @throws Error when another line cannot be read.
 */
export function openLog(path: string): Log {
  appendFileSync(path, '');
  const content = readFileSync(path);
  const whole = content.subarray(0, content.lastIndexOf('\n') + 1);
  if (whole.length < content.length) truncateSync(path, whole.length);
  return {
    lines: whole
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
      .map((line, index) => parseLine(line, path, index + 1)),
    append(line) {
      appendFileSync(path, `${JSON.stringify(line)}\n`);
    },
  };
}

function parseLine(text: string, path: string, number: number): LogLine {
  try {
    return logLine.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(
      `Cannot read ${path}: line ${number} is not one of a sandbox. Move the file away or choose another folder.`,
      { cause },
    );
  }
}
