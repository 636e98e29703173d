import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { createChoices } from '../../src/choices/choices.js';
import { findRoots } from '../../src/discover/discover.js';
import { StatuscastError } from '../../src/errors.js';
import { createSettings } from '../../src/resolve-settings.js';
import { tempFolder } from '../support/temp-folder.js';

const FAMILY = ['491701234567@c.us', '491701234568@c.us'];
const RUN = createSettings({
  participants: FAMILY,
  audiences: { family: FAMILY, one: ['70000001234@c.us'] },
});

/** A folder with these files; a file that is empty here is one byte of anything. */
async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await tempFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content === '' ? '-' : content);
  }
  return folder;
}

function choose(isMedia = true, isLive = false) {
  return createChoices(RUN, { isMedia: async () => isMedia, isLive });
}

/** What is wrong with a folder, without the way to it. */
async function faultsOf(folder: string, paths = [folder], isMedia = true) {
  try {
    await choose(isMedia).check(await findRoots(paths), []);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof StatuscastError) || thrown.facts.code !== 'bad-settings') throw thrown;
    return thrown.facts.faults.map((fault) => fault.replaceAll(`${folder}/`, ''));
  }
}

test('a row speaks for its file, and the other files have the very settings of the run', async () => {
  const folder = await folderWith({
    ...{ 'a.jpg': '', 'b.jpg': '', 'sub/c.mp4': '', 'sub/d.jpg': '' },
    'captions.csv':
      'file;caption;participants;fit;crop;start;end;skip\r\n' +
      'a.jpg;" At\r\nlast ";all;BLUR;1, 2, 90, 160;;;\r\nsub\\c.mp4;;one;;;1:05;1:15,5;no\r\nsub/d.jpg;;;;;;;Ja\r\n',
  });
  await expect(faultsOf(folder)).resolves.toEqual([]);
  const choices = choose();
  const of = (name: string) => choices.of({ path: path.join(folder, name), relativePath: name });
  expect((await of('a.jpg')).settings).toEqual({
    ...{ ...RUN, caption: 'At\nlast', participants: [], fit: 'blur', crop: '1,2,90,160' },
  });
  expect((await of('sub/c.mp4')).settings).toEqual({
    ...{ ...RUN, participants: ['70000001234@c.us'], start: 65, maxDurationSeconds: 10.5 },
  });
  expect((await of('b.jpg')).settings).toBe(RUN);
  const leftOut = await of('sub/d.jpg');
  expect(leftOut.leftOutBy).toMatch(/captions\.csv, line 5$/);
});

test('an end makes one status, also where long ones are split', async () => {
  const folder = await folderWith({ 'a.mp4': '', 'captions.yaml': 'a.mp4: { end: 20 }' });
  const run = createSettings({ long: 'split' });
  const choices = createChoices(run, { isMedia: async () => true });
  const { settings } = await choices.of({
    path: path.join(folder, 'a.mp4'),
    relativePath: 'a.mp4',
  });
  expect(settings).toEqual({ ...run, long: 'trim', maxDurationSeconds: 20 });
});

test('a text beside a file is its caption, and a row wins over it', async () => {
  const folder = await folderWith({
    ...{ 'a.jpg': '', 'a.txt': '\uFEFFOne\r\ntwo\r\n', 'b.jpg': '', 'b.jpg.txt': 'B' },
    ...{
      'c.png': '',
      'c.txt': Buffer.from('\uFEFFGrüße', 'utf16le'),
      'd.jpg': '',
      'd.TXT': 'text',
    },
    ...{ 'e.jpg': '', 'e.txt': ' \n', 'f.jpg': '', 'f.txt': 'text' },
    // One character and two.
    ...{ 'cafe\u0301.jpg': '', 'caf\u00e9.txt': 'coffee' },
    'captions.csv': 'file,caption,fit\nd.jpg,row,\nf.jpg,,pad\n',
  });
  await expect(faultsOf(folder)).resolves.toEqual([]);
  const choices = choose();
  const of = async (name: string) =>
    (await choices.of({ path: path.join(folder, name), relativePath: name })).settings;
  const captions = await Promise.all(
    ['a.jpg', 'b.jpg', 'c.png', 'd.jpg', 'f.jpg', 'cafe\u0301.jpg'].map(
      async (name) => (await of(name)).caption,
    ),
  );
  expect(captions).toEqual(['One\ntwo', 'B', 'Grüße', 'row', 'text', 'coffee']);
  expect((await of('f.jpg')).fit).toBe('pad');
  expect(await of('e.jpg')).toBe(RUN);
});

