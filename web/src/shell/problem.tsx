import type { Problem } from "../api/client";
import { known, number, t } from "./i18n";
import { Remedy } from "./remedy";

/** A problem's title in the reader's language; the server's own where we have no words for it. */
export function titleOf(problem: Problem): string {
  const key = `problem.${problem.code}`;
  return known(key) ? t(key) : problem.message;
}

/** The numbers that decided, where the code makes numbers of them. */
export function decided({ code, body: { available, requested, short_by } }: Problem): string | null {
  if (available === undefined || requested === undefined || code === "version-conflict") return null;
  if (code === "below-committed") return t("shell.numbers_committed", { available, requested });
  const short = short_by ?? requested - available;
  return short > 0 ? t("shell.numbers_decided", { available, requested, short })
    : t("shell.numbers_seen", { available, requested });
}

interface Props {
  problem: Problem;
  again?: () => void;
}

/** A no, with the numbers that decided and what the server says to do. */
export function ProblemNote({ problem, again }: Props) {
  const { param, entries, request_id } = problem.body;
  const numbers = decided(problem);
  return (
    <div class="problem" role="alert">
      <p class="problem-title">{titleOf(problem)}</p>
      <Remedy problem={problem} />
      {numbers && <p>{numbers}</p>}
      {entries && entries.length > 0 && (
        <p>{t("shell.entries_decided", { entries: entries.map(number).join(", ") })}</p>
      )}
      <p class="note">
        {problem.code !== "offline" && problem.status > 0 && (
          <a href={`/problems/${problem.code}`} target="_blank" rel="noreferrer">{t("shell.about_problem")}</a>
        )}
        {param && <span> · <code>{param}</code></span>}
        {request_id && <span> · {t("shell.request", { id: request_id })}</span>}
      </p>
      {again && <button type="button" onClick={again}>{t("shell.try_again")}</button>}
    </div>
  );
}
