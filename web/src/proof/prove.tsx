import { useState } from "preact/hooks";
import type { Entry } from "../api/types";
import { number, t } from "../shell/i18n";
import { prove, type Outcome } from "./prover";

const words = (outcome: Outcome): string => {
  if (outcome.verdict === "verified") return t("proof.entry_verified", { size: outcome.size });
  if (outcome.verdict === "failed") return t("proof.entry_failed", { entry: number(outcome.entry ?? 0) });
  return t("proof.cannot");
};

/** Proves one entry in this browser, and offers its receipt. */
export function ProveEntry({ position, shown }: { position: number; shown: Entry }) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [busy, setBusy] = useState(false);
  return (
    <p class="prove screen-only">
      <button type="button" disabled={busy} onClick={async () => {
        setBusy(true);
        setOutcome(await prove(position, shown));
        setBusy(false);
      }}>{t("proof.prove")}</button>
      <a href={`/v1/log/receipts/${position}`} download={`entry-${position}.tlog-proof`}>
        {t("proof.receipt")}
      </a>
      <span role="status" class={outcome?.verdict === "failed" ? "bad" : ""}>
        {outcome && words(outcome)} {outcome?.why && <span lang="en" class="note">{outcome.why}</span>}
      </span>
    </p>
  );
}
