import { constants, copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemReason, StatuscastError, toStatuscastError } from '../errors.js';
import { OUTPUT_TYPES, type Ending, type Part } from '../job.js';
import type { LedgerEntry } from '../ledger/ledger.js';
import { publish } from '../publish/publish.js';
import { stopsRun } from '../publish/retry.js';
import { isThere } from './folders.js';
import { messageFor } from './message-for.js';
import { partNumber } from './part-number.js';
import type { Publishing, Run, Task } from './run.js';
import { throttle } from './throttle.js';

/**
 * Copies the output to where the user wants to have it.
 * @throws StatuscastError `folder-unusable`
 */
export async function keepOutput(stem: string, { kind, output }: LedgerEntry): Promise<string> {
  const kept = `${stem}.${OUTPUT_TYPES[kind].extension}`;
  try {
    await mkdir(dirname(kept), { recursive: true });
    await copyFile(output.path, kept, constants.COPYFILE_FICLONE);
    return kept;
  } catch (cause) {
    const facts = {
      code: 'folder-unusable',
      path: dirname(kept),
      why: systemReason(cause),
    } as const;
    throw new StatuscastError(facts, { cause });
  }
}

/**
 * The network half of an input's life, or of a part's: upload, link, send, in its turn.
 * @throws StatuscastError for what was refused or interrupted before it was sent
 */
export async function publishEntry(
  run: Run,
  publishing: Publishing,
  task: Task,
  part: Part,
  entry: LedgerEntry,
): Promise<Ending> {
  const { client, journal, ledger, ledgerRun, inUploadLane, inSendLane } = publishing;
  const { input } = task.input;
  const { kind, plan, output } = entry;
  const which = partNumber(part);
  // Whatever becomes of the file, what it was for is settled.
  const removeOutput = () => rm(output.path, { force: true }).catch(() => undefined);
  // As the ledger says it, where it does: what is found under another name later is the same.
  const message = entry.message ?? messageFor(task.settings, publishing, task, part, kind);
  const ending = await publish(
    { ...entry, message },
    {
      ...{
        client,
        journal,
        ledger,
        runId: ledgerRun.id,
        isJournaled: publishing.isJournaled,
        settings: run.settings,
        signal: run.signal,
        stop: run.stop,
        now: client.serverNow,
      },
      // Of a story that is begun the rest is posted.
      beforeSend: async () => {
        if (part.number > 1) return;
        await task.beforeSend().catch(async (thrown: unknown) => {
          // Who removes a file wants no copy of it here. Where it comes back another one is made.
          if (!(await isThere(task.input.path))) await removeOutput();
          throw thrown;
        });
      },
      inUploadLane,
      inSendLane: async (work) => {
        await task.toSend.comes;
        try {
          return await inSendLane(work);
        } catch (thrown) {
          // Before the next one leaves.
          const error = toStatuscastError(thrown);
          if (stopsRun(error)) run.stop(error);
          throw error;
        } finally {
          task.toSend.pass();
        }
      },
      onStage: (stage) => {
        // What an earlier run left open may take minutes; the others need not wait for it. What is
        // lost in this one is found out in its turn.
        if (stage === 'find-out') task.toSend.pass();
        run.emit({ type: 'stage', input, stage, part: which, kind, plan });
      },
      onProgress: throttle((done) => {
        const total = output.bytes;
        const upload = { stage: 'upload', part: which, unit: 'bytes', done, total } as const;
        run.emit({ type: 'progress', input, ...upload });
      }),
      onUploaded: (seconds) =>
        run.emit({ type: 'stage-end', input, stage: 'upload', part: which, seconds }),
      onWaiting: (why, waitMs) => run.emit({ type: 'waiting', input, why, waitMs }),
    },
  );
  const isPosted =
    ending.outcome === 'sent' || (ending.outcome === 'skipped' && ending.reason === 'already-sent');
  if (isPosted) await removeOutput();
  return 'urlFile' in ending && ending.urlFile !== null
    ? { ...ending, urlFile: publishing.maskLink(ending.urlFile) }
    : ending;
}
