import type { Link } from '../ledger/ledger.js';
import type { Publication, Publisher } from './publisher.js';
import { isLinkAlive, uploadFile } from './upload-file.js';

/** The link of an earlier step while it lives, else a new one. */
export function provideLink(
  { key, output, message }: Publication,
  link: Link | null,
  publisher: Publisher,
): Promise<Link> {
  const { client, ledger, settings, signal, now, onWaiting, onProgress } = publisher;
  const options = {
    ...{ signal, onWaiting, onProgress, now, retries: settings.retries },
    linkTimeoutMs: settings.apiTimeoutMs,
  };
  return publisher.inUploadLane(async () => {
    signal.throwIfAborted();
    if (link !== null && (await isLinkAlive(link, output.mime, now(), options))) return link;
    publisher.onStage('upload');
    const begunMs = performance.now();
    const made = await uploadFile(client, output, message.fileName, options);
    await ledger.recordUploaded(key, made);
    publisher.onUploaded((performance.now() - begunMs) / 1000);
    return made;
  });
}
