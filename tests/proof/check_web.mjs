// The page's own verifier against known receipts and against broken ones. usage: node check_web.mjs
import { readFileSync } from "node:fs";
import { verifyReceipt } from "../../web/verify.js";

const data = JSON.parse(readFileSync(
  new URL("../data/tlog/chipledger/leaf_checkpoint_receipt.json", import.meta.url), "utf8"));
const key = data.log_vkey;

// The known entries have no position; the error that says so comes after all else has held.
const misplaced = /another position/;
const outcome = (receipt, keys = key) => verifyReceipt(receipt, keys).then(() => "good", (e) => e.message);

let checks = 0;
function expect(holds, what) {
  if (!holds) { console.error(`failed: ${what}`); process.exit(1); }
  ++checks;
}
for (const receipt of data.receipts) expect(misplaced.test(await outcome(receipt)), "a known receipt");

const [first] = data.receipts;
const changed = (from, to) => first.replace(from, to);
const other = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
expect(/not in the log/.test(await outcome(other(first, first.indexOf("extra ") + 80))), "a changed byte");
expect(/not in the log/.test(await outcome(other(first, first.indexOf("index 0\n") + 10))), "a changed path");
expect(/not in the log|reach/.test(await outcome(changed("index 0", "index 1"))), "another index");
expect(/reach/.test(await outcome(changed("index 0", "index 5"))), "an index beyond the head");
expect(/signed/.test(await outcome(changed("\n5\n", "\n6\n"))), "a changed head");
expect(/no receipt/.test(await outcome("nonsense")), "nonsense");
expect(/too short/.test(await outcome(first.replace(/(index 0\n)[^\n]+\n/, "$1"))), "a shorter path");
expect(/too long|not in the log/.test(await outcome(first.replace(/(index 0\n[^\n]+\n)/, "$1".repeat(2)))),
  "a longer path");
const id = key.split("+")[1];
expect(/belong/.test(await outcome(first, key.replace(id, "00000000"))), "a key with another id");
console.log(`ok ${checks}`);