test('every fault of every file is told of at once, with its line', async () => {
  const long = 'x'.repeat(1025);
  const folder = await folderWith({
    ...{ 'a.jpg': '', 'b.jpg': '', 'film.mp4': '', 'sub/c.jpg': '', 'sub/c.txt': long },
    'captions.csv': [
      ...['file,caption,participants,fit,crop,start,end,skip', 'A.jpg,,,,,,,', 'a.jpgg,,,,,,,'],
      ...[`a.jpg,${long},nobody,crip,"1,2",a,,maybe`, 'film.mp4,,,,,0:30,0:30.5,'],
      ...['film.mp4,x,,,,0:30,1:31,', 'sub,x,,,,,,', '../a.jpg,x,,,,,,', ',x,,,,,,'],
    ].join('\n'),
    'sub/captions.yaml': '\nc.jpg: { capton: x, end: 1:5 }\n',
    ...{ 'two/captions.csv': 'file', 'two/captions.yml': '{}' },
    'ansi/captions.csv': Buffer.from('file;caption\r\na.jpg;Gr\xfc\xdfe', 'latin1'),
  });
  const expected = [
    'captions.csv, line 2: there is no file "A.jpg" (is it a.jpg?)',
    'captions.csv, line 3: there is no file "a.jpgg" (is it a.jpg?)',
    'captions.csv, line 4: caption must be text of at most 1024 characters, not one of 1025 characters',
    'captions.csv, line 4: crop must be text like X,Y,W,H, not "1,2"',
    'captions.csv, line 4: fit must be one of crop, blur, pad, auto, not "crip"',
    'captions.csv, line 4: participants: "nobody" is no audience: there are family, one',
    'captions.csv, line 4: skip must be yes or no (or x, 1, 0, true, false), not "maybe"',
    'captions.csv, line 4: start must be a number from 0 to 86400 (seconds), or a time like 1:05, not "a"',
    'captions.csv, line 5: end must be at least 1 s after the start (30 s), not "0:30.5"',
    'captions.csv, line 6: "film.mp4" is there already, in captions.csv, line 5',
    'captions.csv, line 6: from 30 s to the end "1:31" are 61 s, and a status has at most 60 s',
    'captions.csv, line 7: "sub" is a folder',
    'captions.csv, line 8: "../a.jpg" is not in this folder or below it',
    'captions.csv, line 9: it names no file',
    'sub/captions.yaml, line 2: end must be seconds, or a time like 1:05, not "1:5"',
    expect.stringMatching(/^sub\/captions\.yaml, line 2: there is no column "capton"/),
    'sub/c.txt: the caption has 1025 characters, and at most 1024 characters are posted',
    'two: captions.csv and captions.yml are both there: keep one of them',
    expect.stringMatching(/^ansi\/captions\.csv, line 1: it is no UTF-8: save it again as/),
  ];
  const faults = await faultsOf(folder);
  expect(faults).toEqual(expect.arrayContaining(expected));
  expect(faults).toHaveLength(expected.length);
});

test('accents may be written in both ways, and separators too', async () => {
  const folder = await folderWith({
    ...{ [`${'é'.normalize('NFD')}.jpg`]: '', 'sub/ü.jpg': '' },
    'captions.csv': `file,fit\n${'é'.normalize('NFC')}.jpg,pad\nsub\\${'ü'.normalize('NFD')}.jpg,pad\n`,
  });
  await expect(faultsOf(folder)).resolves.toEqual([]);
  const choices = choose();
  for (const name of [`${'é'.normalize('NFD')}.jpg`, 'sub/ü.jpg']) {
    const { settings } = await choices.of({ path: path.join(folder, name), relativePath: name });
    expect(settings.fit).toBe('pad');
  }
});

