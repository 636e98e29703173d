import { randomBytes, randomUUID } from 'node:crypto';
import type { Stranger, Traits } from './traits.js';

export interface Upload {
  /** SHA-256 of the bytes. */
  readonly hash: string;
  readonly mime: string;
  readonly path: string;
  readonly url: string;
  /** Null: it leads to the file. */
  readonly fault: Traits['badLinks'][number] | null;
}

/** A status as it was handed over. Times are by our clock. */
export interface Post {
  readonly idMessage: string;
  readonly atMs: number;
  readonly leavesMs: number;
  /** Of what its link leads to; null: to nothing that can be shown. */
  readonly hash: string | null;
  readonly mime: string;
  readonly body: PostBody;
  readonly by: 'api' | 'hand';
  readonly isSeenNow: boolean;
}

export interface PostBody {
  readonly urlFile: string;
  readonly fileName: string;
  readonly caption?: string | undefined;
  readonly participants?: readonly string[] | undefined;
}

export interface Account {
  readonly traits: Traits;
  readonly uploads: readonly Upload[];
  /** All that was handed over, in order, what was deleted as well. */
  readonly posts: () => readonly Post[];
  readonly deleted: readonly string[];
  readonly take: (upload: Upload) => void;
  readonly post: (body: PostBody) => Post;
  readonly postOfStranger: (stranger: Stranger) => void;
  readonly remove: (idMessage: string) => boolean;
  readonly queue: () => readonly unknown[];
  readonly journal: (minutes: number) => readonly unknown[];
  readonly statistic: (idMessage: string) => readonly unknown[];
}

/** What a phone and its instance hold: uploads, the queue, and the journal. */
export function createAccount(traits: Traits): Account {
  const uploads: Upload[] = [];
  const posts: Post[] = [];
  const deleted: string[] = [];
  const own = () => posts.filter(({ by }) => by === 'api');
  const isKept = ({ idMessage }: Post) => !deleted.includes(idMessage);

  const postOfStranger = ({ by, agoMs, isSeenNow = false }: Stranger) => {
    const atMs = Date.now() - agoMs;
    const body = { urlFile: '', fileName: 'IMG_0001.jpg' };
    const like = { hash: '', mime: 'image/jpeg', body, isSeenNow };
    posts.push({ ...like, by, atMs, leavesMs: atMs, idMessage: newId() });
  };
  for (const stranger of traits.strangers) postOfStranger(stranger);

  return {
    ...{ traits, uploads, deleted, postOfStranger },
    posts: () => own().filter(({ body }) => body.urlFile !== ''),
    take: (upload) => uploads.push(upload),
    post(body) {
      const upload = uploads.find(({ url }) => url === body.urlFile);
      const isShown = upload !== undefined && upload.fault === null;
      const atMs = Date.now();
      // First in, first out, the instance's delay apart.
      const lastMs = Math.max(atMs, ...own().map(({ leavesMs }) => leavesMs));
      const post: Post = {
        ...{ idMessage: newId(), atMs, leavesMs: lastMs + traits.delayMs, body },
        ...{ by: 'api', isSeenNow: false, mime: upload?.mime ?? '' },
        hash: isShown ? upload.hash : null,
      };
      posts.push(post);
      return post;
    },
    remove(idMessage) {
      if (!posts.some((post) => post.idMessage === idMessage)) return false;
      deleted.push(idMessage);
      return true;
    },
    queue: () => posts.filter((post) => isKept(post) && post.leavesMs > Date.now()).map(queued),
    journal(minutes) {
      const nowMs = Date.now();
      const entries = posts
        .filter((post) => isKept(post) && post.hash !== null)
        .filter(({ leavesMs, by }) => {
          return nowMs >= leavesMs + (by === 'api' ? traits.journalLateMs : 0);
        })
        .map((post) => ({ post, lastMs: lastActionOf(post, nowMs) }))
        .filter(({ lastMs }) => lastMs >= nowMs - minutes * 60_000)
        .map(({ post, lastMs }) => journalled(post, lastMs));
      switch (traits.journalOrder) {
        case 'oldest-first':
          return entries;
        case 'newest-first':
          return entries.toReversed();
        case 'by-id':
          return entries.toSorted((one, other) => one.idMessage.localeCompare(other.idMessage));
      }
    },
    statistic: (idMessage) =>
      ['79001112233@c.us', '79004445566@c.us'].map((participant, index) => ({
        ...{ timestamp: secondsOf(Date.now()), participant },
        status: posts.some((post) => post.idMessage === idMessage) && index === 0 ? 'read' : 'sent',
      })),
  };

  function lastActionOf({ leavesMs, isSeenNow }: Post, nowMs: number): number {
    if (isSeenNow) return nowMs;
    const deliveredMs = leavesMs + traits.journalLateMs + traits.deliveredAfterMs;
    return nowMs >= deliveredMs ? deliveredMs : leavesMs;
  }

  function queued({ idMessage, body }: Post): unknown {
    const { urlFile, fileName, participants } = body;
    const shown = { messageID: idMessage, type: 'sendMediaStatus' };
    if (traits.queueShows === 'id') return shown;
    return { ...shown, body: { urlFile, fileName, participants, ...captionOf(body) } };
  }

  function journalled({ idMessage, mime, body, by, leavesMs }: Post, lastMs: number) {
    const name = `${randomUUID()}.${mime.split('/')[1] ?? 'bin'}`;
    return {
      ...{ type: 'outgoing', idMessage, timestamp: secondsOf(lastMs) },
      typeMessage: `${mime.split('/', 1)[0]}Message`,
      statusMessage: lastMs > leavesMs ? 'delivered' : 'sent',
      ...captionOf(body),
      ...{ participants: body.participants ?? [], fileName: name, mimeType: mime },
      downloadUrl: `https://do-media.invalid/7105000009/${name}`,
      ...(traits.tellsOrigin ? { sendByApi: by === 'api' } : {}),
    };
  }

  function captionOf({ caption = '' }: PostBody) {
    if (caption !== '') return { caption };
    switch (traits.noCaption) {
      case 'empty':
        return { caption };
      case 'absent':
        return {};
      case 'null':
        return { caption: null };
    }
  }

  function secondsOf(ourMs: number): number {
    return Math.floor((ourMs + traits.clockAheadMs) / 1000);
  }
}

function newId(): string {
  return `3EB0${randomBytes(8).toString('hex').toUpperCase()}`;
}
