/** What a caller sees of an accident. */
export type Sight =
  | {
      readonly show: 'answer';
      readonly status: number;
      readonly type: string;
      readonly body: string;
    }
  /** The connection is reset. */
  | { readonly show: 'reset' }
  /** Nothing ever comes. */
  | { readonly show: 'silence' }
  /** An answer that ends in the middle. */
  | { readonly show: 'cut' };

/** Numbers that the text of a used-up quota lists. */
export const QUOTA_PHONES: readonly string[] = ['79001112233', '79004445566'];

const page = (status: number, title: string): Sight => ({
  ...{ show: 'answer', status, type: 'text/html' },
  body: `<html><head><title>${status} ${title}</title></head><body><center><h1>${status} ${title}</h1></center><hr><center>nginx</center></body></html>`,
});

const json = (status: number, value: unknown): Sight => ({
  ...{ show: 'answer', status, type: 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
});

const text = (status: number, body: string): Sight => ({
  ...{ show: 'answer', status, type: 'text/plain' },
  body,
});

const quota = {
  invokeStatus: {
    ...{ method: 'sendMediaStatus', used: 3, total: 3, status: 'QUOTE_EXCEEDED' },
    description: `Monthly quota has been exceeded. Correspondents: ${QUOTA_PHONES.map((phone) => `${phone}@c.us`).join(', ')}`,
  },
};

/** By name; the errors are those of green-api.md. */
export const ACCIDENTS = {
  reset: { show: 'reset' },
  silence: { show: 'silence' },
  cut: { show: 'cut' },
  'http-499': page(499, 'Client Closed Request'),
  'http-500': json(500, { message: 'Internal Server Error' }),
  'http-502': page(502, 'Bad Gateway'),
  'http-503': page(503, 'Service Temporarily Unavailable'),
  'http-504': page(504, 'Gateway Time-out'),
  'too-fast': page(429, 'Too Many Requests'),
  quota: json(466, quota),
  'code-401': json(200, { code: 401, description: 'Unauthorized' }),
  empty: text(200, ''),
  'no-field': json(200, {}),
  null: json(200, null),
  html: page(200, 'Welcome'),
  starting: json(400, { code: 400, description: 'instance in starting process try later' }),
  'not-authorized': text(400, 'Instance account is not authorized'),
  expired: text(400, 'Instance account is expired'),
  deleted: json(400, { message: 'instance is deleted' }),
  validation: json(400, { code: 400, description: "Validation failed. Details: 'fileName'" }),
  token: text(400, 'Unexpected token u in JSON at position 0'),
  unauthorized: text(401, ''),
  forbidden: json(403, { statusCode: 403, message: 'Forbidden' }),
  'too-large': page(413, 'Request Entity Too Large'),
  'too-large-500': json(500, { message: 'file exceeded max upload size of 100Mb' }),
} as const satisfies Readonly<Record<string, Sight>>;

export type AccidentName = keyof typeof ACCIDENTS;

/** Something that befalls a call. */
export interface Accident {
  readonly method: string;
  readonly what: AccidentName;
  /** The calls of this method that it befalls, from 1; default the first. */
  readonly at?: readonly number[] | 'all';
  /** Whether the call was carried out all the same. Default: no. */
  readonly isCarriedOut?: boolean;
  /** At this moment somebody else posts a picture. */
  readonly stranger?: 'api' | 'hand';
}

export function befalls({ method, at = [1] }: Accident, call: string, turn: number): boolean {
  return method === call && (at === 'all' || at.includes(turn));
}
