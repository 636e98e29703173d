import type { ApiMethod } from './methods.js';
import { refuse, replyJson, replyText, type Reply } from './reply.js';

export const FAULT_NAMES = [
  'answer-lost',
  'reset',
  'bad-gateway',
  'bad-gateway-after',
  'timeout-after',
  'too-fast',
  'too-fast-retry-after',
  'server-error',
  'download-link',
  'starting',
  'not-authorized',
  'blocked',
  'suspended',
  'yellow-card',
  'creating',
  'unauthorized',
  'forbidden',
  'quota',
  'slow',
  'hang',
  'code-in-200',
  'empty',
  'html',
  'link-forbids-head',
  'link-gone',
] as const;

/**
 * A way in which the sandbox can go wrong. `-after` and `answer-lost`: the request is carried out,
 * and the answer does not say so. All others but `slow`, `download-link` and `link-forbids-head`:
 * it is not carried out.
 */
export type FaultName = (typeof FAULT_NAMES)[number];

/** What a fault can befall: a method, or the reading (HEAD or GET) of an uploaded file's link. */
export type FaultTarget = ApiMethod | 'file-link';

/**
 * One thing to go wrong. When several fall on the same request, the one that was given first wins
 * and the others have had their turn.
 */
export interface Fault {
  readonly name: FaultName;
  readonly method: FaultTarget;
  /** The request of that method, counted from 1 and from when the fault was given. Default 1. */
  readonly from?: number;
  /** How many requests in a row it befalls. Default 1; Infinity: all of them from then on. */
  readonly times?: number;
  /** For `slow`: milliseconds to wait before the request is carried out. Default 3000. */
  readonly delayMs?: number;
}

/** The faults that make sense on one target alone. */
const ONLY_ON: Readonly<Partial<Record<FaultName, FaultTarget>>> = {
  'download-link': 'uploadFile',
  'link-forbids-head': 'file-link',
  'link-gone': 'file-link',
};

export const DEFAULT_SLOW_MS = 3000;

/** What a fault does to the request it befalls. */
export type FaultEffect =
  /** Answers something of its own, after the request was carried out or instead of it. */
  | { readonly does: 'reply'; readonly carriesOut: boolean; readonly reply: FaultReply }
  /** Breaks the connection without a byte of an answer. */
  | { readonly does: 'break'; readonly carriesOut: boolean }
  | { readonly does: 'hang' }
  | { readonly does: 'wait' }
  /** Changes how the request is carried out. */
  | { readonly does: 'alter' };

type FaultReply = (target: FaultTarget, path: string) => Reply;

export const FAULT_EFFECTS: Readonly<Record<FaultName, FaultEffect>> = {
  'answer-lost': { does: 'break', carriesOut: true },
  reset: { does: 'break', carriesOut: false },
  'bad-gateway': instead(() => gatewayPage(502, 'Bad Gateway')),
  'bad-gateway-after': afterwards(() => gatewayPage(502, 'Bad Gateway')),
  'timeout-after': afterwards(() => gatewayPage(504, 'Gateway Time-out')),
  'too-fast': instead((_, path) => refuse(429, 'Too Many Requests', path)),
  'too-fast-retry-after': instead((_, path) => {
    const reply = refuse(429, 'Too Many Requests', path);
    return { ...reply, headers: { ...reply.headers, 'Retry-After': '1' } };
  }),
  'server-error': instead((_, path) => refuse(500, 'Internal server error', path)),
  'download-link': { does: 'alter' },
  starting: inState('starting', isStarting),
  // An instance that is being created has no state at all.
  creating: instead((target) =>
    target === 'getStateInstance' ? replyJson(200, null) : isStarting(),
  ),
  'not-authorized': inState('notAuthorized', notAuthorized),
  blocked: inState('blocked', notAuthorized),
  suspended: inState('suspended', notAuthorized),
  'yellow-card': inState('yellowCard', notAuthorized),
  unauthorized: instead((_, path) => refuse(401, 'Unauthorized', path)),
  forbidden: instead((_, path) => refuse(403, 'Forbidden', path)),
  quota: instead((target) => quotaUsedUp(target)),
  slow: { does: 'wait' },
  hang: { does: 'hang' },
  'code-in-200': instead(() => replyJson(200, { code: 401, message: 'Unauthorized' })),
  empty: instead(() => replyJson(200, {})),
  html: instead(() => htmlPage(200, '<h1>Welcome</h1>')),
  'link-forbids-head': { does: 'alter' },
  'link-gone': instead((_, path) => refuse(404, 'Not Found', path)),
};

function instead(reply: FaultReply): FaultEffect {
  return { does: 'reply', carriesOut: false, reply };
}

function afterwards(reply: FaultReply): FaultEffect {
  return { does: 'reply', carriesOut: true, reply };
}

/** getStateInstance tells the state; everything else refuses to work in it. */
function inState(stateInstance: string, refusal: () => Reply): FaultEffect {
  return instead((target) =>
    target === 'getStateInstance' ? replyJson(200, { stateInstance }) : refusal(),
  );
}

function isStarting(): Reply {
  return replyJson(400, { message: 'instance in starting process try later' });
}

/** Bare text, not JSON: both are seen in the wild. */
function notAuthorized(): Reply {
  return replyText(400, 'text/plain; charset=utf-8', 'Instance account not authorized');
}

function quotaUsedUp(target: FaultTarget): Reply {
  return replyJson(466, {
    invokeStatus: {
      method: target.toLowerCase(),
      used: 3,
      total: 3,
      status: 'QUOTE_EXCEEDED',
      description:
        'Monthly quota has been exceeded. You can only send or receive messages from these numbers: ' +
        '12345678901@c.us,12345678910@c.us,12345678911@c.us. ' +
        'Please go to your personal account and change the tariff to business https://console.green-api.com',
    },
  });
}

function gatewayPage(status: number, title: string): Reply {
  return htmlPage(status, `<center><h1>${status} ${title}</h1></center><hr><center>nginx</center>`);
}

function htmlPage(status: number, content: string): Reply {
  return replyText(status, 'text/html', `<html><body>${content}</body></html>\n`);
}

/** The faults that can befall a target. */
export function faultsOn(target: FaultTarget): readonly FaultName[] {
  return FAULT_NAMES.filter((name) => (ONLY_ON[name] ?? target) === target);
}

export function checkFault({ name, method, from = 1, times = 1 }: Fault): void {
  const only = ONLY_ON[name];
  if (only !== undefined && method !== only) {
    throw new Error(`Cannot use the fault ${name} on ${method}: it is one of ${only} alone.`);
  }
  if (!(from >= 1) || !(times >= 1)) {
    throw new Error(
      `Cannot use the fault ${name} from request ${from}, ${times} times: both are counted from 1.`,
    );
  }
}

/** The target of a fault whose method was not named. */
export function defaultTarget(name: FaultName): FaultTarget {
  return ONLY_ON[name] ?? 'sendMediaStatus';
}
