import { once } from 'node:events';
import { createRateLimiter } from '../../src/green-api/rates.js';

/**
 * A process of its own that makes calls through the rates of this machine: it says `ready`, waits
 * for a word on its input, then calls a server so many times at once, each call with the moment at
 * which it left by the clock that all processes share.
 */
const [folder = '', instance = '', url = '', count = '0', gapMs = '0'] = process.argv.slice(2);
const limitRate = createRateLimiter(undefined, { folder, instance, gapMs: () => Number(gapMs) });
// What is loaded on the first call is loaded before the word comes.
await limitRate('warm', async () => undefined);

process.stdout.write('ready');
await once(process.stdin, 'data');
const calls = Array.from({ length: Number(count) }, () =>
  limitRate('sendMediaStatus', async () => {
    const atMs = Number(process.hrtime.bigint()) / 1e6;
    await (await fetch(`${url}/${atMs}`)).text();
  }),
);
await Promise.all(calls);
process.exit();
