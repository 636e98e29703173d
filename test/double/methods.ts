import { createHash, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod';
import type { Account } from './account.js';

/** A call that bears the right token. */
export interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** What a method answers: JSON with 200; `empty` an empty body; `refused` a fault of the caller's. */
export type Reply =
  | { readonly type: 'json'; readonly value: unknown }
  | { readonly type: 'empty' }
  | { readonly type: 'refused'; readonly why: string };

export interface Method {
  readonly verb: 'GET' | 'POST';
  readonly host: 'api' | 'media';
  /** Calls that any second may hold; null: nothing is written of it. */
  readonly perSecond: number | null;
  readonly carryOut: (account: Account, call: Call, linkBase: string) => Reply;
}

const statusBody = z.strictObject({
  urlFile: z.url(),
  fileName: z.string().regex(/^[^\uFEFF]+\.(jpg|jpeg|mp3|mp4)$/),
  caption: z.string().max(1024).optional(),
  participants: z.array(z.string().regex(/^\d+@c\.us$/)).optional(),
});

const voiceBody = statusBody.omit({ caption: true }).extend({
  backgroundColor: z.string().optional(),
});

const idBody = z.strictObject({ idMessage: z.string().min(1) });

export const METHODS: Readonly<Record<string, Method>> = {
  uploadFile: { verb: 'POST', host: 'media', perSecond: null, carryOut: receiveFile },
  sendMediaStatus: { verb: 'POST', host: 'api', perSecond: 5, carryOut: receiveStatus(statusBody) },
  sendVoiceStatus: { verb: 'POST', host: 'api', perSecond: 5, carryOut: receiveStatus(voiceBody) },
  deleteStatus: { verb: 'POST', host: 'api', perSecond: 10, carryOut: deleteStatus },
  getStateInstance: read(() => ({ stateInstance: 'authorized' })),
  getSettings: read(({ traits }) => ({
    ...{ wid: '79000000000@c.us', outgoingWebhook: traits.outgoingWebhook, incomingWebhook: 'no' },
    delaySendMessagesMilliseconds: traits.delayMs,
  })),
  showMessagesQueue: read((account) => account.queue().slice(0, 500)),
  getMessagesCount: read((account) => ({ count: account.queue().length })),
  getOutgoingStatuses: read((account, query) =>
    account.journal(Number(query.get('minutes') ?? 24 * 60)),
  ),
  getStatusStatistic: read((account, query) => account.statistic(query.get('idMessage') ?? '')),
};

function read(answer: (account: Account, query: URLSearchParams) => unknown): Method {
  const carryOut = (account: Account, { query }: Call): Reply => ({
    type: 'json',
    value: answer(account, query),
  });
  return { verb: 'GET', host: 'api', perSecond: 1, carryOut };
}

/** Raw bytes with their length, their type, and an ASCII name. */
function receiveFile(account: Account, { headers, body }: Call, linkBase: string): Reply {
  const mime = headers['content-type'] ?? '';
  const name = String(headers['ga-filename'] ?? '');
  const extension = /^[\x20-\x7e]+\.(\w+)$/.exec(name)?.[1];
  if (headers['content-length'] !== String(body.length)) return refused('no Content-Length');
  if (!/^(image\/jpeg|audio\/mpeg|video\/mp4)$/.test(mime)) return refused(`type ${mime}`);
  if (extension === undefined) return refused(`GA-Filename ${name}`);
  const { traits, uploads } = account;
  const file = `${randomUUID()}.${extension}`;
  const isPlain = traits.linkShape === 'plain';
  const path = isPlain ? `/7105000009/${file}` : `/sw-prod/upl.d/2026%2F11/k_${file}/o`;
  const query = isPlain
    ? ''
    : `?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20261124%2Feu&X-Amz-Expires=1296000&X-Amz-Signature=${randomUUID()}&response-content-type=`;
  const url = `${linkBase}${path}${query}`;
  const hash = createHash('sha256').update(body).digest('hex');
  const fault = traits.badLinks[uploads.length + 1] ?? null;
  account.take({ hash, mime, path, url, fault });
  return { type: 'json', value: { urlFile: url } };
}

function receiveStatus(schema: typeof statusBody | typeof voiceBody): Method['carryOut'] {
  return (account, { headers, body }) => {
    if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return refused('not JSON');
    const parsed = schema.safeParse(JSON.parse(body.toString('utf8')));
    if (!parsed.success) return refused(parsed.error.message);
    return { type: 'json', value: { idMessage: account.post(parsed.data).idMessage } };
  };
}

function deleteStatus(account: Account, { body }: Call): Reply {
  const parsed = idBody.safeParse(JSON.parse(body.toString('utf8')));
  if (!parsed.success) return refused(parsed.error.message);
  return account.remove(parsed.data.idMessage) ? { type: 'empty' } : refused('no such status');
}

function refused(why: string): Reply {
  return { type: 'refused', why };
}
