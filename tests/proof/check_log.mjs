// An independent reader of the log, from the wire alone and with Node's own library: it shares no
// line with the server. usage: node check_log.mjs URL VKEY_FILE [RECEIPT_FILE…]
// Signed notes, checkpoints, tiles and proofs are as the C2SP specifications and RFC 6962 say.
import { createHash, createHmac, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const [url, vkeyFile, ...receiptFiles] = process.argv.slice(2);
const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leafHash = (entry) => sha256(Buffer.of(0), entry);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
const expect = (holds, what) => {
  if (!holds) throw new Error(what);
};

function verifierKey(line) {
  const [name, id, base64] = line.trim().split("+").flatMap((part, i, all) =>
    i < 2 ? [part] : i === 2 ? [all.slice(2).join("+")] : []);
  const bytes = Buffer.from(base64, "base64");
  expect(bytes.length === 33 && bytes[0] === 1, "an Ed25519 key");
  expect(sha256(name + "\n", bytes).subarray(0, 4).toString("hex") === id, "the key's id is its own");
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), bytes.subarray(1)]);
  return { name, id, key: createPublicKey({ key: der, format: "der", type: "spki" }) };
}

function openCheckpoint(note, key) {
  const split = note.lastIndexOf("\n\n");
  const text = note.slice(0, split + 1);
  const signed = note.slice(split + 2).split("\n").filter(Boolean).some((line) => {
    const [, name, base64] = line.split(" ");
    const bytes = Buffer.from(base64, "base64");
    return name === key.name && bytes.subarray(0, 4).toString("hex") === key.id &&
      verify(null, Buffer.from(text), key.key, bytes.subarray(4));
  });
  expect(signed, "the log has signed the checkpoint");
  const [origin, size, root] = text.split("\n");
  expect(origin === key.name, "the checkpoint is of this log");
  return { size: Number(size), root: Buffer.from(root, "base64") };
}

function rootOf(leaves) {
  if (leaves.length === 1) return leaves[0];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return nodeHash(rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

function rootFromPath(index, size, leaf, path) {
  let hash = leaf, at = BigInt(index), last = BigInt(size) - 1n;
  for (const sibling of path) {
    if (at % 2n === 1n || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2n === 0n && at !== 0n) { at /= 2n; last /= 2n; }
    } else hash = nodeHash(hash, sibling);
    at /= 2n; last /= 2n;
  }
  expect(last === 0n, "the path ends at the root");
  return hash;
}

async function bytesOf(path) {
  const answer = await fetch(`${url}/v1/log/${path}`);
  expect(answer.status === 200, `${path} answers ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

const indexPath = (n) => {
  const digits = String(n).padStart(Math.ceil(String(n).length / 3) * 3, "0");
  const groups = digits.match(/.{3}/g);
  return groups.map((group, i) => (i + 1 < groups.length ? "x" : "") + group).join("/");
};

async function rowOf(level, length) {
  const hashes = [];
  for (let tile = 0; tile * 256 < length; ++tile) {
    const width = Math.min(256, length - tile * 256);
    const partial = width < 256 ? `.p/${width}` : "";
    const bytes = await bytesOf(`tile/${level}/${indexPath(tile)}${partial}`);
    expect(bytes.length === 32 * width, "a tile is as wide as its name");
    for (let at = 0; at < bytes.length; at += 32) hashes.push(bytes.subarray(at, at + 32));
  }
  return hashes;
}

async function checkEntries(leaves) {
  for (let tile = 0; tile * 256 < leaves.length; ++tile) {
    const width = Math.min(256, leaves.length - tile * 256);
    const partial = width < 256 ? `.p/${width}` : "";
    const bundle = await bytesOf(`tile/entries/${indexPath(tile)}${partial}`);
    let at = 0;
    for (let i = 0; i < width; ++i) {
      const length = bundle.readUInt16BE(at);
      const entry = bundle.subarray(at + 2, at + 2 + length);
      expect(leafHash(entry).equals(leaves[tile * 256 + i]), `entry ${tile * 256 + i} is its leaf`);
      at += 2 + length;
    }
    expect(at === bundle.length, "nothing is left in the bundle");
  }
}

function checkReceipt(text, key) {
  const lines = text.split("\n");
  expect(lines[0] === "c2sp.org/tlog-proof@v1", "a tlog-proof");
  const extra = Buffer.from(lines[1].slice("extra ".length), "base64");
  const index = Number(lines[2].slice("index ".length));
  const end = lines.indexOf("");
  const path = lines.slice(3, end).map((line) => Buffer.from(line, "base64"));
  const head = openCheckpoint(lines.slice(end + 1).join("\n"), key);
  const mac = createHmac("sha256", extra.subarray(0, 32)).update("chipledger/leaf/v1\n")
    .update(extra.subarray(32)).digest();
  const leaf = leafHash(Buffer.concat([Buffer.of(1), mac]));
  expect(rootFromPath(index, head.size, leaf, path).equals(head.root), "the entry is in the tree");
  const entry = JSON.parse(extra.subarray(32).toString());
  expect(entry.position === index + 1, "the entry is at its own position");
}

function refuses(check, what) {
  try { check(); } catch { return; }
  throw new Error(`${what} was taken`);
}

const key = verifierKey(readFileSync(vkeyFile, "utf8").split("\n")[0]);
const note = (await bytesOf("checkpoint")).toString();
const head = openCheckpoint(note, key);
refuses(() => openCheckpoint(note.replace(`\n${head.size}\n`, `\n${head.size + 1}\n`), key),
  "a checkpoint of another size");
const leaves = await rowOf(0, head.size);
expect(rootOf(leaves).equals(head.root), "the tiles make the signed root");
let below = leaves;
for (let level = 1; below.length >= 256; ++level) {
  const row = await rowOf(level, Math.floor(below.length / 256));
  row.forEach((hash, i) =>
    expect(rootOf(below.slice(i * 256, i * 256 + 256)).equals(hash), `row ${level} is above its row`));
  below = row;
}
await checkEntries(leaves);
for (const file of receiptFiles) {
  const text = readFileSync(file, "utf8");
  checkReceipt(text, key);
  const at = text.indexOf("extra ") + 60;
  const other = text[at] === "A" ? "B" : "A";
  refuses(() => checkReceipt(text.slice(0, at) + other + text.slice(at + 1), key), "a changed receipt");
}
console.log(`ok ${head.size} entries, ${receiptFiles.length} receipts`);
