import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { manifest as rows } from '../support/fixtures.js';
import { resultsOf, ROOT, runCli, summaryOf, type Result } from '../support/run-cli.js';
import { openTestSandbox, variablesOf } from '../support/state.js';
import { tempFolder } from '../support/temp-folder.js';

const EXTENSIONS = { image: 'jpg', audio: 'mp3', video: 'mp4' } as const;
const MIMES = { image: 'image/jpeg', audio: 'audio/mpeg', video: 'video/mp4' } as const;

describe('every fixture ends as its manifest says', async () => {
  const hashOf = async (file: string) =>
    createHash('sha256')
      .update(await readFile(path.join(ROOT, 'fixtures', file)))
      .digest('hex');

  test('one run over all of them', async () => {
    const before = await Promise.all(rows.map(({ file }) => hashOf(file)));
    const cwd = await tempFolder();
    const sandbox = await openTestSandbox();
    const { stdout, code } = await runCli(
      ['send', path.join(ROOT, 'fixtures'), '--json', '--out', 'out'],
      { cwd, env: variablesOf(sandbox) },
    );
    expect(code).toBe(1);
    const results = new Map<string, Result>(
      resultsOf(stdout).map((result) => [
        path.relative(path.join(ROOT, 'fixtures'), result.input),
        result,
      ]),
    );
    expect(results.get('manifest.json')).toMatchObject({ reason: 'not-media' });
    results.delete('manifest.json');
    expect([...results.keys()].toSorted()).toEqual(rows.map(({ file }) => file).toSorted());

    for (const row of rows) {
      const result = results.get(row.file);
      // What the manifest leaves open for a file that fails, it may still have found out.
      const isSent = row.outcome === 'sent';
      const told = {
        kind: isSent ? result?.kind : null,
        action: isSent ? (result?.plan?.action ?? null) : null,
        outcome: result?.outcome,
        reason: result?.reason,
        code: result?.error?.code ?? null,
      };
      const { kind, action, outcome, reason, code: errorCode } = row;
      expect(told, row.file).toEqual({ kind, action, outcome, reason, code: errorCode });
      if (row.seconds !== null) {
        const [least, most] = row.seconds;
        expect(result?.output?.durationSeconds, row.file).toBeGreaterThanOrEqual(least);
        expect(result?.output?.durationSeconds, row.file).toBeLessThanOrEqual(most);
      }
      if (row.kind === null || result?.idMessage === null) continue;
      // What the server got is what was made, under the right name and type.
      const status = sandbox.statuses().find(({ idMessage }) => idMessage === result?.idMessage);
      expect(status?.kind, row.file).toBe(row.kind);
      const name = `${path.parse(row.file).name}.${EXTENSIONS[row.kind]}`;
      expect(status?.fileName, row.file).toBe(name);
      expect(status?.file?.contentType, row.file).toBe(MIMES[row.kind]);
      const output = await readFile(result?.output?.path ?? '');
      expect(status?.file?.sha256, row.file).toBe(
        createHash('sha256').update(output).digest('hex'),
      );
    }
    const sent = rows.filter(({ outcome }) => outcome === 'sent').length;
    expect(summaryOf(stdout).counts.sent).toBe(sent);
    expect(sandbox.statuses()).toHaveLength(sent);
    // Nothing of the sources was touched.
    expect(await Promise.all(rows.map(({ file }) => hashOf(file)))).toEqual(before);
  });

  test('the manifest covers every kind, every action and every outcome', () => {
    const seen = new Set(
      rows.flatMap(({ kind, action, outcome }) => [`${kind} ${action}`, outcome]),
    );
    for (const kind of ['image', 'audio', 'video']) {
      for (const action of ['keep', 'remux', 'encode']) expect(seen).toContain(`${kind} ${action}`);
    }
    for (const outcome of ['sent', 'skipped', 'failed']) expect(seen).toContain(outcome);
  });
});
