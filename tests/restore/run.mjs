// Runs the named restore drills, prints a line for each, and writes docs/operations.md's table.
import { root } from '../../bench/lib/site.mjs';
import { run_all } from '../fault/lib/runner.mjs';

const files = ['latest', 'point_in_time', 'machine', 'repository', 'dump', 'keys'];

await run_all(import.meta.url, files, {
  usage: 'script/restore-drill [--long] [--other-bin DIR] [NAME…]',
  noun: 'drills',
  flags: { '--other-bin': (chosen, word) => (chosen.other_bin = word) },
  page: `${root}/docs/operations.md`,
  head: '| Drill | How | Runs | Promise | Measured | Negative control | Date |',
});
