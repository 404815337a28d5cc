import { Figure } from "../parts/figure";
import type { UnitState } from "../api/types";
import { stateName } from "../parts/words";
import { hrefOf } from "../shell/address";
import { number, t } from "../shell/i18n";
import type { Frame } from "./tape";

interface Props {
  frame: Frame;
  /** The columns: all that history knows, so that they stay where they are. */
  states: readonly UnitState[];
  names: Map<string, string>;
  /** Without terms behind the numbers. */
  plain: boolean;
  /** The position that the terms are asked of; null: the head. */
  at: number | null;
  position: number;
}

/** Units by firm and state; every number opens its terms. */
export function StateTable({ frame, states, names, plain, at, position }: Props) {
  const firms = [...frame.firms].filter(([, units]) => states.some((state) => units[state] > 0))
    .sort(([a], [b]) => a.localeCompare(b));
  if (!firms.length) return null;
  return (
    <div class="wide" tabIndex={0} role="region" aria-label={t("audit.states")}>
      <table class="states">
        <caption class="hidden-text">{t("audit.states_at", { at: position })}</caption>
        <thead><tr>
          <th scope="col">{t("word.kind_firm")}</th>
          {states.map((state) => <th key={state} scope="col" class="number">{stateName(state)}</th>)}
        </tr></thead>
        <tbody>
          {firms.map(([firm, units]) => (
            <tr key={firm}>
              <th scope="row">
                <a href={hrefOf({ firm, at }, "firm")}>{names.get(firm) ?? firm}</a>
                <span class="under soft">{firm}</span>
              </th>
              {states.map((state) => (
                <td key={state} class="number">
                  {units[state] ? <Figure value={units[state]} of={plain ? undefined : { firm, state }} />
                    : <span class="soft">–</span>}
                </td>
              ))}
            </tr>
          ))}
          <tr class="total">
            <th scope="row">{t("shell.total")}</th>
            {states.map((state) => <td key={state} class="number">{number(frame.total[state])}</td>)}
          </tr>
        </tbody>
      </table>
    </div>
  );
}
