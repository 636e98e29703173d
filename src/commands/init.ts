import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { separatorOfPlace, writeCsv, writeYaml } from '../choices/write-choices.js';
import { isCaptionsFile } from '../discover/choices-beside.js';
import { readFolder } from '../discover/read-folder.js';
import { StatuscastError } from '../errors.js';
import { listMedia } from '../pipeline.js';
import { quote } from '../report/end-lines.js';
import { clean } from '../report/format.js';
import { commandOf } from '../report/style.js';
import type { Streams } from '../report/write-events.js';
import type { Settings } from '../settings.js';
import { EXIT } from './exit-codes.js';
import { peopleOf } from './write-statuses.js';

export interface InitRequest {
  readonly paths: readonly string[];
  readonly settings: Settings;
  /** Write captions.yaml in place of captions.csv. */
  readonly yaml: boolean;
  readonly json: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** `statuscast init`: writes a file of choices with a line for each media file, to fill in. */
export async function init(request: InitRequest, streams: Streams): Promise<number> {
  const { paths, settings, yaml: isYaml, json, env, signal } = request;
  const [folder = '.', ...more] = paths;
  if (more.length > 0) throw fault(`init takes one folder, not ${paths.length}`);
  const content = await readFolder(folder).catch((cause: unknown) => {
    const isFile = cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR';
    if (isFile) throw fault(`${folder} is a file; name the folder that it is in`);
    throw new StatuscastError({ code: 'path-missing', paths: [folder] }, { cause });
  });
  const there = [...content.files].find(isCaptionsFile);
  if (there !== undefined) {
    throw fault(`${path.join(folder, there)} is there already: fill that in, or move it away`);
  }
  const files: string[] = [];
  for await (const { relativePath } of listMedia(folder, settings, signal)) {
    files.push(relativePath.replaceAll(path.sep, '/'));
  }
  if (files.length === 0) throw fault(`there is no media file in ${folder}`);
  const file = path.join(folder, isYaml ? 'captions.yaml' : 'captions.csv');
  const text = isYaml ? writeYaml(files) : writeCsv(files, separatorOfPlace());
  await writeFile(file, text, { flag: 'wx' });
  if (json) {
    const written = { type: 'init', path: path.resolve(file), files: files.length };
    streams.stdout.write(`${JSON.stringify(written)}\n`);
  }
  peopleOf(streams, json).write(
    `${clean(file)}: a line for ${files.length === 1 ? 'one file' : `each of ${files.length} files`}, to fill in. What is left empty is as for all files.\n` +
      `next: ${commandOf(env)} plan ${quote(clean(folder))}   shows what comes of it\n`,
  );
  return EXIT.done;
}

function fault(text: string): StatuscastError {
  return new StatuscastError({ code: 'bad-settings', faults: [text] });
}
