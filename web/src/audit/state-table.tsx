import { Figure } from "../parts/figure";
import { stateName, states } from "../parts/words";
import { hrefOf } from "../shell/address";
import { number, t } from "../shell/i18n";
import type { Frame } from "./tape";

interface Props {
  frame: Frame;
  names: Map<string, string>;
  /** Without terms behind the numbers. */
  plain: boolean;
  at: number | null;
}

/** Units by firm and state; every number opens its terms. */
export function StateTable({ frame, names, plain, at }: Props) {
  const columns = states.filter((state) => frame.total[state] > 0);
  const firms = [...frame.firms].filter(([, units]) => columns.some((state) => units[state] > 0))
    .sort(([a], [b]) => a.localeCompare(b));
  if (!firms.length) return null;
  return (
    <div class="wide" tabIndex={0} role="region" aria-label={t("audit.states")}>
      <table class="states">
        <caption class="hidden-text">{t("audit.states")}</caption>
        <thead><tr>
          <th scope="col">{t("word.kind_firm")}</th>
          {columns.map((state) => <th key={state} scope="col" class="number">{stateName(state)}</th>)}
        </tr></thead>
        <tbody>
          {firms.map(([firm, units]) => (
            <tr key={firm}>
              <th scope="row"><a href={hrefOf({ firm, at }, "firm")}>{names.get(firm) ?? firm}</a></th>
              {columns.map((state) => (
                <td key={state} class="number">
                  {units[state] ? <Figure value={units[state]} of={plain ? undefined : { firm, state }} />
                    : <span class="soft">–</span>}
                </td>
              ))}
            </tr>
          ))}
          <tr class="total">
            <th scope="row">{t("shell.total")}</th>
            {columns.map((state) => <td key={state} class="number">{number(frame.total[state])}</td>)}
          </tr>
        </tbody>
      </table>
    </div>
  );
}
