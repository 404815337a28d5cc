import type { Caller } from "../shell/session";

export function Badge(_: { caller: Caller }) {
  return null;
}
