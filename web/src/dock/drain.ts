// Empties the outbox, strictly in order: one pass over it.
import { all, change, heldUp, tidy, verdict, type Reply } from "./outbox";
import type { Item, Kept } from "./store";

export const wait_first = 1_000; // ms after the first failure; doubles with each further one.
export const wait_max = 60_000;
export const send_timeout = 30_000;

export type Send = (item: Kept) => Promise<Reply>;

/** Doubling, a quarter of it by chance, so that a dock full of phones does not knock at once. */
export function waitAfter(tries: number, retry_after: number | null, chance: number): number {
  const doubled = Math.min(wait_max, wait_first * 2 ** Math.max(0, tries - 1));
  return Math.max((retry_after ?? 0) * 1000, doubled * (0.75 + 0.25 * chance));
}

/** POSTs one item; out of reach is status 0. */
export async function post(item: Kept, origin = ""): Promise<Reply> {
  try {
    const response = await fetch(`${origin}/v1/events`, {
      method: "POST",
      credentials: "same-origin",
      redirect: "error",
      headers: { "Content-Type": "application/json", "Idempotency-Key": item.key },
      body: JSON.stringify(item.proposal),
      signal: AbortSignal.timeout(send_timeout),
    });
    const body = (await response.json().catch(() => null)) as Record<string, unknown> | null;
    const after = Number(response.headers.get("Retry-After") ?? "");
    return { status: response.status, body, retry_after: after > 0 ? Math.min(after, 3600) : null };
  } catch {
    return { status: 0, body: null, retry_after: null };
  }
}

export type Rest = { kind: "empty" } | { kind: "wait"; ms: number } | { kind: "signed_out" };

const stillWaits = (key: string) => (item: Item) => item.state === "waiting" && item.key === key;

/** Sends what waits, until all is settled or something has to wait. `eager` does not wait once. */
export async function drain(
  principal: string,
  send: Send,
  eager = false,
  now: () => number = Date.now,
): Promise<Rest> {
  let hurry = eager;
  for (;;) {
    const items = await all(principal);
    const held = heldUp(items);
    const next = items.find((item) => item.state === "waiting" && !held.has(item.seq));
    if (!next) {
      await tidy(principal);
      return { kind: "empty" };
    }
    if (!hurry && next.again_at > now()) return { kind: "wait", ms: next.again_at - now() };
    hurry = false;
    const tries = next.tries + 1;
    if (!(await change(next.seq, stillWaits(next.key), { tries }))) continue;
    const rest = await settle(next, tries, await send(next), now);
    if (rest) return rest;
  }
}

async function settle(
  item: Kept,
  tries: number,
  reply: Reply,
  now: () => number,
): Promise<Rest | null> {
  const said = verdict(reply);
  const is = stillWaits(item.key);
  const settled_at = new Date(now()).toISOString();
  const done = { again_at: 0, problem: null, settled_at };
  switch (said.kind) {
    case "recorded":
      await change(item.seq, is, { ...done, state: "recorded", position: said.position });
      return null;
    case "proposed":
      await change(item.seq, is, { ...done, state: "proposed" });
      return null;
    case "refused":
      await change(item.seq, is, { ...done, state: "refused", problem: said.problem });
      return null;
    case "signed_out":
      await change(item.seq, is, { tries: tries - 1 });
      return { kind: "signed_out" };
    case "retry": {
      const ms = waitAfter(tries, reply.retry_after, Math.random());
      await change(item.seq, is, { again_at: now() + ms, problem: said.problem });
      return { kind: "wait", ms };
    }
  }
}
