// The description of the API, clients made from it, and every command of the documents.
// usage: node tests/apidocs/run.mjs [lint|contract|commands|site]…   (none: all)
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { blocksOf, run, says, serverOf } from "./blocks.mjs";
import { contract } from "./contract.mjs";
import { onServer, ran, root } from "./server.mjs";

const wanted = process.argv.slice(2);
const build = join(root, "build/apidocs");

/** A warning is a failure; what may be is in redocly.yaml, with its reason. */
async function lint() {
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  const linted = await ran("node_modules/.bin/redocly", ["lint", "api/openapi.json", "--format", "json"], { env });
  const found = JSON.parse(linted.stdout.slice(linted.stdout.indexOf("{")));
  if (linted.code !== 0 || found.problems.length > 0)
    throw new Error(found.problems.map(({ ruleId, message, location }) =>
      `${ruleId}: ${message} (${location[0]?.pointer})`).join("\n") || linted.stderr);
  return "no problem, no warning";
}

async function commands() {
  if (!says("[1,2]\nsome\nmore\nend 7\n", "[1,2]\n…\nend …\n") || says("[1,2]\nx\n", "[1,2]\n"))
    throw new Error("the comparison of what is shown is broken");
  const documents = readdirSync(join(root, "docs"), { recursive: true })
    .filter((name) => name.endsWith(".md")).sort().map((name) => join(root, "docs", name))
    .filter((file) => blocksOf(file).some(({ language }) => language === "sh"));
  const own = documents.filter((file) => serverOf(blocksOf(file)));
  const others = documents.filter((file) => !own.includes(file));
  const results = [];
  for (const file of own)
    results.push(await onServer(serverOf(blocksOf(file)).flags, (server) => run(file, server)));
  await onServer([], async (server) => {
    for (const file of others) results.push(await run(file, server));
  });
  const faults = results.flatMap((result) => result.faults);
  if (faults.length > 0) throw new Error(faults.join("\n\n"));
  const sum = (what) => results.reduce((total, one) => total + one[what], 0);
  return `${sum("commands")} blocks of ${documents.length} documents, ${sum("shown")} with what they say`;
}

async function site() {
  const built = await ran(process.execPath, ["docs/site/build.mjs", join(root, "build/site"), "build/src/chipledger"]);
  if (built.code !== 0) throw new Error(built.stdout + built.stderr);
  return built.stdout.trim();
}

const parts = { lint, contract: async () => `${await contract(build)} operations, 0 violations`, commands, site };
let failed = false;
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const begun = Date.now();
  try {
    console.log(`${name}: ${await part()} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed = true;
    console.error(`${name}: FAILED\n${error.message}`);
  }
}
process.exit(failed ? 1 : 0);
