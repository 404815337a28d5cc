// What this device keeps: the outbox, drafts, and the last that was known. IndexedDB, so that a
// reload, a dead battery or a closed browser loses nothing that was typed.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { ProblemBody, Proposal } from "../api/types";
import type { ActName, Field } from "./acts";
import type { Part } from "./units";

export type ItemState = "waiting" | "recorded" | "proposed" | "refused" | "discarded";

export interface Item {
  /** The place in the order; the store gives it. */
  seq?: number;
  /** The Idempotency-Key, made here before anything is sent. */
  key: string;
  ref: string;
  principal: string;
  shipment: string;
  act: ActName;
  units: number;
  parts: Part[];
  proposal: Proposal;
  made_at: string;
  state: ItemState;
  tries: number;
  /** Not before this moment (ms since 1970). */
  again_at: number;
  problem: Partial<ProblemBody> | null;
  position: number | null;
  settled_at: string | null;
}
export type Kept = Item & { seq: number };

export interface Draft {
  principal: string;
  /** A shipment, or "" for the scan box. */
  about: string;
  act: ActName | null;
  units: string;
  fields: Partial<Record<Field, string>>;
  when: string;
  /** The refused item that this one is to stand in for. */
  replaces: number | null;
}

interface Dock extends DBSchema {
  outbox: { key: number; value: Item; indexes: { ref: string } };
  drafts: { key: [string, string]; value: Draft };
  known: { key: string; value: { name: string; at: string; value: unknown } };
}
export type Store = IDBPDatabase<Dock>;

let opened: Promise<Store> | null = null;

export function openStore(): Promise<Store> {
  opened ??= openDB<Dock>("chipledger dock", 1, {
    upgrade(db) {
      const outbox = db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
      outbox.createIndex("ref", "ref");
      db.createObjectStore("drafts", { keyPath: ["principal", "about"] });
      db.createObjectStore("known", { keyPath: "name" });
    },
    blocking(_from, _to, event) {
      // Another tab brings a newer page: let it.
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated() {
      opened = null;
    },
  }).catch((failed: unknown) => {
    opened = null;
    throw failed;
  });
  return opened;
}

/** For tests: lets go of the store, so that it can be deleted. */
export async function closeStore(): Promise<void> {
  const store = await opened;
  opened = null;
  store?.close();
}

export async function draftOf(principal: string, about: string): Promise<Draft | undefined> {
  return (await openStore()).get("drafts", [principal, about]);
}

export async function keepDraft(draft: Draft): Promise<void> {
  await (await openStore()).put("drafts", draft);
}

export async function dropDraft(principal: string, about: string): Promise<void> {
  await (await openStore()).delete("drafts", [principal, about]);
}

export async function known<T>(name: string): Promise<{ at: string; value: T } | undefined> {
  return (await openStore()).get("known", name) as Promise<{ at: string; value: T } | undefined>;
}

export async function keepKnown(name: string, value: unknown): Promise<void> {
  await (await openStore()).put("known", { name, at: new Date().toISOString(), value });
}

/** What another officer last saw on this device is not for this one. */
export async function forgetOthers(principal: string): Promise<void> {
  const transaction = (await openStore()).transaction("known", "readwrite");
  for (const name of await transaction.store.getAllKeys())
    if (name.startsWith("due ") && name !== `due ${principal}`)
      await transaction.store.delete(name);
  await transaction.done;
}
