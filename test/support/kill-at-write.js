// Loaded before the command (`node --import`): kills the process with SIGKILL just before or just
// after a write of the ledger's statuses, counted from 1. With KILL_AT=0 it only counts, and says
// the count on its last line of standard error.

import Database from 'libsql';

const at = Number(process.env['KILL_AT']);
const when = process.env['KILL_WHEN'];
// oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
const { prepare } = Database.prototype;
let writes = 0;

/** @param {string} moment */
function killIfDue(moment) {
  if (writes === at && when === moment) process.kill(process.pid, 'SIGKILL');
}

Object.defineProperty(Database.prototype, 'prepare', {
  /** @param {string} sql */
  value(sql) {
    const statement = prepare.call(this, sql);
    if (!/^\s*(INSERT INTO|UPDATE|DELETE FROM) statuses/i.test(sql)) return statement;
    // oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
    const { run } = statement;
    /** @param {unknown[]} values */
    const runCounted = (...values) => {
      writes += 1;
      killIfDue('before');
      const done = Reflect.apply(run, statement, values);
      killIfDue('after');
      return done;
    };
    return Object.assign(statement, { run: runCounted });
  },
});

process.on('exit', () => {
  if (at === 0) process.stderr.write(`writes: ${writes}\n`);
});
