import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

// Shows the whole flow on the fixtures, with the built-in sandbox in place of GREEN-API. The files
// in fixtures/refused are there to be refused, and would make it end badly.

const { values } = parseArgs({
  options: {
    // Go on from the state of the last demo, to show that nothing is sent twice.
    'keep-state': { type: 'boolean', default: false },
    // A line for each file, also on a terminal.
    plain: { type: 'boolean', default: false },
    state: { type: 'string', default: '.statuscast-demo' },
  },
});

const stateDir = values.state;
if (!values['keep-state']) rmSync(stateDir, { recursive: true, force: true });

const left = ['refused', 'manifest.json'];
const paths = readdirSync('fixtures')
  .filter((name) => !left.includes(name))
  .map((name) => path.join('fixtures', name));

const { status } = spawnSync(
  process.execPath,
  [
    ...['dist/cli.js', 'send', '--sandbox', '--state', stateDir],
    ...['--out', path.join(stateDir, 'outputs'), '--caption', 'Greetings from statuscast'],
    // Nobody's network is in the way, and the sandbox keeps its journal at once.
    ...['--uploads-per-second', '0', '--journal-wait-ms', '3000', '--send-timeout-ms', '3000'],
    ...(values.plain ? ['--plain'] : []),
    ...['--', ...paths],
  ],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
