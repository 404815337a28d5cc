import { useState } from "preact/hooks";
import type { Entry } from "../api/types";
import { ProveEntry } from "../proof/prove";
import { Answer, useAsked } from "../shell/asked";
import { moment, number, t } from "../shell/i18n";
import { eventName } from "./words";

/** The units that an entry's data names, in all. */
export function unitsOf(entry: Entry): number {
  const units = (entry.data as { units?: { from: number; to: number }[] }).units ?? [];
  return units.reduce((sum, range) => sum + range.to - range.from + 1, 0);
}

/** What an entry is about, in few words: its first things, without the firm that reads anyhow. */
export function aboutOf(entry: Entry): string {
  const things = entry.subjects.filter((subject) => subject.kind !== "firm").slice(0, 2);
  const shown = things.length ? things : entry.subjects.slice(0, 1);
  return shown.map((subject) => subject.id).join(" · ");
}

/** An entry as it was recorded, and its proof. */
export function EntryBody({ entry }: { entry: Entry }) {
  return (
    <div class="entry-body">
      <dl class="pairs">
        <dt>{t("shell.occurred")}</dt><dd>{moment(entry.occurred_at)}</dd>
        <dt>{t("shell.recorded")}</dt><dd>{moment(entry.recorded_at)}</dd>
        <dt>{t("shell.by")}</dt><dd>{entry.actor.principal}</dd>
      </dl>
      <pre tabIndex={0} aria-label={t("shell.data")}>{JSON.stringify(entry.data, null, 2)}</pre>
      <ProveEntry position={entry.position} shown={entry} />
    </div>
  );
}

export function EntryText({ position }: { position: number }) {
  const asked = useAsked<Entry>(`/v1/events/${position}`, true);
  return <Answer of={asked}>{(entry) => <EntryBody entry={entry} />}</Answer>;
}

/** One entry as a line that opens. */
export function EntryLine({ entry }: { entry: Entry }) {
  const [open, setOpen] = useState(false);
  const units = unitsOf(entry);
  return (
    <li class="entry">
      <button type="button" class="entry-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class="entry-position">{number(entry.position)}</span>
        <span class="entry-what">
          {eventName(entry.type)}
          {units > 0 && <span class="entry-units"> {t("shell.units", { units })}</span>}
        </span>
        <span class="entry-about">{aboutOf(entry)}</span>
        <time class="entry-when" dateTime={entry.occurred_at}>{moment(entry.occurred_at)}</time>
      </button>
      {open && <EntryBody entry={entry} />}
    </li>
  );
}
