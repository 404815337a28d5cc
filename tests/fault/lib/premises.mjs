// A ledger of a fault's own: PostgreSQL in a new folder, a server, four firms and their goods.
import { Site, temporary_folder } from '../../../bench/lib/site.mjs';
import { sleep } from '../../../bench/lib/machine.mjs';

const up_limit_ms = 60_000;

const each = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/** Records a list of events as one role, all or none. */
export const record = (site, role, events) =>
  site.ask('/v1/events', {
    role,
    method: 'POST',
    body: { events },
    headers: { 'idempotency-key': `furnish-${role}-${events[0].type}-${performance.now()}` },
  });

const event = (type, data) => ({ type, data });

/** Four approvals AP-0 … AP-3 of `granted` units, and batches B-0 … B-3 of `units`. */
export async function furnish(site, { granted, units }) {
  const application = (i) => ({
    application: `APP-${i}`,
    firm: `F-${i}`,
    sku: 'H200-141G',
    qty: granted,
    end_use: 'cloud',
  });
  const approval = (i) => ({
    approval: `AP-${i}`,
    application: `APP-${i}`,
    firm: `F-${i}`,
    granted,
    period: 'FAULT',
    valid_from: '2000-01-01',
    valid_to: '2199-01-01',
    conditions: [],
  });
  await record(site, 'regulator', [
    event('PolicyPublished', {
      policy_version: 1,
      period: 'FAULT',
      caps: { T1: 10_000_000 },
      critical_pct: 80,
      carry_over_max_pct: 20,
      confiscation_effect: 'forfeit',
    }),
    ...each(4, (i) => event('FirmRegistered', { firm: `F-${i}`, name: `Firm ${i}`, tier: 'T1' })),
    ...each(4, (i) => event('ApplicationSubmitted', application(i))),
    ...each(4, (i) => event('ApplicationReviewStarted', { application: `APP-${i}` })),
    ...each(4, (i) => event('ApprovalGranted', approval(i))),
  ]);
  await record(
    site,
    'logistics',
    each(4, (i) => event('BatchRegistered', { batch: `B-${i}`, sku: 'H200-141G', qty: units })),
  );
}

export async function premises({
  clock = 'system',
  granted = 5_000_000,
  units = 5_000_000,
  folder = temporary_folder(),
} = {}) {
  const site = await new Site(folder).prepare({ clock });
  await site.start_postgres();
  await site.serve();
  await furnish(site, { granted, units });
  return site;
}

/** Starts PostgreSQL after its end, however long the old backends take to go. */
export async function postgres_again(site) {
  const until = performance.now() + up_limit_ms;
  while (true) {
    try {
      return await site.start_postgres();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(200);
    }
  }
}

/** Waits until the server is ready; how long that took, in ms. */
export async function ready(site, limit_ms = up_limit_ms) {
  const begin = performance.now();
  while (performance.now() - begin < limit_ms) {
    const answer = await fetch(`${site.url}/readyz`).catch(() => ({ ok: false }));
    if (answer.ok) return performance.now() - begin;
    await sleep(20);
  }
  throw new Error(`the server is not ready after ${limit_ms} ms`);
}

/** Its end, by a signal that cannot be caught. */
export async function kill(child, signal = 'SIGKILL') {
  const gone = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  await gone;
}

export const between = (low, high) => low + Math.random() * (high - low);
