// A firm's statement as a file for its spreadsheet.
import type { Inventory } from "../api/types";
import { buckets } from "../parts/words";

/** A cell as RFC 4180 wants it; what a spreadsheet would take for a formula is kept as text. */
export function cell(value: string | number): string {
  const text = typeof value === "number" ? String(value)
    : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function statementOf(inventory: Inventory): string {
  const lines: (string | number)[][] = [
    ["firm", inventory.firm], ["name", inventory.name], ["tier", inventory.tier],
    ["position", inventory.position], ["recorded_at", inventory.recorded_at ?? ""], [],
    ["approval", "period", "sku", "status", "granted", ...buckets, "valid_from", "valid_to"],
    ...inventory.approvals.map((approval) => [
      approval.approval, approval.period ?? "", approval.sku ?? "", approval.status, approval.granted,
      ...buckets.map((bucket) => approval[bucket]), approval.valid_from, approval.valid_to]),
    [], ["state", "units"],
    ...Object.entries(inventory.units),
  ];
  return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

export function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
