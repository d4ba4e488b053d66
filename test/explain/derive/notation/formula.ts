// What the notation of derivations says, as a tree. It is described in docs/notation.md; nothing of the library is used here.

/** A place along an axis: offset + Σ step·base, a base being an index or a named value of whole numbers at places. */
export interface Place {
  readonly offset: number;
  readonly steps: readonly { readonly step: number; readonly base: Base }[];
}
export type Base =
  | { readonly kind: "index"; readonly letter: string }
  | { readonly kind: "lookup"; readonly name: string; readonly at: readonly Place[] };

/** One part of X[1:3, :]. */
export type Part =
  | { readonly kind: "range"; readonly from: number; readonly to: number | undefined }
  | { readonly kind: "place"; readonly at: number }
  | { readonly kind: "lookup"; readonly name: string };

export type Formula =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly letter: string }
  | { readonly kind: "ones" }
  | { readonly kind: "identity" }
  | { readonly kind: "sum"; readonly terms: readonly { readonly sign: 1 | -1; readonly of: Formula }[] }
  | { readonly kind: "hadamard"; readonly factors: readonly Formula[] }
  | { readonly kind: "product"; readonly left: Formula; readonly right: Formula }
  | { readonly kind: "quotient"; readonly over: Formula; readonly under: Formula }
  | { readonly kind: "power"; readonly base: Formula; readonly exponent: Formula }
  | { readonly kind: "transpose" | "inverse" | "root" | "absolute" | "norm"; readonly of: Formula }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly axis: number | undefined;
      readonly bound: readonly Bound[];
      readonly args: readonly Formula[];
    }
  | { readonly kind: "relation"; readonly left: Formula; readonly sign: string; readonly right: Formula }
  | { readonly kind: "derivative"; readonly of: string; readonly by: string; readonly fixed: readonly string[] }
  | { readonly kind: "second"; readonly of: string; readonly by: string; readonly with: string }
  | { readonly kind: "derivativeOf"; readonly by: string; readonly formula: Formula }
  | { readonly kind: "slice"; readonly of: Formula; readonly parts: readonly Part[] }
  | { readonly kind: "indexed"; readonly of: Formula; readonly at: readonly Place[] }
  | { readonly kind: "indexSum"; readonly over: readonly Bound[]; readonly of: Formula };

/** An index that a sum runs over, and up to where if that is said. */
export interface Bound {
  readonly letter: string;
  readonly size: number | undefined;
}

/** A line cannot be read, or is not well formed. */
export class Unreadable extends Error {}

/** Functions of numbers, place by place. */
export const ELEMENTARY = [
  "ln",
  "σ",
  "softplus",
  "relu",
  "sin",
  "cos",
  "tan",
  "tanh",
  "sinh",
  "cosh",
  "asin",
  "acos",
  "atan",
  "asinh",
  "acosh",
  "atanh",
  "cbrt",
  "sign",
  "floor",
  "ceil",
  "trunc",
  "atan2",
  "mod",
  "lgamma",
  "digamma",
  "trigamma",
  "erf",
  "erfc",
] as const;
/** Functions of all places, or of those along an axis or an index. */
export const REDUCTIONS = ["Σ", "mean", "max", "min", "prod", "logSumExp", "softmax"] as const;
/** Functions of vectors and matrices. */
export const WHOLE = ["tr", "diag", "det", "logAbsDet", "tril", "triu", "onehot"] as const;
export const FUNCTIONS: ReadonlySet<string> = new Set([...ELEMENTARY, ...REDUCTIONS, ...WHOLE]);
