// What waits for a second person.
import { useState } from "preact/hooks";
import { newKey, Problem, send } from "../api/client";
import { eventName } from "../parts/words";
import { useAsked } from "../shell/asked";
import { moment, t } from "../shell/i18n";
import { ProblemNote } from "../shell/problem";
import type { Caller } from "../shell/session";

interface Waiting {
  proposal: string;
  status: string;
  actor: { principal: string };
  proposed_at: string;
  events: { type: string; data: object }[];
}

function One({ waiting, mine, done }: { waiting: Waiting; mine: boolean; done: () => void }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const end = (how: "confirm" | "decline") => async () => {
    try {
      await send(`/v1/proposals/${waiting.proposal}/${how}`, { reason: t("regulator.seen") },
        { "Idempotency-Key": newKey() });
      done();
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      setProblem(failed);
    }
  };
  return (
    <li>
      <p><strong>{waiting.events.map((event) => eventName(event.type)).join(", ")}</strong>{" "}
        <span class="note">{waiting.actor.principal}, {moment(waiting.proposed_at)}</span></p>
      <pre tabIndex={0}>{JSON.stringify(waiting.events.map((event) => event.data), null, 1)}</pre>
      {mine ? <p class="note">{t("regulator.own_proposal")}</p> : (
        <div class="buttons">
          <button type="button" class="primary" onClick={end("confirm")}>{t("regulator.confirm")}</button>
          <button type="button" onClick={end("decline")}>{t("regulator.decline")}</button>
        </div>
      )}
      {problem && <ProblemNote problem={problem} />}
    </li>
  );
}

export function Proposals({ caller }: { caller: Caller }) {
  const asked = useAsked<{ data: Waiting[] }>("/v1/proposals");
  const open = (asked.data?.data ?? []).filter((waiting) => waiting.status === "open");
  if (!open.length) return null;
  return (
    <section aria-labelledby="proposals-title">
      <h2 id="proposals-title">{t("regulator.proposals")}</h2>
      <ul class="proposals">
        {open.map((waiting) => (
          <One key={waiting.proposal} waiting={waiting} mine={waiting.actor.principal === caller.principal}
            done={asked.again} />
        ))}
      </ul>
    </section>
  );
}
