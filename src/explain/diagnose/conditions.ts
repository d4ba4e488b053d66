import { Add, Sub } from "../../ops/elementwise.js";
import type { Node } from "../../tape/tape.js";
import { applyAgain } from "../../tensor/apply.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Rounding } from "../facts/facts.js";
import { numericFactsOf } from "../facts/numerics.js";
import { valuesAt } from "../places.js";
import { slopesAt, slopesOf } from "./slopes.js";

// The condition of a function at x is |x·f′(x)/f(x)|: by what factor it enlarges a relative error of its operand. A rounded
// operand has one of about the unit roundoff (Higham, Accuracy and Stability of Numerical Algorithms, 2002, chapters 1 and 3).

/** 2⁻⁵³, half the distance from 1 to the next number: a rounded result is off by no more than this, relatively. */
export const UNIT_ROUNDOFF = 1.1102230246251565e-16;

const isWhole = (x: Tensor): boolean => x.data.every(Number.isSafeInteger);

/** Whether an op gave the very numbers at all places. `sizes` are the sums of the sizes of the terms, for a sum of many. */
function isExact({ inputs, output }: Node, rounding: Rounding, sizes: Tensor | undefined): boolean {
  switch (rounding.kind) {
    case "exact":
    case "steps":
      return true;
    case "sum":
      return (
        sizes !== undefined &&
        (sizes.data.every((size) => size === 0) || (inputs.every(isWhole) && sizes.data.every((size) => size <= Number.MAX_SAFE_INTEGER)))
      );
    case "places": {
      const at = valuesAt(inputs, output.shape);
      return output.data.every((out, place) => rounding.isExactAt(at(place), out));
    }
    case "reduction":
    case "rounded":
      return false;
  }
}

/** For a sum of many terms, the sum of their sizes. */
const sumOfSizes = ({ op, inputs, attributes }: Node, terms: readonly number[]): Tensor =>
  applyAgain(
    op,
    inputs.map((x, i) => (terms.includes(i) ? x.abs() : x)),
    attributes,
  );

/** About how far off each number of an output is through this node alone: through its rounded operands, and its own sums. */
export interface Uncertainty {
  readonly sizes: Float64Array;
  /** Whether the operands are exact, and the error is of the node's own making. */
  readonly own: boolean;
}

/** Which values of a run are rounded, and how far that puts the next ones off. Nodes are asked for in the order in which they ran. */
export class Roundings {
  private readonly rounded = new Set<Tensor>();
  /** Means, extremes and the like with what they were taken of, step by step. */
  private readonly summaries = new Map<Tensor, Tensor>();
  /** For what exact ops have made, the values whose rounding errors it hands on. */
  private readonly origins = new Map<Tensor, ReadonlySet<Tensor>>();

  /** Notes whether the node's result is rounded; returns its uncertainty, where there is any to speak of. */
  visit(node: Node): Uncertainty | undefined {
    const { op, inputs, output } = node;
    const { rounding, summarizes } = numericFactsOf(op);
    const isRounded = inputs.map((x) => this.rounded.has(x));
    const any = isRounded.includes(true);
    const sizes = rounding.kind === "sum" ? sumOfSizes(node, rounding.of) : undefined;
    if (summarizes) this.summaries.set(output, inputs[0]);
    if (rounding.kind === "exact" || rounding.kind === "steps")
      this.origins.set(output, new Set(inputs.flatMap((x) => [...this.originsOf(x)])));
    if ((any && rounding.kind !== "steps") || !isExact(node, rounding, sizes)) this.rounded.add(output);
    // Rounded terms that cancel are what balance looks like: centered data, residuals where an optimizer has come to rest.
    if (any === (sizes !== undefined)) return undefined;
    if (sizes !== undefined)
      return this.rounded.has(output) ? { sizes: sizes.data.map((size) => UNIT_ROUNDOFF * size), own: true } : undefined;
    if (rounding.kind === "reduction") return { sizes: this.throughReduction(node, rounding.axis(node.attributes)), own: false };
    return rounding.kind === "places" ? { sizes: this.throughPlaces(node, isRounded), own: false } : undefined;
  }

  /** How far rounded operands put the numbers off that are each made of all those along an axis. */
  private throughReduction(node: Node, axis: number): Float64Array {
    const [x] = node.inputs;
    const [slope] = slopesOf(node);
    return slope
      .mul(x)
      .abs()
      .sum(axis)
      .data.map((size) => UNIT_ROUNDOFF * size);
  }

  /** How far rounded operands put the numbers off that are made of them place by place. */
  private throughPlaces(node: Node, isRounded: readonly boolean[]): Float64Array {
    const { op, inputs, output } = node;
    const [x, y] = inputs;
    const isDifference = op === Sub || op === Add;
    const none = new Float64Array(output.size);
    // Less its own mean or maximum, a tensor that does not vary is 0 whatever it is off by.
    if (isDifference && (this.isSummaryOf(x, y) || this.isSummaryOf(y, x))) return none;
    // So is a number less itself, perhaps after relu or the like.
    const areCopies = isDifference && [...this.originsOf(x)].some((origin) => this.originsOf(y).has(origin));
    const at = valuesAt(inputs, output.shape);
    const slopes = slopesAt(node);
    return none.map((_, place) => {
      if (output.data[place] === 0 && areCopies) return 0;
      const values = at(place);
      // A slope of ∞ at an operand of 0 says nothing: 0 has no relative error.
      return slopes(place).reduce(
        (sum, slope, k) => (isRounded[k] && values[k] !== 0 && slope !== 0 ? sum + UNIT_ROUNDOFF * slope * Math.abs(values[k]) : sum),
        0,
      );
    });
  }

  private originsOf(x: Tensor): ReadonlySet<Tensor> {
    return this.origins.get(x) ?? new Set([x]);
  }

  /** Whether `summary` is x, or was made of it by sums, divisions and extremes alone. */
  private isSummaryOf(summary: Tensor, x: Tensor): boolean {
    for (let at: Tensor | undefined = summary; at !== undefined; at = this.summaries.get(at)) if (at === x) return true;
    return false;
  }
}
