// The outbox on a (simulated) IndexedDB against a real HTTP server that answers as it is told.
import "fake-indexeddb/auto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { drain, post, wait_max, waitAfter, type Send } from "../../../../web/src/dock/drain";
import {
  add,
  again,
  all,
  byReference,
  discard,
  heldUp,
  onOutbox,
  verdict,
  waitingOfOthers,
} from "../../../../web/src/dock/outbox";
import { closeStore, draftOf, keepDraft } from "../../../../web/src/dock/store";

interface Asked {
  key: string;
  shipment: string;
  reference: string;
}
let asked: Asked[] = [];
let answers: ((asked: Asked) => [number, unknown, Record<string, string>?])[] = [];
let server: Server;
let send: Send;
const recorded = (): [number, unknown] => [
  201,
  { position: 100 + asked.length, count: 1, events: [] },
];
const problem = (status: number, code: string): [number, unknown] => [
  status,
  { status, code, title: code },
];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const event = JSON.parse(body);
      const one = {
        key: String(request.headers["idempotency-key"]),
        shipment: event.data.shipment,
        reference: event.documents[0].ref,
      };
      asked.push(one);
      const [status, said, headers] = (answers.shift() ?? recorded)(one);
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(JSON.stringify(said));
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  send = (item) => post(item, `http://127.0.0.1:${port}`);
});
afterAll(() => new Promise((closed) => server.close(closed)));
beforeEach(() => {
  asked = [];
  answers = [];
});
afterEach(async () => {
  await closeStore();
  await new Promise((done) => {
    indexedDB.deleteDatabase("chipledger dock").onsuccess = done;
  });
});

const arrival = (shipment: string, principal = "li.wei", replaces: number | null = null) =>
  add(
    {
      principal,
      shipment,
      act: "arrival",
      units: 1,
      parts: [{ batch: "B01", from: 1, to: 1 }],
      proposalFor: (ref) => ({
        type: "ShipmentArrived",
        data: { shipment } as never,
        documents: [{ type: "dock-receipt", ref }] as never,
      }),
    },
    replaces,
  );
const states = async () => (await all("li.wei")).map((item) => [item.shipment, item.state]);

describe("in good weather", () => {
  it("sends twenty in the order in which they were made, each with its own key", async () => {
    for (let i = 1; i <= 20; ++i) await arrival(`S-${i}`);
    expect(await drain("li.wei", send)).toEqual({ kind: "empty" });
    expect(asked.map((one) => one.shipment)).toEqual(
      Array.from({ length: 20 }, (_, i) => `S-${i + 1}`),
    );
    expect(new Set(asked.map((one) => one.key)).size).toBe(20);
    expect((await all("li.wei")).map((item) => item.position)).toEqual(
      Array.from({ length: 20 }, (_, i) => 101 + i),
    );
  });
  it("is written down before it is sent, and its draft goes with the same stroke", async () => {
    await keepDraft({
      principal: "li.wei",
      about: "S-1",
      act: "arrival",
      units: "40",
      fields: {},
      when: "",
      replaces: null,
    });
    const item = await arrival("S-1");
    expect(asked).toEqual([]);
    expect(await draftOf("li.wei", "S-1")).toBeUndefined();
    expect(await byReference(item.ref)).toMatchObject({ shipment: "S-1", state: "waiting" });
    expect(item.key).toMatch(/^[0-9a-f]{32}$/);
  });
  it("keeps what a second principal must confirm as such", async () => {
    answers = [() => [202, { proposal: "P-1", status: "open" }]];
    await arrival("S-1");
    await drain("li.wei", send);
    expect(await states()).toEqual([["S-1", "proposed"]]);
  });
  it("tells whoever listens", async () => {
    let news = 0;
    const stop = onOutbox(() => ++news);
    await arrival("S-1");
    stop();
    await arrival("S-2");
    expect(news).toBe(1);
  });
});

describe("what belongs to somebody else", () => {
  it("is not sent under another name", async () => {
    await arrival("S-1", "wang.fang");
    await drain("li.wei", send);
    expect(asked).toEqual([]);
    expect(await waitingOfOthers("li.wei")).toBe(1);
    expect(await waitingOfOthers("wang.fang")).toBe(0);
  });
});

