import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRateLimiter } from '../../src/sandbox/rate.js';
import { get, post, postFile } from './client.js';
import { open } from './open.js';

const status = { urlFile: 'https://example.com/a.jpg', fileName: 'a.jpg' };
const voice = { urlFile: 'https://example.com/a.mp3', fileName: 'a.mp3' };

test.each([
  ['sendMediaStatus', 5, status],
  ['sendVoiceStatus', 5, voice],
  ['deleteStatus', 10, { idMessage: '3EB0' }],
])('of %s at once %i are let through, and the next is 429', async (method, perSecond, body) => {
  const sandbox = await open({ limitRates: true });
  const answers = await Promise.all(
    Array.from({ length: perSecond + 1 }, () => post(sandbox, method, body)),
  );
  const refused = answers.filter((answer) => answer.status === 429);
  expect(refused).toHaveLength(1);
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(perSecond);
});

test('a second after the first the next is let through', async () => {
  const sandbox = await open({ limitRates: true });
  const method = 'sendMediaStatus';
  for (let sent = 0; sent < 5; sent += 1) await post(sandbox, method, status);
  expect((await post(sandbox, method, status)).status).toBe(429);
  await wait(1010);
  expect((await post(sandbox, method, status)).status).toBe(200);
  expect(sandbox.statuses()).toHaveLength(6);
});

test('each other method has one a second of its own, and uploadFile has no limit', async () => {
  const sandbox = await open({ limitRates: true });
  expect((await get(sandbox, 'getSettings')).status).toBe(200);
  expect((await get(sandbox, 'getMessagesCount')).status).toBe(200);
  const again = await get(sandbox, 'getSettings');
  expect(again.status).toBe(429);
  expect(again.headers['retry-after']).toBeUndefined();
  const uploads = await Promise.all(Array.from({ length: 8 }, () => postFile(sandbox)));
  expect(uploads.every((answer) => answer.status === 200)).toBe(true);
});

test('limitRates: false lets everything through', async () => {
  const sandbox = await open({ limitRates: false });
  const answers = await Promise.all(Array.from({ length: 8 }, () => get(sandbox, 'getSettings')));
  expect(answers.every((answer) => answer.status === 200)).toBe(true);
});

test('no second, however it is laid, has more than its number', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 })), (gapsMs) => {
      let time = 0;
      const limiter = createRateLimiter(() => time);
      const admitted: number[] = [];
      for (const gap of gapsMs) {
        time += gap;
        if (limiter.admit('sendMediaStatus', 5)) admitted.push(time);
      }
      for (const start of admitted) {
        const inSecond = admitted.filter((at) => at >= start && at < start + 1000);
        expect(inSecond.length).toBeLessThanOrEqual(5);
      }
    }),
  );
});
