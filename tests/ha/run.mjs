// Runs the named faults of a ledger with standbys, prints a line for each, and writes the second
// table of docs/reliability.md.
import { root } from '../../bench/lib/site.mjs';
import { run_all } from '../fault/lib/runner.mjs';

const files = ['lose_primary', 'lose_standby', 'lose_writer', 'cancelled_wait', 'asynchronous'];
const faults = (
  await Promise.all(files.map(async (file) => (await import(`./${file}.mjs`)).faults))
).flat();

function options(words) {
  const chosen = { length: 'short', names: [] };
  for (let i = 0; i < words.length; ++i) {
    if (words[i] === '--long') chosen.length = 'long';
    else if (words[i] === '--runs') chosen.runs = +words[++i];
    else chosen.names.push(words[i]);
  }
  const unknown = chosen.names.find((name) => !faults.some((fault) => fault.name === name));
  if (unknown || (chosen.runs !== undefined && !(chosen.runs >= 1))) {
    const known = faults.map(({ name }) => name).join(' ');
    console.error(`usage: script/ha-test [--long] [--runs N] [NAME…]\nfaults: ${known}`);
    process.exit(2);
  }
  return chosen;
}

await run_all(faults, options(process.argv.slice(2)), {
  page: `${root}/docs/reliability.md`,
  head: '| Lost | How | Runs | Promise | Measured | Negative control | Date |',
});
