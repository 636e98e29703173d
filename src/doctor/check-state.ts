import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { StatuscastError } from '../errors.js';
import { examineLedger } from '../ledger/examine-ledger.js';
import { nearestFolder } from './check-disk.js';
import { ok, problem, warning, type Check, type Found } from './finding.js';

/** Whether the state directory can be used, and what its ledger is like. Makes neither. */
export function checkState(state: string): readonly Check[] {
  const folder = path.resolve(state);
  return [
    { name: 'state', look: async () => [await lookAtFolder(folder, '--state')] },
    { name: 'ledger', look: () => lookAtLedger(folder) },
  ];
}

/** Whether the folder that outputs are kept in can be used, where one is named. */
export function checkOut(out: string): readonly Check[] {
  if (out === '') return [];
  return [{ name: 'out', look: async () => [await lookAtFolder(path.resolve(out), '--out')] }];
}

async function lookAtFolder(folder: string, flag: string): Promise<Found> {
  const nearest = nearestFolder(folder);
  const advice = `Choose another with ${flag}, or make it writable for this user.`;
  if (!(await stat(nearest)).isDirectory()) {
    return problem(`${nearest} is a file, and is to be a folder`, advice);
  }
  const isThere = nearest === folder;
  try {
    await access(nearest, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (thrown) {
    const why = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
    const what = isThere ? `${folder} cannot be written to` : `${folder} cannot be made`;
    return problem(`${what} (${WHY.get(why) ?? why})`, advice);
  }
  return ok(isThere ? `${folder} can be written to` : `${folder} will be made by the first run`);
}

const WHY: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'no permission'],
  ['EROFS', 'the disk is read-only'],
]);

async function lookAtLedger(folder: string): Promise<readonly Found[]> {
  try {
    const known = await examineLedger(folder);
    if (known === null) return [ok('there is none yet: nothing has been posted from here')];
    const { format, counts, runsAtWork } = known;
    const states = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
    const facts = `whole, format ${format}: ${states.join(', ') || 'nothing in it'}`;
    const open = (counts['sending'] ?? 0) + (counts['uncertain'] ?? 0);
    const busy =
      runsAtWork === 0 ? '' : `; ${runsAtWork} ${runsAtWork === 1 ? 'run is' : 'runs are'} at work`;
    return [
      open === 0 || runsAtWork > 0
        ? ok(facts + busy)
        : warning(facts, 'Find out what became of lost answers: statuscast reconcile.'),
    ];
  } catch (thrown) {
    if (!(thrown instanceof StatuscastError)) throw thrown;
    const { facts } = thrown;
    if (facts.code !== 'ledger-unusable') throw thrown;
    return [problem(`${facts.path}: ${facts.why}`, 'Nothing is sent without it.')];
  }
}
