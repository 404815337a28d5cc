// What the roles do in a season, through the generated client. The server is empty, its clock simulated.
// usage: node journeys.mjs PROXY SERVER, with the tokens as JSON in TOKENS. Prints the operations asked.
import assert from "node:assert/strict";
import { asked, client, good, key, listed, record, refused } from "./client";

const [url = "", behind = ""] = process.argv.slice(2);
const tokens = JSON.parse(process.env.TOKENS ?? "{}") as Record<string, string>;
const as = (role: string) => client(url, tokens[role]);
const regulator = as("regulator"), second = as("second"), customs = as("customs");
const logistics = as("logistics"), auditor = as("auditor"), admin = as("admin");
const firm = as("firm:F-A"), nobody = client(url);
const stranger = client(url, "clk_auditor_of_another_ledger");
const b01 = (from: number, to: number) => [{ batch: "B01", from, to }];
const everyone = { regulator, customs, logistics, auditor, admin, firm };

/** The only entry of a write that must be recorded. */
async function recorded(...what: Parameters<typeof record>) {
  const answer = await good(record(...what));
  assert.ok("events" in answer && answer.events.length === 1);
  return answer.position;
}

async function entitlement() {
  const caps = { policy_version: 1, period: "2026-H1", caps: { T1: 1000 }, critical_pct: 80,
    carry_over_max_pct: 20, confiscation_effect: "forfeit", dual_control: ["ApprovalSuspended"] };
  assert.equal(await recorded(regulator, "PolicyPublished", caps), 2);
  await recorded(regulator, "FirmRegistered", { firm: "F-A", name: "Lanting Cloud", tier: "T1" });
  await recorded(regulator, "FirmRegistered", { firm: "F-B", name: "Beichen", tier: "T1", sector: "robots" });
  await refused("duplicate-firm", record(regulator, "FirmRegistered", { firm: "F-A", name: "x", tier: "T1" }));
  const asks = { firm: "F-A", sku: "H200-141G", qty: 500, end_use: "research" };
  await recorded(firm, "ApplicationSubmitted", { application: "APP-1", ...asks });
  await recorded(firm, "ApplicationSubmitted", { application: "APP-2", ...asks });
  const review = { application: "APP-1" };
  await refused("forbidden-role", record(customs, "ApplicationReviewStarted", review));
  await recorded(regulator, "ApplicationReviewStarted", review);
  await recorded(regulator, "ApprovalGranted", { approval: "AP-1", application: "APP-1", firm: "F-A",
    granted: 400, period: "2026-H1", valid_from: "2026-01-01", valid_to: "2026-06-30",
    conditions: [{ code: "ports", allow: ["CNSHA"] }, { code: "text", text: "Report", due: "2026-04-01" }] });
  await recorded(firm, "ConditionEvidenced", { approval: "AP-1", condition: "Report", evidence: "R-1" });
  const more = { approval: "AP-1", granted: 450 };
  await refused("if-match-required", record(regulator, "ApprovalAmended", more));
  const read = await regulator.GET("/v1/approvals/{approval}", { params: { path: { approval: "AP-1" } } });
  const etag = read.response.headers.get("etag") ?? "";
  await recorded(regulator, "ApprovalAmended", more, etag);
  await refused("version-conflict", record(regulator, "ApprovalAmended", more, etag));
}