describe("a refusal", () => {
  beforeEach(async () => {
    for (const shipment of ["S-1", "S-2", "S-1", "S-3"]) await arrival(shipment);
    answers = [() => problem(422, "bad-state")];
    await drain("li.wei", send);
  });
  it("stays with its reason, and holds up its shipment alone", async () => {
    expect(await states()).toEqual([
      ["S-1", "refused"],
      ["S-2", "recorded"],
      ["S-1", "waiting"],
      ["S-3", "recorded"],
    ]);
    const [first, , third] = await all("li.wei");
    expect(first?.problem).toMatchObject({ code: "bad-state", status: 422 });
    expect(heldUp(await all("li.wei"))).toEqual(new Set([third?.seq]));
  });
  it("goes again in its old place, with a key of its own and the same reference", async () => {
    const [first] = await all("li.wei");
    expect(await again(first!)).toBe(true);
    await drain("li.wei", send);
    expect(asked.map((one) => one.shipment)).toEqual(["S-1", "S-2", "S-3", "S-1", "S-1"]);
    expect(asked[3]!.key).not.toBe(asked[0]!.key);
    expect(asked[3]!.reference).toBe(asked[0]!.reference);
  });
  it("is given up only when it is refused, and lets the others pass", async () => {
    const [first, second] = await all("li.wei");
    expect(await discard(second!)).toBe(false);
    expect(await discard(first!)).toBe(true);
    await drain("li.wei", send);
    expect((await states())[2]).toEqual(["S-1", "recorded"]);
  });
  it("is replaced in its place by what stands in for it", async () => {
    const [first, second] = await all("li.wei");
    const other = await arrival("S-1", "li.wei", first!.seq);
    expect(other.seq).toBe(first!.seq);
    const late = await arrival("S-2", "li.wei", second!.seq); // Recorded already: that stays.
    expect(late.seq).not.toBe(second!.seq);
    await drain("li.wei", send);
    expect(await states()).toEqual([
      ["S-1", "recorded"],
      ["S-2", "recorded"],
      ["S-1", "recorded"],
      ["S-3", "recorded"],
      ["S-2", "recorded"],
    ]);
  });
});

describe("bad weather", () => {
  it.each([
    [503, "outcome-unknown"],
    [500, "internal"],
    [429, "rate-limited"],
    [409, "idempotency-key-in-use"],
    [502, ""],
  ])("waits after %s %s, and sends the same key", async (status, code) => {
    await arrival("S-1");
    await arrival("S-2");
    let now = 1_000_000;
    answers = [() => [status, code ? { status, code } : "<html>"]];
    const rest = await drain("li.wei", send, false, () => now);
    expect(rest.kind).toBe("wait");
    expect(asked).toHaveLength(1);
    expect(await drain("li.wei", send, false, () => now + 1)).toMatchObject({ kind: "wait" });
    expect(asked).toHaveLength(1);
    now += rest.kind === "wait" ? rest.ms : 0;
    expect(await drain("li.wei", send, false, () => now)).toEqual({ kind: "empty" });
    expect(asked.map((one) => one.shipment)).toEqual(["S-1", "S-1", "S-2"]);
    expect(asked[0]!.key).toBe(asked[1]!.key);
  });
  it("does not wait when there is reason to hope", async () => {
    await arrival("S-1");
    answers = [() => problem(503, "overloaded")];
    await drain("li.wei", send);
    expect(await drain("li.wei", send, true)).toEqual({ kind: "empty" });
  });
  it("waits where nobody answers", async () => {
    await arrival("S-1");
    const rest = await drain("li.wei", (item) => post(item, "http://127.0.0.1:1"));
    expect(rest.kind).toBe("wait");
    expect(await all("li.wei")).toMatchObject([{ state: "waiting", tries: 1 }]);
  });
  it("takes the sign-in page of some network for no answer", async () => {
    await arrival("S-1");
    answers = [() => [200, { welcome: "to the port's WLAN" }]];
    expect((await drain("li.wei", send)).kind).toBe("wait");
  });
  it("pauses when signed out, and counts no try", async () => {
    await arrival("S-1");
    answers = [() => problem(401, "unauthenticated")];
    expect(await drain("li.wei", send)).toEqual({ kind: "signed_out" });
    expect(await all("li.wei")).toMatchObject([{ state: "waiting", tries: 0, again_at: 0 }]);
  });
  it("keeps what the server asks for in Retry-After", async () => {
    await arrival("S-1");
    answers = [() => [503, { status: 503, code: "overloaded" }, { "Retry-After": "90" }]];
    expect(await drain("li.wei", send)).toEqual({ kind: "wait", ms: 90_000 });
  });
  it("doubles its patience up to a minute", () => {
    expect([1, 2, 3, 4].map((tries) => waitAfter(tries, null, 1))).toEqual([
      1000, 2000, 4000, 8000,
    ]);
    expect(waitAfter(30, null, 1)).toBe(wait_max);
    expect(waitAfter(1, null, 0)).toBe(750);
  });
});

it.each([
  [400, "malformed"],
  [403, "forbidden-role"],
  [404, "unknown-shipment"],
  [409, "duplicate-serial"],
  [412, "version-conflict"],
  [422, "condition-not-met"],
])("takes %s %s for a no", (status, code) =>
  expect(verdict({ status, body: { status, code }, retry_after: null }).kind).toBe("refused"),
);
it("takes a proxy's 403 for no answer of ours", () =>
  expect(verdict({ status: 403, body: null, retry_after: null }).kind).toBe("retry"));
