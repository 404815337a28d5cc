// What is due with what this device knows beyond the server's last word; times; who is where.
import { describe, expect, it } from "vitest";
import { comparedWith, occurredAt, withOffset } from "../../../../web/src/dock/clock";
import { foreseen, inOrder, matches, type Known } from "../../../../web/src/dock/due";
import { find } from "../../../../web/src/dock/find";
import type { Kept } from "../../../../web/src/dock/store";

const none = {
  registered: 0,
  in_transit: 0,
  arrived: 0,
  held: 0,
  seized: 0,
  lost: 0,
  cleared: 0,
  delivered: 0,
  deployed: 0,
  recalled: 0,
  decommissioned: 0,
  returned: 0,
  confiscated: 0,
};
const placed = (batch: string, from: number, to: number, state: "in_transit" | "arrived") => ({
  batch,
  from,
  to,
  state,
  approval: "AP-1",
  firm: "F-A",
  shipment: "S-1",
  site: null,
  entry: 7,
});
const shipment: Known = {
  shipment: "S-1",
  firm: "F-A",
  approval: "AP-1",
  office: null,
  port: null,
  carrier: null,
  dispatched: 100,
  dispatched_at: "2026-02-01T08:00:00+08:00",
  units: { ...none, in_transit: 100 },
  ranges: [placed("B01", 1, 100, "in_transit")],
};
const item = (over: Partial<Kept>): Kept => ({
  seq: 1,
  key: "k",
  ref: "r",
  principal: "p",
  shipment: "S-1",
  act: "arrival",
  units: 40,
  parts: [{ batch: "B01", count: 40 }],
  proposal: { type: "", data: {} as never },
  made_at: "",
  state: "waiting",
  tries: 0,
  again_at: 0,
  problem: null,
  position: null,
  settled_at: null,
  ...over,
});

describe("a shipment as it will be", () => {
  it("has the waiting items gone through, in their order", () => {
    const then = foreseen(
      shipment,
      [item({}), item({ seq: 2, act: "hold", parts: [{ batch: "B01", count: 5 }] })],
      9,
    );
    expect(then.units).toEqual({ ...none, in_transit: 60, arrived: 35, held: 5 });
    expect(then.pending).toBe(2);
  });
  it("counts what was recorded after the server's last word, and not what that word knew", () => {
    expect(foreseen(shipment, [item({ state: "recorded", position: 10 })], 9)).toMatchObject({
      pending: 0,
      units: { in_transit: 60, arrived: 40 },
    });
    expect(foreseen(shipment, [item({ state: "recorded", position: 9 })], 9).units).toEqual(
      shipment.units,
    );
  });
  it("leaves out what was refused, given up, or another's shipment", () => {
    const others = [
      item({ state: "refused" }),
      item({ state: "discarded" }),
      item({ shipment: "S-2" }),
    ];
    expect(foreseen(shipment, others, 9)).toEqual({ ...shipment, pending: 0 });
  });
});

it("puts what left first at the top", () =>
  expect(
    inOrder([
      { shipment: "S-2", dispatched_at: "2026-02-01T10:00:00+08:00" },
      { shipment: "S-1", dispatched_at: "2026-02-01T03:00:00Z" },
      { shipment: "S-0", dispatched_at: "2026-02-01T10:00:00+08:00" },
    ]).map((one) => one.shipment),
  ).toEqual(["S-0", "S-2", "S-1"]));
it("narrows the list by shipment, firm and batch", () => {
  expect(["s-1", "f-a", "B0", ""].map((text) => matches(shipment, text))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(matches(shipment, "S-2")).toBe(false);
});

describe("a label of something known", () => {
  const two: Known = {
    ...shipment,
    shipment: "S-2",
    ranges: [placed("B01", 101, 120, "arrived"), placed("B02", 1, 5, "arrived")],
  };
  const known = [shipment, two];
  it.each([
    ["a shipment", { kind: "name", id: "S-2" }, { kind: "shipment", id: "S-2", part: null }],
    [
      "a unit",
      { kind: "unit", batch: "B01", unit: 117 },
      { kind: "shipment", id: "S-2", part: { batch: "B01", from: 117, to: 117 } },
    ],
    ["a batch of one shipment", { kind: "name", id: "B02" }, { kind: "shipment", id: "S-2" }],
    [
      "a batch of two",
      { kind: "name", id: "B01" },
      { kind: "choice", batch: "B01", shipments: ["S-1", "S-2"] },
    ],
    [
      "a receipt",
      { kind: "receipt", shipment: "S-9", ref: "7K3F-9QX2" },
      { kind: "shipment", id: "S-9", ref: "7K3F-9QX2" },
    ],
  ] as const)("leads to its shipment: %s", async (_, scan, found) =>
    expect(await find(scan, known)).toMatchObject(found),
  );
});

describe("when it happened", () => {
  const noon = new Date(2026, 1, 20, 12, 0, 5);
  const clock = (kind: "system" | "simulated", now: string) =>
    comparedWith({ clock: kind, now }, 1000, 3000);
  it("is now, in the device's own offset", () =>
    expect(Date.parse(occurredAt("", null, noon) ?? "")).toBe(noon.getTime()));
  it("is what someone gave", () =>
    expect(occurredAt("2026-02-20T09:30", null, noon)).toBe(
      withOffset(new Date("2026-02-20T09:30")),
    ));
  it("follows the ledger's clock where the device's is wrong", () => {
    const kept = clock("system", "1970-01-01T01:00:02Z");
    expect(kept.ahead).toBe(3_600_000);
    expect(Date.parse(occurredAt("", kept, noon) ?? "")).toBe(noon.getTime() + 3_600_000);
  });
  it("takes seconds for the network's", () =>
    expect(clock("system", "1970-01-01T00:00:40Z").ahead).toBe(0));
  it("is left to a simulated ledger", () => {
    const kept = clock("simulated", "2026-06-29T01:00:00Z");
    expect(occurredAt("", kept, noon)).toBeNull();
    expect(occurredAt("2026-02-20T09:30", kept, noon)).not.toBeNull();
  });
});
