import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { resultsOf, ROOT, start } from './support/run-cli.js';

const packSchema = z.tuple([
  z.object({
    filename: z.string(),
    size: z.number(),
    unpackedSize: z.number(),
    files: z.array(z.object({ path: z.string() })),
  }),
]);

/** A project of somebody else with the package in it, as npm would have packed and installed it. */
let project: string;
let packed: z.output<typeof packSchema>[0];

beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'statuscast-test-'));
  const run = (...args: readonly string[]) => promisify(execFile)('npm', args, { cwd: project });
  // Without scripts: `dist` is there, and other tests are reading it.
  const pack = ['pack', ROOT, '--pack-destination', project, '--json', '--ignore-scripts'];
  [packed] = packSchema.parse(JSON.parse((await run(...pack)).stdout));
  await writeFile(path.join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('install', ...quiet, `./${packed.filename}`);
  await cp(path.join(ROOT, 'fixtures/grey.png'), path.join(project, 'grey.png'));
}, 300_000);

afterAll(() => rm(project, { recursive: true, force: true }));

test('the package holds what is built, for every source, and what people read', () => {
  const { files, size, unpackedSize } = packed;
  console.log(`${files.length} files, ${size} bytes packed, ${unpackedSize} unpacked`);
  const names = files.map((file) => file.path);
  const built = names.filter((name) => name.startsWith('dist/'));
  expect(names.filter((name) => !built.includes(name))).toEqual([
    ...['CHANGELOG.md', 'LICENSE', 'README.md', 'config.schema.json', 'package.json'],
  ]);
  const declared = built.filter((name) => name.endsWith('.d.ts'));
  const withoutSource = declared.filter((name) => {
    const stem = path.join(ROOT, name.replace(/^dist/, 'src')).replace(/\.d\.ts$/, '');
    return !['.d.ts', '.ts', '.js'].some((extension) => existsSync(`${stem}${extension}`));
  });
  expect(withoutSource).toEqual([]);
  const bundled = built.filter((name) => /^dist\/[^/]+\.js$/.test(name));
  expect(bundled).toEqual(
    expect.arrayContaining(
      ['cli', 'index', 'decode-heic', 'render-svg'].map((name) => `dist/${name}.js`),
    ),
  );
  const rest = built.filter((name) => ![...declared, ...bundled].includes(name));
  expect(rest).toEqual(['dist/licenses.txt', 'dist/page/report.css', 'dist/page/viewer.js']);
  expect(size).toBeLessThan(600_000);
});

test('installed into an empty project it is a command', async () => {
  const npx = (...args: readonly string[]) =>
    start('npx', ['statuscast', ...args], { cwd: project }).finished;
  expect(await npx('--version')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  const { code, stdout } = await npx('send', 'grey.png', '--sandbox', '--json');
  expect(code).toBe(0);
  expect(resultsOf(stdout)).toMatchObject([{ outcome: 'sent', kind: 'image' }]);
});

const PROGRAM = `
import { createSettings, processFile } from 'statuscast';

const settings = createSettings({ out: 'made' });
for await (const event of processFile('grey.png', { goal: 'prepare', settings })) {
  if (event.type === 'result') console.log(event.outcome, event.output?.mime);
}
`;

test('it is a library, from plain JavaScript', async () => {
  await writeFile(path.join(project, 'program.js'), PROGRAM);
  const { code, stdout } = await start('node', ['program.js'], { cwd: project }).finished;
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'prepared image/jpeg\n' });
});

test('its types hold in strict TypeScript, without those of Node, and all of them are checked', async () => {
  const file = path.join(project, 'program.ts');
  const wrong = "\nconst wrong: number = (await import('statuscast')).createSettings().fit;\n";
  await writeFile(file, `${PROGRAM}${wrong}`);
  const program = ts.createProgram([file], {
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
    ...{ module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, types: [] },
  });
  const faults = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(faults).toEqual([expect.stringContaining("is not assignable to type 'number'")]);
});
