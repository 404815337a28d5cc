// What is due, by what is to be done with it.
import { useState } from "preact/hooks";
import type { UnitState } from "../api/types";
import { stateName } from "../parts/words";
import { hrefOf } from "../shell/address";
import { day, moment, number, t } from "../shell/i18n";
import { batchesOf, inOrder, matches, states_of_due, type Due } from "./due";
import type { DueList as List } from "./use";

const groups: readonly { name: "coming" | "here" | "stopped"; states: readonly UnitState[] }[] = [
  { name: "here", states: ["arrived"] },
  { name: "stopped", states: ["held", "seized"] },
  { name: "coming", states: ["in_transit"] },
];
const shown_first = 30;

export function States({ units }: { units: Due["units"] }) {
  return (
    <ul class="dock-states">
      {states_of_due
        .filter((state) => units[state] > 0)
        .map((state) => (
          <li key={state} class={`state state-${state}`}>
            <span class="state-sign" aria-hidden="true" />
            <span class="state-count">{number(units[state])}</span> {stateName(state)}
          </li>
        ))}
    </ul>
  );
}

function Row({ one }: { one: Due }) {
  const place = one.office ?? one.port;
  return (
    <li>
      <a class="due" href={hrefOf({ shipment: one.shipment, act: null, ref: null })}>
        <span class="due-id">{one.shipment}</span>
        <span class="due-about note">
          {t("dock.due_about", { firm: one.firm, batches: batchesOf(one).join(", ") })}
          {place && <> · {place}</>} · {t("dock.left_on", { day: day(one.dispatched_at) })}
        </span>
        <States units={one.units} />
        {one.pending > 0 && (
          <span class="due-pending">{t("dock.pending", { count: one.pending })}</span>
        )}
        <span class="due-go" aria-hidden="true">
          ›
        </span>
      </a>
    </li>
  );
}

function Group({ name, list }: { name: "coming" | "here" | "stopped"; list: Due[] }) {
  const [all, setAll] = useState(false);
  if (!list.length) return null;
  const shown = all ? list : list.slice(0, shown_first);
  return (
    <section class="due-group">
      <h2>
        {t(`dock.group_${name}`)} <span class="due-count">{number(list.length)}</span>
      </h2>
      <ul>
        {shown.map((one) => (
          <Row key={one.shipment} one={one} />
        ))}
      </ul>
      {shown.length < list.length && (
        <button type="button" onClick={() => setAll(true)}>
          {t("dock.show_all", { count: list.length })}
        </button>
      )}
    </section>
  );
}

interface Props {
  due: List;
  list: readonly Due[];
  office: string;
  text: string;
  /** Whether the text has been looked up already. */
  asked: boolean;
}

export function DueList({ due, list, office, text, asked }: Props) {
  if (due.said === null)
    return due.loading ? (
      <p class="waiting" role="status">
        {t("shell.loading")}
      </p>
    ) : (
      <p class="waiting" role="status">
        {t("dock.due_unknown")}
      </p>
    );
  const mine = inOrder(list.filter((one) => !office || !one.office || one.office === office));
  const fitting = mine.filter((one) => matches(one, text));
  const left = new Set(fitting);
  const grouped = groups.map(({ name, states }) => {
    const own = fitting.filter(
      (one) => left.has(one) && states.some((state) => one.units[state] > 0),
    );
    for (const one of own) left.delete(one);
    return { name, own };
  });
  return (
    <>
      {due.since && (
        <p class="note stale" role="status">
          {t("dock.due_since", { when: moment(due.since) })}{" "}
          <button type="button" class="quiet" onClick={due.again}>
            {t("shell.try_again")}
          </button>
        </p>
      )}
      {mine.length === 0 && <p class="waiting">{t("dock.due_none")}</p>}
      {mine.length > 0 && fitting.length === 0 && !asked && (
        <p class="note" role="status">
          {t("dock.due_no_match", { text: text.trim() })}
        </p>
      )}
      {grouped.map(({ name, own }) => (
        <Group key={name} name={name} list={own} />
      ))}
    </>
  );
}
