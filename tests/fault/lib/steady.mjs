// Whether what was sampled over a long run stays as it was: criteria that a leak cannot pass.
//
// The first tenth of a run is warm-up and is left out; of the rest the first third is compared with
// the last. Handles, threads and connections are compared by their medians, as readers come and go.
//
// Memory may grow with the entries, by what docs/performance.md says one takes; where nothing is
// written it may not grow at all.
//
// Latency on a machine that others use says little, so every window has a reference beside it: a
// process that answers at once, or after one write to the disk. What is compared is the ratio. It
// has grown if the median of the last third is more than `growth_max` of the first third's AND a
// rank test would see so large a shift of as many windows by chance less than once in a thousand:
// neither one bad window nor a small difference among steady ones is growth.
import { median } from '../../../bench/lib/machine.mjs';

const handles_max = 4; // Between two medians; readers come and go by more.
const threads_max = 2;
const entry_bytes = 816; // docs/performance.md: memory an entry.
const entry_tolerance = 1.5; // Entries differ in what they hold.
const idle_growth_max = 8 * 2 ** 20;
const memory_noise = 16 * 2 ** 20; // Arenas and caches that fill up once: a rendered body, a page.
const growth_max = 1.15;
const chance_max_z = 3.09; // One in a thousand, one-sided.

/** Without the warm-up: the first third and the last. */
export function thirds(series) {
  const rest = series.slice(Math.ceil(series.length / 10));
  const third = Math.max(1, Math.floor(rest.length / 3));
  return [rest.slice(0, third), rest.slice(-third)];
}

/** By how many standard deviations the ranks of `later` are above chance (Mann-Whitney). */
function shift(earlier, later) {
  let above = 0;
  for (const b of later) for (const a of earlier) above += b > a ? 1 : b === a ? 0.5 : 0;
  const [n, m] = [earlier.length, later.length];
  return (above - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

/** Medians of the thirds of a figure of samples. */
function medians(samples, name) {
  return thirds(samples).map((part) => median(part.map((sample) => sample[name])));
}

function flat(samples, name, allowed) {
  const [before, after] = medians(samples, name);
  return after > before + allowed ? [`${name} grow from ${before} to ${after}`] : [];
}

/** Bytes of growth between the thirds, and the entries that came between. */
export function memory_growth(samples) {
  const [before, after] = medians(samples, 'rss');
  const [first, last] = medians(samples, 'entries');
  return { bytes: after - before, entries: last - first };
}

function memory_fault(samples) {
  const { bytes, entries } = memory_growth(samples);
  const explained = entry_tolerance * entry_bytes * entries + memory_noise;
  if (bytes <= explained) return [];
  return [`memory grows by ${bytes} bytes with ${entries} entries`];
}

function idle_fault(idle) {
  const { bytes } = memory_growth(idle);
  return bytes > idle_growth_max ? [`memory grows by ${bytes} bytes with no entry`] : [];
}

/** How many times the last third's ratio to the reference is the first's, and whether it has grown. */
export function latency_growth(windows, name) {
  const ratios = windows.map((window) => window[name] / window[`reference_${name}`]);
  const [earlier, later] = thirds(ratios);
  const times = median(later) / median(earlier);
  return { times, grown: times > growth_max && shift(earlier, later) > chance_max_z };
}

export const latencies = ['read_p50', 'read_p99', 'write_p50', 'write_p99'];

/**
 * What has grown. `samples` while all is asked, `idle` while nothing is written: {entries, rss,
 * handles, threads, connections}; `windows`: each of `latencies`, and the same of the reference.
 */
export function grown({ samples, idle, windows }) {
  return [
    ...flat(samples, 'handles', handles_max),
    ...flat(samples, 'threads', threads_max),
    ...flat(samples, 'connections', threads_max),
    ...memory_fault(samples),
    ...idle_fault(idle),
    ...latencies.flatMap((name) => {
      const { times, grown: yes } = latency_growth(windows, name);
      return yes ? [`${name} grows ${times.toFixed(2)} times against the reference`] : [];
    }),
  ];
}

/** The same run with something that grows, and what is said of it; `seconds` between two samples. */
export const leaks = {
  'a handle a second': [
    (run, seconds) => ({
      ...run,
      samples: run.samples.map((one, i) => ({ ...one, handles: one.handles + i * seconds })),
    }),
    /^handles grow/,
  ],
  'a connection a minute': [
    (run, seconds) => ({
      ...run,
      samples: run.samples.map((one, i) => ({
        ...one,
        connections: one.connections + Math.floor((i * seconds) / 60),
      })),
    }),
    /^connections grow/,
  ],
  '2 KiB an entry': [
    (run) => ({
      ...run,
      samples: run.samples.map((one) => ({ ...one, rss: one.rss + 2048 * one.entries })),
    }),
    /^memory grows by .* entries/,
  ],
  '100 KiB a second of reading': [
    (run, seconds) => ({
      ...run,
      idle: run.idle.map((one, i) => ({ ...one, rss: one.rss + i * seconds * 102_400 })),
    }),
    /^memory grows .* no entry/,
  ],
  'latencies 1 % longer from window to window': [
    (run) => ({
      ...run,
      windows: run.windows.map((one, i) => ({ ...one, write_p50: one.write_p50 * 1.01 ** i })),
    }),
    /^write_p50 grows/,
  ],
};
