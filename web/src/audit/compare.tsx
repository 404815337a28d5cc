import { withQuery } from "../api/client";
import type { Diff, WhatIf } from "../api/types";
import { CopyAsCurl } from "../parts/copy";
import { DifferenceTable } from "../parts/differences";
import { KeptInput } from "../parts/kept-input";
import { eventName, stateName } from "../parts/words";
import { send } from "../api/client";
import { go } from "../shell/address";
import { Answer, useAsked } from "../shell/asked";
import { known, number, t } from "../shell/i18n";

/** Units that went from one state to another between two positions, added up. */
export function movesBetween(units: Diff["units"]): { before: string; after: string; units: number }[] {
  const sums = new Map<string, { before: string; after: string; units: number }>();
  for (const { from, to, before, after } of units) {
    if (before === after) continue;
    const key = `${before} ${after}`;
    const sum = sums.get(key) ?? { before: before ?? "", after: after ?? "", units: 0 };
    sum.units += to - from + 1;
    sums.set(key, sum);
  }
  return [...sums.values()].sort((a, b) => b.units - a.units);
}

interface CompareProps { at: number; head: number; other: number | null }

/** What differs between the position shown and another one. */
export function Compare({ at, head, other }: CompareProps) {
  const from = Math.min(at, other ?? at);
  const to = Math.max(at, other ?? at);
  const path = other === null || from === to ? null : withQuery("/v1/audit/diff", { from, to });
  const asked = useAsked<Diff>(path, true);
  return (
    <section aria-labelledby="compare-title">
      <h2 id="compare-title">{t("audit.compare")}</h2>
      <div class="one-row">
        <label for="other">{t("audit.compare_with")}</label>
        <KeptInput id="other" type="number" min="0" max={head} value={other ?? ""} placeholder="1000"
          done={(text) => go({ with: text })} />
        <button type="button" onClick={() => go({ with: Math.max(0, at - 100) })}>{t("audit.hundred_before")}</button>
        {other !== null && <button type="button" class="quiet" onClick={() => go({ with: null })}>{t("audit.clear")}</button>}
      </div>
      {path && <Answer of={asked}>{(diff) => (
        <>
          <p class="lede">{t("audit.diff_sum", { entries: diff.entries, from, to })}</p>
          <ul class="changes">
            {movesBetween(diff.units).map(({ before, after, units }) => (
              <li key={`${before} ${after}`}>
                <strong>{number(units)}</strong> {before ? stateName(before) : t("audit.new_units")} → {stateName(after)}
              </li>
            ))}
          </ul>
          <DifferenceTable differences={diff} caption={t("audit.diff_caption", { from, to })} />
        </>
      )}</Answer>}
      {path && <CopyAsCurl path={path} />}
    </section>
  );
}

interface Supposed { without: number[]; revoke: string | null; now: string }

/** The hypothesis that the address holds, as the API wants it; null where nothing is supposed. */
export function hypothesisOf({ without, revoke, now }: Supposed, at: number): object | null {
  if (!without.length && !revoke) return null;
  return {
    ...(without.length && { remove: without }),
    ...(revoke && { add: [{ after: at, type: "ApprovalRevoked", occurred_at: now,
      data: { approval: revoke, reason: "what if" } }] }),
  };
}

export const positionsIn = (text: string | null): number[] =>
  [...new Set((text ?? "").split(/[^0-9]+/).filter(Boolean).map(Number))].filter(Number.isSafeInteger).sort((a, b) => a - b);

interface WhatIfProps { at: number; head: number; now: string; without: number[]; revoke: string | null; approvals: string[] }

const refusals_shown = 20;

/** What would be, had entries not been, or were an approval revoked. Nothing is recorded. */
export function Suppose({ at, head, now, without, revoke, approvals }: WhatIfProps) {
  const hypothesis = hypothesisOf({ without, revoke, now }, at);
  const asked = useAsked<WhatIf>(
    hypothesis ? `/v1/audit/what-if#${head} ${JSON.stringify(hypothesis)}` : null, true,
    () => send<WhatIf>(withQuery("/v1/audit/what-if", { as_of: head }), hypothesis));
  return (
    <section id="what-if" aria-labelledby="what-if-title" tabIndex={-1}>
      <h2 id="what-if-title">{t("audit.what_if")}</h2>
      <p class="note">{t("audit.what_if_note", { at })}</p>
      <div class="one-row">
        <label for="without">{t("audit.without")}</label>
        <KeptInput id="without" value={without.join(", ")} placeholder="57, 60" inputMode="numeric"
          done={(text) => go({ without: positionsIn(text).join(",") })} />
        <label for="revoke">{t("audit.revoke")}</label>
        <select id="revoke" value={revoke ?? ""} onChange={(event) => go({ revoke: event.currentTarget.value })}>
          <option value="">–</option>
          {approvals.map((approval) => <option key={approval} value={approval}>{approval}</option>)}
        </select>
        {hypothesis && (
          <button type="button" class="quiet" onClick={() => go({ without: null, revoke: null })}>{t("audit.clear")}</button>
        )}
      </div>
      {hypothesis && <Answer of={asked}>{(result) => <Supposition result={result} head={head} />}</Answer>}
    </section>
  );
}

export function Supposition({ result, head }: { result: WhatIf; head: number }) {
  return (
    <>
      <p class="lede">{t("audit.what_if_sum", { refused: result.refused.length })}</p>
      {result.refused.length > 0 && (
        <ul class="changes refused">
          {result.refused.slice(0, refusals_shown).map(({ position, type, code }) => {
            const key = `problem.${code}`;
            return (
              <li key={position}>
                <span class="soft">{number(position)}</span> {eventName(type)}: {known(key) ? t(key) : code}
              </li>
            );
          })}
          {result.refused.length > refusals_shown && (
            <li class="soft">{t("audit.more", { more: result.refused.length - refusals_shown })}</li>
          )}
        </ul>
      )}
      <DifferenceTable differences={result.differences} caption={t("audit.what_if_caption", { head })} />
    </>
  );
}
