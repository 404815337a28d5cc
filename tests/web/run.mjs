// All tests of the page: its logic, then its journeys in a real browser on a real server.
// usage: node tests/web/run.mjs [logic|journeys|tamper]…   (none: all)
// With CHIPLEDGER_URL and CHIPLEDGER_DATA the journeys go to a server that runs already.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const wanted = process.argv.slice(2);
const wants = (part) => wanted.length === 0 || wanted.includes(part);
let failed = false;

function vitest(project, env = {}) {
  const args = ["node_modules/vitest/vitest.mjs", "run", "--config", "tests/web/vitest.config.ts"];
  const ran = spawnSync(process.execPath, [...args, "--project", project],
    { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  failed ||= ran.status !== 0;
}

const freePort = () => new Promise((done) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});

/** script/server, once it has printed its last link. */
function start(data, port, flags) {
  return new Promise((done, no) => {
    const server = spawn("script/server", ["--data", data, "--port", String(port), ...flags],
      { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    const last = flags.includes("--tamper-demo") ? "altered: entry" : "  firm:F-A";
    let said = "";
    server.stdout.on("data", (text) => {
      said += text;
      if (said.includes(last)) done(server);
    });
    server.on("exit", (code) => no(new Error(`script/server ended with ${code}`)));
  });
}

const stop = (server) => new Promise((done) => {
  server.removeAllListeners("exit");
  server.on("exit", done);
  server.kill("SIGTERM");
});

async function onServer(data, flags, project) {
  const port = await freePort();
  const server = await start(data, port, flags);
  try {
    vitest(project, { CHIPLEDGER_URL: `http://127.0.0.1:${port}`, CHIPLEDGER_DATA: data });
  } finally {
    await stop(server);
  }
}

if (wants("logic")) vitest("logic");
if (process.env.CHIPLEDGER_URL) {
  for (const project of ["journeys", "tamper"]) if (wanted.includes(project)) vitest(project);
} else if (wants("journeys") || wants("tamper")) {
  const data = mkdtempSync(join(tmpdir(), "chipledger-web-"));
  chmodSync(data, 0o755);
  try {
    if (wants("journeys")) await onServer(data, [], "journeys");
    if (wants("tamper")) await onServer(data, ["--tamper-demo"], "tamper");
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}
process.exit(failed ? 1 : 0);
