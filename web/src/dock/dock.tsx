// The dock: one box to scan into, what is due, one form, one receipt, one outbox.
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Problem } from "../api/client";
import type { Shipment } from "../api/types";
import { go, hrefOf, useAddress } from "../shell/address";
import { useAsked } from "../shell/asked";
import { t } from "../shell/i18n";
import type { Caller } from "../shell/session";
import { ProblemNote } from "../shell/problem";
import type { View, ViewProps } from "../shell/view";
import { Check, type Props as CheckProps } from "./check";
import { foreseen, type Due, type Said } from "./due";
import { DueList } from "./due-list";
import { install } from "./install";
import { heldUp } from "./outbox";
import { OutboxLine, OutboxList } from "./outbox-list";
import { ForeignReceipt, Receipt } from "./receipt";
import { focusScan, ScanBox } from "./scan-box";
import { known, type Kept } from "./store";
import {
  useClock,
  useDraft,
  useDue,
  useOnline,
  useOutbox,
  type DueList as DueState,
  type Outbox,
} from "./use";
import { useScan } from "./use-scan";

const foreseenAll = (said: Said, items: readonly Kept[]): Due[] =>
  said.data.map((one) => foreseen(one, items, said.position));

interface Shown {
  one: Due | null;
  problem: Problem | null;
  loading: boolean;
}

/** The shipment of the address: of what is due, else asked for. */
function useShipment(
  id: string | null,
  due: readonly Due[] | null,
  asking: boolean,
  items: readonly Kept[],
): Shown {
  const ours = due?.find((one) => one.shipment === id) ?? null;
  const early = due === null && asking;
  const path = id && !early && !ours ? `/v1/shipments/${encodeURIComponent(id)}` : null;
  const { data, problem, loading } = useAsked<Shipment & { position: number }>(path);
  if (ours || !id) return { one: ours, problem: null, loading: false };
  const one = data?.shipment === id ? foreseen(data, items, data.position) : null;
  // Asked again after a no, as when the signal goes: the form stays, with what is being typed.
  return { one, problem, loading: early || (loading && !problem) };
}

function Office({ offices, office }: { offices: readonly string[]; office: string }) {
  if (!offices.length) return null;
  return (
    <p class="office">
      <label for="office">{t("dock.office")}</label>
      <select
        id="office"
        value={office}
        onChange={(event) => go({ office: event.currentTarget.value || "all" })}
      >
        <option value="">{t("dock.office_all")}</option>
        {offices.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </p>
  );
}

/** The office of the address, else where this officer last recorded an arrival. */
function useOffice(principal: string, asked: string | null, recorded: number): string {
  const [own, setOwn] = useState("");
  useEffect(() => {
    void known<string>(`office ${principal}`).then((found) => {
      if (found) setOwn(found.value);
    });
  }, [principal, recorded]);
  return asked === "all" ? "" : (asked ?? own);
}

interface HomeProps {
  due: DueState;
  list: readonly Due[];
  offices: readonly string[];
  office: string;
  text: string;
  scan: { message: string | null };
  /** What stands above what is due: a receipt, or nothing. */
  above: ComponentChildren;
}

function Home({ due, list, offices, office, text, scan, above }: HomeProps) {
  const Title = above ? "h2" : "h1";
  return (
    <div class="home">
      {above}
      <div class="home-head screen-only">
        <Title class="home-title">{t("dock.due_title")}</Title>
        <Office offices={offices} office={office} />
      </div>
      <div class="screen-only">
        <DueList due={due} list={list} office={office} text={text} asked={Boolean(scan.message)} />
      </div>
    </div>
  );
}

/** The receipt of the address: of this device's outbox, else of the ledger. */
function receiptOf(id: string | null, ref: string | null, outbox: Outbox): ComponentChildren {
  if (!id || !ref) return null;
  const item = outbox.items.find((each) => each.ref === ref);
  if (item) return <Receipt item={item} held={heldUp(outbox.items).has(item.seq)} />;
  return outbox.ready ? <ForeignReceipt shipment={id} reference={ref} /> : null;
}

/** A shipment that is there, may not be seen, is being asked for, or cannot be asked for. */
function OneShipment({ shown, check }: { shown: Shown; check: CheckProps }) {
  const { one, problem, loading } = shown;
  if (problem && problem.status > 0 && problem.status < 500)
    return (
      <>
        <p>
          <a class="dock-link back" href={hrefOf({ shipment: null })}>
            {t("dock.back")}
          </a>
        </p>
        <ProblemNote problem={problem} />
      </>
    );
  if (!one && loading)
    return (
      <p class="waiting" role="status">
        {t("shell.loading")}
      </p>
    );
  return <Check {...check} shipment={one} />;
}

/** Everything that the dock shows, of the address, the device and the server. */
function useDock(caller: Caller) {
  const { principal } = caller;
  const { params } = useAddress();
  const due = useDue(caller);
  const [outbox, sendNow] = useOutbox(caller);
  const { items } = outbox;
  const [box, changeBox] = useDraft(principal, "");
  const office = useOffice(principal, params.get("office"), items.length);
  const known = useMemo(() => due.said && foreseenAll(due.said, items), [due.said, items]);
  const list = known ?? [];
  const setText = (units: string) => changeBox({ units });
  const id = params.get("shipment");
  const shown = useShipment(id, known, due.loading, items);
  const offices = new Set([office, ...list.map((one) => one.office ?? "")]);
  return {
    params,
    due,
    outbox,
    sendNow,
    office,
    list,
    setText,
    id,
    shown,
    scan: useScan(principal, list, setText),
    text: box?.units ?? "",
    offices: [...offices].filter(Boolean).sort(),
    pending: items.filter((one) => one.state === "waiting" && one.shipment === id).length,
  };
}

function Dock({ caller }: ViewProps) {
  const online = useOnline();
  const clock = useClock();
  const dock = useDock(caller);
  const { params, id, outbox, offices, office, pending } = dock;
  useEffect(() => {
    if (!dock.due.loading) install(); // What is due comes first over a thin line.
  }, [dock.due.loading]);
  useEffect(() => {
    if (!id) focusScan();
  }, [id]);
  const act = params.get("act");
  const ref = params.get("ref");
  const check = { caller, pending, offices, office, clock, online, act, shipment: null };
  const receipt = receiptOf(id, ref, outbox);
  return (
    <div class="dock">
      <div class="dock-main">
        <ScanBox text={dock.text} onText={dock.setText} {...dock.scan} />
        <OutboxLine outbox={outbox} online={online} />
        {id && !ref ? (
          <OneShipment
            key={`${id} ${params.get("draft")}`}
            shown={dock.shown}
            check={{ id, ...check }}
          />
        ) : (
          <Home {...dock} above={receipt} />
        )}
      </div>
      <OutboxList outbox={outbox} sendNow={dock.sendNow} />
    </div>
  );
}

export const dock: View = { name: "dock", roles: ["customs", "logistics"], component: Dock };
