import { expect, it } from "vitest";
import { layersOf, stepped } from "../../../web/src/parts/layers";

it("lays band on band, each beginning where the one below ends", () => {
  const layers = layersOf([{ deployed: 3, delivered: 2, registered: 1 }, { deployed: 4 }],
    ["deployed", "delivered", "registered"]);
  expect(layers.map(([first]) => first)).toEqual([[0, 3], [3, 5], [5, 6]]);
  expect(layers.map(([, second]) => second)).toEqual([[0, 4], [4, 4], [4, 4]]);
});

it("keeps a height until the next edge, above and below", () => {
  expect(stepped([{ x: 0, low: 9, high: 5 }, { x: 10, low: 8, high: 4 }, { x: 20, low: 8, high: 4 }]))
    .toBe("M0,5H10V4H20V4V8H10V9H0Z");
  expect(stepped([])).toBe("");
});
