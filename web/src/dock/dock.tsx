// The dock: one box to scan into, what is due, one form, one receipt, one outbox.
import { useEffect, useMemo, useState } from "preact/hooks";
import { Problem } from "../api/client";
import type { Shipment } from "../api/types";
import { go, hrefOf, useAddress } from "../shell/address";
import { useAsked } from "../shell/asked";
import { t } from "../shell/i18n";
import { ProblemNote, titleOf } from "../shell/problem";
import type { View, ViewProps } from "../shell/view";
import { stateName } from "../parts/words";
import { addScanned, Check } from "./check";
import { foreseen, batchesOf, type Due, type Said } from "./due";
import { DueList } from "./due-list";
import { find, type Found } from "./find";
import { install } from "./install";
import { heldUp } from "./outbox";
import { OutboxLine, OutboxList } from "./outbox-list";
import { ForeignReceipt, Receipt } from "./receipt";
import { classify, classifyAll, type Scan } from "./scan";
import { ScanBox } from "./scan-box";
import { draftOf, known, type Kept } from "./store";
import { readUnits, written, type Part } from "./units";
import { useClock, useDraft, useDue, useOnline, useOutbox } from "./use";

/** Several labels at once are units of one shipment; anything else is read as one. */
function scansOf(text: string): Scan[] {
  const list = classifyAll(text);
  const units = list.length > 1 && list.every((scan) => scan.kind === "unit" || scan.kind === "range");
  return units ? list : [classify(text)];
}

function partOf(scan: Scan): Part | null {
  if (scan.kind === "unit") return { batch: scan.batch, from: scan.unit, to: scan.unit };
  return scan.kind === "range" ? { batch: scan.batch, from: scan.from, to: scan.to } : null;
}

function messageOf(found: Found): string {
  switch (found.kind) {
    case "no_shipment":
      return t("dock.found_no_shipment",
        { unit: `${found.batch}/${found.unit}`, state: stateName(found.state) });
    case "choice": return t("dock.found_choice", { batch: found.batch });
    case "cannot_ask": return t("dock.found_cannot_ask");
    case "nothing": return t("dock.found_nothing", { text: found.text });
    case "shipment": return "";
  }
}

/** Looks a label up and goes where it leads. */
function useScan(principal: string, due: readonly Due[], setText: (text: string) => void) {
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState<string | null>(null);

  async function open(found: Extract<Found, { kind: "shipment" }>, more: readonly Part[]) {
    const parts = found.part ? [found.part, ...more] : more;
    if (parts.length) {
      const before = (await draftOf(principal, found.id))?.units ?? "";
      const ours = due.find((one) => one.shipment === found.id);
      const joined = [before, written(parts)].filter(Boolean).join(", ");
      const read = readUnits(joined, ours ? batchesOf(ours) : []);
      await addScanned(principal, found.id, read.ok ? written(read.parts) : joined);
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
      if (found.kind === "shipment") await open(found, rest.flatMap((one) => partOf(one) ?? []));
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
  return { scan: (text: string) => void scan(text), busy, message };
}

const foreseenAll = (said: Said, items: readonly Kept[]): Due[] =>
  said.data.map((one) => foreseen(one, items, said.position));

interface Shown { one: Due | null; problem: Problem | null; loading: boolean }

/** The shipment of the address: of what is due, else asked for. */
function useShipment(id: string | null, due: readonly Due[] | null, asking: boolean,
  items: readonly Kept[]): Shown {
  const ours = due?.find((one) => one.shipment === id) ?? null;
  const early = due === null && asking;
  const path = id && !early && !ours ? `/v1/shipments/${encodeURIComponent(id)}` : null;
  const { data, problem, loading } = useAsked<Shipment & { position: number }>(path);
  if (ours || !id) return { one: ours, problem: null, loading: false };
  const one = data?.shipment === id ? foreseen(data, items, data.position) : null;
  return { one, problem, loading: early || loading };
}

function Office({ due, office }: { due: readonly Due[]; office: string }) {
  const offices = [...new Set([office, ...due.map((one) => one.office ?? "")])].filter(Boolean).sort();
  if (!offices.length) return null;
  return (
    <p class="office">
      <label for="office">{t("dock.office")}</label>
      <select id="office" value={office} onChange={(event) => go({ office: event.currentTarget.value || "all" })}>
        <option value="">{t("dock.office_all")}</option>
        {offices.map((one) => <option key={one} value={one}>{one}</option>)}
      </select>
    </p>
  );
}

/** The office of the address, else where this officer last recorded an arrival. */
function useOffice(principal: string, asked: string | null, recorded: number): string {
  const [own, setOwn] = useState("");
  useEffect(() => {
    void known<string>(`office ${principal}`).then((found) => { if (found) setOwn(found.value); });
  }, [principal, recorded]);
  return asked === "all" ? "" : asked ?? own;
}

function Dock({ caller }: ViewProps) {
  const { principal } = caller;
  const { params } = useAddress();
  const online = useOnline();
  const clock = useClock();
  const due = useDue(caller);
  const [outbox, sendNow] = useOutbox(caller);
  const [box, changeBox] = useDraft(principal, "");
  const office = useOffice(principal, params.get("office"), outbox.items.length);
  const list = useMemo(() => due.said && foreseenAll(due.said, outbox.items), [due.said, outbox.items]);
  const { scan, busy, message } = useScan(principal, list ?? [], (units) => changeBox({ units }));
  const id = params.get("shipment");
  const ref = params.get("ref");
  const { one, problem, loading } = useShipment(id, list, due.loading, outbox.items);
  useEffect(install, []);

  const item = outbox.items.find((each) => each.ref === ref);
  const waiting = outbox.items.filter((each) => each.state === "waiting");
  const text = box?.units ?? "";

  function middle() {
    if (id && !ref) {
      if (problem && problem.status > 0 && problem.status < 500)
        return <><p><a class="dock-link back" href={hrefOf({ shipment: null })}>{t("dock.back")}</a></p><ProblemNote problem={problem} /></>;
      if (!one && loading) return <p class="waiting" role="status">{t("shell.loading")}</p>;
      return <Check key={`${id} ${params.get("draft")}`} caller={caller} id={id} act={params.get("act")} office={office}
        shipment={one} clock={clock} online={online}
        pending={waiting.filter((each) => each.shipment === id).length} />;
    }
    const Title = ref ? "h2" : "h1";
    return (
      <div class="home">
        {id && ref && item && <Receipt item={item} held={heldUp(outbox.items).has(item.seq)} />}
        {id && ref && !item && outbox.ready && <ForeignReceipt shipment={id} reference={ref} />}
        <div class="home-head screen-only">
          <Title class="home-title">{t("dock.due_title")}</Title>
          <Office due={list ?? []} office={office} />
        </div>
        <div class="screen-only"><DueList due={due} list={list ?? []} office={office} text={text} /></div>
      </div>
    );
  }

  return (
    <div class="dock">
      <div class="dock-main">
        <ScanBox text={text} onText={(units) => changeBox({ units })} onScan={scan} busy={busy} message={message} />
        <OutboxLine outbox={outbox} online={online} />
        {middle()}
      </div>
      <OutboxList outbox={outbox} sendNow={sendNow} />
    </div>
  );
}

export const dock: View = { name: "dock", roles: ["customs", "logistics"], component: Dock };
