// pgBackRest on a ledger's private PostgreSQL: its own repository, as the user postgres.
import { writeFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { run, sleep } from '../../../bench/lib/machine.mjs';
import { as_postgres, end } from '../../../bench/lib/site.mjs';
import { postgres_again } from '../../fault/lib/premises.mjs';

export const archive_timeout_s = 5;
const archived_limit_s = 300; // On a machine that does other things too.
const up_limit_ms = 120_000;
const segment_bytes = 16n * 1024n * 1024n;

/** A position in the WAL as a number. */
export const lsn = (text) => {
  const [high, low] = text.split('/').map((half) => BigInt(`0x${half}`));
  return (high << 32n) + low;
};

const end_of_segment = (name) =>
  (BigInt(`0x${name.slice(8, 16)}`) << 32n) +
  (BigInt(`0x${name.slice(16, 24)}`) + 1n) * segment_bytes;

export class Backups {
  constructor(site) {
    this.site = site;
    this.home = `${site.folder}/backup`;
    this.data = `${realpathSync(`${site.folder}/postgres`)}/data`;
  }

  get repository() {
    return `${this.home}/repository`;
  }

  /** As `docs/operations.md` has it, with a shorter archive_timeout; PostgreSQL starts anew. */
  async prepare() {
    const owner = process.getuid() === 0 ? ['-o', 'postgres', '-g', 'postgres'] : [];
    for (const folder of ['', '/repository', '/log', '/lock'])
      await run('install', ['-d', '-m', '750', ...owner, this.home + folder]);
    const lines = [
      '[global]',
      `repo1-path=${this.repository}`,
      'repo1-retention-full=2',
      `log-path=${this.home}/log`,
      `lock-path=${this.home}/lock`,
      'start-fast=y',
      'compress-level=1',
      `archive-timeout=${archived_limit_s}`,
      '[ledger]',
      `pg1-path=${this.data}`,
      `pg1-socket-path=${this.site.socket}`,
      'pg1-user=postgres',
    ];
    writeFileSync(`${this.home}/pgbackrest.conf`, `${lines.join('\n')}\n`);
    const push = `${this.words().join(' ')} archive-push %p`;
    await this.site.sql(
      'postgres',
      "ALTER SYSTEM SET archive_mode = 'on'",
      `ALTER SYSTEM SET archive_command = '${push}'`,
      `ALTER SYSTEM SET archive_timeout = '${archive_timeout_s}s'`,
    );
    await this.site.stop_server();
    await end(this.site.postgres, 'SIGINT');
    await this.site.start_postgres();
    await this.call('stanza-create');
    await this.call('check');
    await this.site.serve();
    return this;
  }

  words() {
    return ['pgbackrest', `--config=${this.home}/pgbackrest.conf`, '--stanza=ledger'];
  }

  /** Runs one command of pgBackRest; what it says. Throws where it fails. */
  call(...words) {
    const [program, ...args] = [...as_postgres, ...this.words(), ...words];
    return run(program, args);
  }

  /** The same, where it may fail: its exit code and all it said. */
  attempt(...words) {
    const [program, ...args] = [...as_postgres, ...this.words(), ...words];
    const ran = spawnSync(program, args, { encoding: 'utf8' });
    return { code: ran.status, said: ran.stdout + ran.stderr };
  }

  backup(type) {
    return this.call('backup', `--type=${type}`);
  }

  async info() {
    return JSON.parse(await this.call('info', '--output=json'))[0];
  }

  /** Where the archive ends, as a position in the WAL. */
  async archived() {
    const { archive } = await this.info();
    return end_of_segment(archive.at(-1).max);
  }

  /** Closes the segment that is being written, and waits until it is in the archive. */
  async archive_all() {
    const name = await this.site.sql('postgres', 'SELECT pg_walfile_name(pg_switch_wal())');
    const until = performance.now() + archived_limit_s * 1000;
    while ((await this.archived()) < end_of_segment(name)) {
      if (performance.now() > until) throw new Error(`${name} is never archived`);
      await sleep(100);
    }
  }

  /** PostgreSQL ends at once, and its folder is gone; with `keep` its pg_wal survives, there. */
  async destroy({ keep } = {}) {
    await end(this.site.postgres, 'SIGQUIT');
    if (keep) renameSync(`${this.data}/pg_wal`, keep);
    rmSync(this.data, { recursive: true });
  }

  /** Puts the last backup in the data folder's place, ready to be started. */
  async restore(...words) {
    rmSync(this.data, { recursive: true, force: true });
    const [program, ...args] = [...as_postgres, 'mkdir', '-m', '700', this.data];
    await run(program, args);
    return this.call('restore', ...words);
  }

  /** Starts what was restored, and waits until it takes writes. */
  async recover() {
    await postgres_again(this.site);
    const until = performance.now() + up_limit_ms;
    while ((await this.site.sql('postgres', 'SELECT pg_is_in_recovery()')) !== 'f') {
      if (performance.now() > until) throw new Error('recovery does not end');
      await sleep(100);
    }
  }
}
