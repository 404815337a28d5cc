// When it happened, as the device knows it. The ledger's clock is asked now and then, so that a
// wrong clock on a phone is noticed, and a simulated ledger is not told the time of the wall.
import { ask } from "../api/client";
import type { Clock } from "../api/types";
import { keepKnown, known } from "./store";

export interface Kept {
  simulated: boolean;
  /** Ledger's clock minus the device's, ms. */ ahead: number;
}

const skew_min = 60_000; // ms; less is the network, not the clock.

export function comparedWith(
  clock: Pick<Clock, "clock" | "now">,
  before: number,
  after: number,
): Kept {
  const ahead = Date.parse(clock.now) - (before + after) / 2;
  return { simulated: clock.clock === "simulated", ahead: Math.abs(ahead) < skew_min ? 0 : ahead };
}

export async function askClock(): Promise<Kept> {
  const before = Date.now();
  const kept = comparedWith(await ask<Clock>("/v1/clock"), before, Date.now());
  await keepKnown("clock", kept);
  return kept;
}

export async function keptClock(): Promise<Kept | null> {
  return (await known<Kept>("clock"))?.value ?? null;
}

/** RFC 3339 with the device's own offset: officers think in the time on the wall. */
export function withOffset(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, "0");
  const local = new Date(at.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  return `${local}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** occurred_at: a time that someone gave, else now; nothing on a simulated ledger. */
export function occurredAt(given: string, clock: Kept | null, now: Date): string | null {
  if (given) return withOffset(new Date(given));
  if (clock?.simulated) return null;
  return withOffset(new Date(now.getTime() + (clock?.ahead ?? 0)));
}
