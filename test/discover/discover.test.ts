import { chmod, mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { discover, findRoots } from '../../src/discover/discover.js';
import { stampOf } from '../../src/discover/stamp.js';
import type { Input } from '../../src/job.js';
import { tempFolder } from '../support/temp-folder.js';

/** A folder with these files, each of which holds its own name. */
async function folderWith(...files: readonly string[]): Promise<string> {
  const folder = await tempFolder();
  for (const file of files) {
    // oxlint-disable-next-line no-await-in-loop
    await mkdir(dirname(join(folder, file)), { recursive: true });
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(join(folder, file), file);
  }
  return folder;
}

async function find(
  paths: readonly string[],
  leaveOut: readonly string[] = [],
): Promise<readonly Input[]> {
  const inputs: Input[] = [];
  for await (const input of discover(await findRoots(paths), leaveOut)) inputs.push(input);
  return inputs;
}

/** Paths below a folder, in the order in which they are found. */
async function namesIn(folder: string, leaveOut: readonly string[] = []) {
  return (await find([folder], leaveOut)).map(({ relativePath }) => relativePath);
}

describe('the files of a folder', () => {
  it('come in the order in which people read names', async () => {
    const folder = await folderWith('10.jpg', '2.jpg', '1.jpg', 'b.jpg', 'a10.jpg', 'a9.jpg');
    await expect(namesIn(folder)).resolves.toEqual([
      ...['1.jpg', '2.jpg', '10.jpg', 'a9.jpg', 'a10.jpg', 'b.jpg'],
    ]);
  });

  it('come in the same order each time, also where names differ only by their case', async () => {
    const folder = await folderWith('a.jpg', 'A.jpg', 'á.jpg', '01.jpg', '1.jpg');
    const first = await namesIn(folder);
    expect(first).toHaveLength(5);
    await expect(namesIn(folder)).resolves.toEqual(first);
  });

  it('are not those that say what is chosen for others', async () => {
    const folder = await folderWith(
      ...[
        'Captions.csv',
        'a.jpg',
        'a.txt',
        'b.jpg',
        'b.jpg.TXT',
        'c.txt',
        'd/captions.yml',
        'd/x.mp4',
      ],
      ...['e.txt', 'e/y.jpg', 'captions.txt'],
    );
    const found = ['a.jpg', 'b.jpg', 'c.txt', 'captions.txt', 'd/x.mp4', 'e/y.jpg', 'e.txt'];
    await expect(namesIn(folder)).resolves.toEqual(found);
    const given = ['Captions.csv', 'a.txt', 'b.jpg.TXT', 'c.txt'].map((name) => join(folder, name));
    await expect(find(given)).resolves.toMatchObject([{ relativePath: 'c.txt' }]);
  });

  it('include those of sub-folders, which stand where their name does', async () => {
    const folder = await folderWith('c.jpg', 'b/2.jpg', 'b/1.jpg', 'a.jpg', 'b/x/y/z.jpg');
    await expect(namesIn(folder)).resolves.toEqual([
      ...['a.jpg', 'b/1.jpg', 'b/2.jpg', 'b/x/y/z.jpg', 'c.jpg'],
    ]);
  });

  it('are told of by the path given, the absolute one, and their size', async () => {
    const folder = await folderWith('a/b.jpg');
    const given = relative(process.cwd(), folder);
    await expect(find([given])).resolves.toEqual([
      {
        input: join(given, 'a/b.jpg'),
        path: join(folder, 'a/b.jpg'),
        relativePath: 'a/b.jpg',
        bytes: 'a/b.jpg'.length,
        stamp: stampOf(await stat(join(folder, 'a/b.jpg'))),
      },
    ]);
  });

  it('do not include hidden ones, nor those of hidden folders', async () => {
    const folder = await folderWith('.hidden.jpg', '.git/a.jpg', '.DS_Store', 'a.jpg');
    await expect(namesIn(folder)).resolves.toEqual(['a.jpg']);
  });

  it('do not include our own folders among them', async () => {
    const folder = await folderWith('a.jpg', 'out/a.jpg', 'state/b.jpg', 'x/out/c.jpg');
    const ours = [join(folder, 'out'), join(folder, 'state')];
    await expect(namesIn(folder, ours)).resolves.toEqual(['a.jpg', 'x/out/c.jpg']);
  });

  it('may have any name', async () => {
    const names = ['-rf', '--help', ' ', 'a\nb', '%03d', `'"`, 'праздник 🎉', '\\'];
    const folder = await folderWith(...names);
    expect((await namesIn(folder)).toSorted()).toEqual(names.toSorted());
  });

  it('are none in an empty folder', async () => {
    await expect(namesIn(await folderWith())).resolves.toEqual([]);
  });
});

describe('links', () => {
  it('that stay in the folder are followed to files', async () => {
    const folder = await folderWith('a/real.jpg');
    await symlink(join(folder, 'a/real.jpg'), join(folder, 'link.jpg'));
    await expect(namesIn(folder)).resolves.toEqual(['a/real.jpg', 'link.jpg']);
  });

  it('that leave the folder are not followed, to files or folders, near or far', async () => {
    const outside = await folderWith('secret.jpg');
    const folder = await folderWith('a.jpg');
    await symlink(join(outside, 'secret.jpg'), join(folder, 'file.jpg'));
    await symlink(outside, join(folder, 'folder'));
    await symlink('/etc/passwd', join(folder, 'passwd'));
    await symlink('..', join(folder, 'up'));
    await expect(namesIn(folder)).resolves.toEqual(['a.jpg']);
  });

  it('into a folder whose name only begins like this one are not followed', async () => {
    const parent = await folderWith('album/a.jpg', 'album-private/secret.jpg');
    await symlink('../album-private/secret.jpg', join(parent, 'album/link.jpg'));
    await expect(namesIn(join(parent, 'album'))).resolves.toEqual(['a.jpg']);
  });

  it('that lead in a circle, or nowhere, end', async () => {
    const folder = await folderWith('a/b/c.jpg');
    await symlink(folder, join(folder, 'a/b/top'));
    await symlink('..', join(folder, 'a/b/up'));
    await symlink('.', join(folder, 'a/self'));
    await symlink('loop2', join(folder, 'loop1'));
    await symlink('loop1', join(folder, 'loop2'));
    await symlink('gone.jpg', join(folder, 'broken.jpg'));
    await expect(namesIn(folder)).resolves.toEqual(['a/b/c.jpg']);
  });

  it('that are given themselves are followed', async () => {
    const folder = await folderWith('real/a.jpg');
    const link = join(folder, 'link');
    await symlink(join(folder, 'real'), link);
    await expect(find([link])).resolves.toMatchObject([{ input: join(link, 'a.jpg') }]);
    const file = join(folder, 'photo.jpg');
    await symlink(join(folder, 'real/a.jpg'), file);
    await expect(find([file])).resolves.toMatchObject([
      { input: file, relativePath: 'photo.jpg', path: join(folder, 'real/a.jpg') },
    ]);
  });
});

describe('paths that are given', () => {
  it('are walked in their order', async () => {
    const folder = await folderWith('z/1.jpg', 'a/1.jpg', 'm.jpg');
    const paths = ['z', 'm.jpg', 'a'].map((name) => join(folder, name));
    const inputs = (await find(paths)).map(({ input }) => relative(folder, input));
    expect(inputs).toEqual(['z/1.jpg', 'm.jpg', 'a/1.jpg']);
  });

  it('count once, however often and by whatever way they are given', async () => {
    const folder = await folderWith('a/1.jpg');
    await symlink(join(folder, 'a'), join(folder, 'link'));
    const paths = [join(folder, 'a'), `${folder}/a/`, join(folder, 'link'), `${folder}/a/../a`];
    await expect(find(paths)).resolves.toHaveLength(1);
  });

  it('come once where they stand, also beside a folder around them', async () => {
    const folder = await folderWith('a.jpg', 'b.jpg', 'sub/1.jpg', 'sub/2.jpg', 'sub/sub/3.jpg');
    await symlink('b.jpg', join(folder, 'c.jpg'));
    const paths = ['b.jpg', '.', 'sub/2.jpg', 'sub/sub'].map((name) => join(folder, name));
    const inputs = (await find(paths)).map(({ input }) => relative(folder, input));
    expect(inputs).toEqual(['b.jpg', 'a.jpg', 'sub/1.jpg', 'sub/2.jpg', 'sub/sub/3.jpg']);
  });

  it('may be hidden: who names a file means it', async () => {
    const folder = await folderWith('.hidden.jpg', '.album/a.jpg');
    const inputs = await find([join(folder, '.hidden.jpg'), join(folder, '.album')]);
    expect(inputs.map(({ relativePath }) => relativePath)).toEqual(['.hidden.jpg', 'a.jpg']);
  });

  it('that are not there are told of all at once, before anything is done', async () => {
    const folder = await folderWith('a.jpg');
    const [one, two] = [join(folder, 'one.jpg'), join(folder, 'two')];
    await expect(findRoots([one, folder, two])).rejects.toMatchObject({
      facts: { code: 'path-missing', paths: [one, two] },
    });
  });

  it('may not be devices or pipes, which have no end', async () => {
    await expect(findRoots(['/dev/zero'])).rejects.toMatchObject({
      facts: { code: 'path-missing', paths: ['/dev/zero'] },
    });
  });
});

describe('what cannot be read', () => {
  it('as a folder without rights is told of like a file', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'the superuser may read everything');
    const folder = await folderWith('a/1.jpg', 'b/1.jpg');
    await chmod(join(folder, 'a'), 0o000);
    const found = await namesIn(folder);
    await chmod(join(folder, 'a'), 0o755);
    expect(found).toEqual(['a', 'b/1.jpg']);
  });

  it('as a folder that goes while others are walked is told of like a file', async () => {
    const folder = await folderWith('a/1.jpg', 'b/1.jpg');
    const roots = await findRoots([join(folder, 'a'), join(folder, 'b')]);
    await rm(join(folder, 'b'), { recursive: true });
    const inputs: string[] = [];
    for await (const { input } of discover(roots, [])) inputs.push(relative(folder, input));
    expect(inputs).toEqual(['a/1.jpg', 'b']);
  });
});
