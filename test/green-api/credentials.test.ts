import { expect, test } from 'vitest';
import { StatuscastError } from '../../src/errors.js';
import { credentialsFrom } from '../../src/green-api/credentials.js';

const ENV = {
  GREEN_API_URL: 'https://7105.api.greenapi.com/',
  GREEN_API_MEDIA_URL: ' https://7105.media.greenapi.com// ',
  GREEN_API_ID_INSTANCE: '710522334455',
  GREEN_API_TOKEN: 'd75b3a66374942c5b3c019c698abc2067e151558acbd412345',
};

function failureOf(env: NodeJS.ProcessEnv): StatuscastError | null {
  try {
    credentialsFrom(env);
  } catch (thrown) {
    return thrown instanceof StatuscastError ? thrown : null;
  }
  return null;
}

test('spaces around values and slashes behind hosts are taken off', () => {
  expect(credentialsFrom(ENV)).toEqual({
    apiUrl: 'https://7105.api.greenapi.com',
    mediaUrl: 'https://7105.media.greenapi.com',
    idInstance: '710522334455',
    apiTokenInstance: ENV.GREEN_API_TOKEN,
  });
});

test('all that is not set is named at once', () => {
  expect(failureOf({ ...ENV, GREEN_API_URL: '', GREEN_API_TOKEN: '  ' })?.facts).toEqual({
    code: 'missing-credentials',
    missing: ['GREEN_API_URL', 'GREEN_API_TOKEN'],
  });
});

test.each([
  ['GREEN_API_URL', 'ftp://example.com'],
  ['GREEN_API_MEDIA_URL', 'media.greenapi.com'],
  ['GREEN_API_URL', 'https://api.green-api.com/waInstance7105/getSettings/secret'],
  ['GREEN_API_MEDIA_URL', 'https://media.green-api.com/?token=secret'],
  ['GREEN_API_URL', 'https://somebody:secret@api.green-api.com'],
  ['GREEN_API_URL', 'https://api.green-api.com/#secret'],
  ['GREEN_API_ID_INSTANCE', '71o5secret'],
  ['GREEN_API_TOKEN', 'secret/../secret'],
])('a wrong %s is named, and its value is not shown', (name, value) => {
  const failure = failureOf({ ...ENV, [name]: value });
  expect(failure?.code).toBe('bad-settings');
  expect(failure?.message).toContain(name);
  expect(failure?.message).not.toContain(value);
});
