import type { NormalizedFacts } from '../../src/ledger/ledger.js';

/** The account whose statuses they are. */
export const ACCOUNT_HASH = 'acc0017';

/** What a ledger may be told of a normalized file, with letters that a store could stumble over. */
export function factsOf(key: string, more: Partial<NormalizedFacts> = {}): NormalizedFacts {
  return {
    ...{ key, content: 'c0ffee', kind: 'image', input: 'album/праздник 海 🎉.heic' },
    source: 'HEIC, 4032×3024',
    plan: {
      action: 'encode',
      reasons: ['HEIC is not shown by WhatsApp', '4032×3024 is "wide"'],
      fit: 'crop',
      crop: { left: 1166, top: 0, width: 1701, height: 3024 },
    },
    output: {
      ...{ path: "/state/outputs/it's.jpg", bytes: 412_345, mime: 'image/jpeg' },
      ...{ width: 1080, height: 1920, durationSeconds: null },
    },
    message: {
      ...{ account: ACCOUNT_HASH, fileName: 'праздник 海 🎉.jpg', caption: 'it\'s "here"' },
      ...{ participants: ['70000001234@c.us'], as: 'media' },
    },
    ...more,
  };
}
