// The criteria of a long run, on runs that are steady and on the same with a leak.
import assert from 'node:assert';
import { test } from 'node:test';
import { random_of } from './random.mjs';
import { grown, latencies, leaks } from './steady.mjs';

const seconds = 5; // Between two samples; windows of 30 s.
const count = 360;

/** Half an hour at 40 entries a second on a machine that others slow down by up to four times. */
function steady(seed) {
  const random = random_of(seed);
  const sample = (i, entries) => ({
    entries,
    rss: 60e6 + 700 * entries + random(4e6),
    handles: 60 + random(9),
    threads: 14,
    connections: 12 + random(2),
  });
  const window = () => {
    const slow = 1 + random(300) / 100;
    const all = latencies.flatMap((name) => {
      const spread = name.endsWith('p99') ? 400 : 200;
      const noise = () => 1 + (random(spread) - spread / 2) / 1000;
      return [
        [name, 3 * slow * noise()],
        [`reference_${name}`, slow * noise()],
      ];
    });
    return Object.fromEntries(all);
  };
  return {
    samples: Array.from({ length: count }, (_, i) => sample(i, i * seconds * 40)),
    idle: Array.from({ length: 60 }, (_, i) => sample(i, count * seconds * 40)),
    windows: Array.from({ length: 60 }, window),
  };
}

test('a steady run has not grown', () => {
  for (let seed = 1; seed <= 200; ++seed)
    assert.deepEqual(grown(steady(seed)), [], `seed ${seed}`);
});

for (const [name, [leak, expected]] of Object.entries(leaks))
  test(`${name} is found`, () => {
    for (let seed = 1; seed <= 200; ++seed) {
      const found = grown(leak(steady(seed), seconds));
      assert.ok(found.some((fault) => expected.test(fault)), `seed ${seed}: ${found}`);
    }
  });
