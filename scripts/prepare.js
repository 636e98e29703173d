/**
 * Builds `dist/` where that is older than what it is made of. npm runs this after each install, and
 * npx before a clone's own command: a quarter of a minute each time, for the same bytes. Both run it
 * where package.json is.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const SOURCES = ['src', 'scripts/build.js', 'package.json', 'package-lock.json'];
const TYPES = ['tsconfig.json', 'tsconfig.build.json'];

/**
 * When something in a folder, or a file itself, was changed last; 0 where there is none.
 * @param {string} name
 * @returns {number}
 */
function changedAtMs(name) {
  const found = statSync(name, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const within = readdirSync(name);
  return Math.max(found.mtimeMs, ...within.map((each) => changedAtMs(path.join(name, each))));
}

const newestMs = Math.max(...[...SOURCES, ...TYPES].map(changedAtMs));
// What the build writes last.
if (newestMs > changedAtMs('dist/licenses.txt')) {
  execFileSync('npm', ['run', 'build', '--silent'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}
