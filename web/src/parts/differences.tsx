// What differs, as the API's diff and what-if give it.
import { useState } from "preact/hooks";
import type { Change, Differences } from "../api/types";
import { day, number, t } from "../shell/i18n";
import { bucketName, stateName, statusName, states } from "./words";

function shown(value: Change["from"]): string {
  if (value === null) return "–";
  if (typeof value === "number") return number(value);
  return /^\d{4}-\d\d-\d\d$/.test(value) ? day(value) : statusName(value);
}

const nameOf = (what: string): string =>
  (states as readonly string[]).includes(what) ? stateName(what) : bucketName(what);

function by(change: Change): string {
  if (typeof change.from === "string" || typeof change.to === "string") return "";
  const amount = Number(change.to ?? 0) - Number(change.from ?? 0);
  return `${amount > 0 ? "+" : "−"}${number(Math.abs(amount))}`;
}

const rows_shown = 12;
const weight = (change: Change): number =>
  typeof change.from === "string" || typeof change.to === "string" ? Infinity
    : Math.abs(Number(change.to ?? 0) - Number(change.from ?? 0));

/** One row for each number that is another, the largest change first. */
export function DifferenceTable({ differences, caption }: { differences: Differences; caption: string }) {
  const [all, setAll] = useState(false);
  const rows = [...Object.entries(differences.approvals), ...Object.entries(differences.firms)]
    .flatMap(([id, changes]) => Object.entries(changes).map(([what, change]) => ({ id, what, change })))
    .sort((a, b) => weight(b.change) - weight(a.change));
  if (!rows.length) return <p class="note">{t("shell.no_difference")}</p>;
  return (
    <div class="wide" tabIndex={0} role="region" aria-label={caption}>
      <table class="differences">
        <caption>{caption}</caption>
        <thead><tr>
          <th scope="col">{t("shell.what")}</th>
          <th scope="col" class="number">{t("shell.before")}</th>
          <th scope="col" class="number">{t("shell.after")}</th>
          <th scope="col" class="number">{t("shell.change_by")}</th>
        </tr></thead>
        <tbody>{(all ? rows : rows.slice(0, rows_shown)).map(({ id, what, change }) => (
          <tr key={`${id} ${what}`}>
            <th scope="row">{id} · {nameOf(what)}</th>
            <td class="number">{shown(change.from)}</td>
            <td class="number"><strong>{shown(change.to)}</strong></td>
            <td class="number">{by(change)}</td>
          </tr>
        ))}</tbody>
      </table>
      {!all && rows.length > rows_shown && (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          {t("shell.all_rows", { rows: rows.length })}
        </button>
      )}
    </div>
  );
}
