import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LINK_LIFETIME_DAYS } from '../../src/limits.js';
import { openSandbox } from '../../src/sandbox/sandbox.js';
import { openStore } from '../../src/sandbox/store.js';
import { ask, get, post, send, upload } from './client.js';
import { open } from './open.js';

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'statuscast-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** A sandbox that got three statuses, the last one deleted and the second one in the queue, and closed. */
async function liveOnce(directory: string): Promise<readonly string[]> {
  const quick = await openSandbox({ directory, limitRates: false, sendDelayMs: 0 });
  const sent = await send(quick, { urlFile: await upload(quick), fileName: 'a.jpg', caption: 'x' });
  await quick.close();
  const slow = await openSandbox({ directory, limitRates: false, sendDelayMs: 60_000 });
  const queued = await send(slow, { urlFile: await upload(slow), fileName: 'b.jpg' });
  const deleted = await send(slow, { urlFile: await upload(slow), fileName: 'c.jpg' });
  await post(slow, 'deleteStatus', { idMessage: deleted });
  await slow.close();
  return [sent, queued, deleted];
}

test('a sandbox on the same folder still knows its files, queue and journal', async () => {
  const directory = makeDirectory();
  const ids = await liveOnce(directory);
  const sandbox = await open({ directory });

  expect(sandbox.uploads()).toHaveLength(3);
  expect(await ask('GET', sandbox.uploads()[0]?.urlFile ?? '')).toMatchObject({
    status: 200,
    text: 'image bytes',
  });
  expect(sandbox.statuses().map(({ idMessage, state }) => [idMessage, state])).toEqual([
    [ids[0], 'sent'],
    [ids[1], 'pending'],
    [ids[2], 'deleted'],
  ]);
  expect(sandbox.statuses()[0]?.file).toEqual(sandbox.uploads()[0]);
  expect(JSON.parse((await get(sandbox, 'showMessagesQueue')).text)).toMatchObject([
    { messageID: ids[1] },
  ]);
  expect(JSON.parse((await get(sandbox, 'getOutgoingStatuses')).text)).toMatchObject([
    { idMessage: ids[0], caption: 'x' },
  ]);
});

test('a status keeps the link it was given, whatever the port is now', async () => {
  const directory = makeDirectory();
  const first = await openSandbox({ directory });
  const urlFile = await upload(first);
  await send(first, { urlFile, fileName: 'a.jpg' });
  await first.close();
  const second = await open({ directory });
  expect(second.credentials.apiUrl).not.toBe(first.credentials.apiUrl);
  expect(second.statuses()[0]?.urlFile).toBe(urlFile);
});

test('a torn last line is as if it had never been, and the next one is whole', async () => {
  const directory = makeDirectory();
  await liveOnce(directory);
  const log = join(directory, 'log.ndjson');
  const lastLine = readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  appendFileSync(log, lastLine.slice(0, 20));

  const second = await openSandbox({ directory, limitRates: false });
  expect(second.statuses()).toHaveLength(3);
  await send(second, { urlFile: await upload(second), fileName: 'd.jpg' });
  await second.close();
  const third = await open({ directory });
  expect(third.statuses().map(({ fileName }) => fileName)).toEqual([
    'a.jpg',
    'b.jpg',
    'c.jpg',
    'd.jpg',
  ]);
});

test('a log that is broken elsewhere is refused, with the line', async () => {
  const directory = makeDirectory();
  writeFileSync(join(directory, 'log.ndjson'), '{"type":"deletion","idMessage":"3EB0"}\n{}\n');
  await expect(openSandbox({ directory })).rejects.toThrow(/log\.ndjson: line 2 is not/);
});

test('what a killed sandbox had half received is removed', async () => {
  const directory = makeDirectory();
  await liveOnce(directory);
  writeFileSync(join(directory, 'files', 'x.jpg.partial'), 'half');
  await open({ directory });
  expect(readdirSync(join(directory, 'files'))).toHaveLength(3);
});

test('after 15 days a link is dead', () => {
  let time = 1_000_000;
  const store = openStore(makeDirectory(), 0, () => time);
  store.addUpload({
    name: 'a.jpg',
    bytes: 1,
    contentType: 'image/jpeg',
    gaFileName: 'a.jpg',
    sha256: '',
    contentLength: 1,
    downloadOnly: false,
  });
  time += LINK_LIFETIME_DAYS * 86_400_000 - 1;
  expect(store.findUpload('a.jpg')?.name).toBe('a.jpg');
  time += 1;
  expect(store.findUpload('a.jpg')).toBeNull();
});
