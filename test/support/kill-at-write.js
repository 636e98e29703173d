// Loaded before the command (`node --import`): kills the process with SIGKILL just before or just
// after a write of the ledger's statuses, counted from 1. With KILL_AT=0 it only counts, and says
// the count on its last line of standard error.

import Database from 'libsql';

const at = Number(process.env['KILL_AT']);
const when = process.env['KILL_WHEN'];
let writes = 0;

const { prepare } = Database.prototype;
Database.prototype.prepare = function prepareCounted(sql) {
  const statement = prepare.call(this, sql);
  if (!/^\s*(INSERT INTO|UPDATE|DELETE FROM) statuses/i.test(sql)) return statement;
  const run = statement.run.bind(statement);
  statement.run = (...values) => {
    writes += 1;
    if (writes === at && when === 'before') process.kill(process.pid, 'SIGKILL');
    const done = run(...values);
    if (writes === at && when === 'after') process.kill(process.pid, 'SIGKILL');
    return done;
  };
  return statement;
};

process.on('exit', () => {
  if (at === 0) process.stderr.write(`writes: ${writes}\n`);
});
