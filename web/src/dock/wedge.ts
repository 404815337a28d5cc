// Tells a keyboard-wedge scanner from a hand: its keys come in a burst that ends in Enter. With it,
// a label read while a button has the focus is taken as a label and never presses the button.

const key_gap_max = 60; // ms between two keys of a scanner; people are slower.
const label_min = 4; // Shorter bursts may be a hand.
const label_max = 512;

export class Wedge {
  private text = "";
  private last = Number.NEGATIVE_INFINITY;

  /** Takes a key pressed at `at` ms; the label that it completes, or null. */
  key(key: string, at: number): string | null {
    const quick = at - this.last <= key_gap_max;
    this.last = at;
    if (key === "Enter" || key === "Tab") {
      const label = quick && this.text.length >= label_min ? this.text : null;
      this.text = "";
      return label;
    }
    if ([...key].length !== 1) return null; // Shift and its kind come between the letters.
    this.text = quick && this.text.length < label_max ? this.text + key : key;
    return null;
  }
}
