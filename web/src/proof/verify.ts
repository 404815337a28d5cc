// Checks receipts, heads and consistency in the reader's own browser: an entry's bytes, its place in
// the tree (RFC 6962), and the log's signature on the head (C2SP tlog-proof, signed-note). It asks
// the server for nothing: what it is given and the log's verifier keys are all it reads.
import type { Entry } from "../api/types";
import { hashing, type Hashing } from "./hash";

type Bytes = Uint8Array<ArrayBuffer>;

export interface Head { origin: string; size: number; root: Bytes }
export interface Proved { origin: string; size: number; entry: Entry; bytes: string; head: Head }
interface VerifierKey { name: string; id: string; key: Bytes }

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export const fromBase64 = (text: string): Bytes => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const toHex = (bytes: Bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const same = (a: Bytes, b: Bytes): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

function joined(...parts: Bytes[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const node = (hash: Hashing, left: Bytes, right: Bytes) =>
  hash.sha256(joined(Uint8Array.of(1), left, right));

/** `<name>+<id>+<base64>`: an Ed25519 key whose id is its own. */
export async function parseVerifierKey(line: string): Promise<VerifierKey> {
  const hash = await hashing();
  const [, name = "", id = "", base64 = ""] =
    /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line.trim()) ?? [];
  const bytes = base64 ? fromBase64(base64) : new Uint8Array();
  if (bytes.length !== 33 || bytes[0] !== 1) throw new Error("This is no Ed25519 verifier key.");
  const digest = await hash.sha256(joined(encoder.encode(`${name}\n`), bytes));
  if (toHex(digest.slice(0, 4)) !== id) throw new Error("The key's id does not belong to it.");
  return { name, id, key: bytes.slice(1) };
}

export const parseVerifierKeys = (lines: string): Promise<VerifierKey[]> =>
  Promise.all(lines.trim().split("\n").map(parseVerifierKey));

/** A signed head, where one of the log's keys signed it. */
export async function openHead(note: string, keys: VerifierKey[]): Promise<Head> {
  const hash = await hashing();
  const split = note.lastIndexOf("\n\n");
  const text = note.slice(0, split + 1);
  const [origin = "", size = "", root = ""] = text.split("\n");
  for (const line of note.slice(split + 2).split("\n")) {
    const [, name, base64] = line.split(" ");
    const signature = base64 ? fromBase64(base64) : new Uint8Array();
    const key = keys.find((one) => one.name === name && one.name === origin &&
      one.id === toHex(signature.slice(0, 4)));
    if (key && /^\d+$/.test(size) &&
        await hash.ed25519(key.key, signature.slice(4), encoder.encode(text)))
      return { origin, size: Number(size), root: fromBase64(root) };
  }
  throw new Error("No key of the log has signed the head.");
}

/** What the tree holds of an entry: a commitment to its bytes, under a salt of its own. */
export async function leafOf(salt: Bytes, bytes: Bytes): Promise<Bytes> {
  const hash = await hashing();
  const mac = await hash.hmacSha256(salt, joined(encoder.encode("chipledger/leaf/v1\n"), bytes));
  return hash.sha256(joined(Uint8Array.of(0, 1), mac));
}

/** The right edge of a growing tree: enough to add leaves and to know its root (RFC 6962 §2.1). */
export class Edge {
  private readonly full: { height: number; root: Bytes }[] = [];
  size = 0;

  async push(leaf: Bytes): Promise<void> {
    const hash = await hashing();
    let top = { height: 0, root: leaf };
    while (this.full.at(-1)?.height === top.height) {
      const left = this.full.pop()!;
      top = { height: top.height + 1, root: await node(hash, left.root, top.root) };
    }
    this.full.push(top);
    this.size += 1;
  }

  clear(): void {
    this.full.length = 0;
    this.size = 0;
  }

  async root(): Promise<Bytes> {
    const hash = await hashing();
    const [last, ...others] = [...this.full].reverse();
    let root = last?.root ?? (await hash.sha256(new Uint8Array()));
    for (const { root: left } of others) root = await node(hash, left, root);
    return root;
  }
}

/** The root that a leaf and its path lead to (RFC 9162 §2.1.3.2). */
async function rootOf(index: number, size: number, leaf: Bytes, path: Bytes[]): Promise<Bytes> {
  const hash = await hashing();
  let root = leaf;
  let at = index;
  let last = size - 1;
  const up = () => {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  };
  for (const sibling of path) {
    if (last === 0) throw new Error("The path is too long.");
    if (at % 2 === 1 || at === last) {
      root = await node(hash, sibling, root);
      while (at % 2 === 0 && at !== 0) up();
    } else root = await node(hash, root, sibling);
    up();
  }
  if (last !== 0) throw new Error("The path is too short.");
  return root;
}

/** What a receipt proves. Throws an Error that says what does not hold. */
export async function verifyReceipt(receipt: string, verifierKeys: string): Promise<Proved> {
  const keys = await parseVerifierKeys(verifierKeys);
  const lines = receipt.split("\n");
  const end = lines.indexOf("");
  const [first = "", second = "", third = ""] = lines;
  if (first !== "c2sp.org/tlog-proof@v1" || !second.startsWith("extra ") ||
      !/^index \d+$/.test(third) || end < 3) throw new Error("This is no receipt.");
  const extra = fromBase64(second.slice(6));
  const salt = extra.slice(0, 32);
  const bytes = extra.slice(32);
  const index = Number(third.slice(6));
  const head = await openHead(lines.slice(end + 1).join("\n"), keys);
  if (!Number.isSafeInteger(index) || !(index < head.size))
    throw new Error("The head does not reach as far as the entry.");
  const leaf = await leafOf(salt, bytes);
  const root = await rootOf(index, head.size, leaf, lines.slice(3, end).map(fromBase64));
  if (!same(root, head.root)) throw new Error("The entry is not in the log that the head signs.");
  const entry = JSON.parse(decoder.decode(bytes)) as Entry;
  if (entry.position !== index + 1) throw new Error("The entry is at another position than it says.");
  return { origin: head.origin, size: head.size, entry, bytes: decoder.decode(bytes), head };
}

/** That the tree of `from` is the beginning of the tree of `to` (RFC 9162 §2.1.4.2). Throws if not. */
export async function verifyConsistency(from: Head, to: Head, proof: string[]): Promise<void> {
  const hash = await hashing();
  const no = () => new Error("The log does not go on from the head that this browser remembers.");
  if (from.origin !== to.origin || from.size > to.size) throw no();
  if (from.size === to.size) {
    if (!same(from.root, to.root) || proof.length) throw no();
    return;
  }
  if (from.size === 0) return;
  const path = proof.map(fromBase64);
  if (Number.isInteger(Math.log2(from.size))) path.unshift(from.root);
  let at = from.size - 1;
  let last = to.size - 1;
  const up = () => {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  };
  while (at % 2 === 1) up();
  const first = path.shift();
  if (!first) throw no();
  let older = first;
  let newer = first;
  for (const sibling of path) {
    if (last === 0) throw no();
    if (at % 2 === 1 || at === last) {
      older = await node(hash, sibling, older);
      newer = await node(hash, sibling, newer);
      while (at % 2 === 0 && at !== 0) up();
    } else newer = await node(hash, newer, sibling);
    up();
  }
  if (last !== 0 || !same(older, from.root) || !same(newer, to.root)) throw no();
}
