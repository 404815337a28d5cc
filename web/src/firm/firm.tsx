import { useEffect } from "preact/hooks";
import { askAll, askText, withQuery } from "../api/client";
import type { Application, Firm as FirmRow, Inventory, Timeline } from "../api/types";
import { AreaChart } from "../parts/area";
import { CopyAsCurl } from "../parts/copy";
import { Figure, whole } from "../parts/figure";
import { Latest } from "../parts/latest";
import { Why } from "../parts/why";
import { stateName, statusName } from "../parts/words";
import { go, useAddress } from "../shell/address";
import { Answer, useAsked } from "../shell/asked";
import { day, gap, isoDay, moment, number, rich, t } from "../shell/i18n";
import { readsEntries, type Caller } from "../shell/session";
import type { View, ViewProps } from "../shell/view";
import { FirmAct, openConditions } from "./acts";
import { answerOf, hasEnded } from "./answer";
import { Approval } from "./approvals";
import { Since } from "./since";
import { saw } from "./visit";

const today = (inventory: Inventory): string =>
  isoDay(inventory.recorded_at ?? new Date().toISOString());

function Sentence({ inventory, own }: { inventory: Inventory; own: boolean }) {
  const answer = answerOf(inventory);
  const blanks = {
    name: inventory.name,
    available: <strong>{number(answer.available)}</strong>,
    granted: number(answer.granted),
    sku: answer.sku,
    until: whole(day(answer.until ?? today(inventory), true)),
  };
  const transit = <strong>{number(answer.in_transit)}</strong>;
  const held = <strong>{number(answer.held)}</strong>;
  const may = answer.available > 0;
  return (
    <>
      <h1 class="answer">
        {may ? rich(own ? "firm.answer" : "firm.answer_of", blanks)
          : rich(own ? "firm.answer_none" : "firm.answer_none_of", blanks)}{gap()}
        {rich("firm.answer_where", { transit, held })}
      </h1>
      <p class="lede">
        {answer.first && t("firm.first_lapse", { units: answer.first.units, until: day(answer.first.until, true) })}{" "}
        {answer.capped && t("firm.capped", { tier: inventory.tier })}
      </p>
    </>
  );
}

const journey = ["registered", "in_transit", "arrived", "held", "cleared", "delivered", "deployed"] as const;
const asides = ["seized", "lost", "recalled", "decommissioned", "returned", "confiscated"] as const;

function Journey({ inventory }: { inventory: Inventory }) {
  const aside = asides.filter((state) => inventory.units[state] > 0);
  return (
    <section aria-labelledby="journey-title">
      <h2 id="journey-title" class="hidden-text">{t("firm.where")}</h2>
      <ol class="journey">
        {journey.map((state) => (
          <li key={state} class={inventory.units[state] ? "" : "none"}>
            <Figure value={inventory.units[state]} of={{ firm: inventory.firm, state }} />
            <span>{stateName(state)}</span>
          </li>
        ))}
      </ol>
      {aside.length > 0 && (
        <p class="asides">
          {aside.map((state) => (
            <span key={state}>{stateName(state)}{" "}
              <Figure value={inventory.units[state]} of={{ firm: inventory.firm, state }} /></span>
          ))}
        </p>
      )}
    </section>
  );
}

/** What the firm has asked for, and nobody has decided yet. */
function Applied() {
  const asked = useAsked<{ data: Application[] }>("/v1/applications", false,
    (path) => askAll<Application>(path));
  const open = (asked.data?.data ?? []).filter(({ status }) =>
    status === "submitted" || status === "under_review");
  return (
    <ul class="applied">
      {open.map(({ application, qty, status }) => (
        <li key={application}>{t("firm.applied", { application, units: qty })}{" "}
          <span class="soft">{statusName(status)}</span></li>
      ))}
    </ul>
  );
}

