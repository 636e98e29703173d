import { availableParallelism } from 'node:os';
import * as limits from './limits.js';
import { PLACEHOLDERS, TEMPLATE_PATTERN } from './caption-template.js';
import { boolean, choice, number, numberOr, participantList, text } from './setting-fields.js';

export const audience = {
  caption: text({
    scope: 'send',
    default: '',
    max: limits.CAPTION_MAX_LENGTH,
    unit: 'TEXT',
    about: 'Caption of every status (voice statuses have none)',
  }),
  captionTemplate: text({
    scope: 'send',
    default: '',
    max: limits.CAPTION_MAX_LENGTH,
    unit: 'TEXT',
    like: '"{name} — {date}"',
    pattern: TEMPLATE_PATTERN,
    expects: `with no other words in braces than ${PLACEHOLDERS.join(', ')}`,
    about: `Caption made of ${PLACEHOLDERS.map((word) => `{${word}}`).join(', ')} of each file, such as "{name} — {date}"`,
  }),
  participants: participantList({
    scope: 'send',
    about:
      'Only these contacts see the statuses: phone numbers and audiences, with commas between, or all',
  }),
  country: text({
    scope: 'send',
    default: '',
    unit: 'COUNTRY',
    like: 'DE',
    pattern: /^([a-zA-Z]{2})?$/,
    about: 'Country of phone numbers that are written without it, such as DE',
  }),
};

export const places = {
  state: text({
    default: '.statuscast',
    unit: 'DIR',
    about: 'State directory: the ledger, the report, and the outputs still needed',
  }),
  out: text({
    default: '',
    unit: 'DIR',
    about:
      'Keep the outputs in this folder; otherwise they are removed once they are posted, and prepare has them in ./out',
  }),
  report: boolean({
    default: true,
    about: 'Write report.html about the run to the state directory',
  }),
};

const TIME = '(([01]?\\d|2[0-3])(:[0-5]\\d)?|24(:00)?)';
const SPAN = ` *${TIME} *- *${TIME} *`;

export const pace = {
  concurrency: number({
    default: availableParallelism(),
    min: 1,
    max: 256,
    unit: 'JOBS',
    about: 'Files normalized at once; by default as many as there are cores',
  }),
  uploadConcurrency: number({
    scope: 'send',
    default: 3,
    min: 1,
    max: 64,
    unit: 'UPLOADS',
    about: 'Files uploaded at once',
  }),
  maxInFlight: number({
    default: 32,
    min: 1,
    max: 10_000,
    unit: 'FILES',
    about: 'Files under way at once, so that disk and memory stay flat',
  }),
  sendsPerSecond: number({
    scope: 'send',
    default: limits.SENDS_PER_SECOND,
    min: 0,
    max: 1000,
    unit: 'SENDS/S',
    about: 'Statuses sent in any one second; 0 for no limit',
  }),
  gap: numberOr('instance', {
    scope: 'send',
    min: 0,
    max: 3600,
    unit: 'SECONDS',
    about: "Least time between the starts of two sends, or the instance's own delay",
  }),
  hours: text({
    scope: 'send',
    default: '',
    unit: 'HOURS',
    like: '9-21, 09:30-21:00, 22-6 or 9-12,14-18',
    pattern: new RegExp(`^(${SPAN}(,${SPAN})*)?$`),
    about: 'Send only at these times of the day, by the clock of this machine: 9-21, 9-12,14-18',
  }),
  steadySeconds: number({
    scope: 'send',
    default: 2,
    min: 0,
    max: 3600,
    fraction: true,
    unit: 'SECONDS',
    about: 'A watch takes a file that has not changed for so long',
  }),
  uploadsPerSecond: number({
    scope: 'send',
    default: limits.CALLS_PER_SECOND,
    min: 0,
    max: 1000,
    unit: 'UPLOADS/S',
    about: 'Uploads begun in any one second; 0 for no limit',
  }),
  retries: number({
    scope: 'send',
    default: 5,
    min: 0,
    max: 100,
    unit: 'TIMES',
    about: 'How often a call that may be repeated is tried again',
  }),
  apiTimeoutMs: number({
    scope: 'send',
    default: 30_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest wait for the answer to a short call',
  }),
  uploadTimeoutMs: number({
    scope: 'send',
    default: 300_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest time for one upload',
  }),
  sendTimeoutMs: number({
    scope: 'send',
    default: 60_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest wait for the answer to a send',
  }),
  journalWaitMs: number({
    scope: 'send',
    default: limits.JOURNAL_SETTLED_MS,
    min: 0,
    max: 3_600_000,
    unit: 'MS',
    about: 'After a lost answer, how long the journal may take to show the status',
  }),
  onUncertain: choice(['skip', 'resend'], {
    scope: 'send',
    default: 'skip',
    about: 'What to do with a status of an earlier run of which nobody knows whether it was sent',
  }),
  confirm: boolean({
    scope: 'send',
    default: false,
    about: 'Wait until the statuses show in the journal, and say who has seen them',
  }),
  confirmWaitMs: number({
    scope: 'send',
    default: 300_000,
    min: 0,
    max: 86_400_000,
    unit: 'MS',
    about: 'How long a status may take to show when it is to be confirmed',
  }),
  probeTimeoutMs: number({
    default: 30_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest time for one look into a file',
  }),
  normalizeTimeoutMs: number({
    default: 600_000,
    min: 100,
    max: 86_400_000,
    unit: 'MS',
    about: 'Longest time for one pass of ffmpeg, or one try at a picture',
  }),
};
