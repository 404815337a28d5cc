// A mixed load at a fixed rate for a long time: nothing grows that should not, nothing goes wrong.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { end, says } from '../../bench/lib/site.mjs';
import { at_end, median, memory_of, quantile, sleep } from '../../bench/lib/machine.mjs';
import { Book } from './lib/book.mjs';
import { folded } from './lib/fold.mjs';
import { send } from './lib/load.mjs';
import { Mixed } from './lib/mixed.mjs';
import { premises } from './lib/premises.mjs';
import { grown, latencies, latency_growth, leaks, memory_growth } from './lib/steady.mjs';

const reference_pause_ms = 50;
const idle_share = 1 / 6; // Of the time, at its end, nothing is written.

/** How often it is looked, and how long the windows of latencies are, in ms. */
const rhythm = (seconds) =>
  seconds >= 600 ? { sample_ms: 5000, window_ms: 30_000 } : { sample_ms: 1000, window_ms: 3000 };

async function sample_of(site, mixed) {
  const { pid } = site;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const connections = await site.sql(
    'chipledger',
    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'chipledger'",
  );
  return {
    entries: mixed.head,
    rss: memory_of(pid),
    handles: readdirSync(`/proc/${pid}/fd`).length - mixed.connections,
    threads: +status.match(/^Threads:\s+(\d+)/m)[1],
    connections: +connections,
  };
}

