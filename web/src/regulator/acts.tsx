// What the regulator records from this screen; each act is gone through by a what-if before it is done.
import { send } from "../api/client";
import type { Application, Balance, Proposal, WhatIf } from "../api/types";
import { ActDialog, type Act } from "../parts/act";
import { DifferenceTable } from "../parts/differences";
import { bucketName } from "../parts/words";
import { go } from "../shell/address";
import { Answer, useAsked } from "../shell/asked";
import { day, t } from "../shell/i18n";

export const closeAct = () => go({ act: null, on: null });

export interface Moment { position: number; now: string }

const text = (form: FormData, name: string) => String(form.get(name) ?? "").trim();

/** The numbers that would be others, told by the same rulebook, before anything is recorded. */
function Preview({ proposal, moment }: { proposal: Proposal; moment: Moment }) {
  const body = { add: [{ after: moment.position, type: proposal.type, occurred_at: moment.now, data: proposal.data }] };
  const asked = useAsked<WhatIf>(`what-if ${JSON.stringify(body)}`, true,
    () => send<WhatIf>(`/v1/audit/what-if?as_of=${moment.position}`, body));
  return (
    <Answer of={asked}>{(result) => (
      <DifferenceTable differences={result.differences} caption={t("regulator.preview")} />
    )}</Answer>
  );
}

/** Units that are set aside or under way, and could then not go on. */
export const pendingOf = ({ units }: Balance): number =>
  units ? units.registered + units.in_transit + units.arrived + units.held + units.seized : 0;

export type Reversal = "suspend" | "reinstate" | "revoke" | "amend";

/** Which of them an approval's status admits. */
export function reversalsOf({ status }: Balance): Reversal[] {
  if (status === "suspended") return ["reinstate", "revoke"];
  if (status === "revoked") return ["reinstate"];
  return status === "expired" || status === "surrendered" ? [] : ["amend", "suspend", "revoke"];
}

const types: Record<Reversal, string> = { suspend: "ApprovalSuspended", reinstate: "ApprovalReinstated",
  revoke: "ApprovalRevoked", amend: "ApprovalAmended" };

function dataOf(kind: Reversal, approval: Balance, form: FormData): Proposal["data"] | null {
  const id = approval.approval;
  if (kind === "reinstate")
    return { approval: id, reason: text(form, "reason"), restored_qty: Number(form.get("restored")) };
  if (kind !== "amend") return { approval: id, reason: text(form, "reason") };
  const granted = Number(form.get("granted"));
  const valid_to = text(form, "valid_to");
  if (granted === approval.granted && valid_to === approval.valid_to) return null;
  return { approval: id, ...(granted !== approval.granted && { granted }),
    ...(valid_to !== approval.valid_to && { valid_to }) };
}

interface ReverseProps { kind: Reversal; approval: Balance; firm: string; moment: Moment }

function Reverse({ kind, approval, firm, moment }: ReverseProps) {
  const id = approval.approval;
  const pending = pendingOf(approval);
  const act: Act = {
    title: t(`regulator.${kind}_title`, { approval: id }),
    danger: kind === "revoke" || kind === "suspend",
    ifMatch: approval.version === undefined ? undefined : `"${approval.version}"`,
    proposal: (form) => {
      const data = dataOf(kind, approval, form);
      return data && { type: types[kind], data };
    },
    verb: () => t(`regulator.${kind}_verb`, { approval: id }),
    effect: (proposal) => (
      <>
        <p><strong>{t(`regulator.${kind}_effect`, { approval: id, firm })}</strong></p>
        {act.danger && pending > 0 && <p>{t("regulator.pending", { units: pending })}</p>}
        <Preview proposal={proposal} moment={moment} />
      </>
    ),
  };
  return (
    <ActDialog act={act} close={closeAct}>
      <p>{firm} · {t("regulator.has", { granted: approval.granted, available: approval.available,
        drawn: approval.drawn })}</p>
      {kind === "amend" ? (
        <>
          <div>
            <label for="granted">{bucketName("granted")}</label>
            <input id="granted" name="granted" type="number" min="0" required defaultValue={String(approval.granted)} />
          </div>
          <div>
            <label for="valid_to">{bucketName("valid_to")}</label>
            <input id="valid_to" name="valid_to" type="date" required defaultValue={approval.valid_to} />
          </div>
        </>
      ) : (
        <div>
          <label for="reason">{t("regulator.reason")}</label>
          <textarea id="reason" name="reason" rows={2} required maxLength={2000} />
        </div>
      )}
      {kind === "reinstate" && (
        <div>
          <label for="restored">{t("regulator.restored", { forfeited: approval.forfeited })}</label>
          <input id="restored" name="restored" type="number" min="0" max={approval.forfeited} required
            defaultValue={approval.status === "revoked" ? String(approval.forfeited) : "0"} />
        </div>
      )}
    </ActDialog>
  );
}

