import { Figure } from "../parts/figure";
import { hrefOf } from "../shell/address";
import { number, percent, t } from "../shell/i18n";
import type { Exposure } from "./exposure";

function Bar({ used, cap, standing }: Exposure) {
  const most = Math.max(used, cap, 1);
  return (
    <svg class={`cap-bar standing-${standing}`} viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
      <rect class="cap-room" width={(cap / most) * 1000} height="12" />
      <rect class="cap-used" width={(used / most) * 1000} height="12" />
    </svg>
  );
}

function Row(row: Exposure) {
  return (
    <tr role="row">
      <th role="rowheader" scope="row" class="cap-firm">
        <a href={hrefOf({ firm: row.firm }, "firm")}>{row.name}</a>
      </th>
      <td role="cell" class="cap-period">{row.period}</td>
      <td role="cell" class="cap-cell"><Bar {...row} /></td>
      <td role="cell" class="number cap-units">
        <Figure value={row.used} of={{ firm: row.firm, exposure: row.period }} />
      </td>
      <td role="cell" class="number cap-most" data-label={t("regulator.cap")}>{number(row.cap)}</td>
      <td role="cell" class="number cap-share">{row.cap ? percent(row.used / row.cap) : "–"}</td>
      <td role="cell" class="cap-standing"><span class={`standing standing-${row.standing}`}>{t(`regulator.standing_${row.standing}`)}</span></td>
    </tr>
  );
}

/** Exposure against caps, by tier and firm; what nobody uses is counted in a line. */
export function Caps({ rows }: { rows: Exposure[] }) {
  const used = rows.filter((row) => row.used > 0);
  const tiers = [...new Set(rows.map((row) => row.tier))];
  return (
    <section aria-labelledby="caps-title">
      <h2 id="caps-title">{t("regulator.caps")}</h2>
      <div class="wide" tabIndex={0} role="region" aria-label={t("regulator.caps")}>
        <table class="caps" role="table">
          <caption class="hidden-text">{t("regulator.caps")}</caption>
          <thead role="rowgroup"><tr role="row">
            <th role="columnheader" scope="col">{t("word.kind_firm")}</th>
            <th role="columnheader" scope="col">{t("regulator.period")}</th>
            <th role="columnheader" scope="col"><span class="hidden-text">{t("regulator.share")}</span></th>
            <th role="columnheader" scope="col" class="number">{t("regulator.used")}</th>
            <th role="columnheader" scope="col" class="number">{t("regulator.cap")}</th>
            <th role="columnheader" scope="col" class="number">%</th>
            <th role="columnheader" scope="col">{t("word.bucket_status")}</th>
          </tr></thead>
          {tiers.map((tier) => {
            const here = used.filter((row) => row.tier === tier);
            const idle = new Set(rows.filter((row) => row.tier === tier).map((row) => row.firm));
            here.forEach((row) => idle.delete(row.firm));
            return (
              <tbody key={tier} role="rowgroup">
                <tr class="tier" role="row"><th role="rowheader" scope="rowgroup" colSpan={7}>
                  {t("regulator.tier", { tier })}
                  {idle.size > 0 && <span class="note"> · {t("regulator.idle", { firms: idle.size })}</span>}
                </th></tr>
                {here.map((row) => <Row key={`${row.firm} ${row.period}`} {...row} />)}
              </tbody>
            );
          })}
        </table>
      </div>
    </section>
  );
}
