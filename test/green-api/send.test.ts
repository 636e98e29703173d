import { describe, expect, test } from 'vitest';
import { connectTo, openClient, STATUS } from '../support/sandbox-client.js';
import { openServer, replyWith } from '../support/scripted-server.js';

function answerQueued(_: unknown, response: Parameters<typeof replyWith>[0]): void {
  replyWith(response, { idMessage: '3EB0C767D097B7C7C030' });
}

describe.concurrent('a status to send', () => {
  test('has neither caption nor participants where they are empty', async (scope) => {
    const server = await openServer(scope, answerQueued);
    await connectTo(scope, server.url).sendMediaStatus(STATUS);
    const [request] = server.received;
    const { urlFile, fileName } = STATUS;
    expect(JSON.parse(String(request?.body))).toEqual({ urlFile, fileName });
    expect(request?.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(request?.headers['transfer-encoding']).toBeUndefined();
  });

  test.for([
    ['праздник 海 🎉.jpg', 'Ёлка 🎄 és «tűz»\nzweite Zeile "quoted" \\ '],
    [`${'海'.repeat(80)}.jpg`, '🎉'.repeat(512)],
  ] as const)('keeps every letter of %s and of its caption', async ([fileName, caption], scope) => {
    const { sandbox, client } = await openClient(scope);
    const participants = ['70000001234@c.us', '70000001235@c.us'];
    await client.sendMediaStatus({ ...STATUS, fileName, caption, participants });
    expect(sandbox.statuses()).toMatchObject([{ fileName, caption, participants, kind: 'image' }]);
  });

  test('begins without a byte order mark', async (scope) => {
    const server = await openServer(scope, answerQueued);
    await connectTo(scope, server.url).sendMediaStatus({ ...STATUS, caption: 'é' });
    expect(server.received[0]?.body.subarray(0, 1).toString()).toBe('{');
  });

  test('has no caption when it is a voice', async (scope) => {
    const server = await openServer(scope, answerQueued);
    const voice = {
      ...STATUS,
      fileName: 'a.mp3',
      caption: 'lost',
      participants: ['70000001@c.us'],
    };
    await connectTo(scope, server.url).sendVoiceStatus(voice);
    const [request] = server.received;
    expect(request?.method).toBe('sendVoiceStatus');
    expect(JSON.parse(String(request?.body))).toEqual({
      urlFile: STATUS.urlFile,
      fileName: 'a.mp3',
      participants: ['70000001@c.us'],
    });
  });

  test('never travels on a connection that was used before', async (scope) => {
    const server = await openServer(scope, answerQueued);
    const client = connectTo(scope, server.url);
    for (let sends = 0; sends < 3; sends++) await client.sendMediaStatus(STATUS);
    expect(server.received).toHaveLength(3);
    expect(server.connections()).toBe(3);
  });
});

test('the address names instance, method and token, and the query is escaped', async (scope) => {
  const server = await openServer(scope, (_, response) => replyWith(response, []));
  const client = connectTo(scope, server.url);
  await client.getStatusStatistic({ idMessage: 'a&b=c d' });
  const { pathname, searchParams } = new URL(server.received[0]?.url ?? '', server.url);
  expect(pathname).toMatch(/^\/waInstance\d+\/getStatusStatistic\/[0-9a-f]+$/);
  expect([...searchParams]).toEqual([['idMessage', 'a&b=c d']]);
});
