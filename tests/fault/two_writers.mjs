// The writer stops, a second takes over, and the first wakes up believing that it still writes.
import { Site } from '../../bench/lib/site.mjs';
import { sleep } from '../../bench/lib/machine.mjs';
import { Book } from './lib/book.mjs';
import { Load } from './lib/load.mjs';
import { between, kill, premises, ready } from './lib/premises.mjs';

const firm = (name) => ({ type: 'FirmRegistered', data: { firm: name, name: 'N', tier: 'T1' } });

const write = (site, name) =>
  site.ask('/v1/events', {
    method: 'POST',
    body: firm(name),
    headers: { 'idempotency-key': name },
    any: true,
  });

/** The first stops under load, the second writes for `hold_ms`, the first goes on; both are asked. */
async function taken_over(first, book, run, hold_ms) {
  const load = new Load(first);
  load.start();
  await sleep(between(50, 300));
  first.server.kill('SIGSTOP');
  const second = new Site(first.folder);
  await second.serve();
  const next = new Load(second, { clients: 4 });
  next.start({ persists: true });
  await sleep(hold_ms);
  first.server.kill('SIGCONT');
  const loser = await write(first, `LOSER-${process.pid}-${run}`);
  if (loser.code !== 'fenced') book.fault(`the loser says ${JSON.stringify(loser)}`);
  await load.stop();
  await next.stop();
  await kill(first.server);
  first.server = second.server;
  first.url = second.url;
  await ready(first);
  const open = await load.ask_again();
  await next.ask_again();
  await book.check(load);
  await book.check(next);
  return { told: load.count(201), by_second: next.count(201), open };
}

/** With the epoch put back behind the ledger's back, the loser is not fenced: the fence it was. */
async function unfenced(first, book) {
  const epoch = await first.sql('chipledger', 'SELECT epoch FROM log_head');
  first.server.kill('SIGSTOP');
  const second = new Site(first.folder);
  await second.serve();
  await first.sql(
    'chipledger',
    `ALTER TABLE log_head DISABLE TRIGGER ALL; UPDATE log_head SET epoch = ${epoch};
     ALTER TABLE log_head ENABLE ALWAYS TRIGGER log_head_rises`,
  );
  first.server.kill('SIGCONT');
  const loser = await write(first, `UNFENCED-${process.pid}`);
  if (!loser.position) book.fault(`without the fence the loser says ${JSON.stringify(loser)}`);
  await second.stop_server();
  return `with the epoch put back by a superuser the loser is told 201`;
}

async function fenced({ runs, long }) {
  const hold_ms = long ? 60_000 : 2000;
  const site = await premises();
  const book = new Book(site);
  const sum = { told: 0, by_second: 0, open: 0 };
  for (let run = 0; run < runs && !book.faults.length; ++run) {
    const found = await taken_over(site, book, run, hold_ms);
    for (const key of Object.keys(sum)) sum[key] += found[key];
  }
  await book.prove();
  const control = book.faults.length ? '' : await unfenced(site, book);
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured:
      `stopped for ${hold_ms / 1000} s: fenced at the first append ${runs} of ${runs} times; ` +
      `${sum.told} told 201 by the first, ${sum.by_second} by the second, all once; ` +
      `${sum.open} unanswered asked again, each there once`,
    control,
  };
}

export const faults = [
  {
    name: 'two-writers',
    how: 'SIGSTOP of the writer under load, a second takes over and writes, SIGCONT',
    promise: 'the loser is fenced at its first append; every 201 of both once',
    runs: { short: 5, long: 20 },
    run: fenced,
  },
];
