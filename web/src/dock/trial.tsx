// Asks the ledger beforehand, by a dry run, whether it would record this, and if not why.
import { useEffect, useState } from "preact/hooks";
import { dryRun, Problem } from "../api/client";
import type { Proposal } from "../api/types";
import { t } from "../shell/i18n";
import { ProblemNote } from "../shell/problem";

export type Trial =
  | { kind: "none" }
  | { kind: "asking" }
  | { kind: "yes"; second: boolean }
  | { kind: "no"; problem: Problem }
  | { kind: "unknown" };

const pause = 300; // ms after the last key before the ledger is asked.

/** The ledger's word on a proposal; null asks nothing. */
export function useTrial(proposal: Proposal | null): Trial {
  const [state, setState] = useState<{ about: string | null; trial: Trial }>({
    about: null,
    trial: { kind: "none" },
  });
  const about = proposal && JSON.stringify(proposal);
  useEffect(() => {
    if (about === null) return undefined;
    let gone = false;
    const set = (trial: Trial) => {
      if (!gone) setState({ about, trial });
    };
    const timer = setTimeout(() => {
      dryRun(JSON.parse(about) as Proposal).then(
        (answer) => {
          const { needs_confirmation } = answer as { needs_confirmation?: boolean };
          set({ kind: "yes", second: needs_confirmation === true });
        },
        (failed: unknown) => {
          const refused =
            failed instanceof Problem &&
            failed.status >= 400 &&
            failed.status < 500 &&
            failed.status !== 401 &&
            failed.status !== 429;
          set(refused ? { kind: "no", problem: failed } : { kind: "unknown" });
        },
      );
    }, pause);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [about]);
  if (about === null) return { kind: "none" };
  return state.about === about ? state.trial : { kind: "asking" };
}

interface Props {
  trial: Trial;
  pending: number;
  online: boolean;
}

export function Verdict({ trial, pending, online }: Props) {
  const said = (sign: string, text: string) => (
    <p class={`verdict verdict-${sign}`} role="status" tabIndex={-1}>
      <span class="sign" aria-hidden="true" />
      {text}
    </p>
  );
  if (trial.kind === "no")
    return (
      <div class="verdict verdict-no" tabIndex={-1}>
        <ProblemNote problem={trial.problem} />
      </div>
    );
  if (pending > 0) return said("later", t("dock.trial_pending", { count: pending }));
  if (!online || trial.kind === "unknown") return said("later", t("dock.trial_later"));
  if (trial.kind === "yes")
    return said("yes", t(trial.second ? "dock.trial_second" : "dock.trial_yes"));
  if (trial.kind === "asking") return said("asking", t("dock.trial_asking"));
  return null;
}
