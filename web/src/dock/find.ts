// From a label to the shipment that it belongs to: in what is known here, else by asking.
import { ask, Problem } from "../api/client";
import type { Batch, Shipment, UnitState } from "../api/types";
import type { Known } from "./due";
import type { Scan } from "./scan";
import type { Part } from "./units";

/** What /v1/units and /v1/serials answer. */
interface Unit {
  batch: string;
  unit: number;
  shipment?: string | null;
  state: UnitState;
}

export type Found =
  | {
      kind: "shipment";
      id: string;
      part: Part | null;
      ref: string | null;
      shipment: Shipment | null;
    }
  | { kind: "choice"; batch: string; shipments: string[] }
  | { kind: "no_shipment"; batch: string; unit: number; state: UnitState }
  | { kind: "nothing"; text: string }
  /** Nobody could be asked, and nothing here bears the name. */
  | { kind: "cannot_ask"; id: string | null };

const path = encodeURIComponent;
const shipment = (
  id: string,
  part: Part | null = null,
  ref: string | null = null,
  whole: Shipment | null = null,
): Found => ({ kind: "shipment", id, part, ref, shipment: whole });

/** null where there is no such thing (404). */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (failed) {
    if (failed instanceof Problem && failed.status === 404) return null;
    throw failed;
  }
}

const holds = (known: Known, part: { batch: string; from: number; to: number }) =>
  known.ranges.some(
    (range) => range.batch === part.batch && range.from <= part.to && part.from <= range.to,
  );

function here(scan: Scan, known: readonly Known[]): Found | null {
  if (scan.kind === "receipt") return shipment(scan.shipment, null, scan.ref);
  if (scan.kind === "unit" || scan.kind === "range") {
    const part =
      scan.kind === "range"
        ? { batch: scan.batch, from: scan.from, to: scan.to }
        : { batch: scan.batch, from: scan.unit, to: scan.unit };
    const one = known.find((each) => holds(each, part));
    return one ? shipment(one.shipment, part) : null;
  }
  if (scan.kind !== "name") return null;
  if (known.some((each) => each.shipment === scan.id)) return shipment(scan.id);
  return ofBatch(
    scan.id,
    known
      .filter((each) => each.ranges.some((range) => range.batch === scan.id))
      .map((each) => each.shipment),
  );
}

function ofBatch(batch: string, shipments: string[]): Found | null {
  if (shipments.length > 1) return { kind: "choice", batch, shipments };
  return shipments[0] === undefined ? null : shipment(shipments[0]);
}

const ofUnit = (unit: Unit): Found =>
  unit.shipment
    ? shipment(unit.shipment, { batch: unit.batch, from: unit.unit, to: unit.unit })
    : { kind: "no_shipment", batch: unit.batch, unit: unit.unit, state: unit.state };

async function asked(scan: Scan): Promise<Found> {
  if (scan.kind === "unit" || scan.kind === "range") {
    const first = scan.kind === "unit" ? scan.unit : scan.from;
    const unit = await orNull(ask<Unit>(`/v1/units/${path(scan.batch)}/${first}`));
    if (!unit) return { kind: "nothing", text: `${scan.batch}/${first}` };
    const found = ofUnit(unit);
    return found.kind === "shipment" && scan.kind === "range"
      ? { ...found, part: { batch: scan.batch, from: scan.from, to: scan.to } }
      : found;
  }
  if (scan.kind === "serial" || scan.kind === "name") return named(scan.id, scan.kind === "serial");
  return { kind: "nothing", text: scan.kind === "nonsense" ? scan.text : "" };
}

async function named(id: string, surelySerial: boolean): Promise<Found> {
  if (!surelySerial) {
    const whole = await orNull(ask<Shipment>(`/v1/shipments/${path(id)}`));
    if (whole) return shipment(id, null, null, whole);
  }
  const unit = await orNull(ask<Unit>(`/v1/serials/${path(id)}`));
  if (unit) return ofUnit(unit);
  const batch = surelySerial ? null : await orNull(ask<Batch>(`/v1/batches/${path(id)}`));
  if (!batch) return { kind: "nothing", text: id };
  const names = batch.ranges.flatMap((range) => range.shipment ?? []);
  return ofBatch(id, [...new Set(names)]) ?? { kind: "nothing", text: id };
}

export async function find(scan: Scan, known: readonly Known[]): Promise<Found> {
  const found = here(scan, known);
  if (found) return found;
  try {
    return await asked(scan);
  } catch (failed) {
    if (!(failed instanceof Problem) || (failed.status !== 0 && failed.status < 500)) throw failed;
    return { kind: "cannot_ask", id: scan.kind === "name" ? scan.id : null };
  }
}
