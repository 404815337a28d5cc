// The first page: who am I, which firm, what it has, what happened last.
import { verifyReceipt } from "/verify.js";

const $ = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");

const states = ["registered", "in_transit", "arrived", "held", "seized", "lost", "cleared",
  "delivered", "deployed", "recalled", "decommissioned", "returned", "confiscated"];

/** An element with these children; text is never read as markup. */
function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  Object.assign(element, options);
  element.append(...children);
  return element;
}

class Problem extends Error {
  constructor(status, body) {
    super([body.title, body.detail, body.request_id && `(request ${body.request_id})`]
      .filter(Boolean).join("\n"));
    this.status = status;
  }
}

async function ask(path, options) {
  const response = await fetch(path, options);
  if (response.status === 204) return null;
  const body = await response.json().catch(() => ({ title: `HTTP status ${response.status}` }));
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}

/** The view is in the address, so that a link shows the same. */
const address = {
  read: () => new URLSearchParams(location.hash.slice(1)),
  write(firm, asOf) {
    const view = new URLSearchParams();
    if (firm) view.set("firm", firm);
    if (asOf) view.set("as_of", asOf);
    history.replaceState(null, "", `#${view}`);
  },
};

let session = null;
let feed = null;

function say(text) { $("trouble").textContent = text; }

const query = (asOf, more = {}) => {
  const all = new URLSearchParams(more);
  if (asOf) all.set("as_of", asOf);
  return all.size ? `?${all}` : "";
};

