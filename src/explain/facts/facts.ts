import type { AnyOp, AttributesOf, NameOf } from "../../ops/op.js";
import type { Node } from "../../tape/tape.js";
import type { FindingKind } from "../diagnose/finding.js";
import type { Expression } from "../formula/expression.js";

// What is known of an op beside how it computes and differentiates: how formulas show it, and how its numbers behave. Each
// family has a file with two tables, one for formulas and one for numbers, so that whoever prints does not carry what only
// diagnoses need. A table has a row for each op that the family's module in `ops/` exports, or it does not compile. What is
// left `undefined`, empty or "nowhere" in a row is a statement about the op, not a gap.

/** For each op of a family what formulas know of it. */
export type FormulaTable<Family> = { readonly [N in NameOf<Family>]: FormulaFacts<AttributesOf<Family[N]>> };

/** For each op of a family what is known of its numbers. */
export type NumericTable<Family> = { readonly [N in NameOf<Family>]: NumericFacts<AttributesOf<Family[N]>> };

/** An op stands in formulas as arithmetic of its arguments, or as a call. */
export type FormulaFacts<Attributes = unknown> = { readonly reads: Reading } | CallFacts<Attributes>;

/** What an op says as sums, products, quotients, powers and calls of others. */
export type Reading = (args: readonly Expression[]) => Expression;

/** How formulas show the call of an op. */
export interface CallFacts<Attributes = unknown> {
  /** What it says as arithmetic where its arguments allow that; nothing where it stands as a call. */
  readonly readsSometimes?: (args: readonly Expression[], attributes: Attributes) => Expression | undefined;
  readonly notation: Notation;
}

/** A sign in plain text and in LaTeX. Without the latter, a word is set upright. */
export interface Sign {
  readonly text: string;
  readonly latex?: string;
}

/** How a call is written. */
export type Notation =
  /** f(x, y) */
  | { readonly as: "function"; readonly name: Sign }
  /** [x < y] */
  | { readonly as: "relation"; readonly sign: Sign }
  /** In a way of its own, which the printer knows; an "argument" stands there as if nothing were applied to it. */
  | {
      readonly as:
        | "argument"
        | "absolute value"
        | "cases"
        | "exponential"
        | "matrix product"
        | "power"
        | "reshape"
        | "root"
        | "sum"
        | "transpose";
    };

/** What a diagnosis knows of an op. Its derivative is not among this: it stands in the op's rule. */
export interface NumericFacts<Attributes = unknown> {
  readonly rounding: Rounding<Attributes>;
  /** Whether means, extremes and their shapes are made with it, of its first input. */
  readonly summarizes: boolean;
  readonly steep: Steepness;
  /** How it stops a gradient that should get through. */
  readonly stops: Stop<Attributes> | undefined;
  /** What to say of it beyond what fits every op. */
  readonly advice: Readonly<Partial<Record<FindingKind, Advice>>>;
}

/** How far off the result is. */
export type Rounding<Attributes = unknown> =
  /** It hands on numbers as they are, or makes small whole ones. */
  | { readonly kind: "exact" }
  /** It is constant between its jumps, and exact: what its operands are off by does not show. */
  | { readonly kind: "steps" }
  /** It makes a number at each place from those there, and rounds it. */
  | { readonly kind: "places"; readonly isExactAt: (values: readonly number[], out: number) => boolean; readonly loses: Loss }
  /** It adds up many terms: numbers of one input, or products of those of several inputs. */
  | { readonly kind: "sum"; readonly of: readonly number[] }
  /** It makes one number of all those along an axis. */
  | { readonly kind: "reduction"; readonly axis: (attributes: Attributes) => number; readonly loses: Loss }
  /** It rounds, and how much of what its operands are off by gets through is not followed. */
  | { readonly kind: "rounded" };

/** What happens where little is left of the digits. */
export type Loss = "cancellation" | "ill-conditioned";

/** Where the derivative has no bound: near the edge of the domain, at which these are the values of the inputs, or far out. */
export type Steepness = ((values: readonly number[]) => boolean) | "far out" | "nowhere";

/** At which places a node lets no gradient through that should, and from what part of what arrives on that is worth a word. */
export interface Stop<Attributes = unknown> {
  readonly kind: "saturation" | "vanishing gradient";
  readonly part: number;
  readonly at: (node: Node & { readonly attributes: Attributes }, g: Float64Array) => (place: number) => boolean;
}

/** Why something happens, and what to write instead. */
export interface Advice {
  readonly why: string;
  readonly instead: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the attributes belong to the op by which a row was found
type OfAnyOp = any;

/** The rows of all families, by the names of the ops. */
export type FormulaRows = Readonly<Record<AnyOp["name"], FormulaFacts<OfAnyOp>>>;
export type NumericRows = Readonly<Record<AnyOp["name"], NumericFacts<OfAnyOp>>>;
export type AnyNumericFacts = NumericFacts<OfAnyOp>;
export type AnyCallFacts = CallFacts<OfAnyOp>;
