import { cp, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixture } from '../support/fixtures.js';
import { hashOf } from '../support/hash.js';
import { parseLines, resultsOf, ROOT, runCli, summaryOf } from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';
import { tempFolder } from '../support/temp-folder.js';

/** Every file below a folder with its content and its time. */
async function picture(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const all = names.map(async (name) => {
    const file = path.join(folder, name);
    const found = await stat(file);
    return `${name} ${found.mtimeMs} ${found.isFile() ? await hashOf(file) : ''}`;
  });
  return (await Promise.all(all)).sort();
}

/** Only a copy shows that it is not enough for these: a plan makes none. */
const FOUND_OUT_IN_MAKING: Readonly<Record<string, string>> = {
  'behind-other-bytes.mp3': 'encode',
};

test('a plan says of every fixture what prepare then does with it, in order, and writes nothing', async () => {
  const cwd = await tempFolder();
  const fixtures = path.join(ROOT, 'fixtures');
  const planned = await runCli(['plan', fixtures, '--json'], { cwd });
  expect(await readdir(cwd)).toEqual([]);
  expect(planned.code).toBe(1);
  const prepared = await runCli(['prepare', fixtures, '--json', '--out', 'out'], { cwd });
  const madeOf = new Map(resultsOf(prepared.stdout).map((result) => [result.input, result]));
  const plans = resultsOf(planned.stdout);
  expect(plans).toHaveLength(madeOf.size);
  const inOrder = parseLines(planned.stdout).filter(({ type }) => type === 'found');
  expect(plans.map(({ input }) => input)).toEqual(inOrder.map(({ input }) => input));

  const differing: Record<string, string> = {};
  for (const plan of plans) {
    const name = path.relative(fixtures, plan.input);
    const made = madeOf.get(plan.input);
    const { kind, source, outcome, error } = plan;
    if (outcome === 'planned' && made?.outcome === 'failed') differing[name] = 'failed';
    else if (outcome === 'planned' && made?.plan?.action !== plan.plan?.action) {
      differing[name] = made?.plan?.action ?? '';
    } else {
      const did = made?.outcome === 'prepared' ? 'planned' : made?.outcome;
      expect({ kind, source, outcome, error, plan: plan.plan }, name).toEqual({
        ...{ kind: made?.kind, source: made?.source, outcome: did },
        ...{ error: made?.error, plan: made?.plan },
      });
    }
    expect(plan.output, name).toBeNull();
    expect(plan.estimate === null, name).toBe(outcome !== 'planned');
  }
  expect(differing).toEqual(FOUND_OUT_IN_MAKING);
  const { counts, estimate } = summaryOf(planned.stdout);
  expect(counts.planned).toBe(plans.filter(({ outcome }) => outcome === 'planned').length);
  expect(estimate?.bytes).toBeGreaterThan(0);
  expect(estimate?.seconds).toBeGreaterThan(0);
});

