// Without synchronous_mode a standby is promoted that lacks what was confirmed.
import { renameSync } from 'node:fs';
import { sleep } from '../../bench/lib/machine.mjs';
import { Book, command } from '../fault/lib/book.mjs';
import { record } from '../fault/lib/premises.mjs';
import { arrangement, other, writer } from './lib/arrangement.mjs';

const lost = 20;
const settings_limit_ms = 60_000;

const firm = (name) => ({ type: 'FirmRegistered', data: { firm: name, name: 'N', tier: 'T1' } });

/** Every standby asynchronous, as Patroni's settings say. */
async function asynchronous(site) {
  await site.cluster.configure({ synchronous_mode: false });
  const until = performance.now() + settings_limit_ms;
  while ((await site.sql('postgres', 'SHOW synchronous_standby_names')) !== '') {
    if (performance.now() > until) throw new Error('the standbys stay synchronous');
    await sleep(200);
  }
  await site.cluster.whole();
}

/** Told 201 and signed, on the primary alone; then it dies, and another is promoted without them. */
async function lose_confirmed(site, book) {
  await site.cluster.freeze_standbys();
  for (let n = 0; n < lost; ++n) await record(site, 'regulator', [firm(`LOST-${n}`)]);
  await book.keep();
  const size = await site.view(writer).entries();
  await site.cluster.kill(await site.cluster.primary());
  site.cluster.thaw_standbys();
  await site.cluster.primary();
  const left = +(await site.sql('chipledger', 'SELECT size FROM log_head'));
  if (left >= size) throw new Error(`nothing was lost: ${left} of ${size} entries`);
  return { size, left };
}

const ask_to_record = (site, number, name) =>
  site.view(number).ask('/v1/events', {
    method: 'POST',
    body: firm(name),
    headers: { 'idempotency-key': name },
    any: true,
  });

/** The server that went on running has more than the log: it may not append. */
async function writer_refuses(site, book) {
  let said;
  await site.await_ready(async () => {
    said = await ask_to_record(site, writer, 'AFTER');
    if (said.code !== 'fenced' && !said.position) throw new Error(JSON.stringify(said));
  });
  if (said.code !== 'fenced') book.fault(`the writer says ${JSON.stringify(said)}`);
  await site.stop_server(writer);
}

const ready = async (site, number) => (await fetch(`${site.url_of(number)}/readyz`)).json();

/** A new server folds the shorter log; the signer's memory knows better, from the first moment. */
async function signer_refuses(site, book, { size, left }) {
  await site.serve_on(other);
  const said = await ready(site, other);
  const words = `the log has ${left} entries, and ${size} have been here before`;
  if (said.status !== 'integrity' || said.reason !== words)
    book.fault(`a new server says ${JSON.stringify(said)}`);
  await sleep(3000); // HAProxy has looked by then.
  const through = await site
    .ask('/v1/events', { method: 'POST', body: firm('THROUGH'), any: true })
    .catch((error) => error.message);
  if (!String(through).includes('No server is available'))
    book.fault(`a write through HAProxy: ${JSON.stringify(through)}`);
  await site.stop_server(other);
  const kept = ['--vkey', `${site.folder}/log.vkey`, '--checkpoint', `${site.folder}/kept-checkpoint`];
  const verified = command(site, 'verify', ...kept);
  if (verified.code !== 4) book.fault(`verify: ${verified.code} ${verified.said}`);
}

/** The control: without its memory the signer has nothing to hold the log to. */
async function forgetful(site, book) {
  for (const name of ['alarm', 'leaves', 'checkpoint'])
    renameSync(`${site.folder}/log/${name}`, `${site.folder}/log/${name}.gone`);
  await site.serve(other);
  const { position } = await site.ask('/v1/events', {
    method: 'POST',
    body: firm('FORK'),
    headers: { 'idempotency-key': 'FORK' },
  });
  await site.settle();
  const { signed } = await ready(site, other);
  if (!(signed >= position)) book.fault(`without its memory only ${signed} are signed`);
  return `the signer's memory taken away: entry ${position} is recorded and signed once more`;
}

async function refused({ runs }) {
  const told = [];
  let faults = [];
  let control = '';
  for (let run = 0; run < runs && !faults.length; ++run) {
    const site = await arrangement();
    const book = new Book(site.view(writer)); // A reader's standby is behind.
    await asynchronous(site);
    const found = await lose_confirmed(site, book);
    told.push(found.size - found.left);
    await writer_refuses(site, book);
    await signer_refuses(site, book, found);
    control = book.faults.length ? '' : await forgetful(site, book);
    faults = book.faults;
    await site.end();
  }
  return {
    runs: told.length,
    faults,
    measured:
      `${told.join(', ')} confirmed entries were not on the standby; the writer was fenced, a new ` +
      'server never ready, nothing recorded through HAProxy, verify with a kept checkpoint ended with 4',
    control,
  };
}

export const faults = [
  {
    name: 'ha-async',
    how:
      'synchronous_mode off, the standbys receive nothing while entries are told 201 and signed; ' +
      'the primary is killed, a standby without them is promoted',
    promise: 'the running writer and a new one refuse, and nothing is signed: no fork',
    runs: { short: 1, long: 5 },
    run: refused,
  },
];
