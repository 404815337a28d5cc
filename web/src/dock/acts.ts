// What can be done with goods at the dock: which units it takes, what becomes of them, what must be
// said with it. The order is that in which the acts are offered.
import type { Role, UnitState } from "../api/types";

export type Field = "office" | "declaration" | "fail" | "findings" | "reason" | "case" | "report";
export type ActName =
  | "arrival"
  | "clearance"
  | "inspection"
  | "hold"
  | "lift"
  | "return"
  | "seizure"
  | "release"
  | "confiscation"
  | "loss"
  | "finding";

export interface Act {
  name: ActName;
  type: string;
  from: readonly UnitState[];
  /** null: nothing moves. */
  to: UnitState | null;
  needs: readonly Field[];
  may: readonly Field[];
}

const row = (
  name: ActName,
  type: string,
  from: readonly UnitState[],
  to: UnitState | null,
  needs: readonly Field[],
  may: readonly Field[] = [],
): Act => ({ name, type, from, to, needs, may });

export const acts: readonly Act[] = [
  row("arrival", "ShipmentArrived", ["in_transit"], "arrived", [], ["office"]),
  row("clearance", "ShipmentCleared", ["arrived"], "cleared", ["declaration"]),
  row("lift", "ShipmentHoldLifted", ["held"], "arrived", ["reason"]),
  row("release", "ShipmentSeizureLifted", ["seized"], "arrived", ["case", "reason"]),
  row("inspection", "ShipmentInspected", ["arrived", "held"], null, [], ["fail", "findings"]),
  row("hold", "ShipmentHeld", ["arrived"], "held", ["reason"]),
  row("return", "ShipmentReturned", ["arrived", "held"], "returned", ["reason"]),
  row("seizure", "ShipmentSeized", ["arrived", "held"], "seized", ["case", "reason"]),
  row("confiscation", "ShipmentConfiscated", ["seized"], "confiscated", ["case"]),
  row("loss", "ShipmentLost", ["in_transit"], "lost", [], ["report"]),
  row("finding", "ShipmentFound", ["lost"], "in_transit", [], ["report"]),
];

const of_logistics: readonly ActName[] = ["loss", "finding"];

export const actsOf = (role: Role): readonly Act[] =>
  role === "customs"
    ? acts
    : acts.filter((act) => role === "logistics" && of_logistics.includes(act.name));

export const actNamed = (name: string | null): Act | undefined =>
  acts.find((act) => act.name === name);

type Counts = Partial<Record<UnitState, number>>;

export const eligible = (act: Act, units: Counts): number =>
  act.from.reduce((sum, state) => sum + (units[state] ?? 0), 0);

/** The acts that some of these units are ready for; the first is what is most likely meant. */
export function offered(role: Role, units: Counts): Act[] {
  return actsOf(role).filter((act) => eligible(act, units) > 0);
}
