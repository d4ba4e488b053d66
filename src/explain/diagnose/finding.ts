import type { Tensor } from "../../tensor/tensor.js";

/**
 * What can be wrong at a node:
 *
 * - `"non-finite input"`: an argument or a constant holds NaN;
 * - `"domain error"`: NaN is born, as by the logarithm of −1, 0/0 or ∞ − ∞;
 * - `"domain edge"`: ∞ is born at the edge of a domain, as by log 0 or 1/0, or by √ at 0 in the backward pass;
 * - `"overflow"`: ∞ is born of finite numbers because the result is too large;
 * - `"zero times infinity"`: in the rule of an op of your own a cotangent of 0 meets a derivative of ∞, which in the rules of the library is 0;
 * - `"cancellation"`: what is left of a difference, a sum, or a logarithm near 1 is rounding error for the better part;
 * - `"ill-conditioned"`: another op enlarges the rounding error of its operand as much;
 * - `"saturation"`: a sigmoid, tanh or softmax is at its limit and stops most of the gradient;
 * - `"exploding gradient"`, `"vanishing gradient"`: the gradient leaves the node enormous, or not at all.
 */
export type FindingKind =
  | "non-finite input"
  | "domain error"
  | "domain edge"
  | "overflow"
  | "zero times infinity"
  | "cancellation"
  | "ill-conditioned"
  | "saturation"
  | "exploding gradient"
  | "vanishing gradient";

/** The kinds, the worst first. */
export const KINDS: readonly FindingKind[] = [
  "non-finite input",
  "domain error",
  "domain edge",
  "overflow",
  "zero times infinity",
  "cancellation",
  "ill-conditioned",
  "saturation",
  "exploding gradient",
  "vanishing gradient",
];

/** The numbers at the place of a tensor where a finding is. */
export interface FindingNumbers {
  /** The place in the output: one index an axis. */
  readonly index: readonly number[];
  /** How many places of the tensor have the same trouble. */
  readonly count: number;
  /** The inputs there; of an op that is not elementwise, such as a sum, only those of a single number. */
  readonly inputs: readonly number[];
  /** The output there. */
  readonly output: number;
  /** The cotangent that arrives there in the backward pass, if one does. */
  readonly cotangent: number | undefined;
}

/** One unsafe node of a run: see {@link diagnose}. */
export interface Finding {
  /** What is wrong. */
  readonly kind: FindingKind;
  /** The number of the node on the tape of f, as `String(record(f, …))` prints it; 0 for an input or a constant. */
  readonly node: number;
  /** What the tape calls it: the label, or `%n`. */
  readonly name: string;
  /** The label that `named` gave to it. */
  readonly label: string | undefined;
  /** Its op, such as `"Log"`; `"input"` for an input or a constant. */
  readonly op: string;
  /** The op with the names of its inputs: `Log(ŷ)`. */
  readonly expression: string;
  /** The line of the caller's code that applied the op, `file:line:column`, where the engine's stack tells. */
  readonly source: string | undefined;
  /** Whether it happens in the backward pass, in the rule of the node's op. */
  readonly backward: boolean;
  /** The numbers involved. */
  readonly numbers: FindingNumbers;
  /** About the relative error that the node adds there: its condition times the unit roundoff 2⁻⁵³, at most 1; ∞ for what is not finite. */
  readonly relativeError: number;
  /** For a loss of accuracy, about the relative error of the result or of the gradient, the larger one, that comes of it. */
  readonly resultError: number | undefined;
  /** Why it happens. */
  readonly why: string;
  /** What to write instead. */
  readonly instead: string;
}

/** What a check has found, before it is put into words. `slot` is the place of the node on the run's recording. */
export interface Suspicion {
  readonly kind: FindingKind;
  readonly slot: number;
  readonly backward: boolean;
  readonly inputs: readonly number[];
  readonly output: number;
  /** The place in the row of all numbers of the output. */
  readonly place: number;
  readonly count: number;
  readonly relativeError: number;
  readonly resultError?: number;
  /** For a finding that is at no node: the tensor itself. */
  readonly tensor?: Tensor;
}

/** What happens in the rule of the node that made `output`, described by the numbers of the node. */
export const inRuleOf = (output: Tensor, found: Pick<Suspicion, "kind" | "inputs" | "place" | "count" | "relativeError">): Suspicion => ({
  ...found,
  slot: output.slot,
  backward: true,
  output: output.data[found.place],
});
