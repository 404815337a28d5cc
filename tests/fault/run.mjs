// Runs the named faults, prints a line for each, and writes docs/reliability.md's table.
import { root } from '../../bench/lib/site.mjs';
import { run_all, runs_flag } from './lib/runner.mjs';

const files = [
  'kills',
  'crash_points',
  'two_writers',
  'cut_connections',
  'replays',
  'last_unit',
  'bit_flips',
  'hostile',
  'overload',
  'clock',
  'disk_full',
  'disk_broken',
  'power_cut',
  'stale_backup',
  'linearizable',
  'soak',
];

await run_all(import.meta.url, files, {
  usage: 'script/fault [--long] [--runs N] [NAME…]',
  flags: runs_flag,
  page: `${root}/docs/reliability.md`,
  head: '| Fault | How | Runs | Promise | Measured | Negative control | Date |',
});
