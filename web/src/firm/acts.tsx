// What a firm records by itself: applications, deliveries, deployments, evidence of conditions.
import { useState } from "preact/hooks";
import { askAll } from "../api/client";
import type { Balance, Batch, Condition, Inventory, PlacedRange, UnitState } from "../api/types";
import { ActDialog, type Act } from "../parts/act";
import { go } from "../shell/address";
import { Answer, useAsked } from "../shell/asked";
import { number, t } from "../shell/i18n";

export const closeAct = () => go({ act: null });
const text = (form: FormData, name: string) => String(form.get(name) ?? "").trim();

/** The first `count` units of these ranges. */
export function firstUnits(ranges: PlacedRange[], count: number) {
  const taken: { batch: string; from: number; to: number }[] = [];
  let left = count;
  for (const { batch, from, to } of ranges) {
    if (left <= 0) break;
    const upto = Math.min(to, from + left - 1);
    taken.push({ batch, from, to: upto });
    left -= upto - from + 1;
  }
  return left > 0 ? null : taken;
}

export const sizeOf = (ranges: { from: number; to: number }[]): number =>
  ranges.reduce((sum, range) => sum + range.to - range.from + 1, 0);

interface MoveProps { inventory: Inventory; kind: "deliver" | "deploy" }

function MoveForm({ batches, inventory, kind }: MoveProps & { batches: Batch[] }) {
  const state: UnitState = kind === "deliver" ? "cleared" : "delivered";
  const here = (approval: Balance) => approval.units?.[state] ?? 0;
  const holders = inventory.approvals.filter((approval) => here(approval) > 0)
    .sort((a, b) => here(b) - here(a));
  const [approval, setApproval] = useState(holders[0]?.approval ?? "");
  const placed = batches.flatMap(({ batch, ranges: own }) => own.map((range) => ({ ...range, batch })));
  const ranges = placed
    .filter((range) => range.approval === approval && range.state === state);
  const size = sizeOf(ranges);
  const sites = [...new Set(placed.map((range) => range.site)
    .filter((site): site is string => !!site))].sort();
  const act: Act = {
    title: t(kind === "deliver" ? "firm.deliver" : "firm.deploy"),
    proposal: (form) => {
      const units = firstUnits(ranges, Number(form.get("count")));
      return units && {
        type: kind === "deliver" ? "AllocationDelivered" : "AllocationDeployed",
        data: { approval, site: text(form, "site"), units },
      };
    },
    verb: ({ data }) => t(kind === "deliver" ? "firm.deliver_verb" : "firm.deploy_verb",
      { units: sizeOf(data.units as PlacedRange[]) }),
    effect: ({ data }) => (
      <>
        <p>{t(kind === "deliver" ? "firm.deliver_effect" : "firm.deploy_effect",
          { units: sizeOf(data.units as PlacedRange[]), site: String(data.site), approval })}</p>
        <ul class="ranges">
          {(data.units as PlacedRange[]).map((range) => (
            <li key={`${range.batch} ${range.from}`}>
              {range.batch} <span class="soft">{number(range.from)}–{number(range.to)}</span>
            </li>
          ))}
        </ul>
      </>
    ),
  };
  return (
    <ActDialog act={act} close={closeAct}>
      <div>
        <label for="approval">{t("word.kind_approval")}</label>
        <select id="approval" value={approval} onChange={(event) => setApproval(event.currentTarget.value)}>
          {holders.map((one) => (
            <option key={one.approval} value={one.approval}>
              {one.approval} · {t("shell.units", { units: one.units?.[state] ?? 0 })}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for="count">{t("firm.how_many", { units: size })}</label>
        <input key={approval} id="count" name="count" type="number" min="1" max={size} required defaultValue={String(size)} />
      </div>
      <div>
        <label for="site">{t("firm.site")}</label>
        <input id="site" name="site" required maxLength={64} pattern="[A-Za-z0-9][A-Za-z0-9._\-]*" list="sites"
          defaultValue={sites[0]} />
        <datalist id="sites">{sites.map((site) => <option key={site} value={site} />)}</datalist>
      </div>
    </ActDialog>
  );
}

function Move(props: MoveProps) {
  const asked = useAsked<{ data: Batch[] }>("/v1/batches", true, (path) => askAll<Batch>(path));
  return <Answer of={asked}>{({ data }) => <MoveForm {...props} batches={data} />}</Answer>;
}

function Apply({ inventory }: { inventory: Inventory }) {
  const skus = [...new Set(inventory.approvals.map((approval) => approval.sku ?? ""))].filter(Boolean);
  const act: Act = {
    title: t("firm.apply"),
    proposal: (form) => ({
      type: "ApplicationSubmitted",
      data: { application: text(form, "application"), firm: inventory.firm, sku: text(form, "sku"),
        qty: Number(form.get("qty")), end_use: text(form, "end_use") },
    }),
    verb: ({ data }) => t("firm.apply_verb", { units: Number(data.qty) }),
    effect: ({ data }) => (
      <p>{t("firm.apply_effect", { units: Number(data.qty), sku: String(data.sku),
        application: String(data.application), end_use: String(data.end_use) })}</p>
    ),
  };
  return (
    <ActDialog act={act} close={closeAct}>
      <div>
        <label for="qty">{t("firm.apply_qty")}</label>
        <input id="qty" name="qty" type="number" min="1" max="100000000" required />
      </div>
      <div>
        <label for="sku">{t("firm.sku")}</label>
        <input id="sku" name="sku" required maxLength={64} list="skus" defaultValue={skus[0] ?? ""} />
        <datalist id="skus">{skus.map((sku) => <option key={sku} value={sku} />)}</datalist>
      </div>
      <div>
        <label for="end_use">{t("firm.end_use")}</label>
        <textarea id="end_use" name="end_use" required rows={2} maxLength={2000} />
      </div>
      <div>
        <label for="application">{t("firm.own_number")}</label>
        <input id="application" name="application" required maxLength={64} pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
          defaultValue={`${inventory.firm}-${inventory.position}`} />
      </div>
    </ActDialog>
  );
}

/** Conditions in words that want evidence, of approvals that are alive. */
export function openConditions(approvals: Balance[]): { approval: string; condition: Condition }[] {
  return approvals
    .filter((approval) => !["revoked", "expired", "surrendered"].includes(approval.status))
    .flatMap((approval) => (approval.conditions as unknown as Condition[])
      .filter((condition) => condition.code === "text")
      .map((condition) => ({ approval: approval.approval, condition })));
}

function Evidence({ inventory }: { inventory: Inventory }) {
  const open = openConditions(inventory.approvals);
  const act: Act = {
    title: t("firm.evidence"),
    proposal: (form) => {
      const chosen = open[Number(form.get("which"))];
      return chosen ? {
        type: "ConditionEvidenced",
        data: { approval: chosen.approval, condition: chosen.condition.text ?? "", evidence: text(form, "evidence") },
      } : null;
    },
    verb: () => t("firm.evidence_verb"),
    effect: ({ data }) => (
      <p>{t("firm.evidence_effect", { condition: String(data.condition), approval: String(data.approval),
        evidence: String(data.evidence) })}</p>
    ),
  };
  return (
    <ActDialog act={act} close={closeAct}>
      <div>
        <label for="which">{t("firm.condition")}</label>
        <select id="which" name="which">
          {open.map(({ approval, condition }, i) => (
            <option key={i} value={i}>{approval} · {condition.text}</option>
          ))}
        </select>
      </div>
      <div>
        <label for="evidence">{t("firm.evidence_ref")}</label>
        <input id="evidence" name="evidence" required maxLength={2000} />
      </div>
    </ActDialog>
  );
}

/** The dialog that the address asks for. */
export function FirmAct({ act, inventory }: { act: string | null; inventory: Inventory }) {
  if (act === "apply") return <Apply inventory={inventory} />;
  if (act === "deliver" || act === "deploy") return <Move inventory={inventory} kind={act} />;
  return act === "evidence" ? <Evidence inventory={inventory} /> : null;
}
