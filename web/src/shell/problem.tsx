import type { Problem } from "../api/client";
import { known, number, t } from "./i18n";

/** A problem's title in the reader's language; the server's own where we have no words for it. */
export function titleOf(problem: Problem): string {
  const key = `problem.${problem.code}`;
  return known(key) ? t(key) : problem.message;
}

interface Props {
  problem: Problem;
  again?: () => void;
}

/** A no, with the numbers that decided and what the server says to do. */
export function ProblemNote({ problem, again }: Props) {
  const { detail, param, available, requested, short_by, entries, request_id } = problem.body;
  return (
    <div class="problem" role="alert">
      <p class="problem-title">{titleOf(problem)}</p>
      {detail && <p lang="en">{detail}{param && <> <code>{param}</code></>}</p>}
      {available !== undefined && requested !== undefined && (
        <p>{t("shell.numbers_decided", { available, requested, short: short_by ?? requested - available })}</p>
      )}
      {entries && entries.length > 0 && (
        <p>{t("shell.entries_decided", { entries: entries.map(number).join(", ") })}</p>
      )}
      <p class="note">
        {problem.code !== "offline" && problem.status > 0 && (
          <a href={`/problems/${problem.code}`} target="_blank" rel="noreferrer">{t("shell.about_problem")}</a>
        )}
        {request_id && <span> · {t("shell.request", { id: request_id })}</span>}
      </p>
      {again && <button type="button" onClick={again}>{t("shell.try_again")}</button>}
    </div>
  );
}
