// What is in the scan box, what a scanner typed, and the reference that a receipt bears.
import jsQR from "jsqr";
import { describe, expect, it } from "vitest";
import { drawn } from "../../../../web/src/dock/code";
import { linkOf, referenceOf } from "../../../../web/src/dock/reference";
import { classify, classifyAll, scan_max } from "../../../../web/src/dock/scan";
import { Wedge } from "../../../../web/src/dock/wedge";

it.each([
  ["S-0288", { kind: "name", id: "S-0288" }],
  [" B01 ", { kind: "name", id: "B01" }],
  ["]C1S-0288", { kind: "name", id: "S-0288" }],
  ["B01/17", { kind: "unit", batch: "B01", unit: 17 }],
  ["Ｂ０１：１７", { kind: "unit", batch: "B01", unit: 17 }],
  ["B01:3-9", { kind: "range", batch: "B01", from: 3, to: 9 }],
  ["(01)09521234543213(21)SN-17", { kind: "serial", id: "SN-17" }],
  ["]d2010952123454321321SN-17", { kind: "serial", id: "SN-17" }],
  ["(00)106141412345678908", { kind: "name", id: "106141412345678908" }],
  [
    "https://dock.example/#/dock?shipment=S-1&ref=7K3F-9QX2",
    { kind: "receipt", shipment: "S-1", ref: "7K3F-9QX2" },
  ],
] as const)("takes %s for what it is", (text, scan) => expect(classify(text)).toEqual(scan));
it.each(["B01/0", "B01:9-3", "https://elsewhere.example/", "<b>", "-x", "a b", "x".repeat(65)])(
  "makes nothing of %s",
  (text) => expect(classify(text).kind).toBe("nonsense"),
);
it("takes a pasted column apart, and no more of it than there is room for", () => {
  expect(classifyAll("B01/1\r\nB01/2\tB01/3，B01/4")).toHaveLength(4);
  expect(classifyAll("B01/1\n".repeat(scan_max)).length).toBeLessThan(scan_max);
});

describe("a keyboard wedge", () => {
  const typed = (text: string, gap: number) => {
    const wedge = new Wedge();
    let at = 1000;
    let label: string | null = null;
    for (const key of [...text, "Enter"]) label = wedge.key(key, (at += gap));
    return label;
  };
  it("is known by its haste", () => expect(typed("S-0288", 8)).toBe("S-0288"));
  it("is not a hand", () => expect(typed("S-0288", 120)).toBeNull());
  it("is not a key that repeats once or twice", () => expect(typed("ab", 8)).toBeNull());
  it("holds the shift key down between letters", () => {
    const wedge = new Wedge();
    const keys = ["Shift", "S", "-", "0", "2", "8", "8", "Enter"];
    expect(keys.map((key, i) => wedge.key(key, i * 5)).at(-1)).toBe("S-0288");
  });
  it("starts anew after a pause", () => {
    const wedge = new Wedge();
    wedge.key("x", 0);
    expect([..."B01/7", "Enter"].map((key, i) => wedge.key(key, 900 + i * 5)).at(-1)).toBe("B01/7");
  });
});

describe("a receipt", () => {
  it("has a reference that follows from the key and is easy to read out", () => {
    expect(referenceOf("00000000000000000000000000000000")).toBe("0000-0000");
    expect(referenceOf("ffffffffff0000000000000000000000")).toBe("ZZZZ-ZZZZ");
    expect(referenceOf("0123456789abcdef0123456789abcdef")).toBe("04HM-ASW9");
  });
  it("has a code that an independent reader reads back", () => {
    const link = linkOf("https://dock.customs.example:8443", "S-0288", "7K3F-9QX2");
    const code = drawn(link);
    const scale = 4;
    const quiet = 4;
    const width = (code.size + 2 * quiet) * scale;
    const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
    for (let y = 0; y < width; ++y)
      for (let x = 0; x < width; ++x)
        if (code.get(Math.floor(x / scale) - quiet, Math.floor(y / scale) - quiet))
          pixels.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    expect(jsQR(pixels, width, width)?.data).toBe(link);
    expect(classify(link)).toEqual({ kind: "receipt", shipment: "S-0288", ref: "7K3F-9QX2" });
  });
});
