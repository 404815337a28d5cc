// From what the officer filled in to the proposed event.
import { expect, it } from "vitest";
import { actNamed, offered, type ActName } from "../../../../web/src/dock/acts";
import { make, proposalOf, type Filled } from "../../../../web/src/dock/proposal";

const ready = [{ batch: "B01", from: 1, to: 398 }];
function made(act: ActName, filled: Partial<Filled> = {}) {
  const all = {
    shipment: "S-1",
    act: actNamed(act)!,
    units: "",
    fields: {},
    ready,
    batches: ["B01"],
    ...filled,
  };
  return make(all);
}
const data = (act: ActName, filled: Partial<Filled> = {}) => {
  const done = made(act, filled);
  if (!done.ok) throw new Error(JSON.stringify(done.wrong));
  return done.data;
};
const wrong = (act: ActName, filled: Partial<Filled> = {}) => {
  const done = made(act, filled);
  return done.ok ? [] : done.wrong.map((one) => `${one.field} ${one.problem}`);
};

it("takes all that is ready where nothing is said", () =>
  expect(made("arrival")).toEqual({
    ok: true,
    units: 398,
    parts: ready,
    data: { shipment: "S-1", units: ready },
  }));
it("sends a count as a count", () =>
  expect(data("arrival", { units: "40", fields: { office: "SHA-01" } })).toEqual({
    shipment: "S-1",
    office: "SHA-01",
    units: [{ batch: "B01", count: 40 }],
  }));
it("has nothing to do where nothing is ready", () =>
  expect(wrong("arrival", { ready: [] })).toEqual(["units none"]));
it("wants a declaration to clear, and one that is a number of theirs", () => {
  expect(wrong("clearance")).toEqual(["declaration missing"]);
  expect(wrong("clearance", { fields: { declaration: "D 1" } })).toEqual(["declaration no_number"]);
  expect(data("clearance", { fields: { declaration: " D-1 " } })).toMatchObject({
    declaration: "D-1",
  });
});
it("says all that is wrong at once", () =>
  expect(wrong("seizure", { units: "9-3" })).toEqual([
    "units backwards",
    "case missing",
    "reason missing",
  ]));
it("refuses a reason without end", () =>
  expect(wrong("hold", { fields: { reason: "x".repeat(2001) } })).toEqual(["reason too_long"]));
it("splits an inspection into ranges where it knows them", () => {
  expect(data("inspection", { fields: { fail: "B01:10-12" } })).toEqual({
    shipment: "S-1",
    pass: [
      { batch: "B01", from: 1, to: 9 },
      { batch: "B01", from: 13, to: 398 },
    ],
    fail: [{ batch: "B01", from: 10, to: 12 }],
  });
  expect(data("inspection")).toEqual({ shipment: "S-1", pass: ready, fail: 0 });
  expect(data("inspection", { fields: { fail: "1-398" } })).toMatchObject({ pass: 0, fail: ready });
});
it("splits an inspection into numbers where one side is a number", () =>
  expect(data("inspection", { fields: { fail: "8" } })).toEqual({
    shipment: "S-1",
    pass: 390,
    fail: 8,
  }));
it("does not fail more than it inspects, nor others", () => {
  expect(wrong("inspection", { fields: { fail: "399" } })).toEqual(["fail too_many_failed"]);
  expect(wrong("inspection", { fields: { fail: "B02:1" } })).toEqual(["fail not_inspected"]);
});
it("proposes the event with its time and its receipt", () => {
  expect(
    proposalOf(actNamed("arrival")!, { shipment: "S-1" }, "2026-02-20T09:00:00+08:00", "7K3F-9QX2"),
  ).toEqual({
    type: "ShipmentArrived",
    occurred_at: "2026-02-20T09:00:00+08:00",
    data: { shipment: "S-1" },
    documents: [{ type: "dock-receipt", ref: "7K3F-9QX2" }],
  });
  expect(proposalOf(actNamed("arrival")!, {}, null, null)).toEqual({
    type: "ShipmentArrived",
    data: {},
  });
});

const names = (role: "customs" | "logistics" | "firm", units: Record<string, number>) =>
  offered(role, units).map((act) => act.name);
it("offers first what is most likely meant", () => {
  expect(names("customs", { in_transit: 5 })).toEqual(["arrival", "loss"]);
  expect(names("customs", { arrived: 5 })).toEqual([
    "clearance",
    "inspection",
    "hold",
    "return",
    "seizure",
  ]);
  expect(names("customs", { held: 5 })).toEqual(["lift", "inspection", "return", "seizure"]);
  expect(names("customs", { seized: 5 })).toEqual(["release", "confiscation"]);
});
it("offers each role what it may do", () => {
  expect(names("logistics", { in_transit: 5, lost: 1, arrived: 2 })).toEqual(["loss", "finding"]);
  expect(names("firm", { in_transit: 5 })).toEqual([]);
});
