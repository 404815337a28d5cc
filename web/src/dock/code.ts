// The code of a receipt, drawn as one path. Loaded when a receipt is shown, not before.
import { correction, generate } from "lean-qr";

export interface Drawn {
  size: number;
  get: (x: number, y: number) => boolean;
}

export const drawn = (text: string): Drawn => generate(text, { minCorrectionLevel: correction.M });

/** The path of the dark modules in a box of `size` by `size`. */
export function pathOf(code: Drawn): string {
  let path = "";
  for (let y = 0; y < code.size; ++y)
    for (let x = 0; x < code.size; ++x) {
      if (!code.get(x, y)) continue;
      let end = x;
      while (code.get(end, y)) ++end;
      path += `M${x} ${y}h${end - x}v1h${x - end}z`;
      x = end;
    }
  return path;
}
