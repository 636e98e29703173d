import { chmod, cp, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkAccount } from '../../src/doctor/check-account.js';
import { checkPrograms } from '../../src/doctor/check-programs.js';
import { checkState } from '../../src/doctor/check-state.js';
import type { Check } from '../../src/doctor/finding.js';
import { openLedger } from '../../src/ledger/open-ledger.js';
import type { Fault, SandboxOptions } from '../../src/sandbox/sandbox.js';
import { factsOf } from '../contract/ledger-facts.js';
import { WAYS } from '../contract/ledger-steps.js';
import { fixture } from '../support/fixtures.js';
import { openTestSandbox } from '../support/state.js';
import { tempFolder } from '../support/temp-folder.js';

const { signal } = new AbortController();

/** What each check found, all of them at once. */
async function lookAt(checks: readonly Check[]) {
  const all = checks.map(async ({ name, look }) =>
    (await look(signal)).map((found) => ({ name, ...found })),
  );
  const findings = (await Promise.all(all)).flat();
  return { findings, bad: findings.filter(({ state }) => state !== 'ok') };
}

describe('the account', () => {
  async function lookAtSandbox(options: SandboxOptions = {}) {
    const sandbox = await openTestSandbox(options);
    return { ...(await lookAt(checkAccount(sandbox.credentials, signal))), sandbox };
  }
  const withFault = (name: Fault['name'], method: Fault['method']) =>
    lookAtSandbox({ faults: [{ name, method, times: Infinity }] });

  test('is looked at without a send, an upload or a change; its id is masked', async () => {
    const { bad, findings, sandbox } = await lookAtSandbox();
    expect(bad).toEqual([]);
    const methods = sandbox.requests().map(({ method }) => method);
    expect(methods.toSorted()).toEqual(['getOutgoingStatuses', 'getSettings', 'getStateInstance']);
    const { idInstance } = sandbox.credentials;
    expect(JSON.stringify(findings)).not.toContain(idInstance);
    expect(findings[0]?.message).toContain(`******${idInstance.slice(-4)}`);
  });

  test('without access to the status methods is told what to ask for', async () => {
    const { bad } = await withFault('forbidden', 'getOutgoingStatuses');
    expect(bad).toMatchObject([{ name: 'status-access', state: 'problem' }]);
    expect(bad[0]?.advice).toContain('support');
  });

  test('that cannot send is a problem; one that starts, or keeps no journal, a warning', async () => {
    const blocked = await withFault('blocked', 'getStateInstance');
    expect(blocked.bad).toMatchObject([{ name: 'instance', state: 'problem' }]);
    const starting = await withFault('starting', 'getStateInstance');
    expect(starting.bad).toMatchObject([{ name: 'instance', state: 'warning' }]);
    const { bad } = await lookAtSandbox({ outgoingWebhook: 'no' });
    expect(bad).toMatchObject([{ name: 'instance-settings', state: 'warning' }]);
    expect(bad[0]?.advice).toContain('GREEN-API console');
  });

  test('that never answers one question is told of by that one alone', async () => {
    const { bad, findings } = await withFault('hang', 'getSettings');
    expect(bad).toMatchObject([{ name: 'instance-settings', state: 'problem' }]);
    expect(bad[0]?.message).toContain('nothing came within 8 s');
    expect(findings.map(({ name }) => name)).toContain('clock');
  });
});

describe('ffmpeg', () => {
  test('is told with its version, its year and where it is', async () => {
    const { bad, findings } = await lookAt(checkPrograms({}));
    expect(bad).toEqual([]);
    expect(findings[0]?.message).toMatch(/^ffmpeg \S+ of 20\d\d \(bundled\)$/);
    expect(findings[1]?.message).toMatch(/^ffprobe \S+ of 20\d\d \(bundled\)$/);
  });

  test('that lacks what is needed, and that hangs, is a problem; ffprobe is looked at', async () => {
    const folder = await tempFolder();
    const program = async (name: string, body: string) => {
      const file = path.join(folder, name);
      await writeFile(file, `#!/bin/sh\n${body}\n`);
      await chmod(file, 0o755);
      return file;
    };
    const old = await program('old', 'echo "ffmpeg version 3.0 Copyright (c) 2000-2016"');
    const { bad, findings } = await lookAt(checkPrograms({ FFMPEG_PATH: old }));
    expect(bad).toMatchObject([{ name: 'ffmpeg', state: 'problem' }]);
    expect(bad[0]?.message).toMatch(/^ffmpeg 3\.0 of 2016 \(.*\/old\), lacks the encoder libx264,/);
    expect(bad[0]?.advice).toContain('FFMPEG_PATH');
    expect(findings).toContainEqual(expect.objectContaining({ name: 'ffprobe', state: 'ok' }));
    const [stuck] = checkPrograms({ FFMPEG_PATH: await program('stuck', 'sleep 60') });
    await expect(stuck?.look(signal)).rejects.toThrow('stopped after 8 s');
  });
});

describe('the state directory', () => {
  test('with its ledger is counted, and left as it is, also where a run was killed', async () => {
    const folder = await tempFolder();
    const ledger = await openLedger(path.join(folder, 'state'));
    await WAYS.sent(ledger, 'a');
    await WAYS.uncertain(ledger, 'b');
    await ledger.recordNormalized(factsOf('c'));
    // As a killed run leaves it: what was written last is in the log alone.
    const killed = path.join(folder, 'killed');
    await cp(path.join(folder, 'state'), killed, { recursive: true });
    await ledger.close();
    const before = await readdir(killed);
    const { bad } = await lookAt(checkState(killed));
    expect(bad).toMatchObject([{ name: 'ledger', state: 'warning' }]);
    expect(bad[0]?.message).toMatch(/^whole, format \d+: 1 normalized, 1 sent, 1 uncertain/);
    expect(bad[0]?.advice).toContain('reconcile');
    expect(await readdir(killed)).toEqual(before);
  });

  test('with a run at work says so', async () => {
    const folder = await tempFolder();
    const ledger = await openLedger(folder);
    const run = await ledger.beginRun();
    const { findings } = await lookAt(checkState(folder));
    expect(findings[1]?.message).toContain('1 run is at work');
    await run.end();
    await ledger.close();
  });

  test('with a damaged ledger is a problem, and nothing is set aside by looking', async () => {
    const folder = await tempFolder();
    await cp(fixture('grey.png'), path.join(folder, 'ledger.db'));
    const { bad } = await lookAt(checkState(folder));
    expect(bad).toMatchObject([{ name: 'ledger', state: 'problem' }]);
    expect(bad[0]?.message).toMatch(/is damaged .*backup/);
    expect(await readdir(folder)).toEqual(['ledger.db']);
  });

  test('that is a file is a problem', async () => {
    const folder = await tempFolder();
    await writeFile(path.join(folder, 'state'), 'a file, no folder');
    const { bad } = await lookAt(checkState(path.join(folder, 'state')).slice(0, 1));
    expect(bad).toMatchObject([{ name: 'state', state: 'problem' }]);
  });
});
