// What was told against what is there: the ledger's entries read from PostgreSQL, folded by hand.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { chipledger } from '../../../bench/lib/site.mjs';

const units_in = (units) => units.reduce((sum, { from, to }) => sum + to - from + 1, 0);

/** Runs `chipledger` on a site's folder: exit code and all it said. */
export function command(site, ...words) {
  const ran = spawnSync(chipledger, [...words, '--data', site.folder], { encoding: 'utf8' });
  return { code: ran.status, said: ran.stdout + ran.stderr };
}

export class Book {
  constructor(site) {
    this.site = site;
    this.size = 0;
    this.positions = new Map(); // Of each request's entries, by its key.
    this.reserved = new Map(); // Units by approval.
    this.held = new Map(); // Bytes by batch: 1 where the unit is reserved.
    this.faults = [];
  }

  fault(text) {
    if (this.faults.length < 20) this.faults.push(text);
  }

  take(entry) {
    if (entry.position !== ++this.size)
      this.fault(`after entry ${this.size - 1} comes entry ${entry.position}`);
    if (entry.reason) {
      const seen = this.positions.get(entry.reason);
      if (seen) seen.push(entry.position);
      else this.positions.set(entry.reason, [entry.position]);
    }
    if (entry.type === 'AllocationReserved') this.reserve(entry);
  }

  reserve({ position, data }) {
    const sum = this.reserved.get(data.approval) ?? 0;
    this.reserved.set(data.approval, sum + units_in(data.units));
    for (const { batch, from, to } of data.units) {
      if (!this.held.has(batch)) this.held.set(batch, new Uint8Array(10_000_001));
      const held = this.held.get(batch);
      for (let unit = from; unit <= to; ++unit) {
        if (held[unit]) this.fault(`entry ${position} reserves ${batch}/${unit} once more`);
        held[unit] = 1;
      }
    }
  }

  /** Reads what has been appended since. */
  async read() {
    const lines = await this.site.sql(
      'chipledger',
      `SELECT convert_from(bytes, 'UTF8') FROM event WHERE position > ${this.size} ORDER BY position`,
    );
    for (const line of lines.split('\n')) if (line) this.take(JSON.parse(line));
    const head = +(await this.site.sql('chipledger', 'SELECT size FROM log_head'));
    if (head !== this.size) this.fault(`the head says ${head}, the entries end at ${this.size}`);
  }

  /** Every 201 once and where it said; every refusal absent; the rest at most once. */
  compare(load) {
    for (const { key, status, position } of load.told.values()) {
      const found = this.positions.get(key) ?? [];
      if (status === 201 && (found.length !== 1 || found[0] !== position))
        this.fault(`${key} was told 201 at ${position} and is at [${found}]`);
      if (status >= 400 && found.length) this.fault(`${key} was refused and is at [${found}]`);
      if (found.length > 1) this.fault(`${key} is there ${found.length} times`);
    }
    for (const key of this.positions.keys())
      if (key.startsWith(`${load.name}-`) && !load.told.has(key)) this.fault(`nobody sent ${key}`);
  }

  /** The server's balances are the sums of the entries. */
  async balances() {
    for (const [approval, sum] of this.reserved) {
      const live = await this.site.ask(`/v1/approvals/${approval}`);
      if (live.reserved !== sum || live.available + live.reserved !== live.granted)
        this.fault(`${approval} says ${live.reserved} reserved; its entries say ${sum}`);
    }
  }

  async check(load) {
    await this.read();
    this.compare(load);
    await this.balances();
    return this;
  }

  /** Keeps a checkpoint and a receipt as an outsider would, for `prove` to hold the log to. */
  async keep() {
    await this.site.settle();
    const { folder } = this.site;
    writeFileSync(`${folder}/kept-checkpoint`, await this.site.ask('/v1/log/checkpoint'));
    const position = await this.site.entries();
    writeFileSync(
      `${folder}/kept-receipt`,
      await this.site.ask(`/v1/log/receipts/${position}`, { role: 'auditor' }),
    );
  }

  /** A start from nothing folds to the same answers, and `verify` finds every proof good. */
  async prove() {
    await this.site.settle();
    const live = JSON.stringify(await this.site.ask('/v1/summary'));
    await this.site.stop_server();
    await this.site.serve();
    const again = JSON.stringify(await this.site.ask('/v1/summary'));
    if (live !== again) this.fault('a start from nothing folds to something else');
    await this.site.settle();
    const { folder } = this.site;
    const kept = existsSync(`${folder}/kept-receipt`)
      ? ['--checkpoint', `${folder}/kept-checkpoint`, '--receipt', `${folder}/kept-receipt`]
      : [];
    const { code, said } = command(this.site, 'verify', '--vkey', `${folder}/log.vkey`, ...kept);
    if (code !== 0) this.fault(`verify: ${said.slice(0, 300)}`);
    return this;
  }
}
