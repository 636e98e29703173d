import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LINK_LIFETIME_DAYS } from '../limits.js';
import { openLog, type Log, type StatusLine, type UploadLine } from './log.js';
import { extensionOf, type MediaKind } from './media-types.js';
import { PARTIAL_SUFFIX } from './receive-file.js';
import type { StatusBody } from './status-body.js';

const DAY_MS = 24 * 60 * 60_000;

/** How far a status has come. */
export type StatusState =
  /** in the queue */
  | 'pending'
  /** published, and in the journal */
  | 'sent'
  /** accepted, but its link was no direct one of ours: it is never published */
  | 'never'
  /** taken back by deleteStatus */
  | 'deleted';

/**
 * What the sandbox has received: the files, and the statuses in order of acceptance. A status
 * leaves the queue a fixed time after it was accepted and after the one before it left, so
 * everything follows from the log and the clock.
 */
export class Store {
  readonly #log: Log;
  readonly #filesFolder: string;
  readonly #sendDelayMs: number;
  readonly #now: () => number;
  readonly #uploads = new Map<string, UploadLine>();
  readonly #statuses: StatusLine[] = [];
  readonly #deleted = new Set<string>();

  constructor(log: Log, filesFolder: string, sendDelayMs: number, now: () => number) {
    this.#log = log;
    this.#filesFolder = filesFolder;
    this.#sendDelayMs = sendDelayMs;
    this.#now = now;
    for (const line of log.lines) {
      switch (line.type) {
        case 'upload':
          this.#uploads.set(line.name, line);
          break;
        case 'status':
          this.#statuses.push(line);
          break;
        case 'deletion':
          this.#deleted.add(line.idMessage);
          break;
      }
    }
  }

  get uploads(): readonly UploadLine[] {
    return [...this.#uploads.values()];
  }

  get statuses(): readonly StatusLine[] {
    return this.#statuses;
  }

  /** The statuses that wait to be sent, first in first. */
  get queue(): readonly StatusLine[] {
    const time = this.#now();
    return this.#statuses.filter(
      (status) => status.leavesQueueAt > time && !this.#deleted.has(status.idMessage),
    );
  }

  /** The statuses that were published and not taken back, newest last. */
  get journal(): readonly StatusLine[] {
    return this.#statuses.filter((status) => this.stateOf(status) === 'sent');
  }

  stateOf(status: StatusLine): StatusState {
    if (this.#deleted.has(status.idMessage)) return 'deleted';
    if (!status.appears) return 'never';
    return status.leavesQueueAt > this.#now() ? 'pending' : 'sent';
  }

  /** Where the file of that name is, or will be. */
  pathOf(name: string): string {
    return join(this.#filesFolder, name);
  }

  uploadOf(status: StatusLine): UploadLine | null {
    return status.uploadName === null ? null : (this.#uploads.get(status.uploadName) ?? null);
  }

  /** The upload that a link's last part names: its own name, or one that the journal gave it. */
  findUpload(name: string): UploadLine | null {
    const journaled = this.#statuses.find((status) => status.journalName === name);
    const upload = this.#uploads.get(journaled?.uploadName ?? name);
    return upload === undefined || this.#now() >= expiryOf(upload) ? null : upload;
  }

  addUpload(received: Omit<UploadLine, 'type' | 'receivedAt'>): void {
    const upload: UploadLine = { type: 'upload', ...received, receivedAt: this.#now() };
    this.#log.append(upload);
    this.#uploads.set(upload.name, upload);
  }

  /** Puts a status in the queue; `upload` is what its link names, null for a foreign or dead one. */
  acceptStatus(
    viaMethod: StatusLine['viaMethod'],
    body: StatusBody,
    kind: MediaKind,
    upload: UploadLine | null,
  ): StatusLine {
    const acceptedAt = this.#now();
    const before = this.#statuses.at(-1)?.leavesQueueAt ?? 0;
    const status: StatusLine = {
      type: 'status',
      idMessage: `3EB0${randomBytes(8).toString('hex').toUpperCase()}`,
      viaMethod,
      body,
      kind,
      uploadName: upload?.name ?? null,
      appears: upload !== null && !upload.downloadOnly,
      acceptedAt,
      leavesQueueAt: Math.max(acceptedAt, before) + this.#sendDelayMs,
      journalName: `${randomUUID()}.${extensionOf(upload?.name ?? body.fileName)}`,
    };
    this.#log.append(status);
    this.#statuses.push(status);
    return status;
  }

  deleteStatus(idMessage: string): void {
    if (!this.#statuses.some((status) => status.idMessage === idMessage)) return;
    this.#log.append({ type: 'deletion', idMessage });
    this.#deleted.add(idMessage);
  }
}

/** When a link dies, in milliseconds since 1970. */
export function expiryOf(upload: UploadLine): number {
  return upload.receivedAt + LINK_LIFETIME_DAYS * DAY_MS;
}

/**
 * Opens the store in `directory`, made if missing. Files that were half received when an earlier
 * sandbox died are removed.
 */
export function openStore(
  directory: string,
  sendDelayMs: number,
  now: () => number = Date.now,
): Store {
  const filesFolder = join(directory, 'files');
  // Below a state directory of theirs, which may not be there yet: what is in it is nobody else's.
  mkdirSync(filesFolder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(filesFolder)) {
    if (name.endsWith(PARTIAL_SUFFIX)) rmSync(join(filesFolder, name));
  }
  return new Store(openLog(join(directory, 'log.ndjson')), filesFolder, sendDelayMs, now);
}
