import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import Database from 'libsql';
import { describe, expect, test } from 'vitest';
import { hashAccount } from '../../src/ledger/key.js';
import { openLedger, type LedgerOptions } from '../../src/ledger/open-ledger.js';
import { factsOf } from '../contract/ledger-facts.js';
import { LINK } from '../contract/ledger-steps.js';
import { makeFormat1, OLD_ACCOUNT, OLD_FACTS, oldLink, OLD_STATES } from '../support/format-1.js';
import { makeScratchFolder, type Scope } from '../support/scratch-folder.js';

async function open(scope: Scope, stateDir: string, options: LedgerOptions = {}) {
  const ledger = await openLedger(stateDir, options);
  scope.onTestFinished(() => ledger.close());
  return ledger;
}

/** All that a state directory holds, also in what is left over between rows. */
async function rawBytes(stateDir: string): Promise<string> {
  const names = await readdir(stateDir);
  const files = names.filter((name) => name.startsWith('ledger'));
  expect(files).toContain('ledger.db');
  const bytes = await Promise.all(files.map((name) => readFile(path.join(stateDir, name))));
  return Buffer.concat(bytes).toString('latin1');
}

describe('a ledger of format 1', () => {
  test.for(OLD_STATES)('keeps its row in %s', async (state, scope) => {
    const stateDir = await makeScratchFolder(scope);
    makeFormat1(stateDir);
    const ledger = await open(scope, stateDir, { idInstance: OLD_ACCOUNT });
    const index = OLD_STATES.indexOf(state);
    const link = { urlFile: oldLink(state), expiresAtMs: 1_742_601_600_000 };
    const isTried = !['normalized', 'uploaded'].includes(state);
    expect(await ledger.find([`k-${state}`])).toEqual({
      ...{ ...OLD_FACTS, key: `k-${state}`, state, changedAtMs: 2000 - index },
      ...{ message: null, runId: null, confirmation: null, isJournaled: false },
      link: state === 'normalized' ? null : link,
      attemptedAtMs: isTried ? 1000 + index : null,
      idMessage: state === 'sent' ? '3EB0' : null,
      error: state === 'failed' ? { code: 'link-unreachable', message: oldLink(state) } : null,
    });
  });

  test('lists its rows in the order in which they changed, and new ones after them', async (scope) => {
    const stateDir = await makeScratchFolder(scope);
    makeFormat1(stateDir);
    const ledger = await open(scope, stateDir, { idInstance: OLD_ACCOUNT, now: () => 1 });
    await ledger.recordNormalized(factsOf('new'));
    const keys = (await ledger.list({})).map(({ key }) => key);
    expect(keys).toEqual([...OLD_STATES.map((state) => `k-${state}`).toReversed(), 'new']);
    const ofAccount = await ledger.list({ account: hashAccount(OLD_ACCOUNT), states: ['sent'] });
    expect(ofAccount.map(({ key }) => key)).toEqual(['k-sent']);
    expect(await ledger.list({ run: 'last' })).toEqual([]);
  });

  test('goes on from where it was', async (scope) => {
    const stateDir = await makeScratchFolder(scope);
    makeFormat1(stateDir);
    const ledger = await open(scope, stateDir);
    expect(await ledger.claimSend('k-sent', 1003, 3000, LINK, 1)).toBe(false);
    expect(await ledger.claimSend('k-sending', 1002, 3000, LINK, 1)).toBe(true);
    expect(await ledger.find(['k-sending'])).toMatchObject({ runId: 1, attemptedAtMs: 3000 });
  });

  test('is brought to the new one by whichever of many opens it first', async (scope) => {
    const stateDir = await makeScratchFolder(scope);
    makeFormat1(stateDir);
    const options = { idInstance: OLD_ACCOUNT };
    const handles = await Promise.all([1, 2, 3].map(() => open(scope, stateDir, options)));
    for (const ledger of handles) expect(await ledger.list({})).toHaveLength(OLD_STATES.length);
  });

  test('is left as it was where the change fails half way', async (scope) => {
    const stateDir = await makeScratchFolder(scope);
    makeFormat1(stateDir);
    const file = path.join(stateDir, 'ledger.db');
    const change = (sql: string) => {
      const db = new Database(file);
      db.exec(sql);
      db.close();
    };
    change('CREATE TABLE leases (x)');
    await expect(openLedger(stateDir)).rejects.toMatchObject({ code: 'ledger-unusable' });
    change('DROP TABLE leases');
    expect(await (await open(scope, stateDir)).list({})).toHaveLength(OLD_STATES.length);
  });

  test('loses the idInstance once it is known, wherever it was in the file', async (scope) => {
    const stateDir = await makeScratchFolder(scope);
    makeFormat1(stateDir);
    expect(await rawBytes(stateDir)).toContain(OLD_ACCOUNT);
    const unknown = await openLedger(stateDir);
    const masked = oldLink('sent').replace(OLD_ACCOUNT, '{idInstance}');
    expect((await unknown.find(['k-sent']))?.link?.urlFile).toBe(masked);
    expect(JSON.stringify(await unknown.list({}))).not.toContain(OLD_ACCOUNT);
    await unknown.close();
    const ledger = await open(scope, stateDir, { idInstance: OLD_ACCOUNT });
    expect(await rawBytes(stateDir)).not.toContain(OLD_ACCOUNT);
    expect((await ledger.find(['k-sent']))?.link?.urlFile).toBe(oldLink('sent'));
  });
});

describe('the idInstance', () => {
  const account = hashAccount(OLD_ACCOUNT);
  const link = { urlFile: oldLink('new'), expiresAtMs: 5 };
  const facts = (key: string) => factsOf(key, { message: { ...factsOf(key).message, account } });
  const masked = link.urlFile.replace(OLD_ACCOUNT, '{idInstance}');

  test('is nowhere in the file, and in every link that its account is given', async (scope) => {
    const stateDir = await makeScratchFolder(scope);
    const ledger = await open(scope, stateDir, { idInstance: OLD_ACCOUNT });
    await ledger.recordNormalized(facts('k'));
    await ledger.recordUploaded('k', link);
    expect((await ledger.find(['k']))?.link).toEqual(link);
    await ledger.claimSend('k', null, 1000, link, 1);
    const error = { code: 'link-unreachable', message: `no answer from ${link.urlFile}` } as const;
    await ledger.recordUncertain('k', error);
    expect(await ledger.find(['k'])).toMatchObject({ link, error });
    expect(await rawBytes(stateDir)).toContain(masked);
    expect(await rawBytes(stateDir)).not.toContain(OLD_ACCOUNT);
    await ledger.close();
    expect(await rawBytes(stateDir)).not.toContain(OLD_ACCOUNT);
  });

  test.for([
    ['no account', {}],
    ['another account', { idInstance: '7105223355' }],
  ] as const)('is masked for %s', async ([, options], scope) => {
    const stateDir = await makeScratchFolder(scope);
    const ledger = await open(scope, stateDir, { idInstance: OLD_ACCOUNT });
    await ledger.recordNormalized(facts('k'));
    await ledger.recordUploaded('k', link);
    const other = await open(scope, stateDir, options);
    expect((await other.list({ account }))[0]?.link?.urlFile).toBe(masked);
  });
});
