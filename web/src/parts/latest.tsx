import { withQuery } from "../api/client";
import type { Entry, Page } from "../api/types";
import { Answer, useAsked } from "../shell/asked";
import { t } from "../shell/i18n";
import { EntryLine } from "./entry";

const shown_max = 12;

/** The last entries that name a thing. */
export function Latest({ subject, at }: { subject: string; at: string | null }) {
  const path = withQuery("/v1/events", { subject, order: "desc", limit: shown_max, as_of: at });
  const asked = useAsked<Page<Entry>>(path, at !== null);
  return (
    <Answer of={asked}>{({ data }) => (data.length
      ? <ol class="entries">{data.map((entry) => <EntryLine key={entry.position} entry={entry} />)}</ol>
      : <p class="note">{t("shell.no_entries")}</p>)}</Answer>
  );
}
