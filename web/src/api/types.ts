// What the API answers: the described schemas by name, and the few answers that it leaves open.
import type { components } from "../generated/openapi";

type Schemas = components["schemas"];
export type Units = Schemas["Units"];
export type UnitState = keyof Units;
export type Balance = Schemas["Balance"];
export type Firm = Schemas["Firm"];
export type Inventory = Schemas["Inventory"];
export type Entry = Schemas["Entry"];
export type Proposal = Schemas["Proposal"];
export type Recorded = Schemas["Recorded"];
export type ProblemBody = Schemas["Problem"];
export type Session = Schemas["Session"];
export type Clock = Schemas["Clock"];

export type Role = "regulator" | "customs" | "logistics" | "auditor" | "admin" | "firm";

/** Units `from` to `to` of a batch, both included. */
export interface Range {
  batch: string;
  from: number;
  to: number;
}

/** A page of a list; `next` is its cursor. */
export interface Page<T> {
  data: T[];
  has_more: boolean;
  next: string | null;
  position: number;
  recorded_at?: string;
}

export interface Application {
  application: string;
  approval?: string | null;
  end_use: string;
  firm: string;
  qty: number;
  sku: string;
  status: "submitted" | "under_review" | "granted" | "refused" | "withdrawn";
  submitted_at: string;
}

export interface Condition {
  code: string;
  text?: string;
  due?: string;
  allow?: string[];
  max?: number;
}

export interface Shipment {
  shipment: string;
  approval: string;
  firm: string;
  status: string;
  office: string | null;
  port: string | null;
  carrier: string | null;
  dispatched: number;
  dispatched_at: string;
  ranges: PlacedRange[];
  to_do: string[];
  units: Units;
}

export interface PlacedRange extends Range {
  state: UnitState;
  approval: string | null;
  firm: string | null;
  shipment: string | null;
  site: string | null;
  entry: number;
}

export interface Batch {
  batch: string;
  certified: boolean;
  qty: number;
  /** Of this batch: they do not name it. */
  ranges: Omit<PlacedRange, "batch">[];
  sku: string;
  unallocated: number;
  units: Units;
}

export interface Summary {
  firms: Firm[];
  position: number;
  recorded_at?: string;
  tiers: Record<string, Units>;
  units: Units;
}

export interface Timeline {
  firm: string;
  points: { position: number; occurred_at: string; recorded_at: string; units: Units }[];
  position: number;
}

export interface Explained {
  value: number;
  position: number;
  terms: { position: number; type: string; amount: number; why: string }[];
}

export interface Change { from: number | string | null; to: number | string | null }
export interface Differences {
  approvals: Record<string, Record<string, Change>>;
  firms: Record<string, Record<string, Change>>;
}
export interface Diff extends Differences {
  from: number;
  to: number;
  entries: number;
  units: (Range & { before: UnitState | null; after: UnitState | null })[];
}

export interface WhatIf {
  position: number;
  refused: { position: number; type: string; code: string; detail?: string }[];
  differences: Differences;
}
