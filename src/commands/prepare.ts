import { processFolder } from '../pipeline.js';
import { writeEvents, type Streams } from '../report/write-events.js';
import type { Settings } from '../settings.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { reported } from './reported.js';

export interface PrepareRequest {
  readonly paths: readonly string[];
  readonly settings: Settings;
  readonly json: boolean;
  /** A line for each file in place of the live view. */
  readonly plain: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** `statuscast prepare`: everything up to *check*, without the network and without a ledger. */
export async function prepare(request: PrepareRequest, streams: Streams): Promise<number> {
  const { paths, settings, json, plain, env, signal } = request;
  const events = reported(settings, {}, (asked) =>
    processFolder(paths, { goal: 'prepare', settings, env, signal, ...asked }),
  );
  const options = { json, plain, isSandbox: false, env, signal };
  const summary = await writeEvents(events, streams, options);
  return summary === null ? EXIT.someFailed : exitCodeOf(summary);
}
