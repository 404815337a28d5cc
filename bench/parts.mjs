// CPU time of the parts of an append that a bare event store does not have, from parts_bench.
import { root } from './lib/site.mjs';
import { run } from './lib/machine.mjs';

/** `read_back`: what PostgreSQL takes to give the signer an entry. */
export async function parts(read_back) {
  const found = JSON.parse(await run(`${root}/build/bench/parts_bench`, []));
  found["the signer's read, PostgreSQL"] = read_back;
  return { ...found, sum_us: Object.values(found).reduce((sum, us) => sum + us, 0) };
}
