// A ledger's folder as script/server lays it out, its private PostgreSQL, and the server on it.
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  chmodSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { at_end, run, sleep } from './machine.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const postgres_bin = '/usr/lib/postgresql/15/bin';
export const chipledger = `${root}/build/src/chipledger`;

const start_limit_ms = 600_000; // A large ledger folds for minutes without a snapshot.

/** As the user that PostgreSQL agrees to run as. */
export const as_postgres =
  process.getuid() === 0
    ? [
        'setpriv',
        '--reuid=postgres',
        '--regid=postgres',
        '--init-groups',
        'env',
        '-C',
        '/',
        'HOME=/',
      ]
    : ['env'];

/** A temporary folder that the user postgres can enter, gone at the end. On disk: /var/tmp. */
export function temporary_folder() {
  const folder = mkdtempSync(`${process.env.TMPDIR ?? '/var/tmp'}/chipledger-bench-`);
  chmodSync(folder, 0o755);
  at_end(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

const ended = (child) => child.exitCode !== null || child.signalCode !== null;

/** Asks a process of ours to end, and waits until it has. */
export async function end(child, signal = 'SIGTERM', limit_ms = 60_000) {
  if (!child || ended(child)) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), limit_ms);
  await gone;
  clearTimeout(late);
}

/** Waits for `found` in the output of a process that has begun; what was found. */
export function says(child, pattern, limit_ms) {
  return new Promise((done, failed) => {
    let text = '';
    const late = setTimeout(
      () => failed(new Error(`nothing said in ${limit_ms} ms: ${text}`)),
      limit_ms,
    );
    const hear = (piece) => {
      text = (text + piece).slice(-8000);
      const found = text.match(pattern);
      if (found) {
        clearTimeout(late);
        done(found);
      }
    };
    child.stdout.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => {
      clearTimeout(late);
      failed(new Error(`ended with ${code}: ${text}`));
    });
  });
}

export class Site {
  constructor(folder) {
    this.folder = resolve(folder);
    at_end(() => this.stop());
  }

  /** Lets script/server lay the folder out, where that has not been done. */
  async prepare({ clock = 'system' } = {}) {
    if (existsSync(`${this.folder}/tokens.json`)) return this;
    const child = spawn(
      `${root}/script/server`,
      ['--empty', '--clock', clock, '--port', '0', '--data', this.folder],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    // Killed, it would leave PostgreSQL behind.
    const stop = () => end(child, 'SIGTERM', start_limit_ms);
    at_end(stop);
    await says(child, /^tokens: /m, start_limit_ms);
    await stop();
    return this;
  }

  get tokens() {
    return JSON.parse(readFileSync(`${this.folder}/tokens.json`, 'utf8'));
  }
  get socket() {
    return readFileSync(`${this.folder}/env`, 'utf8').match(/^PGHOST=(.*)$/m)[1];
  }

  async start_postgres() {
    if (this.postgres && !ended(this.postgres)) return;
    const log = openSync(`${this.folder}/bench-postgres.log`, 'a');
    const data = realpathSync(`${this.folder}/postgres`) + '/data';
    const [program, ...args] = [...as_postgres, `${postgres_bin}/postgres`, '-D', data];
    this.postgres = spawn(program, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    for (let tries = 0; tries < 600; ++tries) {
      if (ended(this.postgres))
        throw new Error(`PostgreSQL does not start: see ${this.folder}/bench-postgres.log`);
      try {
        await this.sql('postgres', 'SELECT 1');
        return;
      } catch {
        await sleep(100);
      }
    }
    throw new Error('PostgreSQL does not answer');
  }

  /** As the cluster's superuser; rows as psql -At prints them. */
  async sql(database, ...statements) {
    const commands = statements.flatMap((statement) => ['-c', statement]);
    return (
      await run('psql', [
        '-X',
        '-q',
        '-At',
        '-v',
        'ON_ERROR_STOP=1',
        '-h',
        this.socket,
        '-U',
        'postgres',
        '-d',
        database,
        ...commands,
      ])
    ).trim();
  }

  /** The same variables for node, pgbench and psql. */
  environment(database) {
    return {
      ...process.env,
      PGHOST: this.socket,
      PGPORT: '5432',
      PGUSER: 'postgres',
      PGDATABASE: database,
    };
  }

  /** Starts the server; how long until it listens, in seconds. */
  async serve(flags = [], { environment = {}, rate = 100_000_000, program = chipledger } = {}) {
    const begin = performance.now();
    const log = openSync(`${this.folder}/bench-server.log`, 'a');
    this.server = spawn(
      program,
      ['serve', '--data', this.folder, '--port', '0', '--rate', String(rate), ...flags],
      { stdio: ['ignore', 'pipe', log], env: { ...process.env, ...environment } },
    );
    closeSync(log);
    const [, url] = await says(this.server, /listening on (\S+)/, start_limit_ms);
    this.url = url;
    return (performance.now() - begin) / 1000;
  }

  get pid() {
    return this.server.pid;
  }

  async stop_server() {
    await end(this.server);
  }

  async stop() {
    await this.stop_server();
    await end(this.postgres, 'SIGINT', start_limit_ms);
  }

  /** Calls the API; the answer as JSON. Throws on what is no success, unless `any`. */
  async ask(path, { role = 'regulator', method = 'GET', body, headers = {}, any = false } = {}) {
    const response = await fetch(this.url + path, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        authorization: `Bearer ${this.tokens[role]}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    const text = await response.text();
    if (!response.ok && !any)
      throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return text.startsWith('{') ? JSON.parse(text) : text;
  }

  /** Waits until the signer and the tables for SQL users are where the log is. */
  async settle(limit_ms = 60_000) {
    const until = performance.now() + limit_ms;
    while (performance.now() < until) {
      const text = await this.ask('/metrics', { role: 'admin' });
      const value = (name) => +text.match(new RegExp(`^${name} (\\d+)`, 'm'))?.[1];
      const seen = +(await this.sql(
        'chipledger',
        'SELECT min(position) FROM projection_checkpoint',
      ));
      if (
        value('chipledger_signed_entries') >= value('chipledger_entries') &&
        seen >= value('chipledger_entries')
      )
        return;
      await sleep(50);
    }
  }

  async entries() {
    return (await this.ask('/v1/summary')).position;
  }
}
