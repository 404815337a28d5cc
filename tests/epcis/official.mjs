// GS1's schema with formats asserted, its examples and OpenAPI, and the client epcis2.js, all
// against a running server. Started by service_test.cpp; WRITE_DOCS=1 rewrites the table of
// examples in docs/epcis.md instead of comparing it.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const named = process.env.CHIPLEDGER_EPCIS_DATA;
const data = named ?? join(root, "../shared/data/epcis");
if (!existsSync(join(data, "schema/EPCIS-JSON-Schema.json"))) {
  // ctest shows the first of these as skipped, never as passed (tests/CMakeLists.txt).
  console.error((named === undefined ? "NOT RUN" : "CHIPLEDGER_EPCIS_DATA is wrong") +
    `: GS1's EPCIS 2.0 files are not in ${data}. They are not ours to ship: get them from ` +
    "github.com/gs1/EPCIS and set CHIPLEDGER_EPCIS_DATA to their folder (docs/epcis.md).");
  process.exit(1);
}
const require = createRequire(import.meta.url);
const Ajv = require("ajv").default;
const addFormats = require("ajv-formats").default;
const epcis2 = require("epcis2.js");

const url = process.env.CHIPLEDGER_URL;
const api = `${url}/epcis/v2`;
const base = "https://chipledger.example/epcis/";
const context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", { chipledger: base }];
const read = (path) => JSON.parse(readFileSync(join(data, path), "utf8"));
const bearer = (role) => ({ authorization: `Bearer ${process.env[`CHIPLEDGER_${role}`]}` });

const ajv = addFormats(new Ajv({ strict: false, validateFormats: true, allErrors: false }));
const isDocument = ajv.compile(read("schema/EPCIS-JSON-Schema.json"));
ajv.addSchema(read("rest/openapi.json"), "openapi");
const isA = (name) => ajv.getSchema(`openapi#/components/schemas/${name}`);
function valid(check, value, what) {
  assert.ok(check(value), `${what}: ${ajv.errorsText(check.errors)}\n${JSON.stringify(value).slice(0, 2000)}`);
}

async function get(path, role = "AUDITOR") {
  const answer = await fetch(path.startsWith("http") ? path : url + path, { headers: bearer(role) });
  assert.equal(answer.status, 200, path);
  return answer.json();
}
const eventsOf = (document) => document.epcisBody.queryResults.resultsBody.eventList;

function formatsAreAsserted() {
  const good = read("examples/Example_9.6.1-ObjectEvent.json");
  valid(isDocument, good, "an official example");
  for (const wrong of [{ bizStap: "shipping" }, { bizStep: "clearing" }]) {
    const bad = structuredClone(good);
    Object.assign(bad.epcisBody.eventList[0], wrong);
    assert.equal(isDocument(bad), false, `${JSON.stringify(wrong)} must not pass the schema`);
  }
}

function everyKindOfEventIsValid() {
  const told = JSON.parse(readFileSync(process.env.CHIPLEDGER_EVENTS, "utf8"));
  valid(isDocument, { ...told, epcisBody: { queryResults: { queryName: "SimpleEventQuery",
    resultsBody: { eventList: [] } } } }, "an empty answer");
  const kinds = new Set();
  for (const event of eventsOf(told)) {
    valid(isDocument, { ...event, "@context": context }, "an event");
    kinds.add(`${event.type} ${event.action} ${event.bizStep} ${event.disposition} ${!!event.errorDeclaration}`);
  }
  assert.ok(kinds.size >= 48, `every kind of event, declared wrong and not: ${kinds.size}`);
  return kinds.size;
}

function shipping(settings) {
  const event = new epcis2.ObjectEvent({
    eventTime: "2026-01-05T08:00:00.000+08:00", eventTimeZoneOffset: "+08:00", action: "OBSERVE",
    bizStep: settings.bizStep, disposition: settings.disposition,
    eventID: settings.eventID,
    quantityList: [{ epcClass: `${base}batch/B-1/units/1-30`, quantity: 30 }],
    bizTransactionList: settings.transactions.map(([type, id]) => ({
      type: `chipledger:${type}`, bizTransaction: `${base}${type}/${id}` })),
  });
  return event;
}

