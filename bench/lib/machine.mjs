// What the machine tells: CPU time and memory of processes, versions, medians.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';

const tick_us = 10_000; // Linux counts the CPU time of processes in hundredths of a second.

function stat(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const field = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    parent: +field[1],
    own: (+field[11] + +field[12]) * tick_us,
    reaped: (+field[13] + +field[14]) * tick_us,
  };
}

/** CPU time of a process in microseconds. */
export const cpu_of = (pid) => stat(pid).own;

/** CPU time of a process, its children, and those of its children that have ended. */
export function cpu_of_family(pid) {
  while (true) {
    const before = stat(pid);
    let sum = before.own + before.reaped;
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const child = stat(name);
        if (child.parent === pid) sum += child.own + child.reaped;
      } catch {} // It has ended meanwhile.
    }
    // A child that was taken over while we looked would be missing, or be there twice.
    if (stat(pid).reaped === before.reaped) return sum;
  }
}

function status_kib(pid, name) {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(
    new RegExp(`^${name}:\\s+(\\d+)`, 'm'),
  );
  return line ? +line[1] : 0;
}

/** Resident memory of a process in bytes: now, and at its peak. */
export const memory_of = (pid) => status_kib(pid, 'VmRSS') * 1024;
export const peak_of = (pid) => status_kib(pid, 'VmHWM') * 1024;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.floor(sorted.length / 2)] : NaN;
}

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Runs a program to its end; its standard output. Throws with its standard error. */
export function run(program, args, options = {}) {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let out = '',
      err = '';
    child.stdout.on('data', (piece) => (out += piece));
    child.stderr.on('data', (piece) => (err += piece));
    child.on('error', failed);
    child.on('close', (code) => {
      if (code === 0) done(out);
      else
        failed(
          new Error(
            `${program} ${args.slice(0, 6).join(' ')}: exit ${code}\n${err}${out}`.slice(0, 2000),
          ),
        );
    });
  });
}

/** The first line that a program prints, on either output: its version. */
function first_line(program, args) {
  const { stdout = '', stderr = '' } = spawnSync(program, args, { encoding: 'utf8' });
  return `${stdout ?? ''}${stderr ?? ''}`.split('\n')[0] || 'not found';
}

/** What was measured on, for the report; `nginx` where it was one of the peers. */
export function about_machine(postgres_bin, nginx) {
  const cpus = os.cpus();
  return {
    date: new Date().toISOString().slice(0, 16) + 'Z',
    machine: `${cpus.length} × ${cpus[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    kernel: `${os.type()} ${os.release()}`,
    load: os
      .loadavg()
      .map((n) => n.toFixed(1))
      .join(' '),
    postgres: first_line(`${postgres_bin}/postgres`, ['--version']),
    node: process.version,
    compiler: first_line('g++', ['--version']),
    wrk: first_line('wrk', ['-v']).replace(/ Copyright.*/, ''),
    ...(nginx && { nginx: first_line(nginx, ['-v']) }),
    openssl: first_line('openssl', ['version']),
  };
}

const cleanups = [];
/** Runs `work` when the bench ends, however it ends; the last one first. */
export function at_end(work) {
  cleanups.push(work);
}
export async function clean_up() {
  while (cleanups.length) await cleanups.pop()();
}
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
])
  process.on(signal, async () => {
    await clean_up();
    process.exit(code);
  });
