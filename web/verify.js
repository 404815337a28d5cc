// Checks a receipt in the reader's own browser, with nothing but Web Crypto: the entry's bytes, its
// place in the tree (RFC 6962), and the log's signature on the head (C2SP tlog-proof, signed-note).
// It asks the server for nothing: a receipt and the log's verifier key are all it reads.
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const toHex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

function joined(...parts) {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { bytes.set(part, at); at += part.length; }
  return bytes;
}

const sha256 = async (...parts) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
const node = (left, right) => sha256(Uint8Array.of(1), left, right);

/** `<name>+<id>+<base64>`: an Ed25519 key whose id is its own. */
export async function parseVerifierKey(line) {
  const [, name, id, base64] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line.trim()) ?? [];
  const bytes = base64 ? fromBase64(base64) : new Uint8Array();
  if (bytes.length !== 33 || bytes[0] !== 1) throw new Error("This is no Ed25519 verifier key.");
  const hash = await sha256(encoder.encode(`${name}\n`), bytes);
  if (toHex(hash.subarray(0, 4)) !== id) throw new Error("The key's id does not belong to it.");
  const key = await crypto.subtle.importKey("raw", bytes.subarray(1), "Ed25519", true, ["verify"]);
  return { name, id, key };
}

async function openHead(note, keys) {
  const split = note.lastIndexOf("\n\n");
  const text = note.slice(0, split + 1);
  const [origin, size, root] = text.split("\n");
  for (const line of note.slice(split + 2).split("\n")) {
    const [, name, base64] = line.split(" ");
    const signature = base64 ? fromBase64(base64) : new Uint8Array();
    const key = keys.find((one) => one.name === name && one.name === origin &&
      one.id === toHex(signature.subarray(0, 4)));
    if (key && await crypto.subtle.verify("Ed25519", key.key, signature.subarray(4), encoder.encode(text)))
      return { origin, size: Number(size), root: fromBase64(root) };
  }
  throw new Error("No key of the log has signed the head.");
}

/** The root that a leaf and its path lead to (RFC 9162 §2.1.3.2). */
async function rootOf(index, size, leaf, path) {
  let hash = leaf;
  let at = index;
  let last = size - 1;
  const up = () => { at = Math.floor(at / 2); last = Math.floor(last / 2); };
  for (const sibling of path) {
    if (last === 0) throw new Error("The path is too long.");
    if (at % 2 === 1 || at === last) {
      hash = await node(sibling, hash);
      while (at % 2 === 0 && at !== 0) up();
    } else hash = await node(hash, sibling);
    up();
  }
  if (last !== 0) throw new Error("The path is too short.");
  return hash;
}

/** What a receipt proves: {origin, size, entry}. Throws an Error that says what does not hold. */
export async function verifyReceipt(receipt, verifierKeys) {
  if (!globalThis.crypto?.subtle)
    throw new Error("This browser checks nothing without HTTPS (or localhost).");
  const keys = await Promise.all(verifierKeys.trim().split("\n").map(parseVerifierKey));
  const lines = receipt.split("\n");
  const end = lines.indexOf("");
  if (lines[0] !== "c2sp.org/tlog-proof@v1" || !lines[1]?.startsWith("extra ") ||
      !/^index \d+$/.test(lines[2]) || end < 3) throw new Error("This is no receipt.");
  const extra = fromBase64(lines[1].slice(6));
  const salt = extra.subarray(0, 32);
  const bytes = extra.subarray(32);
  const index = Number(lines[2].slice(6));
  const head = await openHead(lines.slice(end + 1).join("\n"), keys);
  if (!Number.isSafeInteger(index) || !(index < head.size))
    throw new Error("The head does not reach as far as the entry.");
  const hmac = await crypto.subtle.importKey("raw", salt, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", hmac, joined(encoder.encode("chipledger/leaf/v1\n"), bytes));
  const leaf = await sha256(Uint8Array.of(0, 1), new Uint8Array(mac));
  const root = await rootOf(index, head.size, leaf, lines.slice(3, end).map(fromBase64));
  if (!same(root, head.root)) throw new Error("The entry is not in the log that the head signs.");
  const entry = JSON.parse(decoder.decode(bytes));
  if (entry.position !== index + 1) throw new Error("The entry is at another position than it says.");
  return { origin: head.origin, size: head.size, entry, bytes: decoder.decode(bytes) };
}
