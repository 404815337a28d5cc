// Everything to be recorded goes through here, online too: it is written down before it is sent, so
// that no crash, reload or lost signal can lose it or send it twice.
import { newKey } from "../api/client";
import type { ProblemBody } from "../api/types";
import { referenceOf } from "./reference";
import { asked, within, type Item, type Kept } from "./store";

const channel_name = "chipledger outbox";
export const settled_max = 200; // Settled items kept for the list; older ones go.

const changed = new EventTarget();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(channel_name);
if (channel) channel.onmessage = () => changed.dispatchEvent(new Event("change"));

function tell(): void {
  changed.dispatchEvent(new Event("change"));
  channel?.postMessage("change");
}

/** Calls `act` whenever the outbox changes, in whichever tab. */
export function onOutbox(act: () => void): () => void {
  changed.addEventListener("change", act);
  return () => changed.removeEventListener("change", act);
}

export type New = Pick<Item, "principal" | "shipment" | "act" | "units" | "parts"> & {
  proposalFor: (ref: string) => Item["proposal"];
};

/** Writes an item down, and takes its draft away in the same transaction. Returns it as kept. */
export async function add(what: New, replaces: number | null = null): Promise<Kept> {
  const { proposalFor, ...about } = what;
  const key = newKey();
  const ref = referenceOf(key);
  const item: Item = {
    ...about,
    key,
    ref,
    proposal: proposalFor(ref),
    made_at: new Date().toISOString(),
    state: "waiting",
    tries: 0,
    again_at: 0,
    problem: null,
    position: null,
    settled_at: null,
  };
  const seq = await within(["outbox", "drafts"], "readwrite", async (of) => {
    const old = replaces === null ? undefined : await asked<Item>(of("outbox").get(replaces));
    const inPlace = old?.state === "refused" && old.principal === item.principal;
    of("drafts").delete([item.principal, item.shipment]);
    return asked(of("outbox").put(inPlace ? { ...item, seq: replaces } : item));
  });
  tell();
  return { ...item, seq: Number(seq) };
}

const everything = (): Promise<Kept[]> =>
  within(["outbox"], "readonly", (of) => asked<Kept[]>(of("outbox").getAll()));

export async function all(principal: string): Promise<Kept[]> {
  return (await everything()).filter((item) => item.principal === principal);
}

/** How many items of others wait on this device for their author to sign in. */
export async function waitingOfOthers(principal: string): Promise<number> {
  return (await everything()).filter(
    (item) => item.principal !== principal && item.state === "waiting",
  ).length;
}

export const byReference = (ref: string): Promise<Kept | undefined> =>
  within(["outbox"], "readonly", (of) => asked(of("outbox").index("ref").get(ref)));

/** Changes an item if it still is as `is` says: two tabs may have the same thing in hand. */
export async function change(
  seq: number,
  is: (item: Item) => boolean,
  to: Partial<Item>,
): Promise<boolean> {
  const fits = await within(["outbox"], "readwrite", async (of) => {
    const item = await asked<Item | undefined>(of("outbox").get(seq));
    if (item === undefined || !is(item)) return false;
    of("outbox").put({ ...item, ...to, seq });
    return true;
  });
  if (fits) tell();
  return fits;
}

const refused = (item: Item) => item.state === "refused";

/** Sends a refused item once more, in its old place; a key that was refused stays refused. */
export async function again(item: Kept): Promise<boolean> {
  return change(item.seq, refused, {
    key: newKey(),
    state: "waiting",
    tries: 0,
    again_at: 0,
    problem: null,
  });
}

/** Gives a refused item up; what follows it for the same shipment may go. */
export async function discard(item: Kept): Promise<boolean> {
  return change(item.seq, refused, { state: "discarded", settled_at: new Date().toISOString() });
}

/** Lets the oldest settled items go. */
export async function tidy(principal: string): Promise<void> {
  const settled = (await all(principal)).filter(
    (item) => item.state === "recorded" || item.state === "discarded" || item.state === "proposed",
  );
  if (settled.length <= settled_max) return;
  await within(["outbox"], "readwrite", async (of) => {
    for (const item of settled.slice(0, -settled_max)) of("outbox").delete(item.seq);
  });
}

/** Refused items hold up what follows for the same shipment. */
export function heldUp(items: readonly Kept[]): Set<number> {
  const stuck = new Set<string>();
  const held = new Set<number>();
  for (const item of items) {
    if (item.state === "refused") stuck.add(item.shipment);
    else if (item.state === "waiting" && stuck.has(item.shipment)) held.add(item.seq);
  }
  return held;
}

export interface Reply {
  status: number;
  body: Record<string, unknown> | null;
  retry_after: number | null;
}
export type Verdict =
  | { kind: "recorded"; position: number }
  | { kind: "proposed" }
  | { kind: "refused"; problem: Partial<ProblemBody> }
  | { kind: "retry"; problem: Partial<ProblemBody> }
  | { kind: "signed_out" };

/** What an answer means. What is not surely an answer of the ledger's is no answer. */
export function verdict({ status, body }: Reply): Verdict {
  const problem = (body ?? {}) as Partial<ProblemBody>;
  if (status === 200 || status === 201 || status === 202) {
    if (typeof body?.position === "number") return { kind: "recorded", position: body.position };
    if (typeof body?.proposal === "string") return { kind: "proposed" };
    return { kind: "retry", problem: {} }; // A network's own sign-in page, say.
  }
  if (status === 401) return { kind: "signed_out" };
  const ours = status >= 400 && status < 500 && typeof problem.code === "string";
  const passing = [408, 425, 429].includes(status) || problem.code === "idempotency-key-in-use";
  return ours && !passing ? { kind: "refused", problem } : { kind: "retry", problem };
}