async function captureWithClient(role, event) {
  epcis2.setup({ apiUrl: api, EPCISDocumentContext: context[0], documentValidation: true,
    headers: { "content-type": "application/json", ...bearer(role) } });
  const document = new epcis2.EPCISDocument();
  document.setContext([...context]);
  document.setCreationDate("2026-01-05T09:00:00.000+08:00");
  document.addEvent(event);
  const answer = await epcis2.capture(document);
  assert.equal(answer.status, 202, await answer.text());
  const job = await get(answer.headers.get("location"), role);
  // CaptureJob's oneOf of errors and errorFile requires neither, so nothing passes it, GS1's own
  // example included: its parts are what can be held.
  valid(isA("CaptureJob/allOf/0"), job, "a capture job");
  for (const error of job.errors) valid(isA("RFC7807ProblemResponseBody"), error, "a job's error");
  return job;
}

async function clientCapturesAndQueries() {
  const eventID = "urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6";
  const shipped = shipping({ bizStep: "shipping", disposition: "in_transit", eventID,
    transactions: [["shipment", "S-1"], ["approval", "AP-1"]] });
  let job = await captureWithClient("LOGISTICS", shipped);
  assert.deepEqual([job.running, job.success, job.errors], [false, true, []]);
  const arrived = shipping({ bizStep: "arriving", disposition: "in_progress", eventID: "urn:uuid:a",
    transactions: [["shipment", "S-2"]] });
  job = await captureWithClient("CUSTOMS", arrived);
  assert.equal(job.success, false);
  assert.equal(job.errors[0].code, "unknown-shipment");

  const answer = await get(`/epcis/v2/events?EQ_eventID=${eventID}`);
  valid(isDocument, answer, "the answer to a query");
  assert.equal(eventsOf(answer).length, 1);
  const event = epcis2.objectToEvent(eventsOf(answer)[0]);
  assert.ok(event instanceof epcis2.ObjectEvent);
  assert.equal(event.getBizStep(), "shipping");
  assert.equal(event.getQuantityList()[0].getQuantity(), 30);
  const document = await get("/epcis/v2/events");
  valid(isDocument, document, "all events");
  assert.ok(eventsOf(document).length >= 4);
  valid(isA("EventTypeCollection"), await get("/epcis/v2/eventTypes"), "the event types");
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)]).sort();
}

async function examplesTable() {
  const rows = [];
  const folder = join(data, "examples");
  for (const file of filesUnder(folder)) {
    const body = readFileSync(file, "utf8");
    valid(isDocument, JSON.parse(body), file);
    const answer = await fetch(`${api}/capture`, { method: "POST", body,
      headers: { "content-type": "application/json", ...bearer("LOGISTICS") } });
    let outcome = "captured", where = "", why = "";
    if (answer.status === 202) {
      const job = await get(answer.headers.get("location"), "LOGISTICS");
      if (!job.success) [outcome, where, why] = ["refused", job.errors[0].param, job.errors[0].detail];
    } else {
      const problem = await answer.json();
      assert.equal(answer.status, 400, file);
      assert.equal(problem.type, "epcisException:ValidationException");
      valid(isA("RFC7807ProblemResponseBody"), problem, file);
      assert.ok(problem.detail, `${file} is refused without a reason`);
      [outcome, where, why] = ["refused", problem.param, problem.detail];
    }
    rows.push(`| ${relative(folder, file)} | ${outcome} | \`${where}\` | ${why.replaceAll("|", "\\|")} |`);
  }
  assert.equal(rows.length, 47, "there are 47 official examples");
  return ["| Example | Outcome | Where | Why |", "|---|---|---|---|", ...rows].join("\n");
}

function documented(table) {
  const path = join(root, "docs/epcis.md");
  const text = readFileSync(path, "utf8");
  const [begin, end] = ["<!-- examples -->\n", "\n<!-- /examples -->"];
  const from = text.indexOf(begin) + begin.length, to = text.indexOf(end);
  if (process.env.WRITE_DOCS) writeFileSync(path, text.slice(0, from) + table + text.slice(to));
  else assert.equal(text.slice(from, to), table, "docs/epcis.md: run with WRITE_DOCS=1");
}

formatsAreAsserted();
const kinds = everyKindOfEventIsValid();
await clientCapturesAndQueries();
documented(await examplesTable());
console.log(`${kinds} kinds of events valid, 47 examples answered, epcis2.js captures and queries`);
