import { KeptInput } from "../parts/kept-input";
import { isoDay, moment, number, t } from "../shell/i18n";
import type { Tape } from "./tape";

interface Props {
  tape: Tape;
  head: number;
  at: number;
  /** How many entries the list below shows, and a page is. */
  page: number;
  move: (position: number) => void;
}

/** Goes through history: by hand, by step, by page, by number, by day. All of it from the keyboard. */
export function ReplayBar({ tape, head, at, page, move }: Props) {
  const step = tape.step(at);
  const to = (position: number) => move(Math.max(0, Math.min(head, position)));
  const button = (words: string, target: number, label?: string) => (
    <button type="button" onClick={() => to(target)} aria-label={label} title={label}
      aria-disabled={target === at || (target < at ? at === 0 : at === head)}>{words}</button>
  );
  const first = tape.step(1);
  const last = tape.step(tape.length);
  return (
    <div class="replay" role="group" aria-label={t("audit.replay")}>
      <div class="replay-slider">
        <input type="range" min="0" max={head} step="1" value={at} aria-label={t("audit.position")}
          aria-valuetext={t("audit.position_of", { at, head })}
          onInput={(event) => to(Number(event.currentTarget.value))} />
        <span class="replay-at" aria-hidden="true">
          {t("audit.position_of", { at, head })}{step && ` · ${moment(step.recorded_at)}`}
        </span>
      </div>
      <div class="replay-row">
        <div class="pager">
          {button(t("audit.oldest"), 0)}
          {button(t("audit.older"), at - page)}
          {button("−1", at - 1, t("audit.step_back"))}
          {button("+1", at + 1, t("audit.step_on"))}
          {button(t("audit.newer"), at + page)}
          {button(t("audit.newest"), head)}
        </div>
        <div class="jump">
          <label for="at-number">{t("audit.entry")}</label>
          <KeptInput id="at-number" type="number" min="0" max={head} value={at}
            done={(text) => to(Number(text))} />
          <span class="soft">/ {number(head)}</span>
          <label for="at-day">{t("audit.day")}</label>
          <KeptInput id="at-day" type="date" value={step ? isoDay(step.recorded_at) : ""}
            min={first && isoDay(first.recorded_at)} max={last && isoDay(last.recorded_at)}
            done={(day) => day && to(tape.positionAt(`${day}T23:59:59.999+08:00`))} />
        </div>
      </div>
    </div>
  );
}
