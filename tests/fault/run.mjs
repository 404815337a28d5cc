// Runs the named faults, prints a line for each, and writes docs/reliability.md's table.
import { readFileSync, writeFileSync } from 'node:fs';
import { root } from '../../bench/lib/site.mjs';
import { clean_up } from '../../bench/lib/machine.mjs';

const files = [
  'kills',
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
  'stale_backup',
];
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
    console.error(`usage: script/fault [--long] [--runs N] [NAME…]\nfaults: ${known}`);
    process.exit(2);
  }
  return chosen;
}

const page = `${root}/docs/reliability.md`;
const head = '| Fault | How | Runs | Promise | Measured | Negative control | Date |';

/** Puts rows in the place of those of the same fault; the others stay as they were measured. */
function write_rows(rows) {
  const text = readFileSync(page, 'utf8');
  const lines = text.split('\n');
  const begin = lines.indexOf(head) + 2;
  let end = begin;
  while (lines[end]?.startsWith('|')) ++end;
  const kept = new Map(lines.slice(begin, end).map((line) => [line.split(' | ')[0], line]));
  for (const row of rows) kept.set(row.split(' | ')[0], row);
  const order = faults.map(({ name }) => `| ${name}`);
  const sorted = order.filter((name) => kept.has(name)).map((name) => kept.get(name));
  lines.splice(begin, end - begin, ...sorted);
  writeFileSync(page, lines.join('\n'));
}

const { length, runs, names } = options(process.argv.slice(2));
let broken = 0;
for (const fault of faults.filter(({ name }) => !names.length || names.includes(name))) {
  const begin = performance.now();
  let result;
  try {
    result = await fault.run({ runs: runs ?? fault.runs[length], long: length === 'long' });
  } catch (error) {
    result = { runs: 0, faults: [error.stack], measured: '', control: '' };
  }
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  const good = result.faults.length === 0;
  console.log(`${good ? 'ok  ' : 'FAIL'} ${fault.name} (${result.runs} runs, ${seconds} s)`);
  for (const line of good ? [result.measured, result.control] : result.faults)
    if (line) console.log(`       ${line}`);
  if (!good) ++broken;
  const today = new Date().toISOString().slice(0, 10);
  const cells = [fault.name, fault.how, result.runs, fault.promise, result.measured];
  if (good) write_rows([`| ${[...cells, result.control || '–', today].join(' | ')} |`]);
}
await clean_up();
process.exit(broken ? 1 : 0);
