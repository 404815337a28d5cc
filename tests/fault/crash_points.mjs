// The server dies at every named point of its write path (src/store/crash_point.hpp), under load.
import { readFileSync } from 'node:fs';
import { root } from '../../bench/lib/site.mjs';
import { run, sleep } from '../../bench/lib/machine.mjs';
import { Book, command } from './lib/book.mjs';
import { Load } from './lib/load.mjs';
import { between, premises, ready } from './lib/premises.mjs';

const folder = `${root}/build-crash`;
const program = `${folder}/src/chipledger`;
const options = [
  '-DCMAKE_BUILD_TYPE=Release',
  '-DCHIPLEDGER_TESTS=OFF',
  '-DCHIPLEDGER_CRASH_POINTS=ON',
];
const load_ms = 3000; // A signer's turn is a second.
const lose_ms = 3000;
const stop_ms = 20_000;
const sign_ms = 30_000;

/** Builds the program that has the points; their names, read out of it. */
async function points() {
  await run('cmake', ['-S', root, '-B', folder, '-G', 'Ninja', ...options]);
  await run('ninja', ['-C', folder, 'chipledger']);
  const text = readFileSync(program, 'latin1');
  return [...new Set([...text.matchAll(/crash point: ([a-z-]+)\0/g)].map(([, name]) => name))];
}

/** Clients that ask until told, and one that asks again, with the same key, what it was told. */
class Asking extends Load {
  start() {
    super.start({ persists: true });
    this.repeated ??= { count: 0, others: [] };
    this.repeats = this.repeat();
  }

  async repeat() {
    const told = [...this.told.values()].filter(({ status }) => status === 201);
    while (this.running) {
      await sleep(20);
      const one = told[Math.floor(Math.random() * told.length)];
      const again = one && { key: one.key, body: one.body };
      if (!again || !(await this.ask(again))) continue;
      ++this.repeated.count;
      if (again.position !== one.position) this.repeated.others.push(one.key);
    }
  }

  async stop() {
    await super.stop();
    await this.repeats;
  }
}

const died = (site) => site.server.signalCode === 'SIGKILL';

async function until(seen, limit_ms) {
  const end = performance.now() + limit_ms;
  while (!seen() && performance.now() < end) await sleep(5);
  return seen();
}

const cut_append = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'active'
  AND usename = 'chipledger' AND query LIKE '%UPDATE log_head SET size = $3%'`;

/** Load; then an append loses its connection again and again; then the server is told to stop. */
async function lead_to_death(site) {
  if (await until(() => died(site), load_ms)) return true;
  const end = performance.now() + lose_ms;
  while (!died(site) && performance.now() < end) await site.sql('postgres', cut_append);
  if (died(site)) return true;
  site.server.kill('SIGTERM');
  await until(() => site.server.exitCode !== null || died(site), stop_ms);
  return died(site);
}

/** Whether the server died at the n-th passage; it may be before it listens. */
async function die_at(site, load, environment) {
  const up = await site.serve([], { program, environment }).then(
    () => true,
    (error) => {
      if (!died(site)) throw error;
    },
  );
  if (!up) return true;
  load.start();
  const dead = await lead_to_death(site);
  await load.stop();
  return dead;
}

/** The signer goes on from what the crash has left of its files. */
async function signs_on(site, book, at) {
  const signed = async () => {
    const text = await site.ask('/v1/log/checkpoint', { any: true }); // JSON: none is there yet.
    return typeof text === 'string' ? +text.split('\n')[1] : 0;
  };
  const end = performance.now() + sign_ms;
  while ((await signed()) < book.size) {
    if (performance.now() > end) return book.fault(`after ${at} nothing more is signed`);
    await sleep(50);
  }
}

/** One death, everything asked again, everything checked; whether the point was reached. */
async function crash(site, book, load, at) {
  const dead = await die_at(site, load, { CHIPLEDGER_CRASH_AT: at });
  await site.stop_server();
  await site.serve();
  await ready(site);
  await book.read();
  book.compare(load); // What is open may be there, once.
  const open = await load.ask_again();
  await book.check(load);
  await signs_on(site, book, at);
  if (book.faults.length) book.fault(`this was the crash at ${at}`);
  return { dead, open };
}

/** The same with 201 told before the commit must be seen as an entry that is not there. */
async function told_too_soon(site, book) {
  await site.stop_server();
  const load = new Asking(site);
  const at = { CHIPLEDGER_CRASH_AT: 'statement-unsent:30', CHIPLEDGER_ANSWER_FIRST: 'yes' };
  const dead = await die_at(site, load, at);
  const probe = new Book(site);
  await probe.read();
  probe.compare(load);
  const lost = probe.faults.filter((text) => /was told 201 at \d+ and is at \[\]/.test(text));
  if (!dead || !lost.length) book.fault('the checker does not see a 201 told before its commit');
  return `with 201 told before the commit: ${lost.length} told 201 that are not there, named`;
}

/** The first passage of each point, then `runs` others at random. */
async function crashed({ runs }) {
  const names = await points();
  const site = await premises();
  const book = new Book(site);
  const load = new Asking(site);
  await book.keep();
  const sum = { deaths: 0, open: 0 };
  const unreached = [];
  for (const name of names)
    for (let turn = 0; turn <= runs && !book.faults.length; ++turn) {
      const nth = turn ? Math.floor(2 ** between(1, 6)) : 1;
      await site.stop_server();
      const { dead, open } = await crash(site, book, load, `${name}:${nth}`);
      if (!dead && nth === 1) unreached.push(name);
      sum.deaths += dead ? 1 : 0;
      sum.open += open;
    }
  if (unreached.length) book.fault(`never reached: ${unreached}`);
  if (!names.length) book.fault('the program has no crash points');
  const { count, others } = load.repeated;
  if (others.length || !count) book.fault(`told something else the second time: ${others}`);
  await book.prove();
  const tables = command(site, 'rebuild', '--check');
  if (tables.code !== 0) book.fault(`rebuild --check: ${tables.said.slice(0, 300)}`);
  const control = await told_too_soon(site, book);
  await site.stop();
  return {
    runs: sum.deaths,
    faults: book.faults,
    measured:
      `${names.length} points, each reached; ${load.count(201)} told 201, all there once; ` +
      `${load.told.size - load.count(201)} refused, none there; ${sum.open} unanswered and asked ` +
      `again, each there once; ${count} asked twice, told the same; ${book.size} entries without ` +
      `a gap, all signed, tables as the log says`,
    control,
  };
}

export const faults = [
  {
    name: 'crash-points',
    how:
      'the server ends as by SIGKILL at each named point of the write path, at its first passage ' +
      'and at a random one, under 16 writers',
    promise: 'every 201 once, every refusal absent, no gap, balances right, proofs hold, signed on',
    runs: { short: 1, long: 25 },
    run: crashed,
  },
];
