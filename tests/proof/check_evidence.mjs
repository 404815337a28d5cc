// An independent reader of evidence, with unzip, sha256sum and Node's own library, by the bundle's
// README.txt: it shares no line with chipledger. usage: node check_evidence.mjs FILE VKEY_FILE
import { execFileSync } from "node:child_process";
import { createHash, createHmac, createPublicKey, verify } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [file, vkeyFile] = process.argv.slice(2);
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part),
  createHash("sha256")).digest();
const expect = (holds, what) => {
  if (!holds) throw new Error(what);
};
const folder = mkdtempSync(join(tmpdir(), "evidence-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const text = (name) => readFileSync(join(folder, name), "utf8");
const lines = (name) => text(name).split("\n").slice(0, -1);

// 1. Debian: apt-get install unzip coreutils (script/setup does).
execFileSync("unzip", ["-qq", file, "-d", folder]);
execFileSync("sha256sum", ["--strict", "--quiet", "-c", "SHA256SUMS"], { cwd: folder });
const listed = lines("SHA256SUMS").map((line) => line.slice(66));
const there = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1));
expect(String([...listed, "SHA256SUMS"].sort()) === String(there.sort()), "nothing else is there");

// 2.
const vkey = readFileSync(vkeyFile, "utf8").trim();
const name = vkey.slice(0, vkey.indexOf("+"));
const [id, ...base64] = vkey.slice(name.length + 1).split("+");
const key = Buffer.from(base64.join("+"), "base64");
expect(key.length === 33 && key[0] === 1, "an Ed25519 key");
expect(sha256(name + "\n", key).subarray(0, 4).toString("hex") === id, "the key's id is its own");
const publicKey = createPublicKey({ format: "der", type: "spki",
  key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key.subarray(1)]) });

// 3.
const note = text("checkpoint");
const signed = note.slice(0, note.lastIndexOf("\n\n") + 1);
expect(note.slice(signed.length + 1).split("\n").filter(Boolean).some((line) => {
  const [dash, signer, signature] = line.split(" ");
  const bytes = Buffer.from(signature, "base64");
  return dash === "\u2014" && signer === name && bytes.subarray(0, 4).toString("hex") === id &&
    verify(null, Buffer.from(signed), publicKey, bytes.subarray(4));
}), "the log has signed the checkpoint");
const [origin, size, root] = signed.split("\n");
expect(origin === name, "the checkpoint is of this log");

// 4.
function rootFrom(position, hash, path) {
  let fn = BigInt(position) - 1n, sn = BigInt(size) - 1n, r = hash;
  for (const p of path) {
    expect(sn !== 0n, "the path ends at the root");
    if (fn % 2n === 1n || fn === sn) {
      r = sha256(Buffer.of(1), p, r);
      while (fn % 2n === 0n && fn !== 0n) { fn /= 2n; sn /= 2n; }
    } else r = sha256(Buffer.of(1), r, p);
    fn /= 2n; sn /= 2n;
  }
  expect(sn === 0n, "the path reaches the root");
  return r;
}
const entries = lines("entries.ndjson"), proofs = lines("proofs.ndjson").map((line) => JSON.parse(line));
expect(entries.length === proofs.length, "a proof for each entry");
const positions = entries.map((bytes, i) => {
  const { position, salt, path } = proofs[i];
  const secret = Buffer.from(salt, "base64");
  expect(secret.length === 32, "a salt of 32 bytes");
  const mac = createHmac("sha256", secret).update("chipledger/leaf/v1\n" + bytes).digest();
  const hash = sha256(Buffer.of(0), Buffer.of(1), mac);
  expect(rootFrom(position, hash, path.map((p) => Buffer.from(p, "base64")))
    .equals(Buffer.from(root, "base64")), `entry ${position} is under the root`);
  expect(JSON.parse(bytes).position === position, `entry ${position} says its place`);
  expect(i === 0 || proofs[i - 1].position < position, "positions ascend");
  return position;
});

// 5. The schemas are there for all types that come; ajv is not.
const types = new Set(entries.map((bytes) => JSON.parse(bytes).type));
for (const type of types) expect(JSON.parse(text(`schemas/${type}.json`)).type === "object", type);
expect(JSON.parse(text("about.json")).entries === entries.length, "about.json counts them");
console.log(`ok ${entries.length} entries of ${size}: ${positions.slice(0, 12).join(" ")}`);
