import { nameFrom } from "../../../base/text.js";

/** The code of ₀, which those of the other digits follow. */
const SUBSCRIPT_ZERO = 0x2080;

const subscript = (index: number): string =>
  [...String(index)].map((digit) => String.fromCodePoint(SUBSCRIPT_ZERO + Number(digit))).join("");

/** A letter with an index: W1, W_1, W₁. */
const INDEXED = /^(\p{L}\p{M}*)_?([0-9₀-₉]+)$/u;

/** A label as it is printed: W1 and W_1 as W₁. */
export function printedName(text: string): string {
  const label = nameFrom(text) || "_";
  const [, letter, digits] = INDEXED.exec(label.normalize("NFD")) ?? [];
  if (letter === undefined) return label.normalize("NFC").replace(/[\s·⊙()[\]{}|/^,;=+−*]+/gu, "_");
  return `${letter.normalize("NFC")}${[...digits].map((digit) => String.fromCodePoint(SUBSCRIPT_ZERO + ((digit.codePointAt(0) ?? 0) % 16))).join("")}`;
}

/** What means something else in a formula; e and σ only where exponentials can come up. */
const TAKEN = ["I", "Σ", "π", "𝟏", "tr", "diag", "mean", "ln"];
const OF_EXPONENTIALS = ["e", "σ"];

/** Ops whose values and derivatives have no exponential in them. */
const WITHOUT_EXPONENTIALS = new Set([
  ...["Leaf", "Neg", "Log", "Log1p", "Sqrt", "Square", "Reciprocal", "Abs", "Sign", "Sin", "Cos", "Relu", "Where", "StopGradient"],
  ...["Add", "Sub", "Mul", "Div", "Maximum", "Minimum", "Hypot", "Lgamma", "Digamma", "Pow", "Xlogy", "MatMul", "Transpose", "Reshape"],
  ...[
    "Sum",
    "Mean",
    "Max",
    "Min",
    "Norm",
    "Prod",
    "Slice",
    "BroadcastTo",
    "Concat",
    "Take",
    "Greater",
    "Less",
    "GreaterEqual",
    "LessEqual",
  ],
]);

/** Whether e and σ cannot come up in formulas about these ops. */
export const areWithoutExponentials = (names: readonly string[]): boolean => names.every((name) => WITHOUT_EXPONENTIALS.has(name));

/** Names that are printed, each for one value: labels that would read alike are told apart. */
export class Names {
  private readonly used: Set<string>;
  private readonly labels: ReadonlySet<string>;
  private readonly counts = new Map<string, number>();

  constructor(labels: readonly string[], hasExponentials: boolean) {
    this.used = new Set(hasExponentials ? [...TAKEN, ...OF_EXPONENTIALS] : TAKEN);
    this.labels = new Set(labels.map(printedName));
  }

  /** The label as it is printed, with a number behind it if that is another value's already. */
  unique(label: string): string {
    const name = printedName(label);
    let found = name;
    for (let i = 2; this.used.has(found); i++) found = `${name}${subscript(i)}`;
    this.used.add(found);
    return found;
  }

  /** The first of some letters that is not a label. */
  free(candidates: readonly string[]): string {
    return candidates.find((name) => !this.labels.has(name) && !this.used.has(name)) ?? candidates[0];
  }

  /** A letter with the next number that makes it no label. */
  numbered(letter: string): string {
    let count = this.counts.get(letter) ?? 0;
    let name: string;
    do name = `${letter}${subscript(++count)}`;
    while (this.labels.has(name));
    this.counts.set(letter, count);
    return name;
  }
}
