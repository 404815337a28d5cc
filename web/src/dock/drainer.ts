// When the outbox is emptied, and by whom: one drainer at a time in all tabs of this browser, and
// only while the browser is signed in as the one who made the items.
import type { Session } from "../api/types";
import { drain, wait_first, waitAfter, type Rest, type Send } from "./drain";
import { onOutbox } from "./outbox";

export const heartbeat = 60_000; // ms; a missed event costs no more than this.

export interface Drainer {
  stop: () => void;
  /** Tries at once, whatever the waiting time. */
  now: () => void;
}

/** As whom the browser is signed in now: another tab may have changed it. */
type Who = { kind: "is"; principal: string | null } | { kind: "unknown" };

async function whoAmI(): Promise<Who> {
  try {
    const response = await fetch("/v1/session", { cache: "no-store" });
    if (response.status === 401) return { kind: "is", principal: null };
    if (!response.ok) return { kind: "unknown" };
    return { kind: "is", principal: ((await response.json()) as Session).principal };
  } catch {
    return { kind: "unknown" };
  }
}

/** Runs `act` as the only one in this browser, where it can lock; keys make two harmless. */
async function alone<T>(act: () => Promise<T>): Promise<T> {
  return navigator.locks ? await navigator.locks.request("chipledger outbox", act) : await act();
}

/** Calls `hurry` when there is reason to hope, `news` when the outbox changes; returns its end. */
function listen(hurry: () => void, news: () => void): () => void {
  const seen = () => {
    if (document.visibilityState === "visible") hurry();
  };
  const forgetNews = onOutbox(news);
  addEventListener("online", hurry);
  addEventListener("focus", hurry);
  document.addEventListener("visibilitychange", seen);
  return () => {
    forgetNews();
    removeEventListener("online", hurry);
    removeEventListener("focus", hurry);
    document.removeEventListener("visibilitychange", seen);
  };
}

class Running implements Drainer {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private more: "no" | "yes" | "eager" = "no";
  private stopped = false;
  private misses = 0;
  private readonly deafen: () => void;

  constructor(
    private readonly principal: string,
    private readonly send: Send,
    private readonly signedOut: () => void,
  ) {
    this.deafen = listen(this.now, () => void this.run(false));
    this.now();
  }

  now = (): void => void this.run(true);

  stop = (): void => {
    this.stopped = true;
    clearTimeout(this.timer);
    this.deafen();
  };

  /** One pass, as the right person: nobody's items go out under another name. */
  private async pass(eager: boolean): Promise<Rest> {
    const who = await whoAmI();
    if (who.kind === "unknown")
      return { kind: "wait", ms: waitAfter(++this.misses, null, Math.random()) };
    this.misses = 0;
    if (who.principal !== this.principal) return { kind: "signed_out" };
    const send: Send = async (item) =>
      this.stopped ? { status: 401, body: null, retry_after: null } : this.send(item);
    return drain(this.principal, send, eager);
  }

  private async run(eager: boolean): Promise<void> {
    if (this.stopped) return;
    if (this.running) {
      if (eager || this.more === "no") this.more = eager ? "eager" : "yes";
      return;
    }
    this.running = true;
    clearTimeout(this.timer);
    // A store that fails, as when another tab replaces it, is asked again soon.
    const rest = await alone(() => this.pass(eager)).catch((): Rest => ({
      kind: "wait",
      ms: wait_first,
    }));
    this.running = false;
    const more = this.more;
    this.more = "no";
    if (this.stopped) return;
    if (rest.kind === "signed_out") {
      this.stop();
      this.signedOut();
      return;
    }
    const wait = rest.kind === "wait" ? Math.min(rest.ms, heartbeat) : heartbeat;
    this.timer = setTimeout(() => void this.run(false), wait);
    if (more !== "no") void this.run(more === "eager");
  }
}

/** Drains on start, news, online, focus and a timer, until stopped or signed out. */
export const startDrainer = (principal: string, send: Send, signedOut: () => void): Drainer =>
  new Running(principal, send, signedOut);
