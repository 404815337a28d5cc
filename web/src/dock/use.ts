// What the dock's screens have in hand: the outbox, what is due, drafts, the signal.
import { useEffect, useRef, useState } from "preact/hooks";
import { signedOut } from "../api/client";
import type { Page, Shipment } from "../api/types";
import { useAsked } from "../shell/asked";
import type { Caller } from "../shell/session";
import { askClock, keptClock, type Kept as Clock } from "./clock";
import { post } from "./drain";
import { startDrainer, type Drainer } from "./drainer";
import { askDue, keptDue, type Said } from "./due";
import { all, onOutbox, waitingOfOthers } from "./outbox";
import { draftOf, forgetOthers, keepDraft, type Draft, type Kept } from "./store";

export interface Outbox {
  items: Kept[];
  others: number;
  ready: boolean;
  /** The browser lets the page keep nothing, as some do in private windows. */
  broken: boolean;
}

/** The outbox of this principal, kept up to date; and its drainer, while the view is open. */
export function useOutbox(caller: Caller): [Outbox, () => void] {
  const [outbox, setOutbox] = useState<Outbox>({
    items: [],
    others: 0,
    ready: false,
    broken: false,
  });
  const drainer = useRef<Drainer | null>(null);
  const { principal } = caller;
  useEffect(() => {
    let gone = false;
    const read = async () => {
      try {
        const [items, others] = await Promise.all([all(principal), waitingOfOthers(principal)]);
        if (!gone) setOutbox({ items, others, ready: true, broken: false });
      } catch {
        if (!gone) setOutbox((last) => ({ ...last, broken: true }));
      }
    };
    void read();
    const stopListening = onOutbox(() => void read());
    drainer.current = startDrainer(
      principal,
      (item) => post(item),
      () => {
        signedOut.dispatchEvent(new Event("signed-out"));
      },
    );
    return () => {
      gone = true;
      stopListening();
      drainer.current?.stop();
    };
  }, [principal]);
  return [outbox, () => drainer.current?.now()];
}

export interface DueList {
  said: Said | null;
  /** When `said` was the server's word, where that is not now. */
  since: string | null;
  /** Nothing has been answered yet, neither list nor no. */
  loading: boolean;
  again: () => void;
}

export function useDue(caller: Caller): DueList {
  const { principal } = caller;
  const asked = useAsked<Page<Shipment>>("/v1/shipments", false, (path) => askDue(principal, path));
  const [kept, setKept] = useState<{ at: string; value: Said } | null>(null);
  useEffect(() => {
    void forgetOthers(principal)
      .then(() => keptDue(principal))
      .then(
        (found) => setKept(found ?? null),
        () => {},
      );
  }, [principal]);
  const { again } = asked;
  useEffect(() => {
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [again]);
  const stale = asked.problem !== null;
  return {
    said: asked.data ?? kept?.value ?? null,
    since: asked.data && !stale ? null : asked.data ? asked.since : (kept?.at ?? null),
    loading: asked.loading && !stale,
    again: asked.again,
  };
}

/** Whether the browser thinks that there is a network at all. */
export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const read = () => setOnline(navigator.onLine);
    addEventListener("online", read);
    addEventListener("offline", read);
    return () => {
      removeEventListener("online", read);
      removeEventListener("offline", read);
    };
  }, []);
  return online;
}

export function useClock(): Clock | null {
  const [clock, setClock] = useState<Clock | null>(null);
  useEffect(() => {
    let gone = false;
    const take = (found: Clock | null) => {
      if (!gone && found) setClock(found);
    };
    void keptClock()
      .then(take, () => {})
      .then(() => askClock())
      .then(take, () => {});
    return () => {
      gone = true;
    };
  }, []);
  return clock;
}

export const emptyDraft = (principal: string, about: string): Draft => ({
  principal,
  about,
  act: null,
  units: "",
  fields: {},
  when: "",
  replaces: null,
});

/** What was typed about something: there again after a reload. null while it is being looked up. */
export function useDraft(
  principal: string,
  about: string,
): [Draft | null, (patch: Partial<Draft>) => void] {
  const [draft, setDraft] = useState<Draft | null>(null);
  const now = useRef<Draft | null>(null);
  const early = useRef<Partial<Draft>>({}); // Typed before the last words were found.
  useEffect(() => {
    let gone = false;
    now.current = null;
    early.current = {};
    setDraft(null);
    void draftOf(principal, about).then(
      (found) => {
        if (gone) return;
        const typed = Object.keys(early.current).length > 0;
        now.current = { ...(found ?? emptyDraft(principal, about)), ...early.current };
        setDraft(now.current);
        if (typed) void keepDraft(now.current);
      },
      () => {},
    ); // Nothing can be kept: useOutbox says so.
    return () => {
      gone = true;
    };
  }, [principal, about]);
  return [
    draft,
    (patch) => {
      early.current = { ...early.current, ...patch };
      const typed = { ...(now.current ?? emptyDraft(principal, about)), ...early.current };
      setDraft(typed); // Or a box that is drawn again would lose it.
      if (!now.current) return;
      now.current = typed;
      void keepDraft(typed);
    },
  ];
}