async function goods() {
  const batch = { batch: "B01", sku: "H200-141G", qty: 300, origin: "TW" };
  const events = [{ type: "BatchRegistered", data: batch },
    { type: "SerialsRecorded", data: { batch: "B01", from: 1, serials: ["SN-1", "SN-2"] } },
    { type: "BatchTestCertified", data: { batch: "B01", lab: "Jinghe", certificate: "TC-1" } }];
  const whole = { params: { header: { "Idempotency-Key": key() } }, body: { events } };
  const first = await good(logistics.POST("/v1/events", whole));
  const again = await logistics.POST("/v1/events", whole);
  assert.deepEqual(again.data, first);
  assert.equal(again.response.headers.get("idempotent-replayed"), "true");
  await refused("idempotency-key-reused", logistics.POST("/v1/events",
    { params: whole.params, body: events[0] as (typeof events)[number] }));
  const rows = events.slice(0, 1).map((row) => JSON.stringify({ idempotency_key: key(), ...row }));
  const report = await listed(logistics.POST("/v1/imports", { body: `${rows.join("\n")}\n`,
    bodySerializer: (body) => body, headers: { "Content-Type": "application/x-ndjson" } }));
  assert.deepEqual([report.rows, report.refused, report.results[0]?.code], [1, 1, "duplicate-batch"]);
  const forty = (count: number) => ({ approval: "AP-1", units: [{ batch: "B01", count }] });
  const dry = await good(regulator.POST("/v1/events", { params: { query: { dry_run: true } },
    body: { type: "AllocationReserved", data: forty(40) } }));
  assert.ok("dry_run" in dry && dry.dry_run);
  const no = await refused("unit-not-available", record(regulator, "AllocationReserved", forty(301)));
  assert.equal(no.short_by, 1);
  await recorded(regulator, "AllocationReserved", forty(250));
  await recorded(logistics, "ShipmentDispatched",
    { shipment: "S-1", approval: "AP-1", units: b01(1, 250), carrier: "Halcyon Lines", port: "CNSHA" });
  await good(admin.POST("/v1/clock", { body: { now: "2026-02-20T09:00:00+08:00" } }));
  const arrival = { shipment: "S-1", units: b01(1, 248), office: "SHA-01" };
  await recorded(customs, "ShipmentArrived", arrival);
  await recorded(customs, "ShipmentHeld", { shipment: "S-1", units: b01(240, 248), reason: "papers" });
  const clear = { shipment: "S-1", declaration: "D-1" };
  const held = await refused("bad-state", record(customs, "ShipmentCleared", { ...clear, units: b01(1, 248) }));
  assert.ok(held.entries && held.entries.length > 0);
  const cleared = await recorded(customs, "ShipmentCleared", { ...clear, units: b01(1, 239) });
  await recorded(customs, "EventCorrected", { target: cleared, reason: "incorrect_data",
    replacement: { data: { ...clear, units: b01(1, 238) } } });
  await recorded(firm, "AllocationDelivered", { approval: "AP-1", site: "A-DC-1", units: b01(1, 100) });
}

async function twoPrincipals() {
  const suspend = () => good(record(regulator, "ApprovalSuspended", { approval: "AP-1", reason: "review" }));
  for (const end of ["decline", "confirm"] as const) {
    const waiting = await suspend();
    assert.ok("proposal" in waiting);
    const params = { path: { proposal: waiting.proposal } };
    assert.equal((await good(regulator.GET("/v1/proposals"))).data.length, 1);
    assert.equal((await good(auditor.GET("/v1/proposals/{proposal}", { params }))).status, "open");
    const deciding = () => ({ params: { ...params, header: { "Idempotency-Key": key() } }, body: {} });
    if (end === "confirm") {
      await refused("forbidden-role", regulator.POST("/v1/proposals/{proposal}/confirm", deciding()));
      const entry = (await good(second.POST("/v1/proposals/{proposal}/confirm", deciding()))).events[0];
      assert.equal(entry?.confirmed_by?.principal, "chen");
    } else {
      await good(second.POST("/v1/proposals/{proposal}/decline", deciding()));
    }
    await good(auditor.GET("/v1/proposals/{proposal}", { params }));
  }
}

