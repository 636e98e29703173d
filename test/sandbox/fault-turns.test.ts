import { expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { get, post } from './client.js';
import { open } from './open.js';

test('a fault strikes from the request it names, as often as it says', async () => {
  const sandbox = await open({
    faults: [{ name: 'bad-gateway', method: 'getSettings', from: 2, times: 2 }],
  });
  expect(await settingsStatuses(sandbox, 4)).toEqual([200, 502, 502, 200]);
});

test('requests of other methods do not count', async () => {
  const sandbox = await open({ faults: [{ name: 'bad-gateway', method: 'getSettings' }] });
  expect((await get(sandbox, 'getMessagesCount')).status).toBe(200);
  expect(await settingsStatuses(sandbox, 2)).toEqual([502, 200]);
});

test('a fault that is added later counts from then', async () => {
  const sandbox = await open();
  await settingsStatuses(sandbox, 3);
  sandbox.addFault({ name: 'server-error', method: 'getSettings', from: 2 });
  expect(await settingsStatuses(sandbox, 3)).toEqual([200, 500, 200]);
});

test('of two faults on one request the first given wins', async () => {
  const sandbox = await open({
    faults: [
      { name: 'too-fast', method: 'getSettings' },
      { name: 'bad-gateway', method: 'getSettings', times: 2 },
    ],
  });
  expect(await settingsStatuses(sandbox, 3)).toEqual([429, 502, 200]);
});

test('a request that is not carried out does not count towards the rate', async () => {
  const sandbox = await open({
    limitRates: true,
    faults: [{ name: 'bad-gateway', method: 'getSettings' }],
  });
  expect(await settingsStatuses(sandbox, 3)).toEqual([502, 200, 429]);
});

test('a request that is refused is answered so, whatever its answer was to be', async () => {
  const sandbox = await open({
    faults: [{ name: 'bad-gateway-after', method: 'sendMediaStatus' }],
  });
  expect((await post(sandbox, 'sendMediaStatus', {})).status).toBe(400);
});

test('a fault that makes no sense on its method keeps the sandbox from opening', async () => {
  const faults = [{ name: 'link-gone', method: 'sendMediaStatus' }] as const;
  await expect(openSandbox({ faults })).rejects.toThrow('it is one of file-link alone');
});

async function settingsStatuses(sandbox: Sandbox, count: number): Promise<readonly number[]> {
  const statuses = [];
  for (let asked = 0; asked < count; asked += 1) {
    statuses.push((await get(sandbox, 'getSettings')).status);
  }
  return statuses;
}
