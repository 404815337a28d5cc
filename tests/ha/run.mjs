// Runs the named faults of a ledger with standbys, prints a line for each, and writes the second
// table of docs/reliability.md.
import { root } from '../../bench/lib/site.mjs';
import { run_all, runs_flag } from '../fault/lib/runner.mjs';

const files = ['lose_primary', 'lose_standby', 'lose_writer', 'cancelled_wait', 'asynchronous'];

await run_all(import.meta.url, files, {
  usage: 'script/ha-test [--long] [--runs N] [NAME…]',
  flags: runs_flag,
  page: `${root}/docs/reliability.md`,
  head: '| Lost | How | Runs | Promise | Measured | Negative control | Date |',
});
