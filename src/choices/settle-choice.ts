import { faultsIn, StatuscastError } from '../errors.js';
import { resolveSettings } from '../resolve-settings.js';
import type { Settings } from '../settings.js';
import type { Choice } from './read-row.js';

/**
 * The settings of a run with what is chosen for one of its files on top.
 * @throws StatuscastError `bad-settings` with every fault, each with where it stands
 */
export function settleChoice(run: Settings, { where, values, faults }: Choice): Settings {
  const named = faults.map((fault) => `${where}: ${fault}`);
  try {
    const { settings } = resolveSettings(
      { origin: 'caller', naming: 'name', where: '', values: run },
      { origin: 'file', naming: 'name', where: `${where}: `, values },
    );
    if (named.length === 0) return settings;
  } catch (thrown) {
    named.push(...faultsIn(thrown));
  }
  throw new StatuscastError({ code: 'bad-settings', faults: named });
}
