import { createRequire } from 'node:module';
import * as z from 'zod';
import { ok, problem, type Check } from './finding.js';

const require = createRequire(import.meta.url);

const packageSchema = z.object({
  version: z.string(),
  engines: z.object({ node: z.string().regex(/^>=\d+\.\d+$/) }),
});

/** Whether this Node.js is one that the package is made for. */
export function checkNode(): Check {
  return {
    name: 'node',
    look: async () => {
      const { version, engines } = packageSchema.parse(require('statuscast/package.json'));
      const least = engines.node.slice('>='.length);
      const facts = `Node.js ${process.versions.node} on ${process.platform} ${process.arch}, statuscast ${version}`;
      return [
        isAtLeast(process.versions.node, least)
          ? ok(facts)
          : problem(facts, `Install Node.js ${least} or newer.`),
      ];
    },
  };
}

function isAtLeast(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
