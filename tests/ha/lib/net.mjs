// Machines of the test's own: network namespaces on one bridge, each to be cut off for real.
import { readFileSync } from 'node:fs';
import { at_end, run, sleep } from '../../../bench/lib/machine.mjs';

const ip = (...words) => run('ip', words);
const gone_limit_ms = 5000;

export const host = 254; // Of the machine itself on the bridge.

let made = 0;

export class Net {
  /** A bridge and a /24 that no other run has. */
  async make() {
    this.tag = `${process.pid.toString(36)}-${++made}`;
    this.bridge = `cha${this.tag}`;
    this.prefix = `10.213.${(process.pid + made) % 256}`;
    this.machines = new Map();
    at_end(() => this.remove());
    await ip('link', 'add', this.bridge, 'type', 'bridge');
    await ip('addr', 'add', `${this.address(host)}/24`, 'dev', this.bridge);
    await ip('link', 'set', this.bridge, 'up');
    return this;
  }

  address(number) {
    return `${this.prefix}.${number}`;
  }

  get network() {
    return `${this.prefix}.0/24`;
  }

  /** A namespace with `number` as the end of its address. */
  async add(number) {
    const machine = { number, name: `cha-${this.tag}-${number}`, port: `cha${this.tag}p${number}` };
    this.machines.set(number, machine);
    await ip('netns', 'add', machine.name);
    await ip('link', 'add', machine.port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', machine.name);
    await ip('link', 'set', machine.port, 'master', this.bridge, 'up');
    await ip('-n', machine.name, 'addr', 'add', `${this.address(number)}/24`, 'dev', 'eth0');
    await ip('-n', machine.name, 'link', 'set', 'eth0', 'up');
    await ip('-n', machine.name, 'link', 'set', 'lo', 'up');
    return machine;
  }

  /** The words before a command that is to run on machine `number`. */
  on(number) {
    return ['ip', 'netns', 'exec', this.machines.get(number).name];
  }

  cut(number) {
    return ip('link', 'set', this.machines.get(number).port, 'down');
  }

  heal(number) {
    return ip('link', 'set', this.machines.get(number).port, 'up');
  }

  /** Processes of a machine by their command's name: {pid, name}. */
  async processes(number) {
    const pids = (await ip('netns', 'pids', this.machines.get(number).name)).split('\n');
    const found = [];
    for (const pid of pids.filter(Boolean).map(Number)) {
      try {
        found.push({ pid, name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() });
      } catch {} // It has ended meanwhile.
    }
    return found;
  }

  /** Sends a signal to all processes of a machine, or to those that `chosen` names. */
  async signal(number, signal, chosen = () => true) {
    const struck = (await this.processes(number)).filter(chosen);
    for (const { pid } of struck) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    }
    return struck.length;
  }

  /** SIGKILL until none of them is left. */
  async kill(number, chosen = () => true) {
    const until = performance.now() + gone_limit_ms;
    while (await this.signal(number, 'SIGKILL', chosen)) {
      if (performance.now() > until) throw new Error(`processes of machine ${number} do not end`);
      await sleep(20);
    }
  }

  async remove() {
    for (const { number, name } of this.machines.values()) {
      await this.kill(number).catch(() => {});
      await ip('netns', 'del', name).catch(() => {});
    }
    await ip('link', 'del', this.bridge).catch(() => {});
  }
}
