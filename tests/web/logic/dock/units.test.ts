// Units as people write them, and the reckoning with ranges that the dock does by itself.
import { expect, it } from "vitest";
import {
  beyond,
  lowest,
  moved,
  readUnits,
  sizeOf,
  without,
  written,
  type Part,
} from "../../../../web/src/dock/units";

const parts = (text: string, batches = ["B01"]): Part[] => {
  const read = readUnits(text, batches);
  if (!read.ok) throw new Error(`${read.problem}: ${read.text}`);
  return read.parts;
};
const problem = (text: string, batches = ["B01"]) => {
  const read = readUnits(text, batches);
  return read.ok ? null : [read.problem, read.text];
};

it("reads ranges of several batches", () =>
  expect(parts("B01:1-350, B02:5")).toEqual([
    { batch: "B01", from: 1, to: 350 },
    { batch: "B02", from: 5, to: 5 },
  ]));
it("reads what a Chinese keyboard writes", () =>
  expect(parts("Ｂ０１：１－３５０、B02：5；B02：7")).toEqual([
    { batch: "B01", from: 1, to: 350 },
    { batch: "B02", from: 5, to: 5 },
    { batch: "B02", from: 7, to: 7 },
  ]));
it("carries the batch along", () =>
  expect(parts("B02:1-3, 7, 9-10", ["B01", "B02"])).toEqual([
    { batch: "B02", from: 1, to: 3 },
    { batch: "B02", from: 7, to: 7 },
    { batch: "B02", from: 9, to: 10 },
  ]));
it("takes a bare range of the only batch", () =>
  expect(parts("1-350")).toEqual([{ batch: "B01", from: 1, to: 350 }]));
it("takes a bare number as a count of the only batch", () =>
  expect(parts("40")).toEqual([{ batch: "B01", count: 40 }]));
it("takes a count of a named batch", () =>
  expect(parts("B01 x 40, B02 × 2, B01*1", ["B01", "B02"])).toEqual([
    { batch: "B01", count: 41 },
    { batch: "B02", count: 2 },
  ]));
it("does not take an x inside a number of a batch for a count", () =>
  expect(problem("Box40", [])).toEqual(["not_understood", "Box40"]));
it("merges what touches or overlaps, so that a label read twice counts once", () =>
  expect(parts("B01:5, B01:1-4, B01:3-9, B01/5")).toEqual([{ batch: "B01", from: 1, to: 9 }]));
it("asks which batch where there are two", () =>
  expect(problem("40", ["B01", "B02"])).toEqual(["which_batch", "40"]));
it("refuses a range that runs backwards, and unit 0", () => {
  expect(problem("B01:9-3")).toEqual(["backwards", "B01:9-3"]);
  expect(problem("B01:0")).toEqual(["backwards", "B01:0"]);
  expect(problem("B01 x 0")).toEqual(["backwards", "B01 x 0"]);
});
it("refuses counts beside ranges of one batch", () =>
  expect(problem("B01:1-3, B01 x 4")).toEqual(["mixed", "B01"]));
it("refuses nothing, nonsense, and more than it can send", () => {
  expect(problem(" , ")).toEqual(["empty", " , "]);
  expect(problem("B01:one")).toEqual(["not_understood", "B01:one"]);
  expect(problem("B01:1,".repeat(1001))?.[0]).toBe("too_many");
});
it.each(["B01:1-350, B02:5", "B01 × 40", "B01:1, B01:3-4"])(
  "writes %s so that it reads it back",
  (text) => {
    expect(written(parts(text))).toBe(text);
  },
);
it("counts", () => expect(sizeOf(parts("B01:1-350, B02 x 5"))).toBe(355));

it("takes ranges away from ranges", () => {
  const all = [
    { batch: "B01", from: 1, to: 10 },
    { batch: "B02", from: 1, to: 2 },
  ];
  expect(
    without(all, [
      { batch: "B01", from: 3, to: 4 },
      { batch: "B02", from: 1, to: 9 },
    ]),
  ).toEqual([
    { batch: "B01", from: 1, to: 2 },
    { batch: "B01", from: 5, to: 10 },
  ]);
  expect(without(all, [{ batch: "B03", from: 1, to: 9 }])).toEqual(all);
});
it("takes the lowest units, as the ledger does", () =>
  expect(
    lowest(
      [
        { batch: "B01", from: 9, to: 12 },
        { batch: "B01", from: 2, to: 3 },
      ],
      "B01",
      4,
    ),
  ).toEqual([
    { batch: "B01", from: 2, to: 3 },
    { batch: "B01", from: 9, to: 10 },
  ]));
it("knows what is beyond what is ready", () => {
  const ready = [{ batch: "B01", from: 1, to: 10 }];
  expect(["B01:1-10", "10", "B01:3"].map((text) => beyond(parts(text), ready))).toEqual([
    false,
    false,
    false,
  ]);
  expect(["B01:10-11", "11", "B02 x 1"].map((text) => beyond(parts(text), ready))).toEqual([
    true,
    true,
    true,
  ]);
});
it("moves units on in what is known here", () => {
  const placed = [
    { batch: "B01", from: 1, to: 10, state: "in_transit" },
    { batch: "B01", from: 11, to: 12, state: "held" },
  ];
  expect(moved(placed, parts("B01:4-11"), ["in_transit"], "arrived")).toEqual([
    { batch: "B01", from: 1, to: 3, state: "in_transit" },
    { batch: "B01", from: 4, to: 10, state: "arrived" },
    { batch: "B01", from: 11, to: 12, state: "held" },
  ]);
  expect(moved(placed, parts("3"), ["in_transit"], "arrived")[0]).toEqual({
    batch: "B01",
    from: 1,
    to: 3,
    state: "arrived",
  });
});
