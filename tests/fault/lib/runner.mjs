// Runs named drills, prints a line for each, and writes the table of a page: a row for each that held.
import { readFileSync, writeFileSync } from 'node:fs';
import { clean_up } from '../../../bench/lib/machine.mjs';

/** Puts rows in the place of those of the same name; the others stay as they were measured. */
function write_rows({ page, head }, names, rows) {
  const lines = readFileSync(page, 'utf8').split('\n');
  if (!lines.includes(head)) throw new Error(`${page} has no table ${head}`);
  const begin = lines.indexOf(head) + 2;
  let end = begin;
  while (lines[end]?.startsWith('|')) ++end;
  const kept = new Map(lines.slice(begin, end).map((line) => [line.split(' | ')[0], line]));
  for (const row of rows) kept.set(row.split(' | ')[0], row);
  const order = names.map((name) => `| ${name}`);
  const sorted = order.filter((name) => kept.has(name)).map((name) => kept.get(name));
  lines.splice(begin, end - begin, ...sorted);
  writeFileSync(page, lines.join('\n'));
}

async function tried(fault, options) {
  try {
    return await fault.run({ ...options, runs: options.runs ?? fault.runs[options.length] });
  } catch (error) {
    return { runs: 0, faults: [error.stack], measured: '', control: '' };
  }
}

/** Whether a fault held; it prints what was found. */
async function held(fault, options, table, names) {
  const begin = performance.now();
  const result = await tried(fault, options);
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  const good = result.faults.length === 0;
  console.log(`${good ? 'ok  ' : 'FAIL'} ${fault.name} (${result.runs} runs, ${seconds} s)`);
  for (const line of good ? [result.measured, result.control] : result.faults)
    if (line) console.log(`       ${line}`);
  const today = new Date().toISOString().slice(0, 10);
  const cells = [fault.name, fault.how, result.runs, fault.promise, result.measured];
  if (good)
    write_rows(table, names, [`| ${[...cells, result.control || '–', today].join(' | ')} |`]);
  return good;
}

/** A flag that several commands have: how often each fault is run. */
export const runs_flag = { '--runs': (chosen, word) => (chosen.runs = +word) };

/** What a command line asks for; ends the process with 2 and its usage where it is unknown. */
function chosen_by(words, faults, { usage, noun = 'faults', flags }) {
  const chosen = { length: 'short', long: false, names: [] };
  for (let i = 0; i < words.length; ++i) {
    if (words[i] === '--long') Object.assign(chosen, { length: 'long', long: true });
    else if (Object.hasOwn(flags, words[i])) flags[words[i]](chosen, words[++i]);
    else chosen.names.push(words[i]);
  }
  const all = faults.map(({ name }) => name);
  if (
    chosen.names.some((name) => !all.includes(name)) ||
    (chosen.runs !== undefined && !(chosen.runs >= 1))
  ) {
    console.error(`usage: ${usage}\n${noun}: ${all.join(' ')}`);
    process.exit(2);
  }
  return chosen;
}

/**
 * Runs those faults of `files`, beside the module `base`, that the command line names, or all, and
 * ends the process: with 1 if one broke. `page` has the table whose first line is `head`; `usage`,
 * `noun` and `flags` are of the command line, `--long` and names aside.
 */
export async function run_all(base, files, { page, head, ...line }) {
  const modules = await Promise.all(files.map((file) => import(new URL(`${file}.mjs`, base))));
  const faults = modules.flatMap((module) => module.faults);
  const { names, ...options } = chosen_by(process.argv.slice(2), faults, line);
  let broken = 0;
  const all = faults.map(({ name }) => name);
  for (const fault of faults.filter(({ name }) => !names.length || names.includes(name)))
    if (!(await held(fault, options, { page, head }, all))) ++broken;
  await clean_up();
  process.exit(broken ? 1 : 0);
}
