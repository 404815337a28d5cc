import type { Balance, Condition } from "../api/types";
import { Figure } from "../parts/figure";
import { bucketName, buckets, statusName } from "../parts/words";
import { day, t } from "../shell/i18n";
import { daysBetween, hasEnded } from "./answer";

export function conditionText(condition: Condition): string {
  if (condition.code === "text") return condition.text ?? "";
  const what = condition.allow?.join(", ") ?? condition.max ?? "";
  if (condition.code === "ports") return t("firm.condition_ports", { what });
  if (condition.code === "sites") return t("firm.condition_sites", { what });
  if (condition.code === "max_units_per_shipment") return t("firm.condition_max_units", { what });
  if (condition.code === "max_uses") return t("firm.condition_max_uses", { what });
  if (condition.code === "end_use") return t("firm.condition_end_use", { what });
  return `${condition.code} ${what}`;
}

interface ConditionsProps { approval: Balance; today: string }

function Conditions({ approval, today }: ConditionsProps) {
  const conditions = approval.conditions as unknown as Condition[];
  if (!conditions.length) return null;
  return (
    <ul class="conditions">
      {conditions.map((condition, i) => (
        <li key={i}>
          {conditionText(condition)}
          {condition.due && (
            <span class={condition.due < today ? "bad" : "warn"}>
              {" "}{t(condition.due < today ? "firm.overdue" : "firm.due", { day: day(condition.due) })}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The buckets as one bar whose parts are its numbers' shares, and those numbers below it. */
function Buckets({ approval }: { approval: Balance }) {
  return (
    <>
      <svg class="bar" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
        {buckets.reduce<{ at: number; parts: preact.JSX.Element[] }>(({ at, parts }, bucket) => {
          const width = approval.granted ? (approval[bucket] / approval.granted) * 1000 : 0;
          parts.push(<rect key={bucket} class={`bucket-${bucket}`} x={at} width={width} height="12" />);
          return { at: at + width, parts };
        }, { at: 0, parts: [] }).parts}
      </svg>
      <dl class="buckets">
        {buckets.map((bucket) => (bucket === "available" || approval[bucket] > 0) && (
          <div key={bucket}>
            <dt><span class={`key bucket-${bucket}`} aria-hidden="true" />{bucketName(bucket)}</dt>
            <dd><Figure value={approval[bucket]} of={{ approval: approval.approval, bucket }} /></dd>
          </div>
        ))}
      </dl>
    </>
  );
}

export function Approval({ approval, today }: ConditionsProps) {
  const left = daysBetween(today, approval.valid_to);
  const over = hasEnded(approval);
  return (
    <article class={`approval status-${approval.status}`}>
      <header>
        <h3>{approval.approval}</h3>
        <span class="status-word">{statusName(approval.status)}</span>
        <span class="approval-granted">
          {t("firm.granted_of", { granted: approval.granted, sku: approval.sku ?? "" })}
        </span>
        <span class="approval-until">
          {over || left < 0 ? t("firm.ended", { day: day(approval.valid_to) })
            : t("firm.until", { day: day(approval.valid_to), days: left })}
        </span>
      </header>
      <Buckets approval={approval} />
      {!over && <Conditions approval={approval} today={today} />}
    </article>
  );
}
