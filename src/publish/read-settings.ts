import type { InstanceSettings } from '../green-api/answers.js';
import type { GreenApiClient } from '../green-api/client.js';
import { isTransient, retry, type RetryOptions } from './retry.js';

/**
 * How an instance is set up.
 * @throws StatuscastError as the client does
 */
export function readSettings(
  client: GreenApiClient,
  options: RetryOptions,
): Promise<InstanceSettings> {
  const { signal } = options;
  return retry(() => client.getSettings({ signal }), isTransient, options);
}
