// Runs the named restore drills, prints a line for each, and writes docs/operations.md's table.
import { root } from '../../bench/lib/site.mjs';
import { run_all } from '../fault/lib/runner.mjs';

const files = ['latest', 'point_in_time', 'machine', 'repository', 'dump', 'keys'];
const drills = (
  await Promise.all(files.map(async (file) => (await import(`./${file}.mjs`)).faults))
).flat();

function options(words) {
  const chosen = { length: 'short', names: [] };
  for (let i = 0; i < words.length; ++i) {
    if (words[i] === '--long') chosen.length = 'long';
    else if (words[i] === '--other-bin') chosen.other_bin = words[++i];
    else chosen.names.push(words[i]);
  }
  if (chosen.names.some((name) => !drills.some((drill) => drill.name === name))) {
    const known = drills.map(({ name }) => name).join(' ');
    console.error(
      `usage: script/restore-drill [--long] [--other-bin DIR] [NAME…]\ndrills: ${known}`,
    );
    process.exit(2);
  }
  return chosen;
}

await run_all(drills, options(process.argv.slice(2)), {
  page: `${root}/docs/operations.md`,
  head: '| Drill | How | Runs | Promise | Measured | Negative control | Date |',
});
