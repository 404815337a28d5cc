// What clients notice: a load that knows when it was told 201, and readers that never rest.
import { Agent, get } from 'node:http';
import { sleep } from '../../../bench/lib/machine.mjs';
import { Load } from '../../fault/lib/load.mjs';

const read_pause_ms = 50;
const read_limit_ms = 5000;
const rest_ms = 50; // Of a client between two requests: what counts here is order, not throughput.

/** A load whose clients ask again until they are told; `at` has the instant of every 201. */
export class TimedLoad extends Load {
  constructor(site, options) {
    super(site, options);
    this.at = [];
    this.last_position = 0;
  }

  async ask(one) {
    const told = await super.ask(one);
    if (told && one.status === 201) {
      this.at.push(performance.now());
      this.last_position = Math.max(this.last_position, one.position);
    }
    if (told) await sleep(rest_ms);
    return told;
  }

  start() {
    super.start({ persists: true });
  }

  /** Every time without a 201 of more than 2 s since `instant`, in seconds from then. */
  gaps_after(instant) {
    const after = [instant, ...this.at.filter((each) => each > instant)];
    const text = (each) => ((each - instant) / 1000).toFixed(1);
    return after
      .slice(1)
      .flatMap((each, i) => (each - after[i] > 2000 ? [`${text(after[i])} to ${text(each)} s`] : []));
  }

  /** Seconds from `instant` to the end of the longest time without a 201 since. */
  back_after(instant) {
    const after = [instant, ...this.at.filter((each) => each > instant)];
    let longest = 0;
    let back = Infinity;
    for (let i = 1; i < after.length; ++i) {
      if (after[i] - after[i - 1] <= longest) continue;
      longest = after[i] - after[i - 1];
      back = after[i] - instant;
    }
    return back / 1000;
  }
}

function read(agent, url, token) {
  return new Promise((done, failed) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = get(url, { agent, timeout: read_limit_ms, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => (text += piece));
      answer.on('end', () => done({ status: answer.statusCode, text }));
      answer.on('error', failed);
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer in ${read_limit_ms} ms`)));
    asked.on('error', failed);
  });
}

/** Asks for the summary every 50 ms; counts, and remembers what failed. */
export class Reader {
  constructor(name, url, token, load, { rises = false } = {}) {
    Object.assign(this, { name, url: `${url}/v1/summary`, token, load, rises });
    this.reads = 0;
    this.cut = 0;
    this.failed = [];
    this.slowest = 0;
    this.behind = 0;
    this.position = 0;
  }

  start() {
    this.running = true;
    this.agent = new Agent({ keepAlive: true });
    this.ended = this.poll();
  }

  async poll() {
    const first = performance.now();
    while (this.running) {
      const begin = performance.now();
      const told = this.load.last_position; // Before we asked.
      try {
        const { status, text } = await this.whole();
        if (status !== 200) throw new Error(`${status} ${text.slice(0, 200)}`);
        this.take(JSON.parse(text).position, told);
      } catch (error) {
        this.failed.push(`${((begin - first) / 1000).toFixed(1)} s: ${error.message}`);
      }
      ++this.reads;
      this.slowest = Math.max(this.slowest, performance.now() - begin);
      await sleep(read_pause_ms);
    }
  }

  /** An answer that a dying server has cut is asked for once more, as any client would. */
  async whole() {
    try {
      return await read(this.agent, this.url, this.token);
    } catch (error) {
      if (error.code !== 'ECONNRESET') throw error;
      ++this.cut;
      return read(this.agent, this.url, this.token);
    }
  }

  take(position, told) {
    this.behind = Math.max(this.behind, told - position);
    if (this.rises && position < this.position)
      this.failed.push(`position ${position} after ${this.position}`);
    this.position = position;
  }

  async stop() {
    this.running = false;
    await this.ended;
    this.agent.destroy();
  }
}