test('a file above the paths of the call speaks too, and is judged by what it says of them', async () => {
  const folder = await folderWith({
    ...{ 'sub/a.jpg': '', 'other/b.jpg': '' },
    'captions.csv': 'file,fit\nsub/a.jpg,pad\nother/gone.jpg,pad\n',
  });
  const sub = path.join(folder, 'sub');
  const file = path.join(sub, 'a.jpg');
  await expect(faultsOf(folder, [sub])).resolves.toEqual([]);
  await expect(faultsOf(folder, [file])).resolves.toEqual([]);
  expect((await choose().of({ path: file, relativePath: 'a.jpg' })).settings.fit).toBe('pad');
  await writeFile(path.join(folder, 'captions.csv'), 'file,fit,mood\nsub/a.jpg,crip,\n');
  await expect(faultsOf(folder, [file])).resolves.toHaveLength(2);
  await writeFile(path.join(folder, 'captions.csv'), 'start,stop,text\n1,2,Subtitles of a film\n');
  await expect(faultsOf(folder, [sub])).resolves.toEqual([]);
  await expect(faultsOf(folder)).resolves.toHaveLength(3);
});

test.each([
  ['captions.csv', 'file,fit\na.jpg,\n'],
  ['captions.yaml', 'a.jpg:\n'],
  ['captions.yaml', 'a.jpg: { fit: }\n'],
])('a row that was not filled in says nothing, and hides nothing: %s %j', async (name, empty) => {
  const folder = await folderWith({
    ...{ 'sub/a.jpg': '', 'sub/a.txt': 'text' },
    ...{ 'captions.csv': 'file,fit\nsub/a.jpg,pad\n', [`sub/${name}`]: empty },
  });
  await expect(faultsOf(folder)).resolves.toEqual([]);
  const { settings } = await choose().of({
    ...{ path: path.join(folder, 'sub/a.jpg'), relativePath: path.join('sub', 'a.jpg') },
  });
  expect(settings).toMatchObject({ fit: 'pad', caption: 'text' });
});

test('a long text beside a document is not taken for a caption', async () => {
  const folder = await folderWith({ 'README.md': '', 'README.txt': 'x'.repeat(100_000) });
  await expect(faultsOf(folder, [folder], false)).resolves.toEqual([]);
  await expect(faultsOf(folder, [folder], true)).resolves.toHaveLength(1);
  const { settings } = await choose(false).of({
    ...{ path: path.join(folder, 'README.md'), relativePath: 'README.md' },
  });
  expect(settings).toBe(RUN);
});

test('what changes meanwhile is read again where folders are live, and only there', async () => {
  const folder = await folderWith({ 'a.jpg': '', 'captions.csv': 'file,fit\na.jpg,pad\n' });
  const input = { path: path.join(folder, 'a.jpg'), relativePath: 'a.jpg' };
  const [live, once] = [choose(true, true), choose()];
  const fits = async () =>
    Promise.all([live, once].map(async (each) => (await each.of(input)).settings.fit));
  await expect(fits()).resolves.toEqual(['pad', 'pad']);
  await writeFile(path.join(folder, 'captions.csv'), 'file,fit\na.jpg,blur\n');
  await utimes(path.join(folder, 'captions.csv'), 1, 1);
  // Folders that take long to read are read only now and then.
  await vi.waitFor(() => expect(fits()).resolves.toEqual(['blur', 'pad']), 5000);
  await rm(path.join(folder, 'captions.csv'));
  await writeFile(path.join(folder, 'a.txt'), 'text');
  await vi.waitFor(async () => {
    const { settings } = await live.of(input);
    expect(settings).toMatchObject({ fit: RUN.fit, caption: 'text' });
  }, 5000);
});

test('what is no file or leads out of the folder is read neither as a table nor as a caption', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'there are no named pipes');
  const secret = path.join(await folderWith({ 'secret.txt': 'of somebody else' }), 'secret.txt');
  const folder = await folderWith({ 'a.jpg': '', 'b.jpg': '', 'c.jpg': '', 'own.md': 'Ours' });
  await symlink(secret, path.join(folder, 'a.txt'));
  await symlink('own.md', path.join(folder, 'b.txt'));
  execFileSync('bash', ['-c', 'mkfifo c.txt captions.csv'], { cwd: folder });
  await expect(faultsOf(folder)).resolves.toEqual([
    'captions.csv, line 1: it is no file',
    'a.txt: it is a link that leads out of its folder',
    'c.txt: it is no file',
  ]);
  // As long as it is there, nobody knows what it says of the others.
  await rm(path.join(folder, 'captions.csv'));
  const { settings } = await choose().of({
    path: path.join(folder, 'b.jpg'),
    relativePath: 'b.jpg',
  });
  expect(settings.caption).toBe('Ours');
});
