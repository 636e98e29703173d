import * as z from 'zod';
import type { StatusLine } from '../log.js';
import { DOWNLOAD_TYPE, mediaTypeOf } from '../media-types.js';
import { refuse, replyEmpty, replyJson, type Reply } from '../reply.js';
import { captionOf } from '../status-body.js';
import { withBody, type Call, type Instance } from './call.js';
import { linkOf } from './upload-file.js';

const QUEUE_SHOWN = 500;
const DEFAULT_MINUTES = '1440';

export function showMessagesQueue({ instance }: Call): Reply {
  const shown = instance.store.queue.slice(0, QUEUE_SHOWN);
  return replyJson(
    200,
    shown.map(({ idMessage, viaMethod, body }) => ({
      messageID: idMessage,
      type: viaMethod,
      body,
    })),
  );
}

export function getMessagesCount({ instance }: Call): Reply {
  return replyJson(200, { count: instance.store.queue.length });
}

/** The journal, newest first; empty while the instance does not keep one. */
export function getOutgoingStatuses({ instance, query, path }: Call): Reply {
  const minutes = query.get('minutes') ?? DEFAULT_MINUTES;
  if (!/^\d+$/.test(minutes)) {
    return refuse(400, "Validation failed. Details: 'minutes' must be a number", path);
  }
  const since = Date.now() - Number(minutes) * 60_000;
  const entries = instance.store.journal.filter((status) => status.leavesQueueAt >= since);
  return replyJson(
    200,
    instance.outgoingWebhook === 'no'
      ? []
      : entries.map((status) => journalEntry(instance, status)).toReversed(),
  );
}

/** File name, link and time are the server's own: only `idMessage` is what the sender was told. */
function journalEntry(instance: Instance, status: StatusLine): unknown {
  return {
    type: 'outgoing',
    idMessage: status.idMessage,
    timestamp: secondsOf(status.leavesQueueAt),
    typeMessage: `${status.kind}Message`,
    chatId: 'status@broadcast',
    participants: status.body.participants ?? [],
    downloadUrl: linkOf(instance, status.journalName),
    caption: captionOf(status.body) ?? '',
    fileName: status.journalName,
    mimeType: mediaTypeOf(status.journalName)?.contentType ?? DOWNLOAD_TYPE,
    statusMessage: 'sent',
    sendByApi: true,
  };
}

/** One row for each participant that was named: the sandbox has no contacts of its own. */
export function getStatusStatistic({ instance, query, path }: Call): Reply {
  const idMessage = query.get('idMessage');
  if (idMessage === null || idMessage === '') {
    return refuse(400, "Validation failed. Details: 'idMessage' is required", path);
  }
  const status = instance.store.journal.find((entry) => entry.idMessage === idMessage);
  if (status === undefined || instance.outgoingWebhook === 'no') return replyJson(200, []);
  return replyJson(
    200,
    (status.body.participants ?? []).map((participant) => ({
      timestamp: secondsOf(status.leavesQueueAt),
      participant,
      status: 'sent',
    })),
  );
}

const deletion = z.strictObject({ idMessage: z.string().min(1) });

export function deleteStatus(call: Call): Reply {
  return withBody(call, deletion, ({ idMessage }) => {
    call.instance.store.deleteStatus(idMessage);
    return replyEmpty(200);
  });
}

function secondsOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