describe('what the ledger knows', () => {
  test('is counted, and the state directory is left as it is', async () => {
    const { cwd, album } = await makeAlbum(['landscape.jpg', 'cover.mp3']);
    const sandbox = await openTestSandbox();
    const env = variablesOf(sandbox);
    expect((await runCli(['send', 'album'], { cwd, env })).code).toBe(0);
    await cp(fixture('grey.png'), path.join(album, 'new.png'));
    await cp(fixture('grey.png'), path.join(album, 'new too.png'));
    const before = await picture(cwd);
    const id = { GREEN_API_ID_INSTANCE: env['GREEN_API_ID_INSTANCE'] };
    const { code, stdout, stderr } = await runCli(['plan', 'album', '--json'], { cwd, env: id });
    expect(code).toBe(0);
    expect(await picture(cwd)).toEqual(before);
    const told = resultsOf(stdout).map(({ input, outcome, reason, idMessage }) => [
      ...[path.basename(input), outcome, reason, idMessage !== null],
    ]);
    expect(told).toEqual([
      ['cover.mp3', 'skipped', 'already-sent', true],
      ['landscape.jpg', 'skipped', 'already-sent', true],
      ['new too.png', 'planned', null, false],
      ['new.png', 'skipped', 'duplicate', false],
    ]);
    expect(stderr).toContain('1 of 4 files would become 1 status, 3 skipped, 0 refused');
    expect(sandbox.statuses()).toHaveLength(2);

    // Another caption is another status, as it is for send.
    const again = await runCli(['plan', 'album', '--json', '--caption', 'New'], { cwd, env: id });
    expect(summaryOf(again.stdout).counts).toMatchObject({ planned: 3, skipped: 1 });
    // Whose statuses those are is not known without the account, and that is said.
    const unknown = await runCli(['plan', 'album', '--json'], { cwd });
    expect(summaryOf(unknown.stdout).counts).toMatchObject({ planned: 3, skipped: 1 });
    const warnings = parseLines(unknown.stdout).filter(({ type }) => type === 'warning');
    expect(JSON.stringify(warnings)).toContain('GREEN_API_ID_INSTANCE');
  });

  test('of the sandbox counts with --sandbox', async () => {
    const { cwd } = await makeAlbum(['landscape.jpg']);
    expect((await runCli(['send', 'album', '--sandbox'], { cwd })).code).toBe(0);
    const { stdout } = await runCli(['plan', 'album', '--sandbox', '--json'], { cwd });
    expect(resultsOf(stdout)).toMatchObject([{ outcome: 'skipped', reason: 'already-sent' }]);
  });

  test('and a run that stopped halfway has made is told with its size', async () => {
    const { cwd } = await makeAlbum(['landscape.jpg']);
    const faults = [{ name: 'quota', method: 'sendMediaStatus' }] as const;
    const env = variablesOf(await openTestSandbox({ faults }));
    const sent = resultsOf((await runCli(['send', 'album', '--json'], { cwd, env })).stdout);
    const [plan] = resultsOf((await runCli(['plan', 'album', '--json'], { cwd, env })).stdout);
    expect(plan).toMatchObject({ outcome: 'planned', plan: { action: 'encode' } });
    expect(plan?.detail).toContain('made earlier');
    expect(plan?.estimate).toEqual({ bytes: sent[0]?.output?.bytes, seconds: 0 });
  });

  test('cannot be read where it is damaged: nothing is set aside by looking', async () => {
    const { cwd } = await makeAlbum({ 'a.png': 'grey.png', '../state/ledger.db': 'grey.png' });
    const before = await picture(cwd);
    const { code, stderr } = await runCli(['plan', 'album', '--state', 'state'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/state\/ledger\.db: it is damaged .*backup/);
    expect(await picture(cwd)).toEqual(before);
  });
});

test('what would be refused ends with 1, with what to do', async () => {
  const { cwd } = await makeAlbum(['refused/picture.jxl', 'grey.png', 'refused/empty.jpg']);
  const { code, stdout } = await runCli(['plan', 'album'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^refuse +album\/empty.jpg\n +.*Copy it again/m);
  expect(stdout).toMatch(/^refuse +album\/picture.jxl\n +.*export it as JPEG/m);
  expect(stdout).toMatch(/^encode +album\/grey.png\n(.*\n)+ +→ image cut to 9:16, about \d/m);
  expect(stdout).toContain('1 of 3 files would become 1 status, 0 skipped, 2 refused');
});

test('a file that is to be split is counted with its parts', async () => {
  const { cwd } = await makeAlbum(['long-64s.wav']);
  const args = ['plan', 'album', '--json', '--long', 'split', '--max-duration-seconds', '20'];
  const { stdout, stderr } = await runCli(args, { cwd });
  const [plan] = resultsOf(stdout);
  expect(plan?.parts).toHaveLength(4);
  expect(new Set(plan?.parts?.map(({ outcome }) => outcome))).toEqual(new Set(['planned']));
  // 64 s of 128 kbit/s.
  expect(plan?.estimate?.bytes).toBeGreaterThan(1_000_000);
  expect(plan?.estimate?.bytes).toBeLessThan(1_100_000);
  expect(stderr).toContain('1 of 1 file would become 4 statuses');
});

test('names from anywhere reach the terminal without control characters', async () => {
  const { cwd } = await makeAlbum({});
  await writeFile(path.join(cwd, 'album/a\u001b[2J.txt'), 'text');
  const { stdout } = await runCli(['plan', 'album'], { cwd });
  expect(stdout).not.toContain('\u001b');
});
