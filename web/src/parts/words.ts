// The words of the book, in the reader's language.
import type { Balance, UnitState } from "../api/types";
import { known, t } from "../shell/i18n";

export const states: readonly UnitState[] = ["registered", "in_transit", "arrived", "held", "seized", "lost",
  "cleared", "delivered", "deployed", "recalled", "decommissioned", "returned", "confiscated"];

export const buckets = ["drawn", "reserved", "available", "forfeited", "carried_out"] as const;
export type Bucket = (typeof buckets)[number];

function named(key: string, plain: string): string {
  return known(key) ? t(key) : plain.replaceAll("_", " ");
}

export const stateName = (state: string): string => named(`word.state_${state}`, state);
export const bucketName = (bucket: string): string => named(`word.bucket_${bucket}`, bucket);
export const statusName = (status: Balance["status"] | string): string => named(`word.status_${status}`, status);
export const eventName = (type: string): string => named(`event.${type}`, type);
export const kindName = (kind: string): string => named(`word.kind_${kind}`, kind);
