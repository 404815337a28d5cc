// Ten times what the server can do, or may: it sheds the rest and does not do less.
import { memory_of, peak_of, run } from '../../bench/lib/machine.mjs';
import { root } from '../../bench/lib/site.mjs';
import { Book } from './lib/book.mjs';
import { Load } from './lib/load.mjs';
import { premises, ready } from './lib/premises.mjs';

const few = 50; // Connections that keep the server busy.
const many = 10 * few;
const beyond = 5000; // More than the 4,096 connections that the server takes.
const warm_s = 2;
const goodput_min = 0.8;
const connection_max_bytes = 64 * 1024;

let floods = 0;

/** wrk with so many connections; what was answered, and the 201 in a second. */
async function flood(site, connections, seconds) {
  const prefix = `W${process.pid}-${++floods}`;
  const script = `${root}/tests/fault/lib/overload.lua`;
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-s', script];
  const said = await run('wrk', [...args, site.url, '--', site.tokens.regulator, prefix]);
  const line = said.match(/^RESULT (\{.*\})$/m);
  if (!line) throw new Error(`wrk said: ${said.slice(0, 500)}`);
  const result = JSON.parse(line[1]);
  const answers = result.told + result.rate_limited + result.unavailable + result.other;
  return { ...result, prefix, connections, answers, goodput: result.told / result.seconds };
}

/** What wrk was told is there, each key once; and what it did not hear of, one a connection. */
function compare(book, { prefix, told, connections }) {
  let found = 0;
  for (const [key, positions] of book.positions) {
    if (!key.startsWith(`${prefix}-`)) continue;
    ++found;
    if (positions.length !== 1) book.fault(`${key} is at [${positions}]`);
  }
  if (found < told || found > told + connections)
    book.fault(`${prefix}: ${told} told 201, ${found} are there`);
}

/** More than a token may ask: the surplus is 429, and what it may is served. */
async function over_the_rate(site, book, peak, seconds) {
  const limit = Math.max(20, Math.floor(peak / 20));
  await site.stop_server();
  await site.serve([], { rate: limit });
  await ready(site);
  await flood(site, few, warm_s); // A token begins with two seconds of its rate saved.
  const seen = await flood(site, few, seconds);
  await site.stop_server();
  await site.serve();
  await ready(site);
  if (!seen.rate_limited) book.fault('nothing was told 429');
  if (seen.goodput < goodput_min * limit)
    book.fault(`at a rate of ${limit}/s only ${seen.goodput.toFixed(0)}/s were served`);
  return { ...seen, limit };
}

async function overloaded({ runs }) {
  const site = await premises();
  const book = new Book(site);
  await book.keep();
  await flood(site, few, warm_s);
  const before = await flood(site, few, runs);
  const rss = memory_of(site.pid);
  const tenfold = await flood(site, many, runs);
  const honest = new Load(site, { clients: 2 });
  honest.start({ persists: true });
  const surplus = await flood(site, beyond, runs);
  await honest.stop();
  const grown = peak_of(site.pid) - rss;
  await ready(site);
  await honest.ask_again();
  const after = await flood(site, few, runs); // The machine is shared: the peak is what it is now.
  const peak = Math.min(before.goodput, after.goodput);
  await book.check(honest);
  for (const seen of [before, tenfold, surplus, after]) compare(book, seen);
  const shares = [tenfold, surplus].map(({ goodput }) => goodput / peak);
  if (shares.some((share) => share < goodput_min))
    book.fault(`goodput fell to ${shares.map((n) => n.toFixed(2))} of ${peak.toFixed(0)}/s`);
  if (!surplus.unavailable) book.fault('nothing was told 503');
  const written = (surplus.told + tenfold.told) * 8192; // An entry stays in memory's views.
  if (grown > beyond * connection_max_bytes + written)
    book.fault(`memory grew by ${Math.round(grown / 2 ** 20)} MiB`);
  const limited = await over_the_rate(site, book, peak, runs);
  await book.read();
  compare(book, limited);
  await book.prove();
  await site.stop();
  const percent = (n) => `${Math.round(100 * n)} %`;
  return {
    runs: tenfold.answers + surplus.answers + limited.answers,
    faults: book.faults,
    measured:
      `goodput ${percent(shares[0])} of the peak with ${many} connections for ${few}, ` +
      `${percent(shares[1])} with ${beyond} (${surplus.unavailable} told 503, others served); ` +
      `memory +${Math.round(grown / 2 ** 20)} MiB; at ` +
      `${Math.round(limited.answers / limited.seconds / limited.limit)} times a token's rate ` +
      `${percent(limited.goodput / limited.limit)} of the rate served, ` +
      `${limited.rate_limited} told 429; every 201 there once`,
    control: `with ${few} connections and no limit nothing is shed: ${before.unavailable + before.rate_limited} of ${before.answers}`,
  };
}

export const faults = [
  {
    name: 'overload',
    how: `ten times the connections, then ${beyond}, then ten times what a token may ask (wrk); runs are answers`,
    promise: `the surplus told 503 or 429, goodput at least ${100 * goodput_min} % of the peak, memory bounded, every 201 once`,
    runs: { short: 8, long: 60 },
    run: overloaded,
  },
];
