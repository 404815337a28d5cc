// Runs the named faults, prints a line for each, and writes docs/reliability.md's table.
import { root } from '../../bench/lib/site.mjs';
import { run_all } from './lib/runner.mjs';

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
const faults = (
  await Promise.all(files.map(async (file) => (await import(`./${file}.mjs`)).faults))
).flat();

function options(words) {
  const chosen = { length: 'short', long: false, names: [] };
  for (let i = 0; i < words.length; ++i) {
    if (words[i] === '--long') Object.assign(chosen, { length: 'long', long: true });
    else if (words[i] === '--runs') chosen.runs = +words[++i];
    else chosen.names.push(words[i]);
  }
  const unknown = chosen.names.find((name) => !faults.some((fault) => fault.name === name));
  if (unknown || (chosen.runs !== undefined && !(chosen.runs >= 1))) {
    const known = faults.map(({ name }) => name).join(' ');
    console.error(`usage: script/fault [--long] [--runs N] [NAME…]\nfaults: ${known}`);
    process.exit(2);
  }
  return chosen;
}

await run_all(faults, options(process.argv.slice(2)), {
  page: `${root}/docs/reliability.md`,
  head: '| Fault | How | Runs | Promise | Measured | Negative control | Date |',
});
