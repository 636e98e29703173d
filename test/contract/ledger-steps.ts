import type { JobError } from '../../src/job.js';
import type { Ledger, LedgerState } from '../../src/ledger/ledger.js';
import { factsOf } from './ledger-facts.js';

export const LINK = {
  urlFile: 'https://example.com/7105/a.jpg',
  expiresAtMs: 1_742_601_600_000,
} as const;
/** The run whose requests they are. */
export const RUN = 7;
export const ERROR: JobError = { code: 'outcome-unknown', message: 'nobody knows; 海 "quoted"' };

/** The steps that bring a new entry into each state. */
export const WAYS: Readonly<Record<LedgerState, (ledger: Ledger, key: string) => Promise<void>>> = {
  normalized: (ledger, key) => ledger.recordNormalized(factsOf(key)),
  uploaded: async (ledger, key) => {
    await WAYS.normalized(ledger, key);
    await ledger.recordUploaded(key, LINK);
  },
  sending: async (ledger, key) => {
    await WAYS.uploaded(ledger, key);
    await ledger.claimSend(key, null, 1000, LINK, RUN);
  },
  sent: async (ledger, key) => {
    await WAYS.sending(ledger, key);
    await ledger.recordSent(key, `id of ${key}`);
  },
  uncertain: async (ledger, key) => {
    await WAYS.sending(ledger, key);
    await ledger.recordUncertain(key, ERROR);
  },
  failed: async (ledger, key) => {
    await WAYS.sending(ledger, key);
    await ledger.recordFailed(key, ERROR, 1000);
  },
  undone: async (ledger, key) => {
    await WAYS.sent(ledger, key);
    await ledger.recordUndone(key);
  },
};

interface Step {
  readonly step: string;
  readonly take: (ledger: Ledger, key: string) => Promise<unknown>;
  /** The state that it leads to from each. */
  readonly to: Readonly<Record<LedgerState, LedgerState>>;
}

/** Each step, and where it leads to: what is sent stays so, and what may be under way does too. */
export const STEPS: readonly Step[] = [
  {
    step: 'recordNormalized',
    take: (ledger, key) => ledger.recordNormalized(factsOf(key)),
    to: {
      ...{ normalized: 'normalized', uploaded: 'normalized', failed: 'normalized' },
      ...{ sending: 'sending', uncertain: 'uncertain', sent: 'sent', undone: 'undone' },
    },
  },
  {
    step: 'recordUploaded',
    take: (ledger, key) => ledger.recordUploaded(key, LINK),
    to: {
      ...{ normalized: 'uploaded', uploaded: 'uploaded', failed: 'uploaded' },
      ...{ sending: 'sending', uncertain: 'uncertain', sent: 'sent', undone: 'undone' },
    },
  },
  {
    step: 'claimSend',
    take: async (ledger, key) => {
      const entry = await ledger.find([key]);
      await ledger.claimSend(key, entry?.attemptedAtMs ?? null, 2000, LINK, RUN);
    },
    to: {
      ...{ normalized: 'sending', uploaded: 'sending', failed: 'sending' },
      ...{ sending: 'sending', uncertain: 'sending', sent: 'sent', undone: 'undone' },
    },
  },
  {
    step: 'recordUncertain',
    take: (ledger, key) => ledger.recordUncertain(key, ERROR),
    to: {
      ...{ normalized: 'uncertain', uploaded: 'uncertain', failed: 'uncertain' },
      ...{ sending: 'uncertain', uncertain: 'uncertain', sent: 'sent', undone: 'undone' },
    },
  },
  {
    step: 'recordFailed',
    take: async (ledger, key) => {
      const entry = await ledger.find([key]);
      await ledger.recordFailed(key, ERROR, entry?.attemptedAtMs ?? null);
    },
    to: {
      ...{ normalized: 'failed', uploaded: 'failed', failed: 'failed' },
      ...{ sending: 'failed', uncertain: 'failed', sent: 'sent', undone: 'undone' },
    },
  },
  {
    step: 'recordSent',
    take: (ledger, key) => ledger.recordSent(key, `id of ${key}`),
    to: {
      ...{ normalized: 'sent', uploaded: 'sent', failed: 'sent' },
      ...{ sending: 'sent', uncertain: 'sent', sent: 'sent', undone: 'undone' },
    },
  },
  {
    step: 'claimMessage',
    take: (ledger, key) => ledger.claimMessage(key, `id of ${key}`),
    to: {
      ...{ normalized: 'sent', uploaded: 'sent', failed: 'sent' },
      ...{ sending: 'sent', uncertain: 'sent', sent: 'sent', undone: 'undone' },
    },
  },
  {
    step: 'recordNotSent',
    take: (ledger, key) => ledger.recordNotSent(key),
    to: {
      ...{ normalized: 'normalized', uploaded: 'uploaded', failed: 'failed' },
      ...{ sending: 'uploaded', uncertain: 'uploaded', sent: 'sent', undone: 'undone' },
    },
  },
  {
    step: 'recordUndone',
    take: (ledger, key) => ledger.recordUndone(key),
    to: {
      ...{ normalized: 'normalized', uploaded: 'uploaded', failed: 'failed' },
      ...{ sending: 'sending', uncertain: 'uncertain', sent: 'undone', undone: 'undone' },
    },
  },
  {
    step: 'recordConfirmation',
    take: (ledger, key) =>
      ledger.recordConfirmation(key, { status: 'read', delivered: 3, read: 1, atMs: 5000 }),
    to: {
      ...{ normalized: 'normalized', uploaded: 'uploaded', failed: 'failed' },
      ...{ sending: 'sending', uncertain: 'uncertain', sent: 'sent', undone: 'undone' },
    },
  },
];

export const STATES: readonly LedgerState[] = [
  ...(['normalized', 'uploaded', 'sending', 'sent', 'uncertain', 'failed', 'undone'] as const),
];
