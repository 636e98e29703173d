import { randomUUID } from 'node:crypto';
import type { GreenApiClient } from '../../src/green-api/client.js';
import { OUTPUT_TYPES, type Kind } from '../../src/job.js';
import type { Ledger, LedgerEntry, NormalizedFacts } from '../../src/ledger/ledger.js';
import { openLedger } from '../../src/ledger/open-ledger.js';
import { createJournal } from '../../src/publish/journal.js';
import type { Publication, Publisher } from '../../src/publish/publisher.js';
import { createSettings } from '../../src/resolve-settings.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.js';
import type { SettingsInput } from '../../src/settings.js';
import { connectClient, openClient } from './sandbox-client.js';
import { makeFile, makeScratchFolder, type Scope } from './scratch-folder.js';

/** Everything that publishing needs, over a real socket and a real ledger. */
export interface Desk {
  readonly sandbox: Sandbox;
  readonly client: GreenApiClient;
  readonly ledger: Ledger;
  readonly publisher: Publisher;
  readonly stages: readonly string[];
  readonly stateDir: string;
  /** What the ledger says of a key; there has to be something. */
  readonly entryOf: (key: string) => Promise<LedgerEntry>;
  /** A normalized file that the ledger knows. */
  readonly prepare: (kind?: Kind) => Promise<Publication>;
  /** The same as a later run reads it from the ledger. */
  readonly readAgain: (publication: Publication) => Promise<Publication>;
}

export interface DeskOptions {
  readonly sandbox?: SandboxOptions;
  readonly settings?: SettingsInput;
  readonly signal?: AbortSignal;
  /** One that stands in the same place. */
  readonly beside?: Desk;
}

export async function openDesk(scope: Scope, options: DeskOptions = {}): Promise<Desk> {
  const settings = createSettings({
    ...{ journalWaitMs: 0, sendTimeoutMs: 2000, retries: 3 },
    ...options.settings,
  });
  const { apiTimeoutMs, sendTimeoutMs, uploadTimeoutMs } = settings;
  const timeouts = { apiTimeoutMs, sendTimeoutMs, uploadTimeoutMs };
  const { beside } = options;
  const { sandbox, client } =
    beside === undefined
      ? await openClient(scope, options.sandbox, timeouts)
      : {
          sandbox: beside.sandbox,
          client: connectClient(scope, beside.sandbox.credentials, timeouts),
        };
  const stateDir = beside?.stateDir ?? (await makeScratchFolder(scope));
  const ledger = await openLedger(stateDir);
  scope.onTestFinished(() => ledger.close());
  // As the account of `makeFacts` has it.
  const journal = createJournal(client, (look) => ledger.recordLook({ account: ACCOUNT, ...look }));
  const stages: string[] = [];
  const entryOf = async (key: string) => {
    const entry = await ledger.find([key]);
    if (entry === null) throw new Error(`The ledger knows nothing of ${key}.`);
    return entry;
  };
  return {
    ...{ sandbox, client, ledger, stages, stateDir, entryOf },
    publisher: {
      ...{ client, journal, ledger, settings, runId: 1, now: Date.now, isJournaled: () => true },
      signal: options.signal ?? new AbortController().signal,
      stop: () => undefined,
      inUploadLane: (work) => work(),
      inSendLane: (work) => work(),
      onStage: (stage) => stages.push(stage),
      onProgress: () => undefined,
      onUploaded: () => undefined,
      onWaiting: () => undefined,
    },
    prepare: async (kind = 'image') => {
      const facts = await makeFacts(scope, kind);
      await ledger.recordNormalized(facts);
      const { caption, participants, audioAs } = settings;
      const as = kind === 'audio' && audioAs === 'voice' ? 'voice' : 'media';
      const { account } = facts.message;
      const said = as === 'voice' ? '' : caption;
      const message = {
        account,
        fileName: nameFor(kind),
        caption: said,
        participants,
        as,
      } as const;
      return { ...(await entryOf(facts.key)), message };
    },
    readAgain: async ({ key, message }) => ({ ...(await entryOf(key)), message }),
  };
}

const ACCOUNT = 'acc0017';

/** The name of a status, in a script that no header takes. */
function nameFor(kind: Kind): string {
  return `праздник 海.${OUTPUT_TYPES[kind].extension}`;
}

async function makeFacts(scope: Scope, kind: Kind): Promise<NormalizedFacts> {
  const { extension, mime } = OUTPUT_TYPES[kind];
  const bytes = Buffer.from(`the bytes of a ${kind}`);
  const path = await makeFile(scope, bytes, `output.${extension}`);
  return {
    ...{ key: randomUUID(), content: 'c0ffee', kind, input: 'album/a.heic', source: 'HEIC' },
    plan: { action: 'encode', reasons: ['HEIC is not shown by WhatsApp'], fit: null, crop: null },
    output: {
      ...{ path, bytes: bytes.length, mime },
      ...{ width: 1080, height: 1920, durationSeconds: null },
    },
    message: {
      ...{ account: ACCOUNT, fileName: nameFor(kind), caption: '' },
      ...{ participants: [], as: 'media' },
    },
  };
}
