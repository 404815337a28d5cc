import { withQuery } from "../api/client";
import { go, useAddress } from "../shell/address";
import { number } from "../shell/i18n";

/** What a number is a number of; `explain` of the API takes it as its query. */
export type Of =
  | { approval: string; bucket: string }
  | { firm: string; state: string }
  | { firm: string; exposure: string };

/** In the address: approval.AP-01.bucket.drawn; ids may hold dots, so that the words are cut off. */
export function nameOfNumber(of: Of): string {
  if ("approval" in of) return `bucket!${of.approval}!${of.bucket}`;
  return "state" in of ? `state!${of.firm}!${of.state}` : `exposure!${of.firm}!${of.exposure}`;
}

export function numberNamed(name: string): Of | null {
  const [kind, id, what] = name.split("!");
  if (!id || !what) return null;
  if (kind === "bucket") return { approval: id, bucket: what };
  if (kind === "state") return { firm: id, state: what };
  return kind === "exposure" ? { firm: id, exposure: what } : null;
}

export const explainPath = (of: Of, at?: string | null): string =>
  withQuery("/v1/audit/explain", { ...of, as_of: at });

/** A date in a sentence: never broken over two lines. */
export const whole = (text: string) => <span class="whole">{text}</span>;

interface Props {
  value: number;
  of?: Of;
}

/** A number; where it can be explained, a button that opens its terms. */
export function Figure({ value, of }: Props) {
  useAddress();  // The terms open by the address, so that a link shows them too.
  if (!of) return <span class="figure">{number(value)}</span>;
  return (
    <button type="button" class="figure" onClick={() => go({ why: nameOfNumber(of) })}>
      {number(value)}
    </button>
  );
}
