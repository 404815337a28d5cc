// How near each firm is to its cap, by period.
import type { Entry, Firm } from "../api/types";

export type Standing = "over" | "full" | "critical" | "room";

export interface Exposure {
  firm: string;
  name: string;
  tier: string;
  period: string;
  used: number;
  cap: number;
  standing: Standing;
}

/** From how many percent on an approval or a cap counts as critical, by period: the newest policy's. */
export function criticalFrom(policies: Entry[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { data } of [...policies].sort((a, b) => a.position - b.position)) {
    const policy = data as { period?: string; critical_pct?: number };
    if (policy.period && policy.critical_pct) found.set(policy.period, policy.critical_pct);
  }
  return found;
}

export function standingOf(used: number, cap: number, over: boolean, critical: number | undefined): Standing {
  if (over) return "over";
  if (cap > 0 && used === cap) return "full";
  return critical !== undefined && used * 100 >= cap * critical && used > 0 ? "critical" : "room";
}

const order: Standing[] = ["over", "full", "critical", "room"];

/** One row for each firm and period; by tier, then the nearest to the cap first. */
export function exposuresOf(firms: Firm[], critical: Map<string, number>): Exposure[] {
  return firms.flatMap(({ firm, name, tier, exposure, cap, over_cap }) =>
    Object.entries(cap).map(([period, most]) => {
      const used = exposure[period] ?? 0, units = most ?? 0;  // No policy: nothing is allowed.
      return { firm, name, tier, period, used, cap: units,
        standing: standingOf(used, units, over_cap[period] ?? false, critical.get(period)) };
    }))
    .sort((a, b) => a.tier.localeCompare(b.tier) || a.period.localeCompare(b.period) ||
      order.indexOf(a.standing) - order.indexOf(b.standing) || b.used / (b.cap || 1) - a.used / (a.cap || 1));
}
