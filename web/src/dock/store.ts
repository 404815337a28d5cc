// What this device keeps: the outbox, drafts, and the last that was known. IndexedDB, so that a
// reload, a dead battery or a closed browser loses nothing that was typed.
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

type Name = "outbox" | "drafts" | "known";
const versions = 1;
let opened: Promise<IDBDatabase> | null = null;

export const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((done, no) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => no(request.error);
  });

function make(store: IDBDatabase): void {
  const outbox = store.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
  outbox.createIndex("ref", "ref");
  store.createObjectStore("drafts", { keyPath: ["principal", "about"] });
  store.createObjectStore("known", { keyPath: "name" });
}

async function open(): Promise<IDBDatabase> {
  const opening = indexedDB.open("chipledger dock", versions);
  opening.onupgradeneeded = () => make(opening.result);
  const store = await asked(opening);
  store.onclose = () => {
    opened = null;
  };
  store.onversionchange = () => {
    // Another tab brings a newer page: let it.
    store.close();
    opened = null;
  };
  return store;
}

function openStore(): Promise<IDBDatabase> {
  opened ??= open().catch((failed: unknown) => {
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

/** Runs `act` in one transaction, and returns when what it wrote is safe on the device. */
export async function within<T>(
  names: Name[],
  mode: IDBTransactionMode,
  act: (of: (name: Name) => IDBObjectStore) => Promise<T>,
): Promise<T> {
  const transaction = (await openStore()).transaction(names, mode, { durability: "strict" });
  const safe = new Promise<void>((done, no) => {
    transaction.oncomplete = () => done();
    transaction.onabort = () => no(transaction.error);
  });
  const [result] = await Promise.all([act((name) => transaction.objectStore(name)), safe]);
  return result;
}

export async function draftOf(principal: string, about: string): Promise<Draft | undefined> {
  return within(["drafts"], "readonly", (of) => asked(of("drafts").get([principal, about])));
}

export async function keepDraft(draft: Draft): Promise<void> {
  await within(["drafts"], "readwrite", (of) => asked(of("drafts").put(draft)));
}

export async function known<T>(name: string): Promise<{ at: string; value: T } | undefined> {
  return within(["known"], "readonly", (of) => asked(of("known").get(name)));
}

export async function keepKnown(name: string, value: unknown): Promise<void> {
  const kept = { name, at: new Date().toISOString(), value };
  await within(["known"], "readwrite", (of) => asked(of("known").put(kept)));
}

/** What another officer last saw on this device is not for this one. */
export async function forgetOthers(principal: string): Promise<void> {
  await within(["known"], "readwrite", async (of) => {
    for (const name of (await asked(of("known").getAllKeys())) as string[])
      if (name.startsWith("due ") && name !== `due ${principal}`) of("known").delete(name);
  });
}
