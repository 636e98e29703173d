import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from './support/run-cli.js';

const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');

function blocksOf(language: string): readonly string[] {
  const fences = readme.matchAll(/^ *```(\w+)\n([^]*?)^ *```$/gm);
  return [...fences].flatMap(([, name, body = '']) => (name === language ? [body] : []));
}

test('the README begins with its two command lines, exactly so', () => {
  expect(
    readme.startsWith('# statuscast\n\n```sh\nnpm ci && npm run demo\nnpm ci && npm test\n```\n'),
  ).toBe(true);
});

test('its examples of the library type-check against what is built', async () => {
  // Inside the project, so that it finds itself under its own name, as a user's project would.
  const folder = path.join(ROOT, 'test/.readme-examples');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(folder, { recursive: true });
  const examples = blocksOf('ts');
  expect(examples.length).toBeGreaterThanOrEqual(2);
  const files = await Promise.all(
    examples.map(async (example, index) => {
      const file = path.join(folder, `example-${index}.ts`);
      await writeFile(file, example);
      return file;
    }),
  );
  const config = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), (file) =>
    ts.sys.readFile(file),
  );
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const program = ts.createProgram(files, options);
  const faults = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(faults).toEqual([]);
});

const COMMANDS = [
  'init',
  ...['send', 'prepare', 'plan', 'doctor', 'history', 'confirm', 'reconcile', 'undo', 'sandbox'],
  ...['config', 'completions'],
] as const;

test('it names every command and every variable of the account', () => {
  for (const word of COMMANDS) expect(readme).toContain(`statuscast ${word}`);
  for (const name of ['URL', 'MEDIA_URL', 'ID_INSTANCE', 'TOKEN']) {
    expect(readme).toContain(`GREEN_API_${name}=`);
  }
});
