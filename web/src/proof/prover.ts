// What the badge and the entries ask: is this in the log that its keys signed, and is the log the
// one that this browser saw before? The browser's memory is of its own: the keys and the last head.
import { ask, askText, Problem } from "../api/client";
import type { Entry } from "../api/types";
import {
  fromBase64, openHead, parseVerifierKeys, verifyConsistency, verifyReceipt, type Head,
} from "./verify";

export interface Outcome {
  verdict: "verified" | "failed" | "cannot";
  size: number;
  /** The entry that does not hold, where it is one. */
  entry?: number;
  why?: string;
}

interface Consistency { proof: string[]; from_root: string; to_root: string }

const keys_name = "log keys";
const head_name = "log head";

/** A change of keys is not the page's to forgive; who knows of it forgets the old ones by hand. */
async function logKeys(): Promise<string> {
  const served = await askText("/v1/log/key");
  const known = localStorage.getItem(keys_name);
  const lines = served.split("\n").filter(Boolean);
  if (known && !known.split("\n").some((line) => line && lines.includes(line)))
    throw new Error("The log's key is another than this browser saw before.");
  localStorage.setItem(keys_name, served);
  return served;
}

export function forgetLog(): void {
  localStorage.removeItem(keys_name);
  localStorage.removeItem(head_name);
}

function remembered(): Head | null {
  const text = localStorage.getItem(head_name);
  if (!text) return null;
  const { origin, size, root } = JSON.parse(text) as { origin: string; size: number; root: string };
  return { origin, size, root: fromBase64(root) };
}

function remember(head: Head): void {
  const root = btoa(String.fromCharCode(...head.root));
  localStorage.setItem(head_name, JSON.stringify({ origin: head.origin, size: head.size, root }));
}

/** Compares the head with the remembered one, and remembers the newer; false where there was none. */
async function goesOn(head: Head): Promise<boolean> {
  const last = remembered();
  if (!last || last.size === 0) {
    remember(head);
    return false;
  }
  const [older, newer] = last.size <= head.size ? [last, head] : [head, last];
  const proof = older.size === newer.size ? []
    : (await ask<Consistency>(`/v1/log/consistency?from=${older.size}&to=${newer.size}`)).proof;
  await verifyConsistency(older, newer, proof);
  if (newer === head) remember(head);
  return true;
}

export const failed = (why: unknown, entry?: number): Outcome =>
  why instanceof Problem
    ? { verdict: "cannot", size: 0, why: why.body.detail ?? why.message, entry }
    : { verdict: "failed", size: 0, entry, why: why instanceof Error ? why.message : String(why) };

/** The signed head, which goes on from the one that this browser remembers. Throws where not. */
export async function provenHead(): Promise<{ head: Head; compared: boolean }> {
  const keys = await logKeys();
  const head = await openHead(await askText("/v1/log/checkpoint"), await parseVerifierKeys(keys));
  return { head, compared: await goesOn(head) };
}

/** One entry is in the log, and is what is shown of it. */
export async function prove(position: number, shown?: Entry): Promise<Outcome> {
  try {
    const keys = await logKeys();
    const receipt = await askText(`/v1/log/receipts/${position}`);
    const proved = await verifyReceipt(receipt, keys);
    if (proved.entry.position !== position)
      throw new Error("The receipt is another entry's.");
    if (shown && JSON.stringify(proved.entry) !== JSON.stringify(shown))
      throw new Error("What is shown is not what was logged.");
    return { verdict: "verified", size: proved.size };
  } catch (problem) {
    return failed(problem, position);
  }
}

