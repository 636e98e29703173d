import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { openSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { ROOT } from './run-cli.js';
import { tempFolder } from './temp-folder.js';

/** A folder `album` with these fixtures, named as given or as they are, in a folder of its own. */
export async function makeAlbum(
  files: readonly string[] | Readonly<Record<string, string>>,
): Promise<{ readonly cwd: string; readonly album: string }> {
  const cwd = await tempFolder();
  const album = path.join(cwd, 'album');
  await mkdir(album);
  const entries: readonly (readonly [string, string])[] = Array.isArray(files)
    ? files.map((file: string) => [path.basename(file), file])
    : Object.entries(files);
  for (const [name, fixture] of entries) {
    await mkdir(path.dirname(path.join(album, name)), { recursive: true });
    await cp(path.join(ROOT, 'fixtures', fixture), path.join(album, name));
  }
  return { cwd, album };
}

/** A sandbox that is closed when the test ends. */
export async function openTestSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await openSandbox(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The four variables for a sandbox. */
export function variablesOf({ credentials }: Sandbox): NodeJS.ProcessEnv {
  return {
    GREEN_API_URL: credentials.apiUrl,
    GREEN_API_MEDIA_URL: credentials.mediaUrl,
    GREEN_API_ID_INSTANCE: credentials.idInstance,
    GREEN_API_TOKEN: credentials.apiTokenInstance,
    STATUSCAST_UPLOADS_PER_SECOND: '0',
  };
}
