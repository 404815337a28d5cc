// The contract proxy between the journeys and the server: prism checks every request and every answer
// against api/openapi.json, made strict: a member that is not described is a violation too.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";
import openapiTs, { astToString } from "openapi-typescript";
import { description } from "../../api/reference.mjs";
import { ended, freePort, onServer, ran, root, started } from "./server.mjs";

// A proxy that waits for an answer's end cannot pass on one that has none: streams are tested in
// tests/http/stream_test.cpp and audit_test.cpp.
const streams = ["GET /v1/events/stream", "GET /v1/audit/replay"];
// The strict copy says something wrong of this one, to show that the proxy looks.
const lie = "/healthz";

/** The description with every object closed that names its members, and one lie. */
function strict() {
  const plain = description();
  // What is all of several is closed as one: each by itself would refuse the members of the others.
  const together = (parts) => parts.map(({ $ref, ...own }) =>
    $ref ? plain.components.schemas[$ref.split("/").at(-1)] : own).reduce((whole, part) => ({ ...whole, ...part,
    properties: { ...whole.properties, ...part.properties },
    required: [...whole.required ?? [], ...part.required ?? []] }));
  const closed = (node) => {
    if (Array.isArray(node)) return node.map(closed);
    if (node === null || typeof node !== "object") return node;
    if (node.allOf) return closed(together(node.allOf));
    const copy = Object.fromEntries(Object.entries(node).map(([name, value]) =>
      [name, name === "example" ? value : closed(value)]));
    if (node.type === "object" && node.properties && node.additionalProperties === undefined)
      copy.additionalProperties = false;
    return copy;
  };
  const api = closed(plain);
  api.components.schemas.Health.properties.status.const = "dead";
  return api;
}

/** Types from the description, the journeys checked with them and bundled into `target`. */
async function compile(target) {
  const generated = join(root, "tests/apidocs/generated");
  mkdirSync(generated, { recursive: true });
  writeFileSync(join(generated, "openapi.d.ts"),
    astToString(await openapiTs(new URL("../../api/openapi.json", import.meta.url))));
  const checked = await ran("node_modules/.bin/tsc", ["-p", "tests/apidocs"]);
  if (checked.code !== 0) throw new Error(`the journeys are not as the types say:\n${checked.stdout}`);
  await esbuild.build({ entryPoints: [join(root, "tests/apidocs/journeys.ts")], outfile: target,
    bundle: true, platform: "node", format: "esm", target: "node20", logLevel: "warning" });
}

async function looks(proxy) {
  const seen = await fetch(proxy + lie).then((answer) => answer.json());
  if (!seen.type?.includes("VIOLATIONS")) throw new Error(`the proxy lets a wrong answer pass: ${JSON.stringify(seen)}`);
  const asked = await fetch(`${proxy}/v1/audit/diff`).then((answer) => answer.json());
  if (!JSON.stringify(asked).includes("stoplight.io")) throw new Error("the proxy lets a wrong request pass");
}

/** Runs the journeys; returns what went wrong, and what was asked. */
export async function contract(build) {
  mkdirSync(build, { recursive: true });
  const journeys = join(build, "journeys.mjs"), described = join(build, "strict.json");
  await compile(journeys);
  writeFileSync(described, JSON.stringify(strict()));
  return onServer(["--empty", "--clock", "simulated:2026-01-05T09:00:00+08:00"], async (server) => {
    const port = await freePort();
    const minted = await ran("build/src/chipledger", ["token", "mint", "--data", server.data,
      "--role", "regulator", "--principal", "chen"]);
    if (minted.code !== 0) throw new Error(minted.stderr);
    const proxy = await started("node_modules/.bin/prism", ["proxy", described, server.url,
      "--errors", "--host", "127.0.0.1", "--port", String(port)], "Prism is listening");
    try {
      await looks(`http://127.0.0.1:${port}`);
      const tokens = { ...server.tokens, second: minted.stdout.trim() };
      const whole = await ran(process.execPath, [journeys, `http://127.0.0.1:${port}`, server.url],
        { env: { ...process.env, TOKENS: JSON.stringify(tokens) } });
      if (whole.code !== 0) throw new Error(`the journeys end with ${whole.code}:\n${whole.stderr}`);
      const asked = new Set([...whole.stdout.trim().split("\n"), ...streams, `GET ${lie}`]);
      const missing = Object.entries(description().paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
        .filter((operation) => !asked.has(operation));
      if (missing.length > 0) throw new Error(`nobody asks ${missing.join(", ")}`);
      return asked.size;
    } finally {
      await ended(proxy);
    }
  });
}
