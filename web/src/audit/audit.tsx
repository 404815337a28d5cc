import { useEffect, useRef, useState } from "preact/hooks";
import { askAll } from "../api/client";
import type { Balance, Firm, Summary } from "../api/types";
import { CopyAsCurl } from "../parts/copy";
import { whole } from "../parts/figure";
import { Why } from "../parts/why";
import { go, useAddress } from "../shell/address";
import { Answer, useAsked } from "../shell/asked";
import { moment, number, rich, t } from "../shell/i18n";
import { ProblemNote } from "../shell/problem";
import type { View, ViewProps } from "../shell/view";
import { Compare, positionsIn, Suppose } from "./compare";
import { Flow } from "./flow";
import { frameOf } from "./tape";
import { ReplayBar } from "./replay-bar";
import { StateTable } from "./state-table";
import { TimelineList, densityOf, page_sizes } from "./timeline";
import { useFrame, useTape } from "./use-tape";

/** The position shown: at once where the hand is, in the address when it rests. */
function usePosition(wanted: number | null, head: number): [number, (position: number) => void] {
  const [hand, setHand] = useState<number | null>(null);
  const soon = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(soon.current), []);
  return [hand ?? Math.min(wanted ?? head, head), (position) => {
    setHand(position);
    clearTimeout(soon.current);
    soon.current = setTimeout(() => {
      go({ at: position >= head ? null : position }, { replace: true });
      setHand(null);
    }, 150);
  }];
}

function Meaning({ happened }: { happened: boolean }) {
  return (
    <div class="choice" role="radiogroup" aria-label={t("audit.meaning")}>
      <label><input type="radio" name="meaning" checked={!happened}
        onChange={() => go({ as: null })} /><span>{t("audit.as_known")}</span></label>
      <label><input type="radio" name="meaning" checked={happened}
        onChange={() => go({ as: "happened" })} /><span>{t("audit.as_happened")}</span></label>
    </div>
  );
}

const numberIn = (text: string | null): number | null =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;

const strong = (value: number) => <strong>{number(value)}</strong>;

/** How it stands now, while history is still being read. */
function Reading({ summary }: { summary: Summary }) {
  const units = frameOf(summary).total;
  return (
    <>
      <h1 class="answer">
        {rich("audit.answer", { at: strong(summary.position), when: whole(moment(summary.recorded_at ?? "")),
          units: strong(Object.values(units).reduce((a, b) => a + b, 0)), deployed: strong(units.deployed) })}
      </h1>
      <p class="waiting" role="status">{t("audit.reading")}</p>
    </>
  );
}

interface RoomProps extends ViewProps { summary: Summary }

function Room({ caller, summary }: RoomProps) {
  const { params } = useAddress();
  const { tape, length: head, problem, again } = useTape(summary.position);
  const [at, move] = usePosition(numberIn(params.get("at")), head);
  const happened = params.get("as") === "happened";
  const { frame, waits } = useFrame(tape, at, happened);
  const density = densityOf(params.get("density"));
  const approvals = useAsked<{ data: Balance[] }>(head ? "/v1/approvals" : null, true,
    (path) => askAll<Balance>(path));
  const step = tape.step(at);
  const names = new Map(summary.firms.map((firm: Firm) => [firm.firm, firm.name]));
  const total = Object.values(frame.total).reduce((a, b) => a + b, 0);
  const when = whole(step ? moment(step.recorded_at) : "");
  if (problem && !head) return <ProblemNote problem={problem} again={again} />;
  if (!head) return <Reading summary={summary} />;
  const suppose = (position: number) => {
    const known = positionsIn(params.get("without"));
    go({ without: [...known, position].join(",") });
    document.getElementById("what-if")?.focus();
    document.getElementById("what-if")?.scrollIntoView();
  };
  const summaryText = t("audit.flow_summary", { at, units: total, deployed: frame.total.deployed,
    transit: frame.total.in_transit, dock: frame.total.arrived + frame.total.held + frame.total.seized });
  return (
    <>
      <h1 class="answer" aria-live="off">
        {step ? rich(happened ? "audit.answer_happened" : "audit.answer", {
          at: strong(at), when, units: strong(total), deployed: strong(frame.total.deployed) }) : t("audit.before_first")}
      </h1>
      <ReplayBar tape={tape} head={head} at={at} page={page_sizes[density]} move={move} />
      <div class="audit-columns" aria-busy={waits}>
        <div>
          <Meaning happened={happened} />
          <Flow units={frame.total} summary={summaryText} />
          <StateTable frame={frame} states={tape.statesSeen} names={names} plain={happened} at={at >= head ? null : at}
            position={at} />
          <CopyAsCurl path={happened && step ? `/v1/summary?effective_at=${step.recorded_at}` : `/v1/summary?as_of=${at}`} />
        </div>
        <TimelineList tape={tape} at={at} density={density} without={suppose} />
      </div>
      <Compare at={at} head={head} other={numberIn(params.get("with"))} />
      <Suppose at={at} head={head} now={step?.recorded_at ?? new Date().toISOString()} revoke={params.get("revoke")}
        without={positionsIn(params.get("without"))}
        approvals={(approvals.data?.data ?? []).map((approval) => approval.approval)} />
      <Why caller={caller} />
    </>
  );
}

function Audit({ caller }: ViewProps) {
  const asked = useAsked<Summary>("/v1/summary");
  return <Answer of={asked}>{(summary) => <Room caller={caller} summary={summary} />}</Answer>;
}

export const audit: View = { name: "audit", roles: ["auditor", "regulator"], component: Audit };