/** Another server, asked as often as one can compare with; beside it nothing is measured. */
class Reference {
  async start(folder) {
    const program = new URL('./lib/reference.mjs', import.meta.url).pathname;
    this.child = spawn(process.execPath, [program, `${folder}/reference`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    at_end(() => end(this.child));
    [, this.url] = await says(this.child, /listening on (\S+)/, 10_000);
    this.agent = new Agent({ keepAlive: true });
    this.took = { read: [], write: [] };
    this.running = true;
    this.ended = Promise.all([this.ask('read'), this.ask('write')]);
  }
  async ask(kind) {
    while (this.running) {
      const begin = performance.now();
      await send(this.agent, this.url, { method: kind === 'read' ? 'GET' : 'POST', path: '/' });
      this.took[kind].push(performance.now() - begin);
      await sleep(reference_pause_ms);
    }
  }
  window() {
    const took = this.took;
    this.took = { read: [], write: [] };
    return took;
  }
  async stop() {
    this.running = false;
    await this.ended;
    this.agent.destroy();
    await end(this.child);
  }
}

/** Percentiles of a window: the server's, and the reference's. */
function percentiles(mixed, reference) {
  const [ours, others] = [mixed.window(), reference.window()];
  if (!ours.write.length || !others.write.length) return undefined;
  const figures = (took, prefix) =>
    ['read', 'write'].flatMap((kind) => [
      [`${prefix}${kind}_p50`, median(took[kind])],
      [`${prefix}${kind}_p99`, quantile(took[kind], 0.99)],
    ]);
  return Object.fromEntries([...figures(ours, ''), ...figures(others, 'reference_')]);
}

/** Samples and windows of so many seconds, the last of them without a write. */
async function watched(site, mixed, reference, seconds) {
  const { sample_ms, window_ms } = rhythm(seconds);
  const run = { samples: [], idle: [], windows: [] };
  const begin = performance.now();
  let window_begin = begin;
  const share = () => (performance.now() - begin) / (seconds * 1000);
  for (let n = 1; share() < 1; ++n) {
    await sleep(begin + n * sample_ms - performance.now());
    mixed.writes = share() < 1 - idle_share;
    run[mixed.writes ? 'samples' : 'idle'].push(await sample_of(site, mixed));
    if (performance.now() - window_begin < window_ms) continue;
    window_begin = performance.now();
    const window = percentiles(mixed, reference);
    if (window && mixed.writes) run.windows.push(window);
  }
  return run;
}

/** Every 201 there once, where it said; balances as the entries add up. */
async function compared(site, mixed, faults) {
  const fold = await folded(site);
  faults.push(...fold.faults);
  for (const [key, { position, count }] of mixed.told) {
    const places = fold.by_key.get(key) ?? [];
    if (places[0] !== position || places.length !== count)
      faults.push(`${key} was told ${count} at ${position} and is at [${places}]`);
  }
  for (let g = 0; g < mixed.generations; ++g) {
    const { reserved, available } = await site.ask(`/v1/approvals/SA-${g}`);
    const right = fold.at(fold.size, 'approval', `SA-${g}`);
    if (reserved !== right.reserved || available !== right.granted - reserved)
      faults.push(`SA-${g} says ${reserved} reserved; its entries say ${right.reserved}`);
  }
  return fold.size;
}

const signed_mib = (bytes) => `${bytes < 0 ? '−' : '+'}${Math.abs(bytes / 2 ** 20).toFixed(1)} MiB`;
const range = (samples, name) => {
  const all = samples.map((sample) => sample[name]);
  return `${Math.min(...all)}–${Math.max(...all)}`;
};

function told(run, mixed, size) {
  const { bytes, entries } = memory_growth(run.samples);
  const times = latencies.map((name) => {
    return `${name.replace('_', ' ')} ${latency_growth(run.windows, name).times.toFixed(2)}`;
  });
  const { asked, refused, left_out, fed, exports } = mixed.counts;
  return (
    `${asked} requests, ${mixed.told.size} told 201 and ${refused} refused by a rule, ${fed} pieces of ` +
    `the feed, ${exports} exports, ${left_out} left out as too many were open; ${size} entries; ` +
    `memory ${signed_mib(bytes)} for ${entries} entries (${Math.round(bytes / entries)} B each), ` +
    `${signed_mib(memory_growth(run.idle).bytes)} without one; file handles beside the clients' ` +
    `connections ${range(run.samples, 'handles')}, threads ${range(run.samples, 'threads')}, connections ` +
    `${range(run.samples, 'connections')}; last third to first, as ratio to the reference: ` +
    times.join(', ')
  );
}

/** The criteria on what was measured, with something that grows put into it. */
function with_leaks(run, seconds, faults) {
  const missed = Object.entries(leaks).filter(
    ([, [leak, expected]]) =>
      !grown(leak(run, rhythm(seconds).sample_ms / 1000)).some((one) => expected.test(one)),
  );
  const names = missed.map(([name]) => name);
  // Less than half an hour is too short for what is slow; the test of the criteria has it.
  if (names.length && seconds >= 1800) faults.push(`not seen: ${names.join(', ')}`);
  const seen = Object.keys(leaks).filter((name) => !names.includes(name));
  return `put into what was measured, each is named: ${seen.join('; ')}`;
}

async function soaked({ runs: seconds }) {
  const site = await premises();
  const book = new Book(site);
  await book.keep();
  const mixed = new Mixed(site);
  const reference = new Reference();
  await mixed.start();
  await reference.start(site.folder);
  const run = await watched(site, mixed, reference, seconds);
  await reference.stop();
  await mixed.stop();
  const faults = [...mixed.faults, ...grown(run)];
  const size = await compared(site, mixed, faults);
  await book.prove();
  const control = with_leaks(run, seconds, faults);
  await site.stop();
  return {
    runs: seconds,
    faults: [...faults, ...book.faults],
    measured: told(run, mixed, size),
    control,
  };
}

export const faults = [
  {
    name: 'soak',
    how:
      'a mixed load at 100 requests a second, readers of the feed that come and go, exports; ' +
      'runs are seconds, and nothing is written in the last sixth of them',
    promise:
      'memory grows by what the entries take and not without them; handles, threads and ' +
      'connections flat; latency against a reference no longer; no error; every 201 once; proofs hold',
    runs: { short: 60, long: 1800 },
    run: soaked,
  },
];
