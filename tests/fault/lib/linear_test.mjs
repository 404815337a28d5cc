// The sweep against a search of every order, on small random histories, good and bad.
import assert from 'node:assert';
import { test } from 'node:test';
import { exactly, out_of_order } from './linear.mjs';
import { random_of } from './random.mjs';

/** By definition: some order that keeps to real time, in which every answer is right. */
function some_order(ops, size) {
  const go = (left, length) => {
    if (!left.length) return length === size;
    const soonest = Math.min(...left.map(({ end }) => end));
    return left.some((op) => {
      if (op.begin > soonest) return false; // Another had ended before it began.
      const rest = left.filter((other) => other !== op);
      if (op.first !== undefined) return op.first === length + 1 && go(rest, op.last);
      return op.may.includes(length) && go(rest, length);
    });
  };
  return go(ops, 0);
}

const next_of = (may) => (from) => may.find((point) => point >= from);

/** Up to seven operations: a few appends, some lists; reads of one position or of several. */
function random_history(random) {
  const ops = [];
  let size = 0;
  const times = () => {
    const begin = random(30);
    return { begin, end: begin + random(12) };
  };
  for (let left = 1 + random(3); left > 0; --left) {
    const last = size + 1 + (random(4) === 0 ? random(3) : 0);
    ops.push({ name: `append ${last}`, first: size + 1, last, ...times() });
    size = last;
  }
  for (let left = random(5); left > 0; --left) {
    const may = Array.from({ length: size + 1 }, (_, at) => at).filter(() => random(3) === 0);
    ops.push({ name: `read ${may}`, may, next: next_of(may), ...times() });
  }
  return { ops, size };
}

test('the sweep says what a search of every order says', () => {
  const random = random_of(7);
  const seen = { yes: 0, no: 0 };
  for (let run = 0; run < 30_000; ++run) {
    const { ops, size } = random_history(random);
    const good = some_order(ops, size);
    ++seen[good ? 'yes' : 'no'];
    const faults = out_of_order(ops, size);
    assert.equal(faults.length === 0, good, JSON.stringify({ ops, size, faults }));
  }
  assert.ok(seen.yes > 1000 && seen.no > 1000, JSON.stringify(seen));
});

const append = (at, begin, end) => ({ name: `append ${at}`, first: at, last: at, begin, end });
const read = (at, begin, end, lane) => ({ name: `read ${at}`, next: exactly(at), begin, end, lane });

test('a lane may lag, and still goes neither back nor ahead', () => {
  const written = [append(1, 0, 1), append(2, 2, 3), append(3, 10, 11)];
  const verdict = (...reads) => out_of_order([...written, ...reads], 3).length;
  assert.equal(verdict(read(1, 4, 5)), 1, 'a stale read');
  assert.equal(verdict(read(1, 4, 5, 'follower')), 0, 'a follower that lags');
  assert.equal(verdict(read(2, 4, 5, 'follower'), read(1, 6, 7, 'follower')), 1, 'going back');
  assert.equal(verdict(read(2, 4, 5, 'a'), read(1, 6, 7, 'b')), 0, 'two followers');
  assert.equal(verdict(read(3, 4, 5, 'follower')), 1, 'before it was asked for');
});
