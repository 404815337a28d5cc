// Whether what the page shows is what the log's keys signed, said by this browser and not the server.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../api/client";
import type { Entry, Page } from "../api/types";
import { Dialog } from "../parts/dialog";
import { moment, number, t } from "../shell/i18n";
import { onLive, live } from "../shell/live";
import { seesAll, readsEntries, type Caller } from "../shell/session";
import { failed, forgetLog, prove, provenHead, type Outcome } from "./prover";
import { Altered, forgetLeaves, proveWhole } from "./whole";

const latest_checked = 6;
const whole_max = 50_000;
const first_pause = 1200;  // ms; the answers come first.
const news_pause = 3000;

interface Checked extends Outcome {
  entries: number;
  whole: boolean;
  /** With a head that this browser remembered. */
  compared: boolean;
  when: string;
}

async function latestEntries(): Promise<Outcome & { entries: number }> {
  const page = await ask<Page<Entry>>(`/v1/events?order=desc&limit=${latest_checked}`);
  for (const entry of page.data) {
    const outcome = await prove(entry.position, entry);
    if (outcome.verdict !== "verified") return { ...outcome, entries: 0 };
  }
  return { verdict: "verified", size: 0, entries: page.data.length };
}

/** The head's signature, that it goes on from the last one, and the entries that the caller may read. */
async function check(caller: Caller): Promise<Checked> {
  const when = new Date().toISOString();
  try {
    const { head, compared } = await provenHead();
    const whole = seesAll(caller) && head.size <= whole_max;
    if (whole) {
      await proveWhole(head);
      return { verdict: "verified", size: head.size, entries: head.size, whole, compared, when };
    }
    const latest = readsEntries(caller) ? await latestEntries() : { verdict: "verified" as const, entries: 0 };
    return { ...latest, size: head.size, whole, compared, when };
  } catch (problem) {
    const entry = problem instanceof Altered ? problem.entry : undefined;
    return { ...failed(problem, entry), entries: 0, whole: false, compared: false, when };
  }
}

const words = (checked: Checked | null): string => {
  if (!checked) return t("proof.checking");
  if (checked.verdict === "verified") return t("proof.verified");
  if (checked.verdict === "cannot") return t("proof.cannot_short");
  return checked.entry ? t("proof.failed_at", { entry: number(checked.entry) }) : t("proof.failed");
};

const marks = { verified: "M2 8.5l4 4 8-9", failed: "M3 3l10 10M13 3L3 13", cannot: "M8 3v6M8 12.4v.2" };

function Mark({ verdict }: { verdict: Outcome["verdict"] | "checking" }) {
  return (
    <svg class="mark-icon" viewBox="0 0 16 16" aria-hidden="true">
      {verdict === "checking" ? <circle cx="8" cy="8" r="5.5" /> : <path d={marks[verdict]} />}
    </svg>
  );
}

function Details({ checked, again, close }: { checked: Checked; again: () => void; close: () => void }) {
  return (
    <Dialog title={words(checked)} close={close}>
      <div class="stack">
        {checked.verdict === "verified" && (
          <ul class="checks">
            <li>{t("proof.check_signature", { size: checked.size })}</li>
            {checked.compared && <li>{t("proof.check_goes_on")}</li>}
            {checked.entries > 0 && (
              <li>{t(checked.whole ? "proof.check_whole" : "proof.check_latest", { entries: checked.entries })}</li>
            )}
          </ul>
        )}
        {checked.verdict === "failed" && <p>{t("proof.failed_means")}</p>}
        {checked.verdict === "cannot" && <p>{t("proof.cannot")}</p>}
        {checked.why && <p lang="en" class="bad">{checked.why}</p>}
        <p class="note">{t("proof.when", { when: moment(checked.when) })}</p>
        <div class="buttons">
          <button type="button" class="primary" onClick={again}>{t("proof.again")}</button>
          <a href="/v1/log/checkpoint" download="checkpoint">{t("proof.checkpoint")}</a>
        </div>
        {checked.verdict === "failed" && !checked.entry && (
          <p class="note">{t("proof.other_ledger")}{" "}
            <button type="button" class="quiet" onClick={() => { forgetLog(); again(); }}>{t("proof.forget")}</button></p>
        )}
      </div>
    </Dialog>
  );
}

export function Badge({ caller }: { caller: Caller }) {
  const [checked, setChecked] = useState<Checked | null>(null);
  const [open, setOpen] = useState(false);
  const soon = useRef<ReturnType<typeof setTimeout>>();
  const run = useRef(0);

  const start = (pause: number) => {
    clearTimeout(soon.current);
    soon.current = setTimeout(async () => {
      const mine = ++run.current;
      const outcome = await check(caller);
      if (mine === run.current) setChecked(outcome);
    }, pause);
  };
  useEffect(() => {
    start(first_pause);
    let seen = live().position;
    const stop = onLive(() => {
      if (live().position === seen) return;
      const first = seen === 0;
      seen = live().position;
      if (!first) start(news_pause);
    });
    return () => {
      stop();
      ++run.current;
      clearTimeout(soon.current);
    };
  }, [caller.principal]);

  const verdict = checked?.verdict ?? "checking";
  return (
    <>
      <button type="button" class={`badge badge-${verdict}`} aria-disabled={checked === null}
        onClick={() => checked && setOpen(true)}>
        <Mark verdict={verdict} /><span role="status">{words(checked)}</span>
      </button>
      {open && checked && (
        <Details checked={checked} close={() => setOpen(false)} again={() => {
          forgetLeaves();
          setOpen(false);
          setChecked(null);
          start(0);
        }} />
      )}
    </>
  );
}
