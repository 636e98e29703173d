import path from 'node:path';
import type { StatuscastEvent } from '../events.js';
import type { RunOptions } from '../pipeline.js';
import { writeReport, type ReportOptions } from '../report/write-report.js';
import type { Settings } from '../settings.js';

/** A run with its report in the state directory, unless none is wanted. */
export function reported(
  { report, state }: Settings,
  options: ReportOptions,
  run: (asked: Pick<RunOptions, 'previews'>) => AsyncIterable<StatuscastEvent>,
): AsyncIterable<StatuscastEvent> {
  if (!report) return run({});
  return writeReport(path.join(state, 'report.html'), (previews) => run({ previews }), options);
}
