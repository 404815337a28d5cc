// HAProxy on the machine itself, of the file in deploy/ha.
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { at_end, run, sleep } from '../../../bench/lib/machine.mjs';
import { end } from '../../../bench/lib/site.mjs';
import { filled } from './cluster.mjs';
import { host } from './net.mjs';

const up_limit_ms = 10_000;

export const ports = { primary: 5000, standby: 5001, api: 8080 };
/** Where the servers c1 to c3 listen. */
export const server_port = (number) => 8080 + number;

export async function balance(net, folder) {
  const bind = net.address(host);
  const servers = [1, 2, 3].map((each) => [`C${each}`, `${bind}:${server_port(each)}`]);
  const nodes = [1, 2, 3].map((each) => [`N${each}`, net.address(each)]);
  const file = `${folder}/haproxy.cfg`;
  writeFileSync(file, filled('haproxy.cfg', Object.fromEntries([['BIND', bind], ...servers, ...nodes])));
  await run('haproxy', ['-c', '-q', '-f', file]);
  const log = openSync(`${folder}/haproxy.log`, 'a');
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', log, log] });
  closeSync(log);
  at_end(() => end(child, 'SIGTERM', 2000));
  const until = performance.now() + up_limit_ms;
  while (!(await fetch(`http://${bind}:${ports.api}/`).catch(() => false))) {
    if (performance.now() > until) throw new Error(`HAProxy does not answer: see ${folder}/haproxy.log`);
    await sleep(50);
  }
  return child;
}
