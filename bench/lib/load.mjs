// Load: wrk over HTTP, pgbench over the socket; what they print as numbers.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { root } from './site.mjs';
import { quantile, run } from './machine.mjs';

const wrk_args = (url, { connections, seconds, script, args = [] }) => [
  '-t1',
  `-c${connections}`,
  `-d${seconds}s`,
  '--timeout',
  '60s',
  '-s',
  `${root}/bench/load/${script}.lua`,
  url,
  '--',
  ...args.map(String),
];

function result_of(text) {
  const line = text.match(/^RESULT (\{.*\})$/m);
  if (!line) throw new Error(`wrk said: ${text.slice(0, 500)}`);
  const result = JSON.parse(line[1]);
  if (result.errors > 0 || result.other > 0)
    throw new Error(
      `of ${result.requests} requests ${result.other} were refused, ${result.errors} failed\n` +
        text.slice(0, 500),
    );
  return result;
}

/** One run of wrk: rate, p50, p99 and max in ms. Any answer that is no success is an error. */
export async function wrk(url, options) {
  return result_of(await run('wrk', wrk_args(url, options)));
}

/** wrk in the background; `.result` when it has ended. */
export function wrk_beside(url, options) {
  const result = wrk(url, options);
  result.catch(() => {});
  return { result };
}

/** One run of pgbench with a script; rows a second, p50 and p99 of a transaction in ms. */
export async function pgbench(
  site,
  database,
  file,
  { clients, seconds, rows = 1, mode = 'prepared', variables = {} },
) {
  const folder = mkdtempSync(`${tmpdir()}/chipledger-pgbench-`);
  try {
    const out = await run(
      'pgbench',
      [
        '-n',
        '-M',
        mode,
        '-c',
        clients,
        '-j',
        2,
        '-T',
        seconds,
        '-l',
        `--log-prefix=${folder}/log`,
        ...Object.entries(variables).flatMap(([k, v]) => ['-D', `${k}=${v}`]),
        '-f',
        file,
        database,
      ].map(String),
      { env: site.environment(database) },
    );
    const rate = +(out.match(/^tps = ([\d.]+)/m)?.[1] ?? 0);
    const took = readdirSync(folder).flatMap((name) =>
      readFileSync(`${folder}/${name}`, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => +line.split(' ')[2] / 1000),
    );
    return {
      rate: rate * rows,
      p50: quantile(took, 0.5),
      p99: quantile(took, 0.99),
      requests: took.length,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts a program that serves until it is ended. */
export function start(program, args, options = {}) {
  return spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
}