/** Everything that everyone may read, now and before; what is not theirs is not there. */
async function reads() {
  const past = [{}, { as_of: "9" }, { effective_at: "2026-02-01T00:00:00Z" }, { as_of: "0" }];
  const seen: Record<string, number> = {};
  for (const [role, who] of Object.entries(everyone)) {
    for (const query of past) {
      const lists = [
        await who.GET("/v1/firms", { params: { query } }),
        await who.GET("/v1/applications", { params: { query } }),
        await who.GET("/v1/approvals", { params: { query } }),
        await who.GET("/v1/batches", { params: { query } }),
        await who.GET("/v1/shipments", { params: { query: { ...query, status: "open" } } }),
        await who.GET("/v1/events", { params: { query: { ...query, limit: 5, order: "desc" } } }),
        await who.GET("/v1/summary", { params: { query } }),
        await who.GET("/v1/firms/{firm}", { params: { query, path: { firm: "F-A" } } }),
        await who.GET("/v1/firms/{firm}/inventory", { params: { query, path: { firm: "F-A" } } }),
        await who.GET("/v1/firms/{firm}/timeline", { params: { query, path: { firm: "F-A" } } }),
        await who.GET("/v1/applications/{application}", { params: { query, path: { application: "APP-1" } } }),
        await who.GET("/v1/approvals/{approval}", { params: { query, path: { approval: "AP-1" } } }),
        await who.GET("/v1/batches/{batch}", { params: { query, path: { batch: "B01" } } }),
        await who.GET("/v1/shipments/{shipment}", { params: { query, path: { shipment: "S-1" } } }),
        await who.GET("/v1/units/{batch}/{n}", { params: { query, path: { batch: "B01", n: 1 } } }),
        await who.GET("/v1/serials/{serial}", { params: { query, path: { serial: "SN-1" } } }),
      ];
      for (const { response } of lists) assert.ok([200, 404].includes(response.status), response.url);
      seen[role] = (seen[role] ?? 0) + lists.filter(({ response }) => response.ok).length;
    }
  }
  assert.ok(seen.regulator === seen.auditor && seen.regulator! > seen.customs! && seen.customs! > 0);
  await refused("unknown-firm", firm.GET("/v1/firms/{firm}", { params: { path: { firm: "F-B" } } }));
  await refused("unauthenticated", stranger.GET("/v1/firms"));
  await refused("malformed", auditor.GET("/v1/firms", { params: { query: { as_of: "noon" } } }));
}

/** Pages by cursor, the same list as files, and what has not changed. */
async function lists() {
  const all: number[] = [];
  for (let cursor: string | undefined; ;) {
    const query = { limit: 7, ...(cursor === undefined ? {} : { cursor }) };
    const page = await listed(auditor.GET("/v1/events", { params: { query } }));
    all.push(...page.data.map(({ position }) => position));
    if (page.next === null) break;
    cursor = page.next;
  }
  assert.deepEqual(all, all.map((_, index) => index + 1));
  const only = await listed(auditor.GET("/v1/events",
    { params: { query: { type: ["ShipmentArrived", "ShipmentCleared"], subject: "shipment:S-1" } } }));
  assert.equal(only.data.length, 2);
  for (const format of ["csv", "ndjson", "xlsx"] as const) {
    const file = await auditor.GET("/v1/approvals", { params: { query: { format } }, parseAs: "arrayBuffer" });
    assert.ok(file.data && file.data.byteLength > 100, format);
  }
  const entry = await auditor.GET("/v1/events/{position}", { params: { path: { position: 3 } } });
  const seen = entry.response.headers.get("etag") ?? "";
  const same = await auditor.GET("/v1/events/{position}",
    { params: { path: { position: 3 }, header: { "If-None-Match": seen } } });
  assert.equal(same.response.status, 304);
}

