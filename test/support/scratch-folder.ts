import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'vitest';

/** What a helper needs of a test to clean up after it, also when tests run side by side. */
export type Scope = Pick<TestContext, 'onTestFinished'>;

/** A folder that lives as long as the test. */
export async function makeScratchFolder({ onTestFinished }: Scope): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'statuscast-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A file that lives as long as the test. */
export async function makeFile(
  scope: Scope,
  bytes: Uint8Array,
  name = 'output.jpg',
): Promise<string> {
  const file = path.join(await makeScratchFolder(scope), name);
  await writeFile(file, bytes);
  return file;
}
