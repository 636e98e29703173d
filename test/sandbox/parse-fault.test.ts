import { expect, test } from 'vitest';
import { FAULT_NAMES } from '../../src/sandbox/faults.js';
import { parseFault } from '../../src/sandbox/sandbox.js';

test.each([
  ['answer-lost', { name: 'answer-lost', method: 'sendMediaStatus', from: 1, times: 1 }],
  [
    'answer-lost:sendMediaStatus@2',
    { name: 'answer-lost', method: 'sendMediaStatus', from: 2, times: 1 },
  ],
  ['bad-gateway:uploadFile@1x2', { name: 'bad-gateway', method: 'uploadFile', from: 1, times: 2 }],
  ['bad-gateway:uploadFilex2', { name: 'bad-gateway', method: 'uploadFile', from: 1, times: 2 }],
  ['hang:file-link', { name: 'hang', method: 'file-link', from: 1, times: 1 }],
  ['resetx*', { name: 'reset', method: 'sendMediaStatus', from: 1, times: Infinity }],
  ['code-in-200@3', { name: 'code-in-200', method: 'sendMediaStatus', from: 3, times: 1 }],
  ['download-link', { name: 'download-link', method: 'uploadFile', from: 1, times: 1 }],
  ['link-gone', { name: 'link-gone', method: 'file-link', from: 1, times: 1 }],
])('%s is read', (text, fault) => {
  expect(parseFault(text)).toEqual(fault);
});

test.each(FAULT_NAMES)('%s is a fault on its own', (name) => {
  expect(parseFault(name).name).toBe(name);
});

test.each([
  ['answer-loss', /There is no fault "answer-loss"\. Names: answer-lost, /],
  ['reset:sendMedia', /There is no method "sendMedia" .*sendMediaStatus/],
  ['reset@', /write NAME\[:METHOD\]\[@FROM\]\[xTIMES\|x\*\].* Names: answer-lost, /],
  ['', /Cannot read the fault ""/],
  ['reset@0', /counted from 1/],
  ['resetx0', /counted from 1/],
  ['download-link:sendMediaStatus', /it is one of uploadFile alone/],
])('%j is refused with what would do', (text, sentence) => {
  expect(() => parseFault(text)).toThrow(sentence);
});
