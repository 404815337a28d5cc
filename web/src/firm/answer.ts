// What a firm may still import, from its inventory: the one sentence that its screen begins with.
import type { Balance, Inventory } from "../api/types";

const ended = new Set(["revoked", "expired", "surrendered"]);
const stopped = new Set(["suspended", "blocked"]);

/** Whether units can be set aside under it now. */
export const mayDraw = (approval: Balance): boolean =>
  !ended.has(approval.status) && !stopped.has(approval.status);

export const hasEnded = (approval: Balance): boolean => ended.has(approval.status);

export interface FirmAnswer {
  /** What may still be set aside: what the approvals leave, at most what the caps do. */
  available: number;
  granted: number;
  sku: string;
  /** The last day of all of it. */
  until: string | null;
  /** What lapses first, where that is not all. */
  first: { units: number; until: string } | null;
  /** Whether the cap of the tier leaves less than the approvals do. */
  capped: boolean;
  in_transit: number;
  held: number;
}

function leftOf(approvals: Balance[], headroom: Record<string, number>): { units: number; capped: boolean } {
  const byPeriod = new Map<string, number>();
  for (const approval of approvals) {
    const period = approval.period ?? "";
    byPeriod.set(period, (byPeriod.get(period) ?? 0) + approval.available);
  }
  let units = 0;
  let capped = false;
  for (const [period, available] of byPeriod) {
    const room = Math.max(0, headroom[period] ?? available);
    units += Math.min(available, room);
    capped ||= room < available;
  }
  return { units, capped };
}

export function answerOf(inventory: Inventory): FirmAnswer {
  const open = inventory.approvals.filter(mayDraw);
  const left = leftOf(open, inventory.headroom);
  const useful = open.filter((approval) => approval.available > 0)
    .sort((a, b) => a.valid_to.localeCompare(b.valid_to));
  const first = useful[0];
  const last = useful.at(-1);
  const firstUnits = useful.filter((approval) => approval.valid_to === first?.valid_to)
    .reduce((sum, approval) => sum + approval.available, 0);
  return {
    available: left.units,
    granted: open.reduce((sum, approval) => sum + approval.granted, 0),
    sku: [...new Set(open.map((approval) => approval.sku ?? ""))].filter(Boolean).join(", "),
    until: last?.valid_to ?? null,
    first: first && last && first.valid_to !== last.valid_to
      ? { units: firstUnits, until: first.valid_to } : null,
    capped: left.capped,
    in_transit: inventory.units.in_transit,
    held: inventory.units.held + inventory.units.seized,
  };
}

/** Whole days from one day to another. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

export interface Moved { what: string; id: string | null; from: number; to: number }

/** What is another number now than it was then. */
export function movedBetween(then: Inventory, now: Inventory): Moved[] {
  const moved: Moved[] = [];
  for (const [state, to] of Object.entries(now.units)) {
    const from = then.units[state as keyof typeof then.units];
    if (from !== to) moved.push({ what: state, id: null, from, to });
  }
  const before = new Map(then.approvals.map((approval) => [approval.approval, approval]));
  for (const approval of now.approvals) {
    const from = before.get(approval.approval)?.available ?? 0;
    if (from !== approval.available)
      moved.push({ what: "available", id: approval.approval, from, to: approval.available });
  }
  return moved;
}
