// Asks the server for what a view shows, again when there is news, and says how that went.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, Problem } from "../api/client";
import { moment, t } from "./i18n";
import { live, onLive, spokeFor } from "./live";
import { ProblemNote } from "./problem";

export interface Asked<T> {
  data: T | null;
  problem: Problem | null;
  loading: boolean;
  /** When `data` came, where a later question failed. */
  since: string | null;
  again: () => void;
}

const news_pause = 400;  // ms; a burst of entries is one question.

/** The answer to a GET, or null while `path` is. Asks again on news unless `fixed`. */
export function useAsked<T>(path: string | null, fixed = false,
  asker: (path: string, signal: AbortSignal) => Promise<T> = (to, signal) => ask<T>(to, { signal })): Asked<T> {
  const [state, setState] = useState<{ path: string | null; data: T | null; problem: Problem | null; at: string | null }>(
    { path: null, data: null, problem: null, at: null });
  const [loading, setLoading] = useState(path !== null);
  const [round, setRound] = useState(0);
  const asking = useRef(asker);
  asking.current = asker;

  useEffect(() => {
    if (path === null) return undefined;
    const ended = new AbortController();
    setLoading(true);
    asking.current(path, ended.signal).then((data) => {
      const position = (data as { position?: unknown } | null)?.position;
      if (!fixed && typeof position === "number") spokeFor(position);
      setState({ path, data, problem: null, at: new Date().toISOString() });
      setLoading(false);
    }, (failed: unknown) => {
      if (ended.signal.aborted) return;
      const problem = failed instanceof Problem ? failed : new Problem(500, { code: "internal", detail: String(failed) });
      setState((known) => ({ ...known, path, data: known.path === path ? known.data : null, problem }));
      setLoading(false);
    });
    return () => ended.abort();
  }, [path, round]);

  useEffect(() => {
    if (fixed || path === null) return undefined;
    let soon: ReturnType<typeof setTimeout> | undefined;
    let seen = live();
    const stopListening = onLive(() => {
      const now = live();
      const turned = (now.connection === "lost") !== (seen.connection === "lost");
      const news = now.entry !== seen.entry || now.gaps !== seen.gaps || turned;
      seen = now;
      if (!news) return;
      clearTimeout(soon);
      soon = setTimeout(() => setRound((last) => last + 1), news_pause);
    });
    return () => {
      clearTimeout(soon);
      stopListening();
    };
  }, [path, fixed]);

  const again = () => setRound((last) => last + 1);
  const fits = state.path === path;
  return { data: state.data, problem: fits ? state.problem : null, loading: path !== null && (loading || !fits),
    since: state.at, again };
}

interface AnswerProps<T> {
  of: Asked<T>;
  children: (data: T) => ComponentChildren;
}

/** Shows the answer; before it a quiet placeholder, instead of it the no, beside it that it is old. */
export function Answer<T>({ of, children }: AnswerProps<T>) {
  if (of.data === null)
    return of.problem ? <ProblemNote problem={of.problem} again={of.again} />
      : <p class="waiting" role="status">{t("shell.loading")}</p>;
  return (
    <>
      {of.problem && (
        <p class="note stale" role="status">
          {t("shell.stale", { when: moment(of.since ?? "") })}{" "}
          <button type="button" class="quiet" onClick={of.again}>{t("shell.try_again")}</button>
        </p>
      )}
      {children(of.data)}
    </>
  );
}
