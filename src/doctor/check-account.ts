import { StatuscastError } from '../errors.js';
import { createGreenApiClient, type GreenApiClient } from '../green-api/client.js';
import type { Credentials } from '../green-api/credentials.js';
import { adviceForState } from '../publish/await-authorized.js';
import { warnOfJournal } from '../publish/pace.js';
import { isNoAccess } from '../publish/preflight.js';
import { ok, problem, warning, type Check, type Found } from './finding.js';
import { hideMost } from './hide-most.js';

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
  const name = hideMost(credentials.idInstance);
  return [
    { name: 'instance', look: async () => [await lookAtState(state, name)] },
    { name: 'instance-settings', look: () => lookAtSettings(settings) },
    { name: 'status-access', look: async () => [await lookAtAccess(journal, state)] },
    { name: 'clock', look: async () => lookAtClock(await all, client) },
  ];
}

async function lookAtState(asked: Promise<string | null>, name: string): Promise<Found> {
  try {
    const state = await asked;
    if (state === 'authorized') return ok(`instance ${name} is authorized`);
    if (state === 'starting' || state === null) {
      return warning(`instance ${name} is starting`, 'Wait; it may take five minutes.');
    }
    return problem(`instance ${name} cannot send: ${adviceForState(state)}`, null);
  } catch (thrown) {
    return refusalIn(thrown);
  }
}

async function lookAtSettings(
  asked: ReturnType<GreenApiClient['getSettings']>,
): Promise<readonly Found[]> {
  try {
    const settings = await asked;
    const { delaySendMessagesMs: delayMs } = settings;
    const noJournal = warnOfJournal(settings);
    return [
      noJournal === null
        ? ok('outgoingWebhook is yes')
        : warning('outgoingWebhook is no', noJournal),
      ok(
        delayMs === null
          ? 'delaySendMessagesMilliseconds is not told'
          : `delaySendMessagesMilliseconds: one send every ${delayMs / 1000} s`,
      ),
    ];
  } catch (thrown) {
    return [refusalIn(thrown)];
  }
}

async function lookAtAccess(asked: Promise<unknown>, state: Promise<unknown>): Promise<Found> {
  try {
    await asked;
    return ok('the instance has access to the status methods');
  } catch (thrown) {
    // Without the state's answer it is the account that is refused, not this method.
    const isKnown = await state.then(
      () => true,
      () => false,
    );
    if (!isKnown || !isNoAccess(thrown)) return refusalIn(thrown);
    return problem(
      'the instance has no access to the status methods, which are in beta',
      'Ask GREEN-API support for it.',
    );
  }
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
