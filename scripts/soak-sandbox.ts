// The sandbox of the soak, in a process of its own: what it remembers is not the tool's memory.
// Prints its credentials as JSON; ends with its standard input.

import { openSandbox } from '../src/sandbox/sandbox.js';

const [directory, share, seed] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: soak-sandbox DIRECTORY SHARE SEED');
const sandbox = await openSandbox({
  ...{ directory, limitRates: false, sendDelayMs: 1 },
  randomFaults: { share: Number(share), seed: Number(seed) },
});
process.stdout.write(`${JSON.stringify(sandbox.credentials)}\n`);
process.stdin.resume().on('end', () => void sandbox.close());
