import type { AnyOp } from "../../../ops/op.js";
import type { Tensor } from "../../../tensor/tensor.js";
import type { Fraction } from "../../formula/fraction.js";
import type { Index, Range } from "./places.js";
import type { Polynomial } from "./terms.js";

/** What a quantity is made of, at a place that these indices name: one an axis, none along an axis of size 1. */
export interface Definition {
  readonly indices: readonly (Index | undefined)[];
  readonly formula: Polynomial;
}

/** Something with a name: an input, a constant, a named value of the tape, or a derivative that is a letter. */
export interface Quantity {
  readonly id: number;
  readonly name: string;
  readonly kind: "input" | "constant" | "defined" | "opaque" | "derivative";
  readonly value: Tensor;
  /** One an axis; none along an axis of size 1. */
  readonly ranges: readonly (Range | undefined)[];
  /** The place of its node on the tape; −1 for what is not computed there. */
  readonly place: number;
  /** What it is made of. None for an input, a constant and a derivative, and where algebra cannot say it. */
  definition: Definition | undefined;
  /** Whether all of its numbers are known not to be negative, whatever the inputs are. */
  isNonnegative: boolean;
  /** Whether it is a matrix whose definition is that of its transpose. */
  isSymmetric?: boolean;
  /** What sums over it are known to be. */
  sums: readonly SumFact[];
  /** How each place along its first axis comes from the one before, if that is what defines it. */
  readonly recurrence?: Recurrence;
  /** Of a derivative: of what with respect to what. */
  readonly derivative?: { readonly of: Quantity; readonly by: Quantity };
}

/** v₀ = first, vₜ₊₁ = next, which reads vₜ. */
export interface Recurrence {
  /** Stands for all values that go on together. */
  readonly loop: object;
  /** The op by which one step is made of others. */
  readonly ops: readonly AnyOp[];
  /** t */
  readonly step: Index;
  /** Of the places within a step. */
  readonly indices: readonly (Index | undefined)[];
  first: Polynomial;
  next: Polynomial;
}

/** Σ of a power of a named value over one of its axes. */
export interface SumFact {
  readonly axis: number;
  readonly power: Fraction;
  readonly sum: Polynomial;
}
