// The whole of history as steps, so that a slider shows any position without asking the server.
import { Problem } from "../api/client";
import type { Change, Differences, Summary, UnitState, Units } from "../api/types";
import { states } from "../parts/words";

export interface Step extends Differences {
  position: number;
  type: string;
  occurred_at: string;
  recorded_at: string;
}

/** Units by firm at one moment. */
export interface Frame {
  firms: Map<string, Units>;
  total: Units;
}

const snapshot_every = 128;

export const none = (): Units => Object.fromEntries(states.map((state) => [state, 0])) as Units;

function total(firms: Map<string, Units>): Units {
  const sum = none();
  for (const units of firms.values()) for (const state of states) sum[state] += units[state];
  return sum;
}

const isState = (name: string): name is UnitState => (states as readonly string[]).includes(name);

function apply(firms: Map<string, Units>, step: Step): void {
  for (const [firm, changes] of Object.entries(step.firms)) {
    const units = { ...(firms.get(firm) ?? none()) };
    for (const [state, change] of Object.entries(changes))
      if (isState(state)) units[state] = Number(change.to ?? 0);
    firms.set(firm, units);
  }
}

/** Steps 1..n in order, with a snapshot now and then: any frame is a short walk from one. */
export class Tape {
  readonly steps: Step[] = [];
  private readonly snapshots: Map<string, Units>[] = [new Map()];
  private readonly firms = new Map<string, Units>();
  private readonly seen = new Set<UnitState>();

  get length(): number {
    return this.steps.length;
  }

  /** Takes the step that follows; others are not the tape's. */
  push(step: Step): void {
    if (step.position !== this.length + 1) return;
    this.steps.push(step);
    apply(this.firms, step);
    for (const changes of Object.values(step.firms))
      for (const state of Object.keys(changes)) if (isState(state)) this.seen.add(state);
    if (this.length % snapshot_every === 0) this.snapshots.push(new Map(this.firms));
  }

  /** States that units were ever in: the columns stay while the hand goes through history. */
  get statesSeen(): readonly UnitState[] {
    return states.filter((state) => this.seen.has(state));
  }

  step(position: number): Step | undefined {
    return this.steps[position - 1];
  }

  /** After the first `position` entries. */
  frame(position: number): Frame {
    const upto = Math.max(0, Math.min(position, this.length));
    const from = Math.floor(upto / snapshot_every);
    const firms = new Map(this.snapshots[from]);
    for (let at = from * snapshot_every; at < upto; ++at) apply(firms, this.steps[at]!);
    return { firms, total: total(firms) };
  }

  /** The last position recorded by the end of that moment; 0 before the first. */
  positionAt(moment: string): number {
    const wanted = Date.parse(moment);
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (Date.parse(this.steps[middle - 1]!.recorded_at) <= wanted) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export function frameOf(summary: Summary): Frame {
  const firms = new Map(summary.firms.map((firm) => [firm.firm, firm.units ?? none()]));
  return { firms, total: total(firms) };
}

/** Reads server-sent events out of text that comes in pieces. */
export class EventText {
  private rest = "";

  take(piece: string, each: (data: string) => void): void {
    const parts = (this.rest + piece).split("\n\n");
    this.rest = parts.pop() ?? "";
    for (const part of parts) {
      const data = part.split("\n").filter((line) => line.startsWith("data: "));
      if (data.length) each(data.map((line) => line.slice(6)).join("\n"));
    }
  }
}

/** Appends entries after the tape's end, up to `upto`. */
export async function extend(tape: Tape, upto: number, signal: AbortSignal): Promise<void> {
  if (upto <= tape.length) return;
  const path = `/v1/audit/replay?from=${tape.length}&to=${upto}`;
  const response = await fetch(path, { signal }).catch((failed: unknown) => {
    if (signal.aborted) throw failed;
    throw new Problem(0, { code: "offline" });
  });
  if (!response.ok || !response.body)
    throw new Problem(response.status, (await response.json().catch(() => ({}))) as object);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const events = new EventText();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read())
    events.take(piece.value, (data) => tape.push(JSON.parse(data) as Step));
}

/** By how much a step changed what; +595 and −595, the largest first. */
export function movesOf(step: Step): { id: string; what: string; by: number }[] {
  const moves: { id: string; what: string; by: number }[] = [];
  for (const part of [step.firms, step.approvals])
    for (const [id, changes] of Object.entries(part))
      for (const [what, change] of Object.entries(changes)) {
        const by = difference(change);
        if (by) moves.push({ id, what, by });
      }
  return moves.sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
}

export const difference = (change: Change): number =>
  typeof change.to === "string" || typeof change.from === "string" ? 0
    : Number(change.to ?? 0) - Number(change.from ?? 0);
