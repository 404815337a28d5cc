import { askAll } from "../api/client";
import type { Application, Balance, Entry, Summary } from "../api/types";
import { CopyAsCurl } from "../parts/copy";
import { Figure } from "../parts/figure";
import { Why } from "../parts/why";
import { bucketName, statusName } from "../parts/words";
import { go, hrefOf, useAddress } from "../shell/address";
import { Answer, useAsked } from "../shell/asked";
import { day, gap, moment, number, rich, t } from "../shell/i18n";
import type { View, ViewProps } from "../shell/view";
import { RegulatorAct, reversalsOf } from "./acts";
import { Caps } from "./caps";
import { criticalFrom, exposuresOf, type Exposure } from "./exposure";
import { Proposals } from "./proposals";

/** How it stands; what is near a cap or waits only once that is known. */
function Sentence({ rows, waiting }: { rows: Exposure[]; waiting: number | null }) {
  const count = (standing: Exposure["standing"]) =>
    new Set(rows.filter((row) => row.standing === standing).map((row) => row.firm)).size;
  const over = count("over");
  const near = count("full") + count("critical");
  const strong = (value: number) => <strong>{number(value)}</strong>;
  return (
    <h1 class="answer">
      {over > 0 ? rich("regulator.answer_over", { over: strong(over), firms: over }) : t("regulator.answer_none_over")}{gap()}
      {waiting !== null && rich("regulator.answer_near", { near: strong(near), firms: near })}{gap()}
      {waiting !== null &&
        rich("regulator.answer_waiting", { waiting: strong(waiting), applications: waiting })}
    </h1>
  );
}

function Applications({ open, names }: { open: Application[]; names: Map<string, string> }) {
  return (
    <section aria-labelledby="applications-title">
      <h2 id="applications-title">{t("regulator.applications")}</h2>
      {open.length === 0 && <p class="note">{t("regulator.no_applications")}</p>}
      <ul class="applications">
        {open.map((one) => {
          const act = (kind: string) => () => go({ act: kind, on: one.application });
          return (
            <li key={one.application}>
              <div>
                <h3>{names.get(one.firm) ?? one.firm} <span class="soft">{one.application}</span></h3>
                <p><strong>{number(one.qty)}</strong> {one.sku} · {one.end_use}</p>
                <p class="note">{statusName(one.status)} · {day(one.submitted_at)}</p>
              </div>
              <div class="buttons">
                {one.status === "submitted"
                  ? <button type="button" class="primary" onClick={act("review")}>{t("regulator.review")}</button>
                  : <button type="button" class="primary" onClick={act("grant")}>{t("regulator.grant")}</button>}
                {one.status === "under_review" && (
                  <button type="button" onClick={act("refuse")}>{t("regulator.refuse")}</button>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function ApprovalRow({ approval, name }: { approval: Balance; name: string }) {
  return (
    <tr role="row" class={`status-${approval.status}`}>
      <th role="rowheader" scope="row">{approval.approval}
        <a class="under" href={hrefOf({ firm: approval.firm }, "firm")}>{name}</a></th>
      <td role="cell" class="approval-state"><span class="status-word">{statusName(approval.status)}</span>
        <span class="under note">{day(approval.valid_to)}</span></td>
      <td role="cell" class="number" data-label={bucketName("granted")}>{number(approval.granted)}</td>
      {(["available", "reserved", "drawn"] as const).map((bucket) => (
        <td key={bucket} role="cell" class="number" data-label={bucketName(bucket)}>
          <Figure value={approval[bucket]} of={{ approval: approval.approval, bucket }} />
        </td>
      ))}
      <td role="cell" class="row-buttons screen-only">
        {reversalsOf(approval).map((kind) => (
          <button key={kind} type="button" class="small"
            aria-label={t(`regulator.${kind}_title`, { approval: approval.approval })}
            onClick={() => go({ act: kind, on: approval.approval })}>{t(`regulator.${kind}`)}</button>
        ))}
      </td>
    </tr>
  );
}

const ends = ["expired", "surrendered", "revoked"];

function Approvals({ approvals, names }: { approvals: Balance[]; names: Map<string, string> }) {
  const sorted = [...approvals].sort((a, b) =>
    Number(ends.includes(a.status)) - Number(ends.includes(b.status)) || a.valid_to.localeCompare(b.valid_to));
  return (
    <section aria-labelledby="approvals-title">
      <h2 id="approvals-title">{t("regulator.approvals")}</h2>
      <p class="note">{t("regulator.approvals_note")}</p>
      <div class="wide" tabIndex={0} role="region" aria-label={t("regulator.approvals")}>
        <table class="approvals" role="table">
          <caption class="hidden-text">{t("regulator.approvals")}</caption>
          <thead role="rowgroup"><tr role="row">
            <th role="columnheader" scope="col">{t("word.kind_approval")}</th>
            <th role="columnheader" scope="col">{t("word.bucket_status")}</th>
            <th role="columnheader" scope="col" class="number">{t("word.bucket_granted")}</th>
            <th role="columnheader" scope="col" class="number">{t("word.bucket_available")}</th>
            <th role="columnheader" scope="col" class="number">{t("word.bucket_reserved")}</th>
            <th role="columnheader" scope="col" class="number">{t("word.bucket_drawn")}</th>
            <th role="columnheader" scope="col" class="screen-only"><span class="hidden-text">{t("regulator.acts")}</span></th>
          </tr></thead>
          <tbody role="rowgroup">{sorted.map((approval) => (
            <ApprovalRow key={approval.approval} approval={approval} name={names.get(approval.firm) ?? approval.firm} />
          ))}</tbody>
        </table>
      </div>
    </section>
  );
}

const list = <T,>(path: string) => useAsked<{ data: T[] }>(path, false, (to) => askAll<T>(to));

/** The summary answers first; the lists follow, each when it is there. */
function Room({ summary, caller }: ViewProps & { summary: Summary }) {
  const { params } = useAddress();
  const approvals = list<Balance>("/v1/approvals");
  const applications = list<Application>("/v1/applications");
  const policies = list<Entry>("/v1/events?type=PolicyPublished");
  const names = new Map(summary.firms.map((firm) => [firm.firm, firm.name]));
  const rows = exposuresOf(summary.firms, criticalFrom(policies.data?.data ?? []));
  const open = (applications.data?.data ?? []).filter(({ status }) =>
    status === "submitted" || status === "under_review");
  const periods = [...new Set(rows.map((row) => row.period))].sort();
  return (
    <>
      <Sentence rows={rows} waiting={applications.data && policies.data ? open.length : null} />
      <p class="lede">
        {t("regulator.speaks_for", { position: summary.position, when: moment(summary.recorded_at ?? "") })}
      </p>
      <Proposals caller={caller} />
      <Answer of={applications}>{() => <Applications open={open} names={names} />}</Answer>
      <Caps rows={rows} />
      <Answer of={approvals}>{({ data }) => <Approvals approvals={data} names={names} />}</Answer>
      <CopyAsCurl path="/v1/summary" />
      <RegulatorAct params={params} approvals={approvals.data?.data ?? []}
        applications={applications.data?.data ?? []} names={names} periods={periods}
        moment={{ position: summary.position, now: summary.recorded_at ?? new Date().toISOString() }} />
      <Why caller={caller} />
    </>
  );
}

function Regulator({ caller }: ViewProps) {
  const asked = useAsked<Summary>("/v1/summary");
  return <Answer of={asked}>{(summary) => <Room caller={caller} summary={summary} />}</Answer>;
}

export const regulator: View = { name: "regulator", roles: ["regulator"], component: Regulator };
