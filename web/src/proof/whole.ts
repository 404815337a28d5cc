// Every entry of the log, hashed in this browser and compared with the signed root.
import { askText, Problem } from "../api/client";
import { hashing } from "./hash";
import { Edge, fromBase64, leafOf, same, type Head } from "./verify";

type Bytes = Uint8Array<ArrayBuffer>;

const piece = 2000;  // Entries asked for at once.
const together = 64;  // Leaves hashed at once.
const tile_leaves = 256;

/** "salt bytes" of each line; the entry at `after` + its place + 1. */
async function leavesOf(after: number, upto: number): Promise<Bytes[]> {
  const text = await askText(`/v1/log/entries?after=${after}&upto=${upto}`);
  const lines = text.split("\n").filter(Boolean);
  if (lines.length !== upto - after) throw new Error("The log gives fewer entries than its head signs.");
  const encoder = new TextEncoder();
  const leaves: Bytes[] = [];
  for (let at = 0; at < lines.length; at += together)
    leaves.push(...await Promise.all(lines.slice(at, at + together).map((line) => {
      const space = line.indexOf(" ");
      return leafOf(fromBase64(line.slice(0, space)), encoder.encode(line.slice(space + 1)));
    })));
  return leaves;
}

async function tile(index: number, size: number): Promise<Bytes> {
  const width = Math.min(tile_leaves, size - index * tile_leaves);
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0").match(/.../g) ?? [];
  const path = digits.map((group, i) => (i < digits.length - 1 ? `x${group}` : group)).join("/");
  const partial = width < tile_leaves ? `.p/${width}` : "";
  const response = await fetch(`/v1/log/tile/0/${path}${partial}`);
  if (!response.ok) throw new Problem(response.status, {});
  return new Uint8Array(await response.arrayBuffer());
}

/** The first entry that is not what the tree holds, or null where the tree itself is not the root's. */
async function culprit(leaves: Bytes[], head: Head): Promise<number | null> {
  const edge = new Edge();
  let found: number | null = null;
  for (let index = 0; index * tile_leaves < head.size; ++index) {
    const hashes = await tile(index, head.size);
    for (let at = 0; at * 32 < hashes.length; ++at) {
      const held = hashes.slice(at * 32, at * 32 + 32);
      const position = index * tile_leaves + at;
      if (found === null && !same(held, leaves[position] ?? new Uint8Array())) found = position + 1;
      await edge.push(held);
    }
  }
  return same(await edge.root(), head.root) ? found : null;
}

export class Altered extends Error {
  readonly entry: number | undefined;
  constructor(entry: number | null) {
    super(entry ? "This entry is not what was logged." : "The entries do not lead to the signed root.");
    this.entry = entry ?? undefined;
  }
}

const leaves: Bytes[] = [];
const edge = new Edge();

/** Hashes what is new since the last call; throws Altered where the log does not lead to the head. */
export async function proveWhole(head: Head): Promise<void> {
  await hashing();
  while (leaves.length < head.size) {
    const upto = Math.min(head.size, leaves.length + piece);
    for (const leaf of await leavesOf(leaves.length, upto)) {
      leaves.push(leaf);
      await edge.push(leaf);
    }
  }
  if (edge.size > head.size || same(await edge.root(), head.root)) return;
  const entry = await culprit(leaves, head);
  forgetLeaves();
  throw new Altered(entry);
}

/** From the first entry again. */
export function forgetLeaves(): void {
  leaves.length = 0;
  edge.clear();
}
