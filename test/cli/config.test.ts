import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseLines, resultsOf, runCli, type CliOptions } from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';
import { tempFolder } from '../support/temp-folder.js';

const value = z.object({ value: z.unknown(), from: z.string() });
const configLine = z.object({
  file: z.string().nullable(),
  settings: z.record(z.string(), value),
  audiences: z.record(z.string(), z.array(z.string())),
  account: z.array(z.object({ name: z.string(), value: z.string(), from: z.string() })),
});

/** A folder with these files in it. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const cwd = await tempFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(cwd, name)), { recursive: true });
    await writeFile(path.join(cwd, name), text);
  }
  return cwd;
}

async function configOf(options: CliOptions, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runCli(['config', '--json', ...args], options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return configLine.parse(parseLines(stdout)[0]);
}

async function faultsOf(options: CliOptions, ...args: readonly string[]): Promise<string> {
  const { code, stderr } = await runCli(['config', ...args], options);
  expect(code).toBe(2);
  return stderr;
}

describe('every kind of config file says the same', () => {
  const settings = { caption: 'Grüße 👋', gap: 2.5, loudness: true, participants: ['family'] };
  const config = { ...settings, audiences: { family: ['+49 170 1234567'] }, profile: 'small' };
  const body = JSON.stringify(config);
  test.each([
    ['statuscast.config.json', `\uFEFF${JSON.stringify({ $schema: './x.json', ...config })}`],
    [
      'statuscast.config.yaml',
      'caption: Grüße 👋\ngap: 2.5\nloudness: true\nparticipants: [family]\nprofile: small\n' +
        'audiences:\n  family:\n    - +49 170 1234567\n',
    ],
    ['statuscast.config.yml', `${body}\n`],
    [
      'statuscast.config.ts',
      `import { defineConfig } from 'statuscast';\nenum Gap { some = 2.5 }\n` +
        `export default defineConfig({ ...${body}, gap: Gap.some });`,
    ],
    ['statuscast.config.mts', `export default ${body} satisfies object;`],
    ['statuscast.config.js', `import './other.mjs';\nexport default ${body};`],
    ['statuscast.config.mjs', `export default await Promise.resolve(${body});`],
    [
      'statuscast.config.cjs',
      `const { defineConfig } = require('statuscast');\nmodule.exports = defineConfig(${body});`,
    ],
  ])('%s', async (name, text) => {
    const cwd = await folderWith({ [name]: text, 'other.mjs': '' });
    const { file, settings: shown } = await configOf({ cwd });
    expect(file).toBe(name);
    expect(shown).toMatchObject({
      caption: { value: 'Grüße 👋', from: 'file' },
      gap: { value: 2.5, from: 'file' },
      loudness: { value: true, from: 'file' },
      participants: { value: ['491701234567@c.us'], from: 'file' },
      imageQuality: { value: 75, from: 'profile' },
      fit: { value: 'crop', from: 'default' },
    });
  });
});

test('a phone number in YAML needs no quotes to keep its zero', async () => {
  const yaml = 'country: DE\nparticipants:\n  - 01701234567\n  - +441632960001\n';
  const cwd = await folderWith({ 'statuscast.config.yaml': yaml });
  const { settings } = await configOf({ cwd });
  expect(settings['participants']?.value).toEqual(['491701234567@c.us', '441632960001@c.us']);
});

describe('what is nearer to the call wins', () => {
  const own = {
    profile: 'mine',
    profiles: { mine: { videoCrf: 30, imageQuality: 50, fade: true } },
  };
  const files = {
    'statuscast.config.json': JSON.stringify({ ...own, imageQuality: 60, gap: 1, retries: 1 }),
    // With the mark that Windows writes.
    '.env': '\uFEFFSTATUSCAST_GAP=2\nSTATUSCAST_RETRIES=2\nSTATUSCAST_CAPTION=file\n',
  };
  const env = { STATUSCAST_RETRIES: '3', STATUSCAST_CAPTION: 'outside' };

  test('profile, file, .env, environment, flag', async () => {
    const cwd = await folderWith(files);
    const { settings } = await configOf({ cwd, env }, '--caption', 'flag');
    expect(settings).toMatchObject({
      videoCrf: { value: 30, from: 'profile' },
      fade: { value: true, from: 'profile' },
      imageQuality: { value: 60, from: 'file' },
      gap: { value: 2, from: '.env' },
      retries: { value: 3, from: 'environment' },
      caption: { value: 'flag', from: 'flag' },
    });
  });

  test('the table says the same as the JSON', async () => {
    const cwd = await folderWith(files);
    const { stdout } = await runCli(['config', '--profile', 'small'], { cwd, env });
    expect(stdout).toMatch(/^ {2}videoCrf +27 +profile small$/m);
    expect(stdout).toMatch(/^ {2}imageQuality +60 +statuscast\.config\.json$/m);
    expect(stdout).toMatch(/^ {2}gap +2 +\.env$/m);
    expect(stdout).toMatch(/^ {2}retries +3 +environment$/m);
    expect(stdout).toMatch(/^ {2}profile +"small" +flag$/m);
    expect(stdout).toMatch(/^ {2}fit +crop +default$/m);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('a switch of a file or a variable is taken back by its opposite', async () => {
    const switched = { fade: true, confirm: true, report: false, silentTrack: false };
    const cwd = await folderWith({ 'statuscast.config.json': JSON.stringify(switched) });
    const back = ['--no-fade', '--no-confirm', '--report', '--silent-track'];
    const on = { STATUSCAST_LOUDNESS: 'true' };
    const { settings } = await configOf({ cwd, env: on }, ...back, '--no-loudness');
    expect(settings).toMatchObject({
      fade: { value: false, from: 'flag' },
      confirm: { value: false, from: 'flag' },
      report: { value: true, from: 'flag' },
      silentTrack: { value: true, from: 'flag' },
      loudness: { value: false, from: 'flag' },
    });
  });

  test('another file can be named, by an option or a variable', async () => {
    const cwd = await folderWith({ ...files, 'sub/other.yaml': 'imageQuality: 70' });
    const byOption = await configOf({ cwd }, '--config', 'sub/other.yaml');
    const byVariable = await configOf({ cwd, env: { STATUSCAST_CONFIG: 'sub/other.yaml' } });
    for (const { file, settings } of [byOption, byVariable]) {
      expect(file).toBe('sub/other.yaml');
      expect(settings['imageQuality']).toEqual({ value: 70, from: 'file' });
    }
  });
});

test('the account is shown without its token, even where that is in an address', async () => {
  const cwd = await folderWith({ '.env': 'GREEN_API_TOKEN=d75b3a66374942c5b3c0\n' });
  const GREEN_API_URL = 'https://api.green-api.com/waInstance7105000001/x/d75b3a66374942c5b3c0';
  const env = { GREEN_API_URL, GREEN_API_ID_INSTANCE: '7105000001' };
  const { stdout } = await runCli(['config'], { cwd, env });
  const { stdout: json } = await runCli(['config', '--json'], { cwd, env });
  for (const shown of [stdout, json]) {
    expect(shown).toContain('https://api.green-api.com');
    expect(shown).not.toContain('d75b3a66374942c5b3c0');
    expect(shown).not.toContain('7105000001');
  }
  expect(stdout).toMatch(/GREEN_API_TOKEN +\*+ +\.env/);
  expect(stdout).toMatch(/GREEN_API_ID_INSTANCE +\*+0001 +environment/);
  expect(stdout).toMatch(/GREEN_API_MEDIA_URL +not set/);
});

describe('faults name the file and the key, all at once', () => {
  test('in a config file', async () => {
    const cwd = await folderWith({
      'statuscast.config.yaml':
        'imageQualty: 3\nvideoCrf: 99\nparticipants: famly\naudiences: { family: [+49 17] }\n' +
        'profiles: { x: { caption: a, videoCrf: 100 } }\nprofile: smal\n',
    });
    const faults = await faultsOf({ cwd, env: { STATUSCAST_GAP: 'x' } }, '--retries', 'y');
    for (const fault of [
      'statuscast.config.yaml: imageQualty is no setting (is it imageQuality?)',
      'statuscast.config.yaml: videoCrf must be a whole number from 1 to 51 (crf), not "99"',
      'statuscast.config.yaml: participants: "famly" is no audience: there are family',
      'statuscast.config.yaml: audiences.family: "+49 17" is no phone number',
      'statuscast.config.yaml: profiles.x.caption changes no output',
      'statuscast.config.yaml: profiles.x.videoCrf must be',
      'statuscast.config.yaml: profile: there is no profile "smal" (is it small?), only default, small, fine, x',
      'STATUSCAST_GAP must be',
      '--retries must be',
    ]) {
      expect(faults).toContain(fault);
    }
  });

  test.each([
    ['x.json', '{"a": 1,\n "b" 2}', 'in line 2'],
    ['x.yaml', 'fit: pad\nfit: blur\n', 'unique at line 2'],
    ['x.ts', 'export const fit = (', 'x.ts'],
    ['x.mjs', 'throw new Error("the shelf is empty")', 'the shelf is empty'],
    ['x.mjs', '', 'no default export'],
    ['x.json', '[]', 'settings by name'],
    ['x.toml', '', 'must end in'],
  ])('where it cannot be read: %s %j', async (name, text, why) => {
    const faults = await faultsOf({ cwd: await folderWith({ [name]: text }) }, '--config', name);
    expect(faults).toContain(`Cannot start: ${name}`);
    expect(faults).toContain(why);
  });

  test('where it is not there, or there are two', async () => {
    const cwd = await folderWith({ 'statuscast.config.json': '{}', 'statuscast.config.js': '' });
    expect(await faultsOf({ cwd })).toContain('statuscast.config.js and statuscast.config.json');
    expect(await faultsOf({ cwd }, '--config', 'no.yaml')).toContain('no.yaml cannot be read');
  });

  test('a secret in a broken or a whole config file is not shown, and has no place there', async () => {
    const secret = 'd75b3a66374942c5b3c0';
    const files = {
      'a.json': `{"apiTokenInstance": "${secret}" }`,
      'b.json': `{"t": "${secret}", }`,
    };
    const cwd = await folderWith(files);
    const whole = await faultsOf({ cwd }, '--config', 'a.json');
    expect(whole).toContain('a.json: apiTokenInstance has no place here');
    expect(whole).toContain('.env');
    const broken = await faultsOf({ cwd }, '--config', 'b.json');
    const flag = await faultsOf({ cwd }, `--token=${secret}`);
    expect(flag).toContain('--token, since options show in process lists');
    for (const shown of [whole, broken, flag]) expect(shown).not.toContain(secret);
  });

  test('a file where a folder is to be, before anything is done', async () => {
    const { cwd } = await makeAlbum(['grey.png']);
    await writeFile(path.join(cwd, 'taken'), '');
    for (const flag of ['--out', '--state']) {
      const { code, stdout, stderr } = await runCli(
        ['prepare', 'album', '--no-report', flag, 'taken', '--json'],
        { cwd },
      );
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/(out|state) must be a folder, and .*taken is a file/);
    }
  });

  test('a switch with a value', async () => {
    const faults = await faultsOf({ cwd: '.' }, '--confirm=false', '--no-report=1', '--json=yes');
    expect(faults).toContain(
      '--confirm is a switch and takes no value; --no-confirm is its opposite',
    );
    expect(faults).toContain('--no-report is a switch and takes no value; --report is its');
    expect(faults).toMatch(/--json is a switch and takes no value$/m);
  });

  test('a misspelt variable, in the environment or in .env', async () => {
    const cwd = await folderWith({ '.env': 'STATUSCAST_CAPTON=x\n' });
    const faults = await faultsOf({ cwd, env: { STATUSCAST_PARTICIPANT: '+70000001234' } });
    expect(faults).toContain(
      'there is no variable STATUSCAST_PARTICIPANT (is it STATUSCAST_PARTICIPANTS?)',
    );
    expect(faults).toContain('.env: there is no variable STATUSCAST_CAPTON');
  });
});

test('a run does what the config file says: audience, caption, profile', async () => {
  const { cwd } = await makeAlbum(['landscape.jpg', 'conforming.mp3']);
  await writeFile(
    path.join(cwd, 'statuscast.config.yaml'),
    'caption: hello\nprofile: tiny\nprofiles: { tiny: { maxDurationSeconds: 1, imageMaxWidth: 360 } }\n' +
      'audiences: { family: [+49 170 1234567, +44 1632 960001] }\n',
  );
  const sandbox = await openTestSandbox();
  const args = ['send', 'album', '--json', '--participants', 'family;+70000001234'];
  const { code, stdout } = await runCli(args, { cwd, env: variablesOf(sandbox) });
  expect(code).toBe(0);
  const sound = resultsOf(stdout).find(({ kind }) => kind === 'audio');
  expect(sound?.output?.durationSeconds).toBeLessThanOrEqual(1);
  const participants = ['491701234567@c.us', '441632960001@c.us', '70000001234@c.us'];
  expect(sandbox.statuses()).toMatchObject([
    { caption: 'hello', participants },
    { caption: 'hello', participants },
  ]);
});
