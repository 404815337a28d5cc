// Why a number is what it is: the entries that moved it, and their sum.
import { useState } from "preact/hooks";
import type { Explained } from "../api/types";
import { go, useAddress } from "../shell/address";
import { Answer, useAsked } from "../shell/asked";
import { number, t } from "../shell/i18n";
import type { Caller } from "../shell/session";
import { CopyAsCurl } from "./copy";
import { Dialog } from "./dialog";
import { EntryText } from "./entry";
import { explainPath, numberNamed, type Of } from "./figure";
import { bucketName, eventName, stateName } from "./words";

const terms_shown = 50;

function titleOf(of: Of): string {
  if ("approval" in of) return `${of.approval} · ${bucketName(of.bucket)}`;
  return "state" in of ? `${of.firm} · ${stateName(of.state)}`
    : `${of.firm} · ${t("shell.exposure", { period: of.exposure })}`;
}

const signed = (amount: number): string => `${amount > 0 ? "+" : "−"}${number(Math.abs(amount))}`;

function Terms({ explained }: { explained: Explained }) {
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState<number | null>(null);
  const newest = [...explained.terms].reverse();
  const shown = all ? newest : newest.slice(0, terms_shown);
  return (
    <>
      <p class="why-sum">
        <strong class="big">{number(explained.value)}</strong>{" "}
        {t("shell.terms", { terms: explained.terms.length, position: explained.position })}
      </p>
      <ol class="terms">
        {shown.map((term) => (
          <li key={term.position}>
            <span class={`amount ${term.amount < 0 ? "minus" : ""}`}>{signed(term.amount)}</span>
            <button type="button" class="quiet" aria-expanded={open === term.position}
              onClick={() => setOpen(open === term.position ? null : term.position)}>
              {eventName(term.type)} <span class="soft">{number(term.position)}</span>
            </button>
            {open === term.position && <EntryText position={term.position} />}
          </li>
        ))}
      </ol>
      {shown.length < newest.length && (
        <button type="button" onClick={() => setAll(true)}>
          {t("shell.all_terms", { terms: newest.length })}
        </button>
      )}
    </>
  );
}

function WhyOf({ of, at }: { of: Of; at: string | null }) {
  const path = explainPath(of, at);
  const asked = useAsked<Explained>(path, at !== null);
  return (
    <Dialog title={titleOf(of)} side close={() => go({ why: null })}>
      <Answer of={asked}>{(explained) => <Terms explained={explained} />}</Answer>
      <CopyAsCurl path={path} />
    </Dialog>
  );
}

/** Opens where the address names a number. */
export function Why({ caller }: { caller: Caller }) {
  const { params } = useAddress();
  const of = numberNamed(params.get("why") ?? "");
  const explains = ["regulator", "auditor", "firm"].includes(caller.role);
  return of && explains ? <WhyOf key={params.get("why")} of={of} at={params.get("at")} /> : null;
}
