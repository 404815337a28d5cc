// Units as people write them ("B01:1-350, B02:5", "40", "B01 x 40") and what can be reckoned with
// ranges. Ranges are inclusive, one batch each; lists that leave here are sorted and merged.

export interface Range {
  batch: string;
  from: number;
  to: number;
}
/** So many of a batch; the ledger takes the lowest that qualify. */
export interface Count {
  batch: string;
  count: number;
}
export type Part = Range | Count;

export interface Placed extends Range {
  state: string;
}

export type UnitsProblem =
  "empty" | "not_understood" | "which_batch" | "backwards" | "mixed" | "too_many";
export type Read = { ok: true; parts: Part[] } | { ok: false; problem: UnitsProblem; text: string };

const parts_max = 1000;
const unit_max = 10_000_000;
const id = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
const of_batch = new RegExp(`^(${id})\\s*[:/]\\s*(\\d+)(?:\\s*-\\s*(\\d+))?$`);
const of_count = new RegExp(`^(${id})\\s*(?:[×*]|\\sx\\s)\\s*(\\d+)$`);
const plain = /^(\d+)(?:\s*-\s*(\d+))?$/;

export const isCount = (part: Part): part is Count => "count" in part;

/** Full-width letters and signs, dashes of all lengths: what keyboards and labels send. */
export function plainText(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[‐-―−~〜]/g, "-")
    .replace(/[、，；;\n\r\t]+/g, ",")
    .trim();
}

function oneOf(from: string, to: string | undefined): [number, number] | null {
  const first = Number(from);
  const last = to === undefined ? first : Number(to);
  return first >= 1 && last <= unit_max && first <= last ? [first, last] : null;
}

/** Reads what someone wrote; a bare number at the start is a count, where there is one batch. */
export function readUnits(text: string, batches: readonly string[]): Read {
  const pieces = plainText(text)
    .split(",")
    .map((piece) => piece.trim())
    .filter(Boolean);
  if (!pieces.length) return { ok: false, problem: "empty", text };
  if (pieces.length > parts_max) return { ok: false, problem: "too_many", text };
  const parts: Part[] = [];
  let batch: string | null = null;
  for (const piece of pieces) {
    const no = (problem: UnitsProblem): Read => ({ ok: false, problem, text: piece });
    const named = of_batch.exec(piece);
    const counted = of_count.exec(piece);
    const bare = plain.exec(piece);
    if (counted) {
      const count = Number(counted[2]);
      if (count < 1 || count > unit_max) return no("backwards");
      parts.push({ batch: counted[1] ?? "", count });
      continue;
    }
    if (!named && !bare) return no("not_understood");
    const [from, to] = named ? [named[2], named[3]] : [bare?.[1], bare?.[2]];
    const span = oneOf(from ?? "", to);
    if (!span) return no("backwards");
    const only = batches.length === 1 ? batches[0] : undefined;
    const where: string | undefined = named?.[1] ?? batch ?? only;
    if (!where) return no("which_batch");
    if (!named && !batch && to === undefined) parts.push({ batch: where, count: span[0] });
    else parts.push({ batch: where, from: span[0], to: span[1] });
    if (named) batch = where;
  }
  return settled(parts);
}

/** Counts add up, ranges merge; of one batch there are only counts or only ranges. */
function settled(parts: Part[]): Read {
  const counts = new Map<string, number>();
  for (const part of parts)
    if (isCount(part)) counts.set(part.batch, (counts.get(part.batch) ?? 0) + part.count);
  const ranges = merged(parts.filter((part): part is Range => !isCount(part)));
  const both = ranges.find((range) => counts.has(range.batch));
  if (both) return { ok: false, problem: "mixed", text: both.batch };
  return {
    ok: true,
    parts: [...ranges, ...[...counts].map(([batch, count]) => ({ batch, count }))],
  };
}

const inOrder = (a: Range, b: Range) =>
  a.batch < b.batch ? -1 : a.batch > b.batch ? 1 : a.from - b.from;

export function merged(ranges: readonly Range[]): Range[] {
  const list: Range[] = [];
  for (const { batch, from, to } of [...ranges].sort(inOrder)) {
    const last = list[list.length - 1];
    if (last && last.batch === batch && from <= last.to + 1) last.to = Math.max(last.to, to);
    else list.push({ batch, from, to });
  }
  return list;
}

export const sizeOf = (parts: readonly Part[]): number =>
  parts.reduce((sum, part) => sum + (isCount(part) ? part.count : part.to - part.from + 1), 0);

/** The units of `some` that are not in `others`. */
export function without(some: readonly Range[], others: readonly Range[]): Range[] {
  let left = merged(some);
  for (const other of others)
    left = left.flatMap((range) => {
      if (range.batch !== other.batch || other.to < range.from || other.from > range.to)
        return [range];
      const rest: Range[] = [];
      if (range.from < other.from) rest.push({ ...range, to: other.from - 1 });
      if (range.to > other.to) rest.push({ ...range, from: other.to + 1 });
      return rest;
    });
  return left;
}

/** The `count` lowest units of a batch among `ranges`: those that the ledger would take. */
export function lowest(ranges: readonly Range[], batch: string, count: number): Range[] {
  const taken: Range[] = [];
  let left = count;
  for (const range of merged(ranges)) {
    if (range.batch !== batch || left === 0) continue;
    const to = Math.min(range.to, range.from + left - 1);
    taken.push({ batch, from: range.from, to });
    left -= to - range.from + 1;
  }
  return taken;
}

export const rangesIn = (placed: readonly Placed[], states: readonly string[]): Range[] =>
  merged(placed.filter((range) => states.includes(range.state)));

/** Whether some of `parts` are not among `ready`, as far as that is known. */
export function beyond(parts: readonly Part[], ready: readonly Range[]): boolean {
  const ranges = parts.filter((part): part is Range => !isCount(part));
  return (
    without(ranges, ready).length > 0 ||
    parts.some(
      (part) =>
        isCount(part) && part.count > sizeOf(ready.filter((range) => range.batch === part.batch)),
    )
  );
}

/** `placed` as it will be once `parts` have moved from one of these states to another. */
export function moved<T extends Placed>(
  placed: readonly T[],
  parts: readonly Part[],
  from: readonly string[],
  to: string,
): T[] {
  const fitting = rangesIn(placed, from);
  const chosen = merged(
    parts.flatMap((part) => (isCount(part) ? lowest(fitting, part.batch, part.count) : [part])),
  );
  return placed.flatMap((range) => {
    if (!from.includes(range.state)) return [range];
    const stay = without([range], chosen);
    const go = without([range], stay);
    return [
      ...stay.map((one) => ({ ...range, ...one })),
      ...go.map((one) => ({ ...range, ...one, state: to })),
    ].sort(inOrder);
  });
}

/** "B01:1-350, B02:5", which readUnits reads back. */
export function written(parts: readonly Part[]): string {
  return parts
    .map((part) =>
      isCount(part)
        ? `${part.batch} × ${part.count}`
        : part.from === part.to
          ? `${part.batch}:${part.from}`
          : `${part.batch}:${part.from}-${part.to}`,
    )
    .join(", ");
}
