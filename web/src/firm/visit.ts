// Where the reader stopped last time. What is seen now counts as seen from the next session on.
const before_name = (who: string) => `seen before ${who}`;
const seen_name = (who: string) => `seen ${who}`;

/** The position that the last session ended at, or null at a first visit. */
export function lastVisit(who: string): number | null {
  const kept = sessionStorage.getItem(before_name(who));
  const position = kept ?? localStorage.getItem(seen_name(who)) ?? "";
  if (kept === null) sessionStorage.setItem(before_name(who), position);
  return position === "" ? null : Number(position);
}

export function saw(who: string, position: number): void {
  lastVisit(who);  // What was before is kept for this session, before it is overwritten.
  localStorage.setItem(seen_name(who), String(position));
}
