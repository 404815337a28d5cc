// script/server for a test: on a free port, with a folder of its own, ended by its process id.
import { execFile, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export const freePort = () => new Promise((done) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});

/** A child whose output is kept, resolved once `ready` stands in it; an end before that is an error. */
export function started(command, args, ready, options = {}) {
  return new Promise((done, no) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], ...options });
    let said = "";
    const hear = (text) => {
      said += text;
      if (said.includes(ready)) done(child);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", no);
    child.on("exit", (code) => no(new Error(`${command} ended with ${code}:\n${said}`)));
  });
}

/** A command to its end: { code, stdout, stderr }; 300 s are too long. */
export const ran = (command, args, options = {}) => new Promise((done) => {
  execFile(command, args, { cwd: root, timeout: 300_000, maxBuffer: 1 << 26, ...options },
    (failure, stdout, stderr) => done({ code: failure ? failure.code ?? failure.signal : 0, stdout, stderr }));
});

export const ended = (child) => new Promise((done) => {
  if (child.exitCode !== null || child.signalCode !== null) return done();
  child.removeAllListeners("exit");
  child.on("exit", done);
  child.kill("SIGTERM");
});

/** Runs `use({ port, data, url, tokens })` beside a server with these flags of script/server. */
export async function onServer(flags, use) {
  const folder = mkdtempSync(join(tmpdir(), "chipledger-apidocs-"));
  chmodSync(folder, 0o755);  // The user postgres goes through it.
  const data = join(folder, "data");
  const port = await freePort();
  let server;
  try {
    server = await started("script/server", ["--data", data, "--port", String(port), ...flags],
      "  firm:F-A");
    const tokens = JSON.parse(readFileSync(join(data, "tokens.json"), "utf8"));
    return await use({ folder, data, port, tokens, url: `http://127.0.0.1:${port}` });
  } finally {
    if (server) await ended(server);
    rmSync(folder, { recursive: true, force: true });
  }
}
