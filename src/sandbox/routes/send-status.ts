import type { StatusLine, UploadLine } from '../log.js';
import { MEDIA_KINDS, mediaTypeOf, type MediaKind } from '../media-types.js';
import { refuse, replyJson, type Reply } from '../reply.js';
import { mediaStatusBody, voiceStatusBody, type StatusBody } from '../status-body.js';
import { withBody, type Call, type Instance } from './call.js';
import { linkOf } from './upload-file.js';

export function sendMediaStatus(call: Call): Reply {
  return withBody(call, mediaStatusBody, (body) =>
    accept(call, 'sendMediaStatus', body, MEDIA_KINDS),
  );
}

export function sendVoiceStatus(call: Call): Reply {
  return withBody(call, voiceStatusBody, (body) =>
    accept(call, 'sendVoiceStatus', body, ['audio']),
  );
}

/** A dead link, or one that only downloads, gets its idMessage like any other. */
function accept(
  { instance, path }: Call,
  viaMethod: StatusLine['viaMethod'],
  body: StatusBody,
  kinds: readonly MediaKind[],
): Reply {
  const kind = mediaTypeOf(body.fileName)?.kind;
  if (kind === undefined || !kinds.includes(kind)) {
    const wanted = `'fileName' must have an extension of ${kinds.join(', ')}`;
    return refuse(400, `Validation failed. Details: ${wanted}`, path);
  }
  const upload = findLinked(instance, body.urlFile);
  return replyJson(200, {
    idMessage: instance.store.acceptStatus(viaMethod, body, kind, upload).idMessage,
  });
}

function findLinked(instance: Instance, urlFile: string): UploadLine | null {
  const name = urlFile.slice(urlFile.lastIndexOf('/') + 1);
  return urlFile === linkOf(instance, name) ? instance.store.findUpload(name) : null;
}
