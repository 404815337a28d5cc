// News by server-sent events: one connection per browser, shared by its tabs where it can lock.
import type { Entry } from "../api/types";
import { seesAll, type Caller } from "./session";

export type Connection = "off" | "connecting" | "live" | "lost";

export interface Live {
  connection: Connection;
  /** The last entry heard of; 0 before the first. */
  position: number;
  entry: Entry | null;
  /** Entries that never came: what is shown was asked for anew. */
  gaps: number;
}

const closed_pause = 5000;  // ms

type Message = { kind: "entry"; text: string } | { kind: "connection"; connection: Connection };

let state: Live = { connection: "off", position: 0, entry: null, gaps: 0 };
const changed = new EventTarget();
let stop: (() => void) | null = null;

export const live = (): Live => state;

export function onLive(act: () => void): () => void {
  changed.addEventListener("change", act);
  return () => changed.removeEventListener("change", act);
}

function become(next: Partial<Live>): void {
  state = { ...state, ...next };
  changed.dispatchEvent(new Event("change"));
}

/** An answer of the server spoke for this position: the feed goes on from there. */
export function spokeFor(position: number): void {
  if (position > state.position) become({ position });
}

/** Takes an entry of the feed; who sees every entry notices one that is missing. */
export function hear(text: string, whole: boolean): void {
  const entry = JSON.parse(text) as Entry;
  if (entry.position <= state.position) return;
  const gap = whole && state.position > 0 && entry.position !== state.position + 1;
  become({ position: entry.position, entry, gaps: state.gaps + (gap ? 1 : 0) });
}

function connect(tell: (message: Message) => void, until: AbortSignal): Promise<void> {
  return new Promise((done) => {
    let feed: EventSource | null = null;
    let again: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      feed?.close();
      const after = state.position ? `?after=${state.position}` : "";
      feed = new EventSource(`/v1/events/stream${after}`);
      feed.onopen = () => tell({ kind: "connection", connection: "live" });
      feed.onmessage = (news) => tell({ kind: "entry", text: String(news.data) });
      feed.onerror = () => {
        tell({ kind: "connection", connection: "lost" });
        if (feed?.readyState !== EventSource.CLOSED) return;
        // A browser gives up where the answer is no stream, as for a position that is not there.
        again = setTimeout(() => {
          become({ position: 0, gaps: state.gaps + 1 });
          open();
        }, closed_pause);
      };
    };
    open();
    addEventListener("online", open);  // What was open before may be dead without knowing it.
    until.addEventListener("abort", () => {
      removeEventListener("online", open);
      clearTimeout(again);
      feed?.close();
      done();
    });
  });
}

/** Listens as this caller until stopLive; only the tab that holds the lock connects. */
export function startLive(caller: Caller): void {
  stopLive();
  const ended = new AbortController();
  const whole = seesAll(caller);
  const channel = new BroadcastChannel(`chipledger live ${caller.principal}`);
  const take = (message: Message) => {
    if (message.kind === "entry") hear(message.text, whole);
    else become({ connection: message.connection });
  };
  const tell = (message: Message) => {
    take(message);
    channel.postMessage(message);
  };
  channel.onmessage = (event: MessageEvent<Message>) => take(event.data);
  become({ connection: "connecting" });
  if (navigator.locks)
    navigator.locks
      .request(`chipledger live ${caller.principal}`, { signal: ended.signal },
        () => connect(tell, ended.signal))
      .catch(() => {});  // Ended while it waited for the lock.
  else void connect(tell, ended.signal);
  const away = () => become({ connection: "lost" });
  addEventListener("offline", away);
  stop = () => {
    removeEventListener("offline", away);
    ended.abort();
    channel.close();
  };
}

export function stopLive(): void {
  stop?.();
  stop = null;
  state = { connection: "off", position: 0, entry: null, gaps: 0 };
}
