// PostgreSQL under Patroni with etcd, on three machines, of the files in deploy/ha.
import { spawn } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { as_postgres, root } from '../../../bench/lib/site.mjs';
import { run, sleep } from '../../../bench/lib/machine.mjs';

const up_limit_ms = 90_000;
const ask_limit_ms = 2000;
const nodes = [1, 2, 3];
const patroni_port = 8008;

/** A file of deploy/ha with its ${…} filled in; every one must be known. */
export function filled(file, values) {
  return readFileSync(`${root}/deploy/ha/${file}`, 'utf8').replace(/\$\{(\w+)\}/g, (_, name) => {
    if (!(name in values)) throw new Error(`${file}: nothing for ${name}`);
    return values[name];
  });
}

const of_patroni = ({ name }) => name === 'patroni' || name === 'postgres';

export class Cluster {
  constructor(net, folder) {
    this.net = net;
    this.folder = folder;
    this.password = 'of-the-test';
    this.nodes = nodes;
  }

  async start() {
    const [uid, gid] = (await run('sh', ['-c', 'id -u postgres; id -g postgres'])).split('\n').map(Number);
    for (const node of nodes) {
      mkdirSync(this.home(node));
      chownSync(this.home(node), uid, gid);
      await this.net.add(node);
      writeFileSync(`${this.home(node)}/patroni.yml`, this.settings(node));
      this.start_etcd(node);
    }
    for (const node of nodes) this.start_patroni(node);
    await this.whole();
  }

  home(node) {
    return `${this.folder}/n${node}`;
  }

  settings(node) {
    return filled('patroni.yml', {
      NAME: `n${node}`,
      ADDRESS: this.net.address(node),
      NETWORK: this.net.network,
      DATA: this.home(node),
      PASSWORD: this.password,
      ETCD: nodes.map((each) => `${this.net.address(each)}:2379`).join(','),
    });
  }

  /** A process on a node, as the user postgres; what it says is in the node's folder. */
  spawn(node, name, words) {
    const log = openSync(`${this.home(node)}/${name}.log`, 'a');
    const [program, ...args] = [...this.net.on(node), ...as_postgres, ...words];
    const child = spawn(program, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    return child;
  }

  start_etcd(node) {
    const peer = (each) => `http://${this.net.address(each)}:2380`;
    const client = `http://${this.net.address(node)}:2379`;
    this.spawn(node, 'etcd', [
      'etcd',
      ...['--name', `n${node}`, '--data-dir', `${this.home(node)}/etcd`],
      ...['--listen-peer-urls', peer(node), '--initial-advertise-peer-urls', peer(node)],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--initial-cluster', nodes.map((each) => `n${each}=${peer(each)}`).join(',')],
      ...['--pre-vote', '--heartbeat-interval', '200', '--election-timeout', '2000'],
      '--enable-v2',
      ...['--log-level', 'warn', '--logger', 'zap'],
    ]);
  }

  start_patroni(node) {
    this.spawn(node, 'patroni', ['patroni', `${this.home(node)}/patroni.yml`]);
  }

  /** What Patroni of a node answers: {status, body}; status 0 where none comes. */
  async ask(node, path, options = {}) {
    try {
      const answer = await fetch(`http://${this.net.address(node)}:${patroni_port}${path}`, {
        signal: AbortSignal.timeout(ask_limit_ms),
        ...options,
      });
      return { status: answer.status, body: await answer.text() };
    } catch {
      return { status: 0, body: '' };
    }
  }

  /** The nodes for which Patroni says yes to `path`. */
  async those(path) {
    const answers = await Promise.all(nodes.map((node) => this.ask(node, path)));
    return nodes.filter((_, i) => answers[i].status === 200);
  }

  /** Waits for exactly one node that is what `path` asks for. */
  async one(path, limit_ms = up_limit_ms) {
    const until = performance.now() + limit_ms;
    while (true) {
      const found = await this.those(path);
      if (found.length === 1) return found[0];
      if (performance.now() > until) throw new Error(`${path}: ${found.length} nodes after ${limit_ms} ms`);
      await sleep(200);
    }
  }

  primary() {
    return this.one('/primary');
  }

  synchronous() {
    return this.one('/synchronous');
  }

  /** Waits until there is a primary, and both others stream from it, one of them synchronously. */
  async whole(limit_ms = up_limit_ms) {
    const until = performance.now() + limit_ms;
    while (true) {
      const { body } = await this.ask((await this.those('/primary'))[0] ?? nodes[0], '/patroni');
      const streaming = (body ? JSON.parse(body).replication : undefined) ?? [];
      const states = streaming.filter(({ state }) => state === 'streaming').map((one) => one.sync_state);
      const with_standbys = states.length === nodes.length - 1;
      const sync = await this.those('/synchronous');
      if (with_standbys && (!this.asynchronous ? sync.length && states.includes('sync') : true)) return;
      if (performance.now() > until) throw new Error(`the cluster is not whole: ${body}`);
      await sleep(200);
    }
  }

  /** Changes the cluster's own settings, as patronictl edit-config does. */
  async configure(change) {
    const node = await this.primary();
    const { status, body } = await this.ask(node, '/config', {
      method: 'PATCH',
      body: JSON.stringify(change),
    });
    if (status !== 200) throw new Error(`Patroni takes no ${JSON.stringify(change)}: ${status} ${body}`);
    if ('synchronous_mode' in change) this.asynchronous = !change.synchronous_mode;
  }

  /** PostgreSQL and its Patroni die at once; etcd of the node lives. */
  kill(node) {
    return this.net.kill(node, of_patroni);
  }

  /** Stops what receives WAL on all standbys: they live, and confirm nothing. */
  async freeze_standbys() {
    const primary = await this.primary();
    this.frozen = [];
    for (const node of nodes.filter((each) => each !== primary)) {
      for (const { pid } of await this.net.processes(node)) {
        if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('walreceiver')) continue;
        process.kill(pid, 'SIGSTOP');
        this.frozen.push(pid);
      }
    }
    if (this.frozen.length !== nodes.length - 1) throw new Error('not every standby receives');
  }

  /** They go on, without what had been sent to them meanwhile: it was on its way, and is lost. */
  thaw_standbys() {
    for (const pid of this.frozen ?? []) {
      try {
        for (const signal of ['SIGTERM', 'SIGCONT']) process.kill(pid, signal);
      } catch {} // It has ended meanwhile.
    }
    this.frozen = [];
  }

  /** The same on the node itself, by its socket: also when it is cut off. */
  async sql_inside(node, database, ...statements) {
    const [program, ...words] = [...as_postgres, 'psql', '-h', this.home(node), '-d', database];
    const commands = statements.flatMap((statement) => ['-c', statement]);
    return (await run(program, [...words, '-X', '-q', '-At', ...commands])).trim();
  }

  /** Runs SQL as the superuser on a node; rows as psql -At prints them. */
  async sql(node, database, ...statements) {
    const where = ['-h', this.net.address(node), '-U', 'postgres', '-d', database];
    const commands = statements.flatMap((statement) => ['-c', statement]);
    const env = { ...process.env, PGPASSWORD: this.password, PGCONNECT_TIMEOUT: '3' };
    const words = ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', ...where, ...commands];
    return (await run('psql', words, { env })).trim();
  }
}
