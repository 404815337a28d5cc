// One fault under load: how long until writes are back, whether reads went on, what the log says.
import { sleep } from '../../../bench/lib/machine.mjs';
import { follower } from './arrangement.mjs';
import { Reader, TimedLoad } from './watch.mjs';

const calm_ms = 3000; // Of load before the fault.
const watch_ms = 5000; // Of load after writes are back.
const back_limit_ms = 90_000;
const shown_max = 3;
export const promised_back_s = 30;

export const promise =
  'every 201 there once, every refusal absent, no gap, proofs hold; writes back within ' +
  `${promised_back_s} s; no read fails`;

/** The readers of a site: through HAProxy, and of the follower itself. */
function readers_of(site, load) {
  const token = site.tokens.auditor;
  return [
    new Reader('a read through HAProxy', site.url, token, load),
    new Reader('a read of the follower', site.url_of(follower), token, load, { rises: true }),
  ];
}

/** Waits until a request that was sent after `instant` has been told 201. */
async function back(load, instant) {
  const limit = performance.now() + back_limit_ms;
  while (!load.at.some((each) => each > instant + 1000)) {
    if (performance.now() > limit) throw new Error(`no 201 within ${back_limit_ms / 1000} s`);
    await sleep(50);
  }
}

export class Trials {
  constructor(site, book) {
    Object.assign(this, { site, book, back: [], told: 0, open: 0 });
    Object.assign(this, { reads: 0, cut: 0, slowest: 0, behind: 0 });
  }

  /**
   * `strike(load)` breaks something, and may say from when on writes are to be back;
   * `meanwhile()` is done when they are, `heal()` mends what is broken still.
   */
  async one({ strike, meanwhile, heal, limit_s = promised_back_s }) {
    const load = new TimedLoad(this.site);
    const readers = readers_of(this.site, load);
    load.start();
    for (const reader of readers) reader.start();
    await sleep(calm_ms);
    const begin = performance.now();
    const instant = (await strike(load)) ?? begin;
    await back(load, instant);
    await meanwhile?.(load);
    await sleep(watch_ms);
    await heal?.();
    await this.site.cluster.whole();
    await sleep(watch_ms);
    await load.stop();
    const seconds = load.back_after(instant);
    this.back.push(seconds);
    if (seconds > limit_s)
      this.book.fault(`no 201 from ${load.gaps_after(instant).join(', ')} after the fault`);
    for (const reader of readers) await this.close(reader);
    this.open += await load.ask_again();
    await this.site.level();
    await this.book.check(load);
    this.told += load.count(201);
    return load;
  }

  async close(reader) {
    await reader.stop();
    this.reads += reader.reads;
    this.cut += reader.cut;
    this.slowest = Math.max(this.slowest, reader.slowest);
    if (reader.rises) this.behind = Math.max(this.behind, reader.behind);
    if (!reader.failed.length) return;
    const some = reader.failed.slice(0, shown_max).join('; ');
    const share = `${reader.failed.length} of ${reader.reads} times`;
    this.book.fault(`${reader.name} failed ${share}: ${some}`);
  }

  get measured() {
    const seconds = this.back.map((each) => +each.toFixed(1));
    const [low, high] = [Math.min(...seconds), Math.max(...seconds)];
    return (
      `writes back after ${low === high ? low : `${low} to ${high}`} s; ${this.told} told 201, all ` +
      `there once; ${this.open} unanswered and asked again; ${this.reads} reads, none failed, ` +
      `${this.cut} cut and asked again, the slowest ` +
      `${(this.slowest / 1000).toFixed(1)} s; the follower at most ${this.behind} entries behind`
    );
  }
}
