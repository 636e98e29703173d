import { StatuscastError } from '../errors.js';
import { createGreenApiClient, type GreenApiClient } from '../green-api/client.js';
import type { Credentials } from '../green-api/credentials.js';
import { maskIdInstance } from '../green-api/redact.js';
import { adviceForState } from '../publish/await-authorized.js';
import { warnOfJournal } from '../publish/pace.js';
import { isNoAccess } from '../publish/preflight.js';
import { ok, problem, warning, type Check, type Found } from './finding.js';

/** Shorter than the time of a check, so that what the client says of it is told. */
const TIMEOUT_MS = 8000;

/** From which difference on the times in reports and ledgers mislead. */
const CLOCK_MAX_APART_MS = 60_000;

/** What the instance says of itself. Each is one question that changes nothing. */
export function checkAccount(credentials: Credentials, signal: AbortSignal): readonly Check[] {
  const client = createGreenApiClient(credentials, { apiTimeoutMs: TIMEOUT_MS });
  const ask = <Answer>(call: (client: GreenApiClient) => Promise<Answer>) => {
    const answer = call(client);
    answer.catch(() => undefined); // told of by its own check
    return answer;
  };
  const state = ask(({ getStateInstance }) => getStateInstance({ signal }));
  const settings = ask(({ getSettings }) => getSettings({ signal }));
  const journal = ask(({ getOutgoingStatuses }) => getOutgoingStatuses({ minutes: 1 }, { signal }));
  const all = Promise.allSettled([state, settings, journal]);
  void all.then(() => client.close());
  const name = maskIdInstance(credentials.idInstance);
  return [
    { name: 'instance', look: () => orRefusal(lookAtState(state, name)) },
    { name: 'instance-settings', look: () => orRefusal(lookAtSettings(settings), state) },
    { name: 'status-access', look: () => orRefusal(lookAtAccess(journal, state), state) },
    { name: 'clock', look: async () => lookAtClock(await all, client) },
  ];
}

/**
 * What was found, or that there was no answer to find it in.
 * @param state where its question failed in the same way, that is told there, and once is enough
 */
async function orRefusal(
  look: Promise<readonly Found[]>,
  state?: Promise<unknown>,
): Promise<readonly Found[]> {
  try {
    return await look;
  } catch (thrown) {
    const found = refusalIn(thrown);
    const first = state === undefined ? null : await failureOf(state);
    return first !== null && isAlike(first, thrown) ? [] : [found];
  }
}

async function failureOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => null,
    (thrown: unknown) => thrown,
  );
}

function isAlike(one: unknown, other: unknown): boolean {
  if (!(one instanceof StatuscastError) || !(other instanceof StatuscastError)) return false;
  const [a, b] = [one.facts, other.facts];
  return a.code === 'api-refused' && b.code === 'api-refused'
    ? a.refusal === b.refusal
    : a.code === b.code;
}

async function lookAtState(asked: Promise<string | null>, name: string): Promise<readonly Found[]> {
  const state = await asked;
  if (state === 'authorized') return [ok(`instance ${name} is authorized`)];
  if (state === 'starting' || state === null) {
    return [warning(`instance ${name} is starting`, 'Wait; it may take five minutes.')];
  }
  return [problem(`instance ${name} cannot send: ${adviceForState(state)}`, null)];
}

async function lookAtSettings(
  asked: ReturnType<GreenApiClient['getSettings']>,
): Promise<readonly Found[]> {
  const settings = await asked;
  const { delaySendMessagesMs: delayMs } = settings;
  const noJournal = warnOfJournal(settings);
  return [
    noJournal === null ? ok('outgoingWebhook is yes') : warning('outgoingWebhook is no', noJournal),
    ok(
      delayMs === null
        ? 'delaySendMessagesMilliseconds is not told'
        : `delaySendMessagesMilliseconds: one send every ${delayMs / 1000} s`,
    ),
  ];
}

async function lookAtAccess(
  asked: Promise<unknown>,
  state: Promise<unknown>,
): Promise<readonly Found[]> {
  const thrown = await failureOf(asked);
  if (thrown === null) return [ok('the instance has access to the status methods')];
  // Without the state's answer it is the account that is refused, not this method.
  if ((await failureOf(state)) !== null || !isNoAccess(thrown)) throw thrown;
  const fact = 'the instance has no access to the status methods, which are in beta';
  return [problem(fact, 'Ask GREEN-API support for it.')];
}

/** Passing troubles, of which a run waits for the end. */
const PASSING: readonly string[] = ['starting', 'too-fast'];

function refusalIn(thrown: unknown): Found {
  if (!(thrown instanceof StatuscastError)) throw thrown;
  const { facts, message } = thrown;
  return facts.code === 'api-refused' && PASSING.includes(facts.refusal)
    ? warning(message, 'Try again in a few minutes.')
    : problem(message, null);
}

function lookAtClock(
  all: readonly PromiseSettledResult<unknown>[],
  { serverNow }: GreenApiClient,
): readonly Found[] {
  const isTold = all.some(({ status, ...rest }) => status === 'fulfilled' || isAnswer(rest));
  if (!isTold) return [];
  const apartMs = Date.now() - serverNow();
  const seconds = Math.round(Math.abs(apartMs) / 1000);
  if (Math.abs(apartMs) <= CLOCK_MAX_APART_MS) return [ok("this computer's clock is right")];
  return [
    warning(
      `this computer's clock is ${seconds} s ${apartMs > 0 ? 'ahead of' : 'behind'} the server's`,
      'Let the system set it; sends go by the server, but times here are told wrong.',
    ),
  ];
}

function isAnswer(settled: object): boolean {
  const reason: unknown = 'reason' in settled ? settled.reason : null;
  return reason instanceof StatuscastError && reason.code === 'api-refused';
}
