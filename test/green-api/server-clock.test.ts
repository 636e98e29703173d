import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { connectTo } from '../support/sandbox-client.js';
import { openServer, replyWith, type ScriptedServer } from '../support/scripted-server.js';
import type { Scope } from '../support/scratch-folder.js';

const BUSY_MS = 5000;

/** A server whose clock shows these moments, one after the other; null for none. */
function openClock(scope: Scope, dates: readonly (string | null)[]): Promise<ScriptedServer> {
  const left = [...dates];
  return openServer(scope, (_, response) => {
    response.sendDate = false;
    const date = left.shift() ?? null;
    if (date !== null) response.setHeader('date', date);
    replyWith(response, {});
  });
}

describe.concurrent("the server's time", () => {
  test('is ours until there was an answer', async (scope) => {
    const { url } = await openClock(scope, []);
    expect(Math.abs(connectTo(scope, url).serverNow() - Date.now())).toBeLessThan(BUSY_MS);
  });

  test('is that of its latest answer, however far from ours, and goes on', async (scope) => {
    const dates = ['Sat, 22 Mar 2025 10:00:00 GMT', 'Tue, 01 Jan 2030 00:00:00 GMT'];
    const { url } = await openClock(scope, [...dates, dates[0] ?? '']);
    const client = connectTo(scope, url);
    for (const date of [...dates, dates[0] ?? '']) {
      await client.getSettings();
      const aheadMs = client.serverNow() - Date.parse(date);
      expect(aheadMs).toBeGreaterThanOrEqual(0);
      expect(aheadMs).toBeLessThan(BUSY_MS);
    }
    const before = client.serverNow();
    await wait(60);
    expect(client.serverNow() - before).toBeGreaterThanOrEqual(55);
  });

  test('is read from a refusal as well', async (scope) => {
    const date = 'Sat, 22 Mar 2025 10:00:00 GMT';
    const { url } = await openServer(scope, (_, response) => {
      response.setHeader('date', date);
      replyWith(response, { message: 'No' }, 403);
    });
    const client = connectTo(scope, url);
    await client.getSettings().catch(() => undefined);
    expect(Math.abs(client.serverNow() - Date.parse(date))).toBeLessThan(BUSY_MS);
  });

  test('is not set back by the fractions that a header leaves out', async (scope) => {
    const date = 'Sat, 22 Mar 2025 10:00:00 GMT';
    const { url } = await openClock(scope, [date, date]);
    const client = connectTo(scope, url);
    await client.getSettings();
    const before = client.serverNow();
    await client.getSettings();
    expect(client.serverNow()).toBeGreaterThanOrEqual(before);
  });

  test.for(['soon', null])('is not read from Date: %s', async (date, scope) => {
    const { url } = await openClock(scope, ['Sat, 22 Mar 2025 10:00:00 GMT', date]);
    const client = connectTo(scope, url);
    await client.getSettings();
    await client.getSettings();
    expect(client.serverNow()).toBeLessThan(Date.UTC(2025, 2, 23));
  });
});
