// Runs every case once a round, round after round; what each cost in CPU time.
import { cpu_of_family, median } from './machine.mjs';

const tries_max = 3;

/** One run of a case: its result with rate in entries, and CPU microseconds an entry (none where
    what runs is `mixed`). */
async function measure(site, one, seconds) {
  await site.sql('postgres', 'CHECKPOINT');
  const cpu = () => ({
    pg: cpu_of_family(site.postgres.pid),
    server: one.pid ? cpu_of_family(one.pid()) : 0,
  });
  const before = cpu();
  const result = await one.run(seconds);
  if (one.settles) await site.settle(); // What goes on behind the answers is part of their cost.
  const after = cpu();
  const entries = result.requests * (one.entries ?? 1);
  const rate = result.rate * (one.entries ?? 1);
  if (one.mixed) return { ...result, rate, server_us: NaN, pg_us: NaN };
  return {
    ...result,
    rate,
    server_us: (result.cpu ?? after.server - before.server) / entries,
    pg_us: (after.pg - before.pg) / entries,
  };
}

/** Results by case, one for each round; fewer, but three, where `seconds_max` have passed. */
export async function play(site, cases, { rounds, seconds, seconds_max = Infinity, tell }) {
  const begin = performance.now();
  const found = Object.fromEntries(cases.map((one) => [one.name, []]));
  for (let round = 0; round < rounds; ++round) {
    if (round >= 3 && (performance.now() - begin) * (1 + 1 / round) > seconds_max * 1000) break;
    for (const one of cases) {
      await one.before?.();
      let result = await measure(site, one, seconds);
      // On a machine that is busy with other things a short run may end before the first answer.
      for (let tries = 0; tries < tries_max && result.requests === 0; ++tries)
        result = await measure(site, one, seconds + 1);
      found[one.name].push(result);
      tell?.(round, one, result);
    }
  }
  return found;
}

/** Median, least and most of a figure over the rounds. */
export function over_rounds(all) {
  const values = all.filter(Number.isFinite); // Nothing was answered: it tells nothing.
  if (!values.length) return { median: NaN, min: NaN, max: NaN };
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** The ratio of two figures within each round, then over the rounds. */
export function ratio(over, under) {
  return over_rounds(over.map((value, round) => value / under[round]));
}
