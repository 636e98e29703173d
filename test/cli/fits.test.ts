import { expect, test } from 'vitest';
import { parseLines, resultsOf, runCli } from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';

const ALBUM = ['landscape.jpg', 'conforming.jpg', 'cover.mp3', 'panorama-3000x300.jpg'];

test('the events of a run hold how each image fits, and the window', async () => {
  const { cwd } = await makeAlbum(ALBUM);
  const args = ['prepare', 'album', '--json', '--out', 'out', '--position', 'W', '--fit', 'auto'];
  const { code, stdout, stderr } = await runCli(args, { cwd });
  expect(code).toBe(0);
  const planOf = (name: string) =>
    resultsOf(stdout).find(({ input }) => input.endsWith(name))?.plan ?? null;
  expect(planOf('panorama-3000x300.jpg')).toMatchObject({
    fit: 'blur',
    crop: { left: 0, top: 0, width: 3000, height: 300 },
  });
  expect(planOf('landscape.jpg')?.reasons.at(-1)).toMatch(/cropping to 9:16 .* what stands out/);
  expect(planOf('conforming.jpg')).toMatchObject({ action: 'keep', fit: null, crop: null });
  expect(planOf('cover.mp3')).toMatchObject({ fit: null, crop: null });
  const staged = parseLines(stdout).filter(({ stage }) => stage === 'normalize');
  expect(staged.map(({ plan }) => plan)).toContainEqual(planOf('panorama-3000x300.jpg'));
  expect(stderr).toContain('encoded as image, whole over a blurred copy: ');
});

test('a run that sends reads the window back from the ledger', async () => {
  const { cwd } = await makeAlbum(['landscape.jpg']);
  const env = variablesOf(await openTestSandbox());
  const args = ['send', 'album', '--json', '--position', 'E'];
  const [result] = resultsOf((await runCli(args, { cwd, env })).stdout);
  expect(result?.plan).toMatchObject({
    fit: 'crop',
    crop: { left: 370, top: 0, width: 270, height: 480 },
  });
});

test('a part outside one image fails that image, with the numbers', async () => {
  const { cwd } = await makeAlbum(['landscape.jpg', 'panorama-3000x300.jpg']);
  const args = ['prepare', 'album', '--json', '--out', 'out', '--crop', '900,0,100,200'];
  const { code, stdout } = await runCli(args, { cwd });
  expect(code).toBe(1);
  const [landscape, panorama] = resultsOf(stdout);
  expect(landscape?.error).toMatchObject({
    code: 'crop-outside',
    message: expect.stringMatching(/900,0,100,200 reaches to 1000,200.* only to 640,480/),
  });
  expect(panorama).toMatchObject({ outcome: 'prepared', plan: { crop: { left: 900 } } });
});
