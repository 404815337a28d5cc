// Who is signed in. The token is exchanged for a cookie that no script reads, and forgotten.
import { ask, askText, Problem, send } from "../api/client";
import type { Role, Session } from "../api/types";

export interface Caller {
  principal: string;
  role: Role;
  firm: string | null;
}

const of = (session: Session): Caller => ({ ...session, role: session.role as Role });

/** The caller of the cookie, or null when there is none. */
export async function currentCaller(): Promise<Caller | null> {
  try {
    return of(await ask<Session>("/v1/session"));
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) return null;
    throw problem;
  }
}

export async function signIn(token: string): Promise<Caller> {
  return of(await send<Session>("/v1/session", { token }));
}

export async function signOut(): Promise<void> {
  await askText("/v1/session", { method: "DELETE" });
}

/** The token of a link #token=…, taken out of the address at once. */
export function tokenOfLink(hash = location.hash): string | null {
  const token = new URLSearchParams(hash.slice(1)).get("token");
  if (token) history.replaceState(null, "", location.pathname);
  return token;
}

/** Whether the caller's feed has every entry, so that a missing position is a gap. */
export const seesAll = (caller: Caller): boolean =>
  caller.role === "regulator" || caller.role === "auditor";

export const readsEntries = (caller: Caller): boolean => caller.role !== "admin";