/** What waits for the firm itself. */
function ToDo({ inventory }: { inventory: Inventory }) {
  const { cleared, delivered } = inventory.units;
  const due = openConditions(inventory.approvals).filter(({ condition }) => condition.due)
    .sort((a, b) => (a.condition.due ?? "").localeCompare(b.condition.due ?? ""))[0];
  return (
    <section class="todo screen-only" aria-labelledby="todo-title">
      <h2 id="todo-title">{t("firm.todo")}</h2>
      <ul>
        {cleared > 0 && (
          <li><p>{t("firm.todo_deliver", { units: cleared })}</p>
            <button type="button" class="primary" onClick={() => go({ act: "deliver" })}>{t("firm.deliver")}</button></li>
        )}
        {delivered > 0 && (
          <li><p>{t("firm.todo_deploy", { units: delivered })}</p>
            <button type="button" onClick={() => go({ act: "deploy" })}>{t("firm.deploy")}</button></li>
        )}
        {due && (
          <li><p>{t("firm.todo_evidence", { condition: due.condition.text ?? "", day: day(due.condition.due ?? "") })}</p>
            <button type="button" onClick={() => go({ act: "evidence" })}>{t("firm.evidence")}</button></li>
        )}
        <li><div><p>{t("firm.todo_apply")}</p><Applied /></div>
          <button type="button" onClick={() => go({ act: "apply" })}>{t("firm.apply")}</button></li>
      </ul>
    </section>
  );
}

/** The caps over the firm, added up as its approvals of each period begin. */
function capsOf(inventory: Inventory): { at: number; units: number }[] {
  const begun = new Map<string, string>();
  for (const { period = "", valid_from } of inventory.approvals)
    if (!begun.has(period) || valid_from < (begun.get(period) ?? "")) begun.set(period, valid_from);
  let units = 0;
  return [...begun].sort((a, b) => a[1].localeCompare(b[1])).map(([period, from]) => {
    units += inventory.cap[period] ?? 0;
    return { at: Date.parse(from), units };
  });
}

function Chart({ inventory, at }: { inventory: Inventory; at: string | null }) {
  const path = withQuery(`/v1/firms/${encodeURIComponent(inventory.firm)}/timeline`, { as_of: at });
  const asked = useAsked<Timeline>(path, at !== null);
  const total = Object.values(inventory.units).reduce((a, b) => a + b, 0);
  const caps = capsOf(inventory);
  const summary = t("firm.chart_summary", {
    day: day(inventory.recorded_at ?? today(inventory), true), units: total,
    deployed: inventory.units.deployed, cap: caps.at(-1)?.units ?? 0 });
  return (
    <section aria-labelledby="chart-title">
      <h2 id="chart-title">{t("firm.chart")}</h2>
      <Answer of={asked}>{(timeline) => (timeline.points.length ? (
        <AreaChart summary={summary} caption={t("firm.chart_caption", { firm: inventory.name })} caps={caps}
          until={Date.parse(inventory.recorded_at ?? "") || Date.now()}
          points={timeline.points.map((point) =>
            ({ at: Date.parse(point.recorded_at), iso: point.recorded_at, units: point.units }))} />
      ) : <p class="note">{t("firm.no_units")}</p>)}</Answer>
      <CopyAsCurl path={path} />
    </section>
  );
}

const signing_pause = 250;  // ms; entries are signed shortly after they are recorded.

/** A signed head that covers what is shown; the last one where the signer does not come after. */
async function headOver(position: number, signal: AbortSignal): Promise<string> {
  for (let tries = 0; ; ++tries) {
    const head = await askText("/v1/log/checkpoint", { signal });
    if (Number(head.split("\n")[1]) >= position || tries === 20) return head;
    await new Promise((done) => setTimeout(done, signing_pause));
  }
}

/** On paper too: whoever has the statement can hold the ledger to this head. */
function SignedHead({ position }: { position: number }) {
  const asked = useAsked<string>(`/v1/log/checkpoint#${position}`, true,
    (_, signal) => headOver(position, signal));
  if (!asked.data) return null;
  return (
    <>
      <h3>{t("firm.signed_head")}</h3>
      <pre class="head-text" tabIndex={0}>{asked.data}</pre>
    </>
  );
}

