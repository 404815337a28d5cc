// Whether a history is linearizable, decided in one sweep over it.
//
// The whole ledger is one object: a list of entries that grows at its end. An operation either
// appends (one entry, or a list all or none) or observes (a read, a refusal, a dry run). What the
// search for an order is hard for elsewhere is told here by the answers: an append names the
// positions it got, an observation the position it speaks for, or the positions it may speak for.
// So each operation has a point: the last position of an append, the position observed. With
// "before" for "had its answer before the other was asked", the history is linearizable if and
// only if there are points for which
//
//   1. what comes before an append has a smaller point than the append's first position;
//   2. what comes before an observation has no greater point than the observation;
//   3. no observation falls inside a list;
//   4. every answer is what a fold of the log up to its point gives (answers.mjs).
//
// Enough: order by point, an append before the observations of the same point, those by when they
// were asked. By 1 and 2 nobody is placed before one who came before; the appends are in the order
// of the log, so the fold that 4 compares with is what the object would have said. Needed: answers
// that name their place leave no other order. An append never answered may take effect at any time
// after it was asked: it ends never where the log has it, and was not made where it has not.
// Where an observation leaves a choice of points the smallest is as good as any: greater ones only
// bind those that come after it more.
//
// A `lane` is a reader that may lag (a follower, a writer that was left behind): its observations
// never go back among themselves, and show nothing before it was asked for; 2 does not bind them to
// others' writes.

/** In the order of time; an end at the instant of a begin comes after it: the two overlap. */
function moments(ops) {
  const all = ops.flatMap((op) => [
    { at: op.begin, op, ends: false },
    { at: op.end, op, ends: true },
  ]);
  return all.sort((a, b) => a.at - b.at || a.ends - b.ends);
}

/** Positions after which a list still goes on. */
function inside_lists(ops) {
  const inside = new Set();
  for (const { first, last } of ops) for (let at = first; at < last; ++at) inside.add(at);
  return inside;
}

/** The smallest point from `floor` on, as `next` (the smallest it may speak for from p on) has it. */
function least(next, floor, inside, size) {
  let point = next(floor);
  while (point !== undefined && point <= size && inside.has(point)) point = next(point + 1);
  return point !== undefined && point <= size ? point : undefined;
}

/** What is at exactly this position, as a `next`. */
export const exactly = (point) => (from) => (from <= point ? point : undefined);

/**
 * `ops`: {name, begin, end} with {first, last} of an append, or {next, lane?} of an observation;
 * `size`: where the log ends. What cannot be placed, by name, with what it contradicts.
 */
export function out_of_order(ops, size) {
  const faults = [];
  const inside = inside_lists(ops);
  const nothing = { point: 0, name: 'the beginning' };
  const floors = new Map();
  const floor_of = (lane) => floors.get(lane) ?? nothing;
  let seen = nothing; // The greatest point of all, lanes too.
  const later = (floor, op) => (op.point > floor.point ? op : floor);

  const place_append = (op) => {
    op.point = op.last;
    if (op.first <= seen.point)
      faults.push(`${op.name} begins at ${op.first}, after ${seen.name} had shown ${seen.point}`);
  };
  const place = (op) => {
    if (op.first !== undefined) return place_append(op);
    const floor = floor_of(op.lane);
    op.point = least(op.next, floor.point, inside, size);
    if (op.point !== undefined) return;
    const any = op.next(0);
    faults.push(
      `${op.name} speaks for ${any ?? 'nothing in the log'}` +
        (inside.has(any) ? ', inside a list' : `, after ${floor.name} had shown ${floor.point}`),
    );
  };
  for (const { op, ends } of moments(ops)) {
    if (!ends) place(op);
    else if (op.point !== undefined) {
      floors.set(op.lane, later(floor_of(op.lane), op));
      seen = later(seen, op);
    }
  }
  return faults;
}
