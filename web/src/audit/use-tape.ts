import { useEffect, useState } from "preact/hooks";
import { Problem, withQuery } from "../api/client";
import type { Summary } from "../api/types";
import { useAsked } from "../shell/asked";
import { live, onLive } from "../shell/live";
import { extend, frameOf, Tape, type Frame } from "./tape";

interface Loaded { tape: Tape; length: number; problem: Problem | null }

/** Kept for as long as the page is open: history does not change. */
const kept = new Tape();

/** The tape up to the newest entry; it grows with the news. */
export function useTape(head: number): Loaded & { again: () => void } {
  const [loaded, setLoaded] = useState<Loaded>({ tape: kept, length: kept.length, problem: null });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const ended = new AbortController();
    const grow = (upto: number) =>
      extend(kept, upto, ended.signal).then(
        () => setLoaded({ tape: kept, length: kept.length, problem: null }),
        (failed: unknown) => {
          if (ended.signal.aborted) return;
          const problem = failed instanceof Problem ? failed : new Problem(500, { detail: String(failed) });
          setLoaded({ tape: kept, length: kept.length, problem });
        });
    let busy = grow(Math.max(head, live().position));
    const stop = onLive(() => {
      const { position } = live();
      if (position > kept.length) busy = busy.then(() => grow(position));
    });
    return () => {
      stop();
      ended.abort();
    };
  }, [head, round]);
  return { ...loaded, again: () => setRound((last) => last + 1) };
}

/** The frame at a position: as it was known then from the tape, as it had happened from the server. */
export function useFrame(tape: Tape, at: number, happened: boolean): { frame: Frame; waits: boolean } {
  const [settled, setSettled] = useState(at);
  useEffect(() => {
    const soon = setTimeout(() => setSettled(at), 120);
    return () => clearTimeout(soon);
  }, [at]);
  const moment = tape.step(settled)?.recorded_at;
  const path = happened && moment ? withQuery("/v1/summary", { effective_at: moment }) : null;
  const asked = useAsked<Summary>(path, true);
  if (!happened || !moment || !asked.data) return { frame: tape.frame(at), waits: happened && at > 0 };
  return { frame: frameOf(asked.data), waits: asked.loading || settled !== at };
}
