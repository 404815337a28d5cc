// A ledger of the test's own, with shipments on their way, served by script/server.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const freePort = () =>
  new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

function serve(data, port) {
  return new Promise((done, no) => {
    const server = spawn("script/server", ["--data", data, "--port", String(port), "--empty"], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    server.stdout.on("data", (text) => {
      said += text;
      if (said.includes("firm:F-A")) done(server);
    });
    server.on("exit", (code) => no(new Error(`script/server ended with ${code}`)));
  });
}

export const per_shipment = 40;
export const shipmentName = (i) => `S-${String(i).padStart(3, "0")}`;
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Fills it: S-001 to S-0NN with 40 units of B01 each, S-900 under a revoked approval. */
export async function openLedger(shipments) {
  const data = mkdtempSync(join(tmpdir(), "chipledger-dock-"));
  chmodSync(data, 0o755);
  const port = await freePort();
  const server = await serve(data, port);
  const tokens = JSON.parse(readFileSync(join(data, "tokens.json"), "utf8"));
  const url = `http://127.0.0.1:${port}`;
  let keys = 0;

  async function ask(role, path, body) {
    const response = await fetch(url + path, {
      method: body ? "POST" : "GET",
      headers: {
        Authorization: `Bearer ${tokens[role]}`,
        "Content-Type": "application/json",
        ...(body && { "Idempotency-Key": `setup-${++keys}` }),
      },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
  const tell = (role, type, event) => ask(role, "/v1/events", { type, data: event });
  const units = (from, to) => [{ batch: "B01", from, to }];

  const asked = shipments * per_shipment + 100;
  await tell("regulator", "PolicyPublished", {
    policy_version: 1,
    period: "P",
    caps: { T1: 2 * asked },
    critical_pct: 80,
    carry_over_max_pct: 20,
    confiscation_effect: "forfeit",
  });
  await tell("regulator", "FirmRegistered", { firm: "F-A", name: "Firm A", tier: "T1" });
  for (const id of ["1", "2"]) {
    await tell("regulator", "ApplicationSubmitted", {
      application: `APP-${id}`,
      firm: "F-A",
      sku: "H200",
      qty: asked,
      end_use: "x",
    });
    await tell("regulator", "ApplicationReviewStarted", { application: `APP-${id}` });
    await tell("regulator", "ApprovalGranted", {
      approval: `AP-${id}`,
      application: `APP-${id}`,
      firm: "F-A",
      granted: id === "1" ? asked : 100,
      period: "P",
      valid_from: day(-30),
      valid_to: day(300),
      conditions: [],
    });
  }
  await tell("logistics", "BatchRegistered", { batch: "B01", sku: "H200", qty: asked });
  await tell("logistics", "BatchTestCertified", { batch: "B01", lab: "L", certificate: "C-1" });
  await tell("regulator", "AllocationReserved", { approval: "AP-1", units: units(1, asked - 100) });
  await tell("regulator", "AllocationReserved", {
    approval: "AP-2",
    units: units(asked - 99, asked),
  });
  await tell("logistics", "SerialsRecorded", {
    batch: "B01",
    from: 1,
    serials: ["SN-1", "SN-2", "SN-3"],
  });
  const dispatches = [];
  for (let i = 1; i <= shipments; ++i)
    dispatches.push({
      type: "ShipmentDispatched",
      data: {
        shipment: shipmentName(i),
        approval: "AP-1",
        units: units((i - 1) * per_shipment + 1, i * per_shipment),
        carrier: "Halcyon Lines",
        port: "CNSHA",
      },
    });
  await ask("logistics", "/v1/events", { events: dispatches });
  await tell("logistics", "ShipmentDispatched", {
    shipment: "S-900",
    approval: "AP-2",
    units: units(asked - 99, asked),
  });
  await tell("customs", "ShipmentArrived", {
    shipment: "S-900",
    units: units(asked - 99, asked),
    office: "SHA-01",
  });
  await tell("regulator", "ApprovalRevoked", { approval: "AP-2", reason: "x" });

  return {
    url,
    tokens,
    ask,
    tell,
    /** What the page's officer recorded after a position, in the order of the log. */
    async recorded(after) {
      const page = await ask("auditor", "/v1/events?limit=500");
      return page.data.filter((entry) => entry.position > after && entry.documents.length > 0);
    },
    head: async () => (await ask("auditor", "/v1/events?limit=1&order=desc")).data[0].position,
    stop: () =>
      new Promise((done) => {
        server.removeAllListeners("exit");
        server.on("exit", () => {
          rmSync(data, { recursive: true, force: true });
          done();
        });
        server.kill("SIGTERM");
      }),
  };
}
