// The pieces of a shipment's screen that only show: what it is, and what is about to be said.
import type { ComponentChildren } from "preact";
import { hrefOf } from "../shell/address";
import { day, moment, number, t } from "../shell/i18n";
import { eligible, type Act, type Field } from "./acts";
import type { Due } from "./due";
import { States } from "./due-list";
import type { Made } from "./proposal";
import { written } from "./units";

export function Acts({
  list,
  chosen,
  units,
}: {
  list: readonly Act[];
  chosen: Act;
  units: Due["units"] | null;
}) {
  return (
    <nav class="acts" aria-label={t("dock.acts")}>
      <ul>
        {list.map((act) => (
          <li key={act.name}>
            <a
              class="act"
              href={hrefOf({ act: act.name }, undefined)}
              aria-current={act === chosen ? "true" : undefined}
            >
              {t(`dock.act_${act.name}`)}
              {units && <span class="act-count">{number(eligible(act, units))}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function About({ shipment, id }: { shipment: Due | null; id: string }) {
  return (
    <header class="about">
      <div class="about-head">
        <h1>{id}</h1>
        <a
          class="dock-link back"
          href={hrefOf({ shipment: null, act: null, ref: null, draft: null })}
        >
          {t("dock.back")}
        </a>
      </div>
      {shipment ? (
        <>
          <p class="note">
            {[
              shipment.firm,
              shipment.approval,
              t("dock.left_on", { day: day(shipment.dispatched_at) }),
              shipment.port,
              shipment.carrier,
              shipment.office,
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
          <States units={shipment.units} />
        </>
      ) : (
        <p class="note stale">{t("dock.not_known_here")}</p>
      )}
    </header>
  );
}

function Answer({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="dock-answer">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface AnswersProps {
  act: Act;
  made: Made;
  fields: Partial<Record<Field, string>>;
  when: string;
}

/** What will be recorded, to be read once more. */
export function Answers({ act, made, fields, when }: AnswersProps) {
  return (
    <dl class="answers">
      <Answer name={t("dock.answer_act")}>{t(`dock.act_${act.name}`)}</Answer>
      <Answer name={t("dock.answer_units")}>
        {made.units !== null ? (
          <>
            <b>{t("dock.units", { units: made.units })}</b>{" "}
            <span class="mono">{written(made.parts)}</span>
          </>
        ) : (
          "–"
        )}
      </Answer>
      {[...act.needs, ...act.may].map((field) => {
        const value = fields[field]?.trim();
        return value ? (
          <Answer key={field} name={t(`dock.field_${field}`)}>
            {value}
          </Answer>
        ) : null;
      })}
      <Answer name={t("dock.answer_when")}>
        {when ? moment(new Date(when).toISOString()) : t("dock.now")}
      </Answer>
    </dl>
  );
}
