import { useState } from "preact/hooks";
import { EntryText } from "../parts/entry";
import { bucketName, eventName, stateName, states } from "../parts/words";
import { go } from "../shell/address";
import { moment, number, t } from "../shell/i18n";
import { movesOf, type Step, type Tape } from "./tape";

export type Density = "few" | "some" | "many";
export const page_sizes: Record<Density, number> = { few: 6, some: 10, many: 20 };
export const densityOf = (name: string | null): Density =>
  name === "few" || name === "many" ? name : "some";

const nameOf = (what: string): string =>
  (states as readonly string[]).includes(what) ? stateName(what) : bucketName(what);

function Moves({ step, most }: { step: Step; most: number }) {
  const moves = movesOf(step).filter((move) => move.what !== "granted").slice(0, most);
  return (
    <span class="moves">
      {moves.map(({ id, what, by }) => (
        <span key={`${id} ${what}`}>
          {id} {nameOf(what)} <b>{by > 0 ? "+" : "−"}{number(Math.abs(by))}</b>
        </span>
      ))}
    </span>
  );
}

interface LineProps { step: Step; density: Density; current: boolean; without: (position: number) => void }

function Line({ step, density, current, without }: LineProps) {
  const [open, setOpen] = useState(false);
  return (
    <li class="step" aria-current={current ? "step" : undefined}>
      <button type="button" class="step-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class="entry-position">{number(step.position)}</span>
        <span class="entry-what">{eventName(step.type)}</span>
        {density !== "many" && <time dateTime={step.recorded_at}>{moment(step.recorded_at)}</time>}
        {density !== "many" && <Moves step={step} most={density === "few" ? 6 : 2} />}
      </button>
      {open && (
        <>
          <EntryText position={step.position} />
          <button type="button" class="quiet" onClick={() => without(step.position)}>
            {t("audit.what_if_not")}
          </button>
        </>
      )}
    </li>
  );
}

interface Props { tape: Tape; at: number; density: Density; without: (position: number) => void }

/** The entries up to the position, the newest first; entries to come are not there yet. */
export function TimelineList({ tape, at, density, without }: Props) {
  const size = page_sizes[density];
  const steps = tape.steps.slice(Math.max(0, at - size), at).reverse();
  return (
    <section class="steps" aria-labelledby="steps-title">
      <div class="steps-head">
        <h2 id="steps-title">{t("audit.timeline")}</h2>
        <div class="choice" role="radiogroup" aria-label={t("audit.density")}>
          {(["few", "some", "many"] as const).map((one) => (
            <label key={one}>
              <input type="radio" name="density" checked={density === one}
                onChange={() => go({ density: one === "some" ? null : one }, { replace: true })} />
              <span>{t(`audit.density_${one}`)}</span>
            </label>
          ))}
        </div>
      </div>
      {steps.length === 0 && <p class="note">{t("audit.before_first")}</p>}
      <ol reversed start={at} class={`density-${density}`}>
        {steps.map((step) => (
          <Line key={step.position} step={step} density={density} current={step.position === at}
            without={without} />
        ))}
      </ol>
    </section>
  );
}