function Shown({ inventory, caller, path, at }: { inventory: Inventory; caller: Caller; path: string; at: string | null }) {
  const own = caller.role === "firm";
  const { params } = useAddress();
  useEffect(() => {
    if (at === null) saw(`${caller.principal} ${inventory.firm}`, inventory.position);
  }, [inventory.position, at]);
  const alive = inventory.approvals.filter((approval) => !hasEnded(approval));
  const past = inventory.approvals.filter(hasEnded);
  return (
    <>
      <p class="eyebrow">{inventory.name} · {inventory.firm} · {t("firm.tier", { tier: inventory.tier })}
        {at !== null && <> · <strong>{t("shell.as_of", { position: inventory.position })}</strong>{" "}
          <button type="button" class="quiet" onClick={() => go({ at: null })}>{t("shell.now")}</button></>}
      </p>
      <Sentence inventory={inventory} own={own} />
      <Journey inventory={inventory} />
      {own && at === null && <ToDo inventory={inventory} />}
      {own && at === null && <Since inventory={inventory} who={`${caller.principal} ${inventory.firm}`} />}
      <section aria-labelledby="approvals-title">
        <h2 id="approvals-title">{t(own ? "firm.approvals" : "firm.approvals_of")}</h2>
        {inventory.approvals.length === 0 && <p class="note">{t("firm.no_approvals")}</p>}
        {alive.map((approval) => <Approval key={approval.approval} approval={approval} today={today(inventory)} />)}
        {past.map((approval) => <Approval key={approval.approval} approval={approval} today={today(inventory)} />)}
      </section>
      <Chart inventory={inventory} at={at} />
      {readsEntries(caller) && (
        <section aria-labelledby="latest-title">
          <h2 id="latest-title">{t("firm.latest")}</h2>
          <Latest subject={`firm:${inventory.firm}`} at={at} />
        </section>
      )}
      <section class="statement" aria-labelledby="statement-title">
        <h2 id="statement-title">{t("firm.statement")}</h2>
        <p class="note">{t("firm.speaks_for", { position: inventory.position, when: moment(inventory.recorded_at ?? "") })}</p>
        <div class="buttons screen-only">
          <button type="button" onClick={() => print()}>{t("firm.print")}</button>
          {(["csv", "xlsx"] as const).map((format) =>
            <a key={format} download href={withQuery(path, { as_of: at ? null : inventory.position, format })}>{t(`firm.${format}`)}</a>)}
        </div>
        <SignedHead position={inventory.position} />
        <CopyAsCurl path={path} />
      </section>
      <FirmAct act={own ? params.get("act") : null} inventory={inventory} />
      <Why caller={caller} />
    </>
  );
}

function Picked({ firm, caller }: { firm: string; caller: Caller }) {
  const at = useAddress().params.get("at");
  const path = withQuery(`/v1/firms/${encodeURIComponent(firm)}/inventory`, { as_of: at });
  const asked = useAsked<Inventory>(path, at !== null);
  return <Answer of={asked}>{(inventory) => <Shown inventory={inventory} caller={caller} path={path} at={at} />}</Answer>;
}

function Pick({ caller }: ViewProps) {
  const { params } = useAddress();
  const asked = useAsked<{ data: FirmRow[] }>("/v1/firms", true, (path) => askAll<FirmRow>(path));
  return (
    <Answer of={asked}>{({ data }) => {
      const firm = params.get("firm") ?? data[0]?.firm;
      if (!firm) return <p class="note">{t("firm.no_firms")}</p>;
      return (
        <>
          <div class="pick screen-only">
            <label for="firm">{t("word.kind_firm")}</label>
            <select id="firm" value={firm} onChange={(event) => go({ firm: event.currentTarget.value, why: null })}>
              {data.map((one) => <option key={one.firm} value={one.firm}>{one.name} · {one.firm}</option>)}
            </select>
          </div>
          <Picked firm={firm} caller={caller} />
        </>
      );
    }}</Answer>
  );
}

const FirmView = ({ caller }: ViewProps) =>
  caller.firm ? <Picked firm={caller.firm} caller={caller} /> : <Pick caller={caller} />;

export const firm: View = {
  name: "firm", roles: ["firm", "admin", "regulator", "auditor"], component: FirmView,
};