interface ReviewProps { application: Application; firm: string; moment: Moment; periods: string[] }

function Grant({ application, firm, moment, periods }: ReviewProps) {
  const id = application.application;
  const act: Act = {
    title: t("regulator.grant_title", { application: id }),
    proposal: (form) => ({
      type: "ApprovalGranted",
      data: { approval: text(form, "approval"), application: id, firm: application.firm,
        granted: Number(form.get("granted")), period: text(form, "period"),
        valid_from: text(form, "valid_from"), valid_to: text(form, "valid_to"),
        conditions: text(form, "conditions").split("\n").map((line) => line.trim()).filter(Boolean) },
    }),
    verb: ({ data }) => t("regulator.grant_verb", { units: Number(data.granted) }),
    effect: (proposal) => (
      <>
        <p><strong>{t("regulator.grant_effect", { firm, units: Number(proposal.data.granted),
          sku: application.sku, until: day(String(proposal.data.valid_to)) })}</strong></p>
        <Preview proposal={proposal} moment={moment} />
      </>
    ),
  };
  const from = moment.now.slice(0, 10);
  return (
    <ActDialog act={act} close={closeAct}>
      <p>{t("regulator.asks", { firm, units: application.qty, sku: application.sku,
        end_use: application.end_use })}</p>
      <div>
        <label for="granted">{t("regulator.how_many", { units: application.qty })}</label>
        <input id="granted" name="granted" type="number" min="1" max={application.qty} required
          defaultValue={String(application.qty)} />
      </div>
      <div class="two">
        <div>
          <label for="period">{t("regulator.period")}</label>
          <select id="period" name="period" defaultValue={periods.at(-1)}>
            {periods.map((period) => <option key={period} selected={period === periods.at(-1)}>{period}</option>)}
          </select>
        </div>
        <div>
          <label for="approval">{t("regulator.number")}</label>
          <input id="approval" name="approval" required maxLength={64} pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
            defaultValue={`AP-${id}`} />
        </div>
      </div>
      <div class="two">
        <div>
          <label for="valid_from">{t("regulator.valid_from")}</label>
          <input id="valid_from" name="valid_from" type="date" required defaultValue={from} />
        </div>
        <div>
          <label for="valid_to">{bucketName("valid_to")}</label>
          <input id="valid_to" name="valid_to" type="date" required min={from} />
        </div>
      </div>
      <div>
        <label for="conditions">{t("regulator.conditions")}</label>
        <textarea id="conditions" name="conditions" rows={2} maxLength={4000} />
      </div>
    </ActDialog>
  );
}

interface DecideProps { application: Application; firm: string; kind: "review" | "refuse" }

function Decide({ application, firm, kind }: DecideProps) {
  const id = application.application;
  const act: Act = {
    title: t(`regulator.${kind}_title`, { application: id }),
    danger: kind === "refuse",
    proposal: (form) => (kind === "review"
      ? { type: "ApplicationReviewStarted", data: { application: id } }
      : { type: "ApplicationRefused", data: { application: id, reason: text(form, "reason") } }),
    verb: () => t(`regulator.${kind}_verb`, { application: id }),
    effect: () => <p><strong>{t(`regulator.${kind}_effect`, { application: id, firm })}</strong></p>,
  };
  return (
    <ActDialog act={act} close={closeAct}>
      <p>{t("regulator.asks", { firm, units: application.qty, sku: application.sku,
        end_use: application.end_use })}</p>
      {kind === "refuse" && (
        <div>
          <label for="reason">{t("regulator.reason")}</label>
          <textarea id="reason" name="reason" rows={2} required maxLength={2000} />
        </div>
      )}
    </ActDialog>
  );
}

interface Props {
  params: URLSearchParams;
  approvals: Balance[];
  applications: Application[];
  names: Map<string, string>;
  moment: Moment;
  periods: string[];
}

const reversals: readonly string[] = ["suspend", "reinstate", "revoke", "amend"];

/** The dialog that the address asks for. */
export function RegulatorAct({ params, approvals, applications, names, moment, periods }: Props) {
  const kind = params.get("act") ?? "";
  const on = params.get("on");
  const approval = approvals.find((one) => one.approval === on);
  const application = applications.find((one) => one.application === on);
  const of = approval ?? application;
  const firm = of ? names.get(of.firm) ?? of.firm : "";
  if (approval && reversals.includes(kind))
    return <Reverse key={`${kind} ${on}`} kind={kind as Reversal} approval={approval} firm={firm}
      moment={moment} />;
  if (application && kind === "grant")
    return <Grant application={application} firm={firm} moment={moment} periods={periods} />;
  if (application && (kind === "review" || kind === "refuse"))
    return <Decide application={application} firm={firm} kind={kind} />;
  return null;
}
