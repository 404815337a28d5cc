// What is due: as the server said, kept for when it cannot be asked, with what the outbox changes.
import { askAll } from "../api/client";
import type { Page, Shipment, UnitState } from "../api/types";
import { actNamed } from "./acts";
import { keepKnown, known, type Kept } from "./store";
import { moved, rangesIn, sizeOf, type Range } from "./units";

export type Known = Pick<
  Shipment,
  | "shipment"
  | "firm"
  | "approval"
  | "office"
  | "port"
  | "carrier"
  | "dispatched"
  | "dispatched_at"
  | "ranges"
  | "units"
>;

export interface Due extends Known {
  /** Items of this device that are not with the ledger yet. */
  pending: number;
}

export const states_of_due: readonly UnitState[] = ["in_transit", "arrived", "held", "seized"];

/** The server's word: it speaks for the first `position` entries. */
export type Said = Pick<Page<Shipment>, "data" | "position">;

/** Asks, and keeps the answer for this principal. */
export async function askDue(principal: string, path: string): Promise<Page<Shipment>> {
  const page = await askAll<Shipment>(path, { status: "open" });
  await keepKnown(`due ${principal}`, { data: page.data, position: page.position } satisfies Said);
  return page;
}

export async function keptDue(principal: string): Promise<{ at: string; value: Said } | undefined> {
  return known<Said>(`due ${principal}`);
}

const countIn = (ranges: readonly Known["ranges"][number][], state: string) =>
  sizeOf(rangesIn(ranges, [state]));

/** A shipment with what the server did not know at `position`: what waits, or came after it. */
export function foreseen(shipment: Known, items: readonly Kept[], position: number): Due {
  const mine = items.filter(
    (item) =>
      item.shipment === shipment.shipment &&
      (item.state === "waiting" || (item.state === "recorded" && (item.position ?? 0) > position)),
  );
  let ranges = shipment.ranges;
  for (const item of mine) {
    const act = actNamed(item.act);
    if (act?.to) ranges = moved(ranges, item.parts, act.from, act.to) as Known["ranges"];
  }
  if (!mine.length) return { ...shipment, pending: 0 };
  const units = { ...shipment.units };
  for (const state of Object.keys(units) as UnitState[])
    units[state] += countIn(ranges, state) - countIn(shipment.ranges, state);
  return {
    ...shipment,
    ranges,
    units,
    pending: mine.filter((item) => item.state === "waiting").length,
  };
}

export const batchesOf = (shipment: Pick<Known, "ranges">): string[] =>
  [...new Set(shipment.ranges.map((range) => range.batch))].sort();

export const readyFor = (shipment: Pick<Known, "ranges">, from: readonly UnitState[]): Range[] =>
  rangesIn(shipment.ranges, from);

/** Oldest first: what has waited longest is most likely at the gate. */
export function inOrder<T extends Pick<Known, "dispatched_at" | "shipment">>(
  list: readonly T[],
): T[] {
  return [...list].sort(
    (a, b) =>
      Date.parse(a.dispatched_at) - Date.parse(b.dispatched_at) ||
      (a.shipment < b.shipment ? -1 : 1),
  );
}

export function matches(shipment: Known, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return (
    !wanted ||
    [shipment.shipment, shipment.firm, ...batchesOf(shipment)].some((one) =>
      one.toLowerCase().includes(wanted),
    )
  );
}
