// Clients write and read while the writer is killed, replaced, and loses its connections; then the
// whole history must be that of one list of entries that grows at its end (lib/linear.mjs).
import { end, Site } from '../../bench/lib/site.mjs';
import { at_end, sleep } from '../../bench/lib/machine.mjs';
import { kill_backend } from './kills.mjs';
import { Answers } from './lib/answers.mjs';
import { Book } from './lib/book.mjs';
import { Clients, registration } from './lib/clients.mjs';
import { Fold, folded } from './lib/fold.mjs';
import { mutations } from './lib/mutations.mjs';
import { between, kill, premises, ready } from './lib/premises.mjs';

const between_strikes_ms = [400, 1400];
const left_behind_ms = 400;
const up_limit_ms = 60_000;
const kinds_of_lag = 'approval approvals inventory batch explain page entry ready'.split(' ');

/** Starts a server, again and again where PostgreSQL is not back yet from the strike before. */
async function up(site) {
  const until = performance.now() + up_limit_ms;
  while (true) {
    try {
      return await site.serve();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(100);
    }
  }
}

/** From here on clients ask the second; the first is left to the caller. */
async function replaced(site) {
  const first = { server: site.server, url: site.url };
  at_end(() => end(first.server, 'SIGKILL'));
  const second = new Site(site.folder);
  await up(second);
  site.server = second.server;
  site.url = second.url;
  return first;
}

/** The writer stops as if its machine were gone, and another takes over. */
async function takes_over(site) {
  site.server.kill('SIGSTOP');
  const first = await replaced(site);
  await kill(first.server);
}

/**
 * Another takes over from a writer that goes on answering reads. They lag, and no more than that;
 * who names a position is told that it is not there, and nothing is written.
 */
async function leaves_behind(site, clients, faults, run) {
  const first = await replaced(site);
  const until = performance.now() + left_behind_ms;
  while (performance.now() < until) await lag(clients, first.url, `left behind ${run}`);
  const newest = await clients.one_more();
  const late = clients.begin_op('approval', { id: 'AP-0', least: newest }, { lane: 'left behind' });
  if (await clients.ask(late, first.url)) faults.push(`who was left behind has entry ${newest}`);
  const key = `LEFT-${process.pid}-${run}`;
  const append = clients.begin_op('append', { key, events: [registration(key)] });
  await clients.ask(append, first.url);
  if (!append.heard.text?.includes('"fenced"'))
    faults.push(`who was left behind says ${JSON.stringify(append.heard)}`);
  const answer = await fetch(`${first.url}/readyz`);
  if (answer.status !== 503) faults.push(`fenced, and ready: ${answer.status}`);
  await kill(first.server, 'SIGTERM');
}

/** One read of who may lag. */
async function lag(clients, url, lane) {
  const kind = kinds_of_lag[Math.floor(Math.random() * kinds_of_lag.length)];
  const i = Math.floor(Math.random() * 4);
  const of = kind === 'batch' ? 'B' : kind === 'inventory' ? 'F' : 'AP';
  const asks = { page: { limit: 5 }, entry: { number: clients.known }, approvals: {}, ready: {} };
  const ask = asks[kind] ?? { id: `${of}-${i}` };
  if (kind === 'approval' && Math.random() < 0.5) ask.least = clients.known;
  const op = clients.begin_op(kind, ask, { lane });
  await clients.ask(op, url);
  await sleep(between(2, 12));
}

async function follow(clients, follower, work) {
  while (work.goes_on) await lag(clients, follower.url, 'the follower');
}

async function kill_server(site) {
  await kill(site.server);
  await up(site);
}

const strikes = [kill_server, kill_backend, takes_over, leaves_behind];

/** What the fault's own furnishing has recorded was sent by nobody whose clients are watched. */
function own(fold) {
  return new Answers(fold, []).check().length === 0;
}

async function history({ runs }) {
  const site = await premises();
  const book = new Book(site);
  await book.keep();
  const follower = new Site(site.folder);
  await follower.serve(['--follow']);
  const clients = new Clients(site);
  const faults = [];
  if (!own(await folded(site))) faults.push('the log is not empty of keys');
  clients.start();
  const work = { goes_on: true };
  const following = follow(clients, follower, work);
  for (let run = 0; run < runs && !faults.length; ++run) {
    await sleep(between(...between_strikes_ms));
    await clients.long_list();
    await strikes[run % strikes.length](site, clients, faults, run);
    await ready(site);
  }
  await sleep(between_strikes_ms[0]);
  await clients.stop();
  work.goes_on = false;
  await following;
  await follower.stop_server();
  const fold = await folded(site);
  await book.prove();
  await site.stop();
  return { fold, clients, faults: [...faults, ...clients.gaps, ...book.faults] };
}

/** Each way of being wrong, put into what was heard or into the log, is found. */
function mutated(fold, ops, faults) {
  const missed = [];
  for (const [name, [mutate, expected]] of Object.entries(mutations)) {
    const changed = mutate(fold, ops);
    const other = new Fold();
    for (const text of changed.texts ?? fold.texts.slice(1)) other.take(text);
    const found = new Answers(other, changed.ops ?? ops).check();
    if (!found.some((fault) => expected.test(fault))) missed.push(name);
  }
  if (missed.length) faults.push(`the checker does not see: ${missed.join(', ')}`);
  return `${Object.keys(mutations).join('; ')}: put into the history measured, each is named`;
}

async function linearizable({ runs }) {
  const { fold, clients, faults } = await history({ runs });
  const answers = new Answers(fold, clients.ops);
  faults.push(...answers.check());
  const { appended, refused, read, open, open_there } = answers.counts;
  return {
    runs,
    faults: faults.slice(0, 20),
    measured:
      `${appended} appends told 201, ${refused} refused, ${read} reads and ${open} appends never ` +
      `answered (${open_there} of them are there) fit one order of ${fold.size} entries`,
    control: faults.length ? '' : mutated(fold, clients.ops, faults),
  };
}

export const faults = [
  {
    name: 'linearizable',
    how:
      '12 clients write and read, one subscribes; SIGKILL of the server, of a backend, a take-over ' +
      'from a writer that stands still, and from one that goes on; a follower beside them',
    promise:
      'one order that keeps to real time explains every answer; a follower, and a writer left ' +
      'behind, lag and never go back or ahead',
    runs: { short: 24, long: 200 },
    run: linearizable,
  },
];
