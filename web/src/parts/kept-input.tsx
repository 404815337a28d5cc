import type { JSX } from "preact";
import { useState } from "preact/hooks";

type Props = Omit<JSX.IntrinsicElements["input"], "value" | "onInput" | "onChange"> & {
  value: string | number;
  /** What was typed, once it is whole: on Enter, or on leaving. */
  done: (text: string) => void;
};

/** An input whose text stays while it is being typed, however often the view is drawn anew. */
export function KeptInput({ value, done, ...rest }: Props) {
  const [typed, type] = useState<string>();
  return (
    <input {...rest} value={typed ?? value}
      onInput={(event) => type(event.currentTarget.value)}
      onChange={(event) => {
        type(undefined);
        done(event.currentTarget.value);
      }} />
  );
}
