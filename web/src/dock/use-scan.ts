// From what stands in the box to the screen that it leads to.
import { useState } from "preact/hooks";
import { Problem } from "../api/client";
import { stateName } from "../parts/words";
import { go } from "../shell/address";
import { t } from "../shell/i18n";
import { titleOf } from "../shell/problem";
import { batchesOf, type Due } from "./due";
import { find, type Found } from "./find";
import { classify, classifyAll, type Scan } from "./scan";
import { draftOf, keepDraft } from "./store";
import { readUnits, written, type Part } from "./units";
import { emptyDraft } from "./use";

/** Several labels at once are units of one shipment; anything else is read as one. */
function scansOf(text: string): Scan[] {
  const list = classifyAll(text);
  const units =
    list.length > 1 && list.every((scan) => scan.kind === "unit" || scan.kind === "range");
  return units ? list : [classify(text)];
}

function partOf(scan: Scan): Part | null {
  if (scan.kind === "unit") return { batch: scan.batch, from: scan.unit, to: scan.unit };
  return scan.kind === "range" ? { batch: scan.batch, from: scan.from, to: scan.to } : null;
}

function messageOf(found: Found): string {
  switch (found.kind) {
    case "no_shipment":
      return t("dock.found_no_shipment", {
        unit: `${found.batch}/${found.unit}`,
        state: stateName(found.state),
      });
    case "choice":
      return t("dock.found_choice", { batch: found.batch });
    case "cannot_ask":
      return t("dock.found_cannot_ask");
    case "nothing":
      return t("dock.found_nothing", { text: found.text });
    case "shipment":
      return "";
  }
}

/** Looks a label up and goes where it leads. */
export function useScan(principal: string, due: readonly Due[], setText: (text: string) => void) {
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState<string | null>(null);

  async function open(found: Extract<Found, { kind: "shipment" }>, more: readonly Part[]) {
    const parts = found.part ? [found.part, ...more] : more;
    if (parts.length) {
      const draft = (await draftOf(principal, found.id)) ?? emptyDraft(principal, found.id);
      const ours = due.find((one) => one.shipment === found.id);
      const joined = [draft.units, written(parts)].filter(Boolean).join(", ");
      const read = readUnits(joined, ours ? batchesOf(ours) : []);
      await keepDraft({ ...draft, units: read.ok ? written(read.parts) : joined });
    }
    setText("");
    go({ shipment: found.id, act: null, ref: found.ref, draft: parts.length ? Date.now() : null });
  }

  async function scan(text: string) {
    setBusy(true);
    setMessage(null);
    try {
      const scans = scansOf(text);
      const [first, ...rest] = scans;
      if (!first) return;
      const found = await find(first, due);
      if (found.kind === "shipment")
        await open(
          found,
          rest.flatMap((one) => partOf(one) ?? []),
        );
      else if (found.kind === "cannot_ask" && found.id)
        await open({ kind: "shipment", id: found.id, part: null, ref: null, shipment: null }, []);
      else if (found.kind === "choice") setText(found.batch);
      setMessage(messageOf(found));
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      setMessage(titleOf(failed));
    } finally {
      setBusy(false);
    }
  }
  return { onScan: (text: string) => void scan(text), busy, message };
}