function table(id, caption, columns, rows) {
  const head = columns.map(([name, , kind]) => make("th", { scope: "col", className: kind ?? "" }, name));
  const body = rows.map((row) => make("tr", {}, ...columns.map(([, value, kind]) => {
    const shown = value(row);
    const text = typeof shown === "number" ? number.format(shown) : shown ?? "";
    return make("td", { className: kind === "status" ? row.status : kind ?? "" }, text);
  })));
  $(id).replaceChildren(make("caption", { className: "note" }, caption),
    make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
}

function showExposure(inventory) {
  const lines = Object.entries(inventory.exposure).map(([period, units]) => {
    const cap = inventory.cap[period] ?? 0;
    const over = inventory.over_cap[period];
    const text = make("span", { className: over ? "over" : "" },
      `${number.format(units)} of ${number.format(cap)}${over ? ", over the cap" : ""}`);
    return make("label", {}, `${period}: reserved and drawn`,
      make("meter", { min: 0, max: Math.max(cap, units, 1), value: units }), text);
  });
  $("exposure").replaceChildren(...lines);
}

function showInventory(inventory) {
  $("inventory").hidden = false;
  $("inventory-title").textContent = `${inventory.name} (${inventory.firm}, tier ${inventory.tier})`;
  $("moment").textContent = `As of entry ${number.format(inventory.position)}` +
    (inventory.recorded_at ? `, recorded ${inventory.recorded_at}` : "");
  showExposure(inventory);
  $("units").replaceChildren(...states.filter((state) => inventory.units[state] > 0)
    .map((state) => make("li", {}, make("b", {}, number.format(inventory.units[state])),
      ` ${state.replace("_", " ")}`)));
  table("approvals", "granted = available + reserved + drawn + forfeited + carried out", [
    ["Approval", (a) => a.approval],
    ["Period", (a) => a.period],
    ["Status", (a) => a.status, "status"],
    ["Granted", (a) => a.granted, "number"],
    ["Available", (a) => a.available, "number"],
    ["Reserved", (a) => a.reserved, "number"],
    ["Drawn", (a) => a.drawn, "number"],
    ["Forfeited", (a) => a.forfeited, "number"],
    ["Carried out", (a) => a.carried_out, "number"],
    ["Valid to", (a) => a.valid_to],
  ], inventory.approvals);
}

function showShipments(shipments) {
  $("shipments-section").hidden = false;
  const count = (state) => (shipment) => shipment.units[state];
  table("shipments", "Where the units of each shipment are", [
    ["Shipment", (s) => s.shipment],
    ["Approval", (s) => s.approval],
    ["Status", (s) => s.status],
    ["Port", (s) => s.port],
    ["In transit", count("in_transit"), "number"],
    ["Arrived", count("arrived"), "number"],
    ["Held", count("held"), "number"],
    ["Seized", count("seized"), "number"],
    ["Cleared", count("cleared"), "number"],
  ], shipments);
}

async function text(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  return response.text();
}

/** The log's keys; that they are others than before is for people to judge. */
async function logKeys() {
  const served = await text("/v1/log/key");
  const known = localStorage.getItem("log keys");
  const overlaps = (known ?? served).split("\n").some((line) => line && served.includes(line));
  if (!overlaps && !confirm("The log's key is another than this browser saw before. A new ledger " +
      "has a new key; the same ledger does not without notice. Trust the new key?\n\n" + served))
    throw new Error("the log's key is another than this browser saw before.");
  localStorage.setItem("log keys", served);
  return served;
}

/** Proves an entry here, in the browser. */
async function prove(entry, result) {
  result.textContent = " …";
  try {
    const keys = await logKeys();
    const proved = await verifyReceipt(await text(`/v1/log/receipts/${entry.position}`), keys);
    const shown = JSON.stringify(proved.entry) === JSON.stringify(entry);
    result.textContent = shown
      ? ` Proved: entry ${number.format(entry.position)} of ${number.format(proved.size)} signed.`
      : " BROKEN: what is shown is not what was logged.";
  } catch (problem) {
    result.textContent = ` NOT PROVED: ${problem.message}`;
  }
}

function proof(entry) {
  const result = make("output", {});
  const button = make("button", { type: "button" }, "Prove it");
  button.addEventListener("click", () => prove(entry, result));
  return make("p", {}, button, result,
    make("a", { href: `/v1/log/receipts/${entry.position}`, download: `entry-${entry.position}.tlog-proof` },
      " Keep the receipt"));
}

function showEntries(entries) {
  $("entries-section").hidden = false;
  $("entries").replaceChildren(...entries.map((entry) => {
    const things = entry.subjects.map((subject) => `${subject.kind} ${subject.id}`).join(", ");
    return make("li", {}, make("details", {},
      make("summary", {}, `${number.format(entry.position)} ${entry.type} `,
        make("span", {}, `${entry.occurred_at} · ${things}`)),
      make("pre", { tabIndex: 0 }, JSON.stringify(entry, null, 2)), proof(entry)));
  }));
}

const seesFirms = () => ["regulator", "auditor", "admin", "firm"].includes(session.role);
const readsEntries = () => session.role !== "admin";

async function refresh() {
  const firm = $("firm").value;
  const asOf = $("as-of").value.trim();
  address.write(firm, asOf);
  try {
    if (firm) showInventory(await ask(`/v1/firms/${encodeURIComponent(firm)}/inventory${query(asOf)}`));
    if (!seesFirms()) showShipments((await ask(`/v1/shipments${query(asOf, { limit: 50 })}`)).data);
    if (readsEntries()) {
      const filter = { order: "desc", limit: 20, ...(firm && { subject: `firm:${firm}` }) };
      showEntries((await ask(`/v1/events${query(asOf, filter)}`)).data);
    }
    say("");
  } catch (problem) {
    if (problem.status === 401) return signedOut();
    say(problem.message);
  }
  follow(asOf);
}

/** News come by themselves, except into the past. */
function follow(asOf) {
  if (asOf || !readsEntries()) {
    feed?.close();
    feed = null;
    return;
  }
  if (feed) return;
  let soon = 0;
  feed = new EventSource("/v1/events/stream");
  feed.onmessage = () => {
    clearTimeout(soon);
    soon = setTimeout(refresh, 300);
  };
}

async function allFirms() {
  const firms = [];
  let cursor = null;
  do {
    const page = await ask(`/v1/firms${query(null, { limit: 500, ...(cursor && { cursor }) })}`);
    firms.push(...page.data);
    cursor = page.next;
  } while (cursor);
  return firms;
}

async function signedIn() {
  $("enter").hidden = true;
  $("view").hidden = $("leave").hidden = false;
  $("who").textContent = session.firm ? `${session.role} ${session.firm}` : session.role;
  const view = address.read();
  $("pick").hidden = !seesFirms();
  if (seesFirms()) {
    $("firm").replaceChildren(...(await allFirms()).map((firm) =>
      make("option", { value: firm.firm }, `${firm.name} (${firm.firm})`)));
    if (view.has("firm")) $("firm").value = view.get("firm");
  }
  $("as-of").value = view.get("as_of") ?? "";
  await refresh();
}

function signedOut() {
  feed?.close();
  feed = session = null;
  for (const id of ["view", "leave", "inventory", "shipments-section", "entries-section"]) $(id).hidden = true;
  $("who").textContent = "";
  $("enter").hidden = false;
}

async function signIn(token) {
  session = await ask("/v1/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  $("token").value = "";
  say("");
  await signedIn();
}

const reporting = (act) => (event) => {
  event?.preventDefault();
  Promise.resolve(act()).catch((problem) => say(problem.message));
};
$("enter").addEventListener("submit", reporting(() => signIn($("token").value.trim())));
$("view").addEventListener("submit", reporting(refresh));
$("firm").addEventListener("change", reporting(refresh));
$("now").addEventListener("click", reporting(() => { $("as-of").value = ""; return refresh(); }));
$("leave").addEventListener("click", reporting(async () => {
  await ask("/v1/session", { method: "DELETE" });
  signedOut();
}));

// script/server prints links that bring their token along; it leaves the address at once.
reporting(async () => {
  const token = address.read().get("token");
  if (token) {
    history.replaceState(null, "", location.pathname);
    return signIn(token);
  }
  session = await ask("/v1/session").catch((problem) => {
    if (problem.status === 401) return null;
    throw problem;
  });
  return session ? signedIn() : signedOut();
})();