async function audits() {
  for (const query of [{ approval: "AP-1", bucket: "available" }, { firm: "F-A", state: "delivered" },
    { firm: "F-A", exposure: "2026-H1" }]) {
    const why = await listed(auditor.GET("/v1/audit/explain", { params: { query } }));
    assert.equal(why.terms.reduce((sum, { amount }) => sum + amount, 0), why.value);
  }
  const change = await listed(auditor.GET("/v1/audit/diff", { params: { query: { from: "10", to: "20" } } }));
  assert.ok(change.units.length > 0 && change.entries === 10);
  const hypothesis = { remove: [8], replace: [], add: [{ after: 10, type: "ApprovalRevoked",
    data: { approval: "AP-1", reason: "what if" }, occurred_at: "2026-01-06T00:00:00Z" }] };
  const had = await good(auditor.POST("/v1/audit/what-if", { body: hypothesis }));
  assert.ok(had.refused.length > 0);
  const shelf = { batch: "B01", serials: ["SN-1", "SN-9"] };
  const found = await good(auditor.POST("/v1/audit/reconcile", { body: shelf }));
  assert.deepEqual([found.matched, found.missing], [["SN-1"], ["SN-2"]]);
}

/** What arrived is captured as GS1 EPCIS 2.0, and asked for as that. */
async function epcis() {
  const base = "https://chipledger.example/epcis";
  const arrival = { type: "ObjectEvent", eventTime: "2026-02-20T09:00:00+08:00", eventTimeZoneOffset: "+08:00",
    action: "OBSERVE", bizStep: "arriving", disposition: "in_progress",
    quantityList: [{ epcClass: `${base}/batch/B01/units/249-250`, quantity: 2 }],
    bizTransactionList: [{ type: "chipledger:shipment", bizTransaction: `${base}/shipment/S-1` }],
    readPoint: { id: `${base}/office/SHA-01` } };
  const document = { type: "EPCISDocument", schemaVersion: "2.0", creationDate: "2026-02-20T01:00:00Z",
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", { chipledger: `${base}/` }] };
  const capture = (who: typeof customs, event: object) => who.POST("/epcis/v2/capture", {
    params: { header: { "Idempotency-Key": key() } }, body: { ...document, epcisBody: { eventList: [event] } } });
  for (const errors of [0, 1]) {  // What has arrived does not arrive again.
    const { response } = await capture(customs, arrival);
    assert.equal(response.status, 202);
    const params = { path: { capture: response.headers.get("location")?.split("/").at(-1) ?? "" } };
    const job = await good(customs.GET("/epcis/v2/capture/{capture}", { params }));
    assert.deepEqual([job.running, job.success, job.errors.length], [false, errors === 0, errors]);
    assert.equal((await auditor.GET("/epcis/v2/capture/{capture}", { params })).response.status, 404);
  }
  assert.equal((await capture(customs, { ...arrival, bizStep: "accepting" })).response.status, 400);
  assert.equal((await capture(auditor, arrival)).response.status, 403);
  const query = { MATCH_anyEPC: `${base}/batch/B01/unit/249`, EQ_bizStep: "arriving" };
  const found = JSON.stringify(await good(auditor.GET("/epcis/v2/events", { params: { query } })));
  assert.equal(found.split('"eventID"').length - 1, 1, found);
  assert.deepEqual((await good(auditor.GET("/epcis/v2/eventTypes"))).member, ["ObjectEvent", "TransactionEvent"]);
}

/** A webhook from its making to its end. Nothing happens meanwhile that it would tell. */
async function webhooks() {
  await refused("malformed", auditor.POST("/v1/webhooks", { body: { url: "http://receiver.example/hooks" } }));
  const made = await good(auditor.POST("/v1/webhooks",
    { body: { url: "https://receiver.example/hooks", types: ["ShipmentCleared"], subject: "firm:F-A" } }));
  assert.match(made.secret, /^whsec_/);
  const params = { path: { webhook: made.webhook } };
  assert.deepEqual((await good(auditor.GET("/v1/webhooks"))).data.map(({ webhook }) => webhook), [made.webhook]);
  assert.equal((await good(auditor.PATCH("/v1/webhooks/{webhook}", { params, body: { status: "paused" } }))).status,
    "paused");
  assert.equal((await good(auditor.GET("/v1/webhooks/{webhook}", { params }))).status, "paused");
  assert.deepEqual((await good(auditor.GET("/v1/webhooks/{webhook}/dead-letters", { params }))).data, []);
  assert.equal((await good(auditor.POST("/v1/webhooks/{webhook}/redeliver", { params, body: {} }))).queued, 0);
  await refused("not-found", firm.GET("/v1/webhooks/{webhook}", { params }));
  assert.equal((await auditor.DELETE("/v1/webhooks/{webhook}", { params })).response.status, 204);
  await refused("not-found", auditor.GET("/v1/webhooks/{webhook}", { params }));
}

async function evidence() {
  const bundle = await good(auditor.GET("/v1/audit/evidence",
    { params: { query: { subject: "shipment:S-1" } }, parseAs: "arrayBuffer" }));
  assert.equal(new TextDecoder().decode(bundle.slice(0, 2)), "PK");
  await refused("unauthenticated", stranger.GET("/v1/audit/evidence"));
}

async function proofs() {
  const size = (await good(auditor.GET("/v1/clock"))).position;
  const deadline = Date.now() + 15_000;
  const params = { path: { position: size } };
  for (;;) {  // The signer comes by about once a second.
    const receipt = await auditor.GET("/v1/log/receipts/{position}", { params, parseAs: "text" });
    if (receipt.response.ok) break;
    assert.ok(Date.now() < deadline, `no receipt: ${receipt.response.status}`);
  }
  assert.match(await good(nobody.GET("/v1/log/key", { parseAs: "text" })), /\+[0-9a-f]{8}\+/);
  assert.match(await good(nobody.GET("/v1/log/checkpoint", { parseAs: "text" })), new RegExp(`\\n${size}\\n`));
  await good(nobody.GET("/v1/log/consistency", { params: { query: { from: 5, to: size } } }));
  await good(auditor.GET("/v1/log/entries", { parseAs: "text" }));
  const path = { level: "0", a: "000.p", b: String(size), c: "0", d: "0", e: "0" };
  await good(nobody.GET("/v1/log/tile/{level}/{a}/{b}", { params: { path }, parseAs: "arrayBuffer" }));
  // The proxy passes every body on as text; bytes are counted behind it.
  const tile = await (await fetch(`${behind}/v1/log/tile/0/000.p/${size}`)).arrayBuffer();
  assert.equal(tile.byteLength, 32 * size);
  for (const deep of ["/v1/log/tile/{level}/{a}", "/v1/log/tile/{level}/{a}/{b}/{c}",
    "/v1/log/tile/{level}/{a}/{b}/{c}/{d}", "/v1/log/tile/{level}/{a}/{b}/{c}/{d}/{e}"] as const)
    await refused("not-found", nobody.GET(deep, { params: { path } }));
}

async function service() {
  await good(nobody.GET("/readyz"));
  await good(nobody.GET("/metrics", { parseAs: "text" }));
  assert.ok((await good(nobody.GET("/v1/event-types"))).data.length > 40);
  await good(nobody.GET("/api/openapi.json"));
  await good(nobody.GET("/api/", { parseAs: "text" }));
  await good(nobody.GET("/", { parseAs: "text" }));
  await good(nobody.GET("/api/events/{file}", { params: { path: { file: "ShipmentCleared.json" } } }));
  await good(nobody.GET("/problems/{slug}", { params: { path: { slug: "bad-state" } }, parseAs: "text" }));
  assert.equal((await good(firm.GET("/v1/session"))).firm, "F-A");
  await good(nobody.POST("/v1/session", { body: { token: tokens.auditor ?? "" } }));
  assert.equal((await nobody.DELETE("/v1/session")).response.status, 204);
}

for (const part of [entitlement, goods, twoPrincipals, reads, lists, audits, epcis, webhooks, proofs, evidence, service]) await part();
console.log([...asked].sort().join("\n"));
