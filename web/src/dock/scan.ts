// What a scanner, a paste or a hand has put into the one box. Nothing here asks anybody: whether a
// plain name is a shipment, a batch or a serial is for the book to say.
import { plainText } from "./units";

export type Scan =
  | { kind: "unit"; batch: string; unit: number }
  | { kind: "range"; batch: string; from: number; to: number }
  | { kind: "serial"; id: string }
  | { kind: "receipt"; shipment: string; ref: string }
  | { kind: "name"; id: string }
  | { kind: "nonsense"; text: string };

export const scan_max = 4096; // Characters; a paste beyond it is no label.

const id = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const unit = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})[/:](\d{1,9})(?:-(\d{1,9}))?$/;
/** AIM symbology identifiers, which some scanners put first: ]C1 Code 128, ]d2 DataMatrix. */
const symbology = /^\][A-Za-z][0-9A-Za-z]/;

/** GS1 element strings: (01) GTIN with (21) serial, or (00) SSCC of a logistic unit. */
function gs1(text: string): Scan | null {
  const serial = /^(?:\(01\)\d{14}|01\d{14})(?:\(21\)|\u001d?21)([!-z]{1,20})$/.exec(text)?.[1];
  if (serial && id.test(serial)) return { kind: "serial", id: serial };
  const sscc = /^(?:\(00\)|00)(\d{18})$/.exec(text)?.[1];
  return sscc ? { kind: "name", id: sscc } : null;
}

/** The code of one of our own receipts is a link to this page. */
function receipt(text: string): Scan | null {
  if (!/^https?:\/\//i.test(text)) return null;
  const query = new URLSearchParams(text.split("#")[1]?.split("?")[1] ?? "");
  const shipment = query.get("shipment") ?? "";
  const ref = query.get("ref") ?? "";
  return id.test(shipment) && /^[0-9A-Z]{4}-[0-9A-Z]{4}$/.test(ref)
    ? { kind: "receipt", shipment, ref }
    : null;
}

export function classify(text: string): Scan {
  const label = text.trim().replace(symbology, "");
  const known = receipt(label) ?? gs1(label);
  if (known) return known;
  const clean = plainText(label);
  const [, batch = "", first = "", last] = unit.exec(clean) ?? [];
  const from = Number(first);
  const to = last === undefined ? from : Number(last);
  if (batch && from >= 1 && to >= from)
    return last === undefined
      ? { kind: "unit", batch, unit: from }
      : { kind: "range", batch, from, to };
  return id.test(clean) ? { kind: "name", id: clean } : { kind: "nonsense", text: text.trim() };
}

/** All labels in a text: a list pasted from a sheet has one on each line. */
export function classifyAll(text: string): Scan[] {
  return text
    .slice(0, scan_max)
    .split(/[\s,;、，；]+/)
    .filter(Boolean)
    .map(classify);
}
