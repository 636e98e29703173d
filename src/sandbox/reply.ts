/** What is answered to one request; `body` is text, nothing, or a slice of a file on disk. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FileSlice | null;
}

/** Bytes `start` to `end`, both included, of the file at `path`. */
interface FileSlice {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

export function replyJson(status: number, value: unknown): Reply {
  return replyText(status, 'application/json; charset=utf-8', JSON.stringify(value));
}

export function replyText(status: number, contentType: string, text: string): Reply {
  const length = String(Buffer.byteLength(text));
  return {
    status,
    headers: { 'Content-Type': contentType, 'Content-Length': length },
    body: text,
  };
}

export function replyEmpty(status: number): Reply {
  return { status, headers: { 'Content-Length': '0' }, body: null };
}

/**
 * A refusal in the envelope that GREEN-API wraps around most of them. Its `path` repeats the
 * request's, token and all, as GREEN-API's does: a client must not show it.
 */
export function refuse(status: number, message: string, path: string): Reply {
  return replyJson(status, {
    statusCode: status,
    timestamp: new Date().toISOString(),
    path,
    message,
  });
}
