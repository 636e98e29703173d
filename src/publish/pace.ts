import type { InstanceSettings } from '../green-api/answers.js';
import { QUEUE_LIFETIME_MS, SEND_DELAY_MIN_MS } from '../limits.js';
import type { Settings } from '../settings.js';

/**
 * Least milliseconds between the starts of two sends.
 * @param instance null as long as its settings are not known
 */
export function gapMsOf(
  { gap, sendsPerSecond }: Pick<Settings, 'gap' | 'sendsPerSecond'>,
  instance: InstanceSettings | null,
): number {
  if (gap !== 'instance') return gap * 1000;
  // Without a limit there is none by default either.
  if (sendsPerSecond === 0) return 0;
  return instance?.delaySendMessagesMs ?? SEND_DELAY_MIN_MS;
}

/** What is wrong with the settings of an instance that can send; null where nothing is. */
export function warnOfJournal(instance: InstanceSettings | null): string | null {
  if (instance === null || instance.outgoingWebhook) return null;
  return (
    'The instance keeps no journal of statuses: what became of a send whose answer is lost can be ' +
    'found out only while it waits in the queue, and no status can be confirmed. Set ' +
    'outgoingWebhook to yes in the settings of the instance in the GREEN-API console.'
  );
}

/**
 * What is wrong with so many inputs at the instance's delay; null where they go out in time, and
 * where it was so before the last of them.
 */
export function warnOfQueue(inputs: number, instance: InstanceSettings | null): string | null {
  const delayMs = instance?.delaySendMessagesMs ?? 0;
  const isTooMany = (count: number) => count * delayMs > QUEUE_LIFETIME_MS;
  if (!isTooMany(inputs) || isTooMany(inputs - 1)) return null;
  const hours = QUEUE_LIFETIME_MS / 3_600_000;
  return (
    `${inputs} files were found so far, and the instance sends one every ${delayMs / 1000} s: ` +
    `together that is more than the ${hours} h that its queue keeps a status. Send a smaller ` +
    'folder, or set a shorter delay (delaySendMessagesMilliseconds) in the settings of the ' +
    'instance in the GREEN-API console.'
  );
}
