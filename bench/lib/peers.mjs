// Sets the peers up on the ledger's own PostgreSQL cluster, so that all have the same settings.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { at_end, run } from './machine.mjs';
import { end, root, says } from './site.mjs';
import { start } from './load.mjs';
import { firms_total } from './fixture.mjs';

const here = `${root}/bench/peers`;
const nginx_home = `${root}/build/bench/nginx`;
export const nginx_binary = `${nginx_home}/usr/sbin/nginx`;

/** npm's packages, at the versions of the lockfile. */
async function install_packages() {
  if (!existsSync(`${here}/node_modules/.package-lock.json`))
    await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: here });
}

/** Debian's nginx, unpacked and not installed: nothing of the machine's own starts or changes. */
async function unpack_nginx() {
  if (existsSync(nginx_binary)) return;
  mkdirSync(nginx_home, { recursive: true });
  const download = () => run('apt-get', ['download', '-qq', 'nginx'], { cwd: nginx_home });
  await download().catch(async () => {
    await run('apt-get', ['update', '-qq']);
    await download();
  });
  for (const name of readdirSync(nginx_home).filter((file) => file.endsWith('.deb'))) {
    await run('dpkg', ['-x', name, '.'], { cwd: nginx_home });
    rmSync(`${nginx_home}/${name}`);
  }
}

async function make_databases(site) {
  for (const name of ['fastify', 'grouped', 'emmett', 'limits'])
    await site.sql('postgres', `CREATE DATABASE ${name}`);
  await site.sql(
    'limits',
    `CREATE TABLE one_event (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream text NOT NULL, version bigint NOT NULL, type text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    bytes bytea NOT NULL, UNIQUE (stream, version))`,
  );
  await run('bash', ['install.sh'], {
    cwd: `${here}/node_modules/@eventide/message-db/database`,
    env: site.environment('postgres'),
  });
  await site.sql(
    'postgres',
    'ALTER DATABASE message_store SET search_path = message_store, public',
  );
}

/** Starts a program that says where it listens. */
export async function serve(name, program, args, options) {
  const child = start(program, args, options);
  at_end(() => end(child));
  const [, url] = await says(child, /listening on (http\S+)/, 30_000);
  return { name, child, url, pid: child.pid };
}

/** nginx with the very bytes that the ledger answers for each firm's inventory. */
async function start_nginx(site) {
  const folder = `${site.folder}/nginx`;
  mkdirSync(`${folder}/www/firms`, { recursive: true });
  for (const path of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(`${folder}/${path}`);
  for (let i = 0; i < firms_total; ++i) {
    const answer = await site.ask(`/v1/firms/F-${i}/inventory`);
    writeFileSync(`${folder}/www/firms/F-${i}`, JSON.stringify(answer));
  }
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind.replace('client_', '')};`)
    .join(' ');
  const port = 20_000 + (process.pid % 20_000);
  writeFileSync(
    `${folder}/nginx.conf`,
    `worker_processes 1; daemon off; pid ${folder}/pid;
${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
  open_file_cache max=1000;
  default_type application/json; ${temporary}
  server { listen 127.0.0.1:${port}; root ${folder}/www; }
}
`,
  );
  chmodSync(folder, 0o755);
  const child = start(nginx_binary, [
    '-p',
    folder,
    '-e',
    `${folder}/error.log`,
    '-c',
    `${folder}/nginx.conf`,
  ]);
  at_end(() => end(child, 'SIGTERM'));
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; ++tries) {
    try {
      await (await fetch(`${url}/firms/F-0`)).text();
      break;
    } catch (failed) {
      if (tries > 100) throw new Error(`nginx does not start: ${failed}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  return { name: 'nginx', child, url, pid: child.pid };
}

/** All that the peers need; their servers, running. */
export async function set_up_peers(site) {
  await install_packages();
  await unpack_nginx();
  await make_databases(site);
  const fastify = (name, group) =>
    serve(name, process.execPath, [`${here}/fastify.mjs`], {
      env: { ...site.environment(name), GROUP: group },
    });
  return {
    fastify: await fastify('fastify', 'no'),
    grouped: await fastify('grouped', 'yes'),
    nginx: await start_nginx(site),
    hello: await serve('hello', `${root}/build/bench/beast_hello`, []),
  };
}

/** One run of Emmett. */
export async function emmett(site, { in_flight, seconds }) {
  const out = await run(process.execPath, [`${here}/emmett.mjs`], {
    env: {
      ...site.environment('emmett'),
      IN_FLIGHT: in_flight,
      SECONDS: seconds,
      CONNECTION: `postgresql://postgres@localhost/emmett?host=${encodeURIComponent(site.socket)}`,
    },
  });
  return JSON.parse(out.trim().split('\n').at(-1));
}

export const message_db = `${here}/message_db.sql`;
export const insert_one = `${here}/insert_one.sql`;

/** What one connection of PostgreSQL takes, a thousand rows a commit. */
export const batch_insert = async (site, seconds) =>
  JSON.parse(
    await run(`${root}/build/bench/batch_insert`, [
      `host=${site.socket} user=postgres dbname=limits`,
      '1000',
      String(seconds),
    ]),
  );
