// The only place that asks the server. Every no is a Problem; a server out of reach is one too.
import type { Page, ProblemBody, Proposal, Recorded } from "./types";

/** What did not work: `code` is a slug of /problems, or "offline" when nobody answered. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly body: Partial<ProblemBody>;

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.title ?? `HTTP status ${status}`);
    this.status = status;
    this.code = body.code ?? (status ? "internal" : "offline");
    this.body = body;
  }
}

type Query = Record<string, string | number | null | undefined>;

/** A path with what is set of a query. */
export function withQuery(path: string, query: Query = {}): string {
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== "") all.set(name, String(value));
  return all.size ? `${path}${path.includes("?") ? "&" : "?"}${all}` : path;
}

/** Announces 401s, so that the shell can ask for a token again. */
export const signedOut = new EventTarget();

async function answer(path: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (failed) {
    if (failed instanceof DOMException && failed.name === "AbortError") throw failed;
    throw new Problem(0, { code: "offline" });
  }
  if (response.ok) return response;
  const body = (await response.json().catch(() => ({}))) as Partial<ProblemBody>;
  if (response.status === 401 && !path.startsWith("/v1/session"))
    signedOut.dispatchEvent(new Event("signed-out"));
  throw new Problem(response.status, body);
}

/** GETs JSON. */
export async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  return (await (await answer(path, options)).json()) as T;
}

/** GETs text, as receipts and checkpoints are. */
export async function askText(path: string, options: RequestInit = {}): Promise<string> {
  return (await answer(path, options)).text();
}

/** All of a list, page by page, up to `max` items. */
export async function askAll<T>(path: string, query: Query = {}, max = 5000): Promise<Page<T>> {
  let page = await ask<Page<T>>(withQuery(path, { limit: 500, ...query }));
  const data = [...page.data];
  while (page.has_more && data.length < max) {
    page = await ask<Page<T>>(withQuery(path, { limit: 500, ...query, cursor: page.next }));
    data.push(...page.data);
  }
  return { ...page, data };
}

/** POSTs JSON. */
export async function send<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
  const response = await answer(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return (response.status === 204 ? null : await response.json()) as T;
}

/** A key for one write, made before it is sent; works without a secure context. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Records one proposed event; the same key again is harmless. */
export function record(proposal: Proposal, key: string, ifMatch?: string): Promise<Recorded> {
  return send("/v1/events", proposal, { "Idempotency-Key": key, ...(ifMatch && { "If-Match": ifMatch }) });
}

/** What recording it would do; records nothing. */
export function dryRun(proposal: Proposal, ifMatch?: string): Promise<Recorded> {
  return send("/v1/events?dry_run=true", proposal, ifMatch ? { "If-Match": ifMatch } : {});
}
