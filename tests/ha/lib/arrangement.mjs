// The whole of docs/how-to/high-availability.md: three nodes, HAProxy, one that writes, one that
// follows the synchronous standby, and room for one more. The shape of bench/lib/site.mjs's Site.
import { spawn } from 'node:child_process';
import { closeSync, copyFileSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { run, sleep } from '../../../bench/lib/machine.mjs';
import { Site, chipledger, end, root, says, temporary_folder } from '../../../bench/lib/site.mjs';
import { furnish } from '../../fault/lib/premises.mjs';
import { balance, ports, server_port } from './balancer.mjs';
import { Cluster } from './cluster.mjs';
import { Net, host } from './net.mjs';

const listen_limit_ms = 60_000;
const up_limit_ms = 60_000;
const roles = ['regulator', 'customs', 'logistics', 'auditor', 'admin'];

export const [writer, follower, other] = [1, 2, 3];

export class Arrangement extends Site {
  constructor() {
    super(temporary_folder());
    this.servers = new Map();
    this.writing = writer;
    this.ledger = this.folder;
    this.folder = `${this.ledger}/data`;
    this.program = `${this.ledger}/chipledger`; // A build beside us changes nothing.
  }

  async make() {
    this.net = await new Net().make();
    this.url = `http://${this.net.address(host)}:${ports.api}`;
    this.cluster = new Cluster(this.net, this.ledger);
    mkdirSync(this.folder);
    copyFileSync(chipledger, this.program);
    await this.cluster.start();
    this.balancer = await balance(this.net, this.ledger);
    await this.lay_out();
    await this.serve();
    await this.serve_on(follower, ['--follow'], this.conninfo('chipledger', ports.standby));
    await furnish(this, { granted: 5_000_000, units: 5_000_000 });
    return this;
  }

  conninfo(user, port = ports.primary) {
    const { password } = this.cluster;
    return `host=${this.net.address(host)} port=${port} dbname=chipledger user=${user} password=${password}`;
  }

  /** Database, roles, schema and tokens, as docs/how-to/operator.md has them. */
  async lay_out() {
    const { password } = this.cluster;
    await this.await_ready(() => this.sql('postgres', 'SELECT 1'));
    await this.sql(
      'postgres',
      `CREATE ROLE chipledger_owner LOGIN CREATEROLE PASSWORD '${password}'`,
      'CREATE DATABASE chipledger OWNER chipledger_owner',
    );
    writeFileSync(`${this.folder}/conninfo`, this.conninfo('chipledger'));
    await this.tool('migrate', '--database', this.conninfo('chipledger_owner'));
    await this.sql('postgres', `ALTER ROLE chipledger PASSWORD '${password}'`);
    const tokens = {};
    for (const role of roles)
      tokens[role] = (await this.tool('token', 'mint', '--data', this.folder, '--role', role)).trim();
    writeFileSync(`${this.folder}/tokens.json`, JSON.stringify(tokens), { mode: 0o600 });
  }

  get environment() {
    return { ...process.env, CHIPLEDGER_CONFIG: '/dev/null' };
  }

  tool(...words) {
    return run(this.program, words, { env: this.environment });
  }

  /** On the node that is the primary now. */
  async sql(database, ...statements) {
    return this.cluster.sql(await this.cluster.primary(), database, ...statements);
  }

  /** Starts the server c`number`; `flags` beside those of all. */
  async serve_on(number, flags = [], database = this.conninfo('chipledger'), data = this.folder) {
    const log = openSync(`${this.ledger}/server-${number}.log`, 'a');
    const child = spawn(
      this.program,
      [
        ...['serve', '--data', data, '--database', database, '--share', root],
        ...['--bind', this.net.address(host), '--port', String(server_port(number))],
        ...['--rate', '1000000', ...flags],
      ],
      { stdio: ['ignore', 'pipe', log], env: this.environment },
    );
    closeSync(log);
    this.servers.set(number, child);
    await says(child, /listening on (\S+)/, listen_limit_ms);
    return child;
  }

  url_of(number) {
    return `http://${this.net.address(host)}:${server_port(number)}`;
  }

  /** This, but that questions go to the server c`number` itself. */
  view(number) {
    return Object.assign(Object.create(this), { url: this.url_of(number) });
  }

  /** Of the one that writes: the other follows. */
  settle(limit_ms) {
    return super.settle.call(this.view(this.writing), limit_ms);
  }

  /** Starts the one that writes, and waits until clients reach it. */
  async serve(number = this.writing) {
    this.writing = number;
    await this.serve_on(number);
    await this.reachable();
  }

  /** Waits until the follower has read all that there is. */
  level() {
    return this.await_ready(async () => {
      const head = +(await this.sql('chipledger', 'SELECT size FROM log_head'));
      const seen = await this.view(follower).entries();
      if (seen !== head) throw new Error(`the follower is at ${seen} of ${head}`);
    });
  }

  /** Waits until HAProxy sends writes to a server that can record. */
  reachable() {
    return this.await_ready(() => this.ask('/v1/events?dry_run=true', {
      method: 'POST',
      body: { type: 'FirmRegistered', data: { firm: 'F-PROBE', name: 'P', tier: 'T1' } },
      headers: { 'idempotency-key': 'probe' },
    }));
  }

  async await_ready(attempt) {
    const until = performance.now() + up_limit_ms;
    while (true) {
      try {
        return await attempt();
      } catch (error) {
        if (performance.now() > until) throw error;
        await sleep(100);
      }
    }
  }

  async stop_server(number = this.writing) {
    await end(this.servers.get(number));
  }

  /** Nothing of it is left; what is measured is over. */
  async end() {
    await this.stop();
    await end(this.balancer, 'SIGTERM', 2000);
    await this.net.remove();
  }

  async stop() {
    for (const number of this.servers.keys()) await this.stop_server(number);
  }
}

export const arrangement = () => new Arrangement().make();
