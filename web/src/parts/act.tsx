// To record something from the page: fill in, see what would happen, then do what the button names.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { dryRun, newKey, Problem, record } from "../api/client";
import type { Proposal, Recorded } from "../api/types";
import { number, t } from "../shell/i18n";
import { ProblemNote } from "../shell/problem";
import { Dialog } from "./dialog";

export interface Act {
  title: string;
  /** What the fields ask for; null where they do not make sense yet. */
  proposal: (form: FormData) => Proposal | null;
  /** Names the act on the button: "Confirm delivery of 120 units". */
  verb: (proposal: Proposal) => string;
  /** What will be, in words, below the heading of the check. */
  effect: (proposal: Proposal) => ComponentChildren;
  /** The version that was read, where the API wants it. */
  ifMatch?: string;
  danger?: boolean;
}

interface Props {
  act: Act;
  close: () => void;
  children: ComponentChildren;
}

type Step =
  | { at: "fill"; problem: Problem | null }
  | { at: "check"; proposal: Proposal; key: string; problem: Problem | null }
  | { at: "done"; recorded: Recorded & { proposal?: string } };

const asProblem = (failed: unknown): Problem =>
  failed instanceof Problem ? failed : new Problem(500, { code: "internal", detail: String(failed) });

export function ActDialog({ act, close, children }: Props) {
  const [step, setStep] = useState<Step>({ at: "fill", problem: null });
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  async function check(event: SubmitEvent) {
    event.preventDefault();
    const proposal = form.current && act.proposal(new FormData(form.current));
    if (!proposal) return;
    setBusy(true);
    try {
      await dryRun(proposal, act.ifMatch);
      // The key is made before anything is sent: a second try of the same is harmless.
      setStep({ at: "check", proposal, key: newKey(), problem: null });
    } catch (failed) {
      setStep({ at: "fill", problem: asProblem(failed) });
    } finally {
      setBusy(false);
    }
  }

  async function confirm(checked: Step & { at: "check" }) {
    setBusy(true);
    try {
      setStep({ at: "done", recorded: await record(checked.proposal, checked.key, act.ifMatch) });
    } catch (failed) {
      setStep({ ...checked, problem: asProblem(failed) });
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title={act.title} close={close}>
      <form ref={form} onSubmit={check} hidden={step.at !== "fill"} class="stack">
        {children}
        {step.at === "fill" && step.problem && <ProblemNote problem={step.problem} />}
        <div class="buttons">
          <button class="primary" disabled={busy}>{t("shell.check")}</button>
          <span class="note">{t("shell.check_note")}</span>
        </div>
      </form>
      {step.at === "check" && (
        <div class="stack">
          <div class="check">{act.effect(step.proposal)}</div>
          {step.problem && <ProblemNote problem={step.problem} />}
          <div class="buttons">
            <button type="button" class={act.danger ? "danger" : "primary"} disabled={busy}
              onClick={() => void confirm(step)} ref={(button) => button?.focus()}>
              {act.verb(step.proposal)}
            </button>
            <button type="button" onClick={() => setStep({ at: "fill", problem: null })}>
              {t("shell.change")}
            </button>
          </div>
        </div>
      )}
      {step.at === "done" && (
        <div class="stack" role="status">
          <p class="receipt">
            {step.recorded.proposal
              ? t("shell.proposed", { proposal: step.recorded.proposal })
              : t("shell.done", { position: number(step.recorded.position) })}
          </p>
          <div class="buttons">
            <button type="button" class="primary" onClick={close} ref={(button) => button?.focus()}>
              {t("shell.close")}
            </button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
