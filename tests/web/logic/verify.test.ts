// The page's own verifier against known receipts and against broken ones, with the hashes of the
// browser (node's are the same) and with those that it brings along for plain HTTP.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";

const data = JSON.parse(readFileSync(
  new URL("../../data/tlog/chipledger/leaf_checkpoint_receipt.json", import.meta.url), "utf8")) as
  { log_vkey: string; receipts: string[] };
const key = data.log_vkey;
const first = data.receipts[0] ?? "";

describe.each(["native", "portable"])("with %s hashes", (kind) => {
  let verify: typeof import("../../../web/src/proof/verify");
  beforeAll(async () => {
    vi.resetModules();
    if (kind === "portable") vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues });
    verify = await import("../../../web/src/proof/verify");
    await verify.parseVerifierKey(key);  // Chooses its hashes now.
    vi.unstubAllGlobals();
  });

  // The known entries have no position; the error that says so comes after all else has held.
  const outcome = (receipt: string, keys = key) =>
    verify.verifyReceipt(receipt, keys).then(() => "good", (failed: Error) => failed.message);
  const other = (text: string, at: number) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

  it("holds the known receipts for good", async () => {
    expect(data.receipts.length).toBeGreaterThan(2);
    for (const receipt of data.receipts) expect(await outcome(receipt)).toMatch(/another position/);
  });

  it("finds every broken one", async () => {
    expect(await outcome(other(first, first.indexOf("extra ") + 80))).toMatch(/not in the log/);
    expect(await outcome(other(first, first.indexOf("index 0\n") + 10))).toMatch(/not in the log/);
    expect(await outcome(first.replace("index 0", "index 1"))).toMatch(/not in the log|reach/);
    expect(await outcome(first.replace("index 0", "index 5"))).toMatch(/reach/);
    expect(await outcome(first.replace("\n5\n", "\n6\n"))).toMatch(/signed/);
    expect(await outcome("nonsense")).toMatch(/no receipt/);
    expect(await outcome(first.replace(/(index 0\n)[^\n]+\n/, "$1"))).toMatch(/too short/);
    expect(await outcome(first.replace(/(index 0\n[^\n]+\n)/, "$1".repeat(2)))).toMatch(/too long|not in the log/);
  });

  it("takes no key whose id is another's", async () => {
    const id = key.split("+")[1] ?? "";
    expect(await outcome(first, key.replace(id, "00000000"))).toMatch(/belong/);
  });

  it("holds that a log goes on, and finds where it does not", async () => {
    // A tree of leaves of our own, after RFC 6962: 3 leaves, then 7.
    const bytes = (text: string) => new TextEncoder().encode(text);
    const sha = async (...parts: Uint8Array[]) =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", Buffer.concat(parts)));
    const leaf = (text: string) => sha(Uint8Array.of(0), bytes(text));
    const node = (a: Uint8Array, b: Uint8Array) => sha(Uint8Array.of(1), a, b);
    const [a, b, c, d, e, f, g] = await Promise.all([..."abcdefg"].map(leaf)) as
      [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const ab = await node(a, b), cd = await node(c, d), ef = await node(e, f);
    const three = await node(ab, c);
    const efg = await node(ef, g);
    const seven = await node(await node(ab, cd), efg);
    const head = (size: number, root: Uint8Array) =>
      ({ origin: "o", size, root: root as Uint8Array<ArrayBuffer> });
    const base64 = (hash: Uint8Array) => Buffer.from(hash).toString("base64");
    const proof = [c, d, ab, efg].map(base64);
    await verify.verifyConsistency(head(3, three), head(7, seven), proof);
    const four = await node(ab, cd);
    await verify.verifyConsistency(head(4, four), head(7, seven), [base64(efg)]);
    await verify.verifyConsistency(head(7, seven), head(7, seven), []);
    const broken = (...args: Parameters<typeof verify.verifyConsistency>) =>
      expect(verify.verifyConsistency(...args)).rejects.toThrow(/does not go on/);
    await broken(head(3, three), head(7, seven), [c, d, ab, ef].map(base64));
    await broken(head(3, four), head(7, seven), proof);
    await broken(head(7, seven), head(3, three), proof);
    await broken(head(7, seven), head(7, three), []);
    await broken(head(3, three), head(7, seven), proof.slice(0, 3));
  });
});
