// From what the officer filled in to the event that is proposed to the ledger.
import type { Proposal } from "../api/types";
import type { Act, Field } from "./acts";
import {
  isCount,
  merged,
  readUnits,
  sizeOf,
  without,
  type Part,
  type Range,
  type UnitsProblem,
} from "./units";

export interface Filled {
  shipment: string;
  act: Act;
  /** As written; empty stands for all that qualify. */
  units: string;
  fields: Partial<Record<Field, string>>;
  /** Units of the shipment that the act may take, as far as is known here. */
  ready: readonly Range[];
  batches: readonly string[];
}

export type Problem =
  | UnitsProblem
  | "none"
  | "missing"
  | "no_number"
  | "too_long"
  | "too_many_failed"
  | "not_inspected";
export interface Wrong {
  field: Field | "units";
  problem: Problem;
  text?: string;
}

export type Made =
  | { ok: true; data: Record<string, unknown>; units: number; parts: Part[] }
  | { ok: false; wrong: Wrong[]; units: number | null; parts: Part[] };

export const text_max = 2000;
const id = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const ids: readonly Field[] = ["office", "declaration", "case"];

function chosen(filled: Filled): { parts: Part[] } | { problem: Problem; text: string } {
  const text = filled.units.trim();
  if (!text && !filled.ready.length) return { problem: "none", text };
  if (!text) return { parts: merged(filled.ready) };
  const read = readUnits(text, filled.batches);
  return read.ok ? { parts: read.parts } : read;
}

function fieldWrong(field: Field, value: string, needed: boolean): Wrong | null {
  if (!value) return needed ? { field, problem: "missing" } : null;
  if (ids.includes(field) && !id.test(value)) return { field, problem: "no_number", text: value };
  if (value.length > text_max) return { field, problem: "too_long" };
  return null;
}

/** An inspection's two sides: ranges where both are known as such, numbers else. */
function inspected(parts: Part[], filled: Filled): Record<string, unknown> | Wrong {
  const text = filled.fields.fail?.trim() ?? "";
  const failed = text
    ? readUnits(text, filled.batches)
    : { ok: true as const, parts: [] as Part[] };
  if (!failed.ok) return { field: "fail", problem: failed.problem, text: failed.text };
  const all = sizeOf(parts);
  const fail = sizeOf(failed.parts);
  if (fail > all) return { field: "fail", problem: "too_many_failed" };
  if (parts.some(isCount) || failed.parts.some(isCount)) return { pass: all - fail, fail };
  const ranges = parts as Range[];
  const bad = failed.parts as Range[];
  if (without(bad, ranges).length) return { field: "fail", problem: "not_inspected" };
  const good = without(ranges, bad);
  return { pass: good.length ? good : 0, fail: bad.length ? bad : 0 };
}

/** The event's data, or what is wrong, field by field, in the order of the form. */
export function make(filled: Filled): Made {
  const { act, fields } = filled;
  const wrong: Wrong[] = [];
  const units = chosen(filled);
  if ("problem" in units) wrong.push({ field: "units", problem: units.problem, text: units.text });
  const data: Record<string, unknown> = { shipment: filled.shipment };
  for (const field of [...act.needs, ...act.may]) {
    const value = fields[field]?.trim() ?? "";
    const no = field === "fail" ? null : fieldWrong(field, value, act.needs.includes(field));
    if (no) wrong.push(no);
    else if (value && field !== "fail") data[field] = value;
  }
  if ("problem" in units) return { ok: false, wrong, units: null, parts: [] };
  const size = sizeOf(units.parts);
  if (act.name === "inspection") {
    const sides = inspected(units.parts, filled);
    if ("problem" in sides) wrong.push(sides as Wrong);
    else Object.assign(data, sides);
  } else data.units = units.parts;
  return wrong.length
    ? { ok: false, wrong, units: size, parts: units.parts }
    : { ok: true, data, units: size, parts: units.parts };
}

/** What is sent; the entry bears the receipt's reference: paper and log find each other. */
export function proposalOf(
  act: Act,
  data: Record<string, unknown>,
  occurredAt: string | null,
  ref: string | null,
): Proposal {
  const proposal = {
    type: act.type,
    ...(occurredAt && { occurred_at: occurredAt }),
    data,
    ...(ref && { documents: [{ type: "dock-receipt", ref }] }),
  };
  return proposal as Proposal; // The API's description leaves data open.
}
