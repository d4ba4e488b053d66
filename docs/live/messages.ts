// What a program in its worker tells the page.

/** One line of a tape: a node, or an input. */
export interface TapeLine {
  readonly number: string;
  readonly name: string;
  readonly op: string;
  readonly shape: string;
  readonly value: string;
  readonly cotangent: string;
  readonly isBackward: boolean;
}

/** One line of a derivation. */
export interface DerivationLine {
  readonly section: string;
  readonly latex: string;
  readonly rule: string;
}

/** One curve of a plot. */
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** What a block shows: text, or something that the page draws and that has a text as well. */
export type Shown =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tape"; readonly text: string; readonly lines: readonly TapeLine[] }
  | { readonly kind: "derivation"; readonly text: string; readonly lines: readonly DerivationLine[]; readonly verdict: string }
  | { readonly kind: "plot"; readonly text: string; readonly curves: readonly Curve[] }
  /** `line` counts from 1 within the block; 0 where it is not known. */
  | { readonly kind: "error"; readonly text: string; readonly line: number };

/** What a worker tells: what one block shows, where the program failed (`line` is that of its text, 0 if unknown), that it has ended. */
export type Message =
  | { readonly kind: "shown"; readonly block: number; readonly shown: Shown }
  | { readonly kind: "failed"; readonly block: number; readonly text: string; readonly line: number }
  | { readonly kind: "done" };
