// Each file of the ledger's folder is lost in turn: what is said then, and what puts it right.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import { sleep } from '../../bench/lib/machine.mjs';
import { chipledger } from '../../bench/lib/site.mjs';
import { Book, command } from '../fault/lib/book.mjs';
import { premises } from '../fault/lib/premises.mjs';
import {
  back_up_keys,
  keep,
  mark,
  prove,
  set_aside,
  sign,
  verify,
  what_was_kept,
} from './lib/operator.mjs';

const heard_limit_ms = 10_000;

class Losses {
  constructor(site) {
    this.site = site;
    this.book = new Book(site);
    this.backup = `${site.folder}/keys.backup`;
    this.found = [];
  }

  expect(good, what) {
    if (!good) this.book.fault(what);
  }

  /** The server is stopped and files are gone; how to put those of the key backup back. */
  async lose(name, files) {
    await this.site.stop_server();
    set_aside(this.site, name, files);
    this.found.push(name);
    return () => {
      for (const file of files)
        copyFileSync(`${this.backup}/${file}`, `${this.site.folder}/${file}`);
    };
  }

  async status(path = '/v1/summary', token = this.site.tokens.regulator) {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(this.site.url + path, { headers })).status;
  }

  async said(text) {
    const until = performance.now() + heard_limit_ms;
    const log = () => readFileSync(`${this.site.folder}/bench-server.log`, 'utf8');
    while (!log().includes(text) && performance.now() < until) await sleep(50);
    return log().includes(text);
  }

  async pepper() {
    const { site } = this;
    await site.ask('/v1/webhooks', { method: 'POST', body: { url: 'https://receiver.invalid/' } });
    const put_back = await this.lose('pepper-lost', ['pepper']);
    await site.serve();
    this.expect((await this.status()) === 401, 'without the pepper a token still works');
    this.expect(await this.said('was sealed under another pepper'), 'the webhook says nothing');
    const minted = command(site, 'token', 'mint', '--role', 'regulator').said.trim();
    this.expect((await this.status(undefined, minted)) === 200, 'a new token does not work');
    await site.stop_server();
    put_back();
    await site.serve();
    this.expect((await this.status()) === 200, 'with the pepper back a token does not work');
  }

  async keys() {
    const { site } = this;
    const put_back = await this.lose('keys-lost', ['log/keys']);
    const old = readFileSync(`${site.folder}/log.vkey`, 'utf8');
    await site.serve();
    await mark(site, 'NEW-KEY');
    await keep(site, 'stray');
    this.expect(readFileSync(`${site.folder}/log.vkey`, 'utf8') !== old, 'the key is the same');
    const receipt = (vkey) =>
      spawnSync(chipledger, ['verify', 'receipt', `${site.folder}/stray-receipt`, '--vkey', vkey], {
        encoding: 'utf8',
      }).status;
    this.expect(receipt(`${this.backup}/log.vkey`) === 4, 'a stray key signs for the old one');
    this.expect(receipt(`${site.folder}/log.vkey`) === 0, 'the new key does not sign');
    await site.stop_server();
    put_back();
    await site.serve();
    await mark(site, 'OLD-KEY');
    await keep(site, 'again');
    const { code, said } = verify(site, {
      vkey: `${this.backup}/log.vkey`,
      ...what_was_kept('again'),
    });
    this.expect(code === 0, `with the keys back: ${said}`);
  }

  async memory() {
    const { site } = this;
    await this.lose('leaves-lost', ['log/leaves']);
    const { code, said } = sign(site);
    this.expect(code === 4 && said.includes('own files disagree'), `leaves: ${code} ${said}`);
    for (const name of ['leaves', 'checkpoint'])
      copyFileSync(`${this.backup}/log/${name}`, `${site.folder}/log/${name}`);
    this.expect(sign(site).code === 4, 'the alarm is forgotten');
    renameSync(`${site.folder}/log/alarm`, `${site.folder}/log/alarm.looked-into`);
    const older = sign(site);
    this.expect(older.code === 0, `an older memory: ${older.said}`);
    // What the key backup is for: with neither, nothing holds the log to what was signed.
    set_aside(site, 'leaves-and-checkpoint-lost', ['log/leaves', 'log/checkpoint']);
    const none = sign(site);
    this.expect(none.code === 0, `without a memory: ${none.said}`);
    this.found.push('leaves-and-checkpoint-lost');
    await site.serve();
  }

  async trifles() {
    const { site } = this;
    const vkey = readFileSync(`${site.folder}/log.vkey`, 'utf8');
    await this.lose('vkey-and-snapshot-lost', ['log.vkey', 'snapshot']);
    await site.serve();
    this.expect(readFileSync(`${site.folder}/log.vkey`, 'utf8') === vkey, 'another log.vkey');
    await this.lose('conninfo-lost', ['conninfo']);
    const { code, said } = command(site, 'serve', '--port', '0');
    this.expect(code === 1 && said.includes('There is no'), `conninfo: ${code} ${said}`);
    copyFileSync(`${site.folder}/conninfo-lost/conninfo`, `${site.folder}/conninfo`);
    await site.serve();
  }
}

async function lost({ runs }) {
  const site = await premises();
  const losses = new Losses(site);
  const { book } = losses;
  await keep(site);
  back_up_keys(site, losses.backup);
  await mark(site, 'AFTER-THE-BACKUP');
  for (const what of ['pepper', 'keys', 'memory', 'trifles']) await losses[what]();
  await book.read();
  await prove(book, { vkey: `${losses.backup}/log.vkey`, ...what_was_kept() });
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured:
      `${losses.found.length} losses (${losses.found.join(', ')}), each as the table says; ` +
      'verify good after',
    control: 'with what was lost still gone: tokens 401, receipts refused, the signer ends with 4',
  };
}

export const faults = [
  {
    name: 'keys-lost',
    how:
      "each file of the ledger's folder is taken away in turn, then put back from the " +
      'key backup',
    promise: 'what is said and what puts it right is as the table of lost files has it',
    runs: { short: 1, long: 1 },
    run: lost,
  },
];
