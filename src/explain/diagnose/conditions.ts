import { Add, Sub } from "../../ops/elementwise.js";
import type { Node, Tape } from "../../tape/tape.js";
import { applyAgain } from "../../tensor/apply.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Rounding } from "../facts/facts.js";
import { numericFactsOf } from "../facts/numerics.js";
import { valuesAt } from "../places.js";

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
export const sumOfSizes = ({ op, inputs, attributes }: Node, terms: readonly number[]): Tensor =>
  applyAgain(
    op,
    inputs.map((x, i) => (terms.includes(i) ? x.abs() : x)),
    attributes,
  );

/** Which values of a run have been rounded on their way, and which are made of the same ones. */
export class Roundings {
  readonly rounded: ReadonlySet<Tensor>;
  /** Means, extremes and the like with what they were taken of, step by step. */
  private readonly summaries = new Map<Tensor, Tensor>();
  /** For what exact ops have made, the values whose rounding errors it hands on. */
  private readonly origins = new Map<Tensor, ReadonlySet<Tensor>>();

  constructor({ nodes }: Tape) {
    const rounded = new Set<Tensor>();
    for (const node of nodes) {
      const { inputs, output } = node;
      const { rounding, summarizes } = numericFactsOf(node.op);
      const any = inputs.some((x) => rounded.has(x));
      const sizes = rounding.kind === "sum" ? sumOfSizes(node, rounding.of) : undefined;
      if (summarizes) this.summaries.set(output, inputs[0]);
      if (rounding.kind === "exact" || rounding.kind === "steps")
        this.origins.set(output, new Set(inputs.flatMap((x) => [...this.originsOf(x)])));
      if ((any && rounding.kind !== "steps") || !isExact(node, rounding, sizes)) rounded.add(output);
    }
    this.rounded = rounded;
  }

  /** Whether a node is a difference that is 0 whatever its operands are off by, where it is 0. */
  isZeroAnyway({ op, inputs: [x, y], output }: Node): boolean {
    if (op !== Sub && op !== Add) return false;
    // Less its own mean or maximum, a tensor that does not vary is 0.
    if (this.isSummaryOf(x, y) || this.isSummaryOf(y, x)) return true;
    // So is a number less itself, perhaps after relu or the like.
    return output.data.every((out) => out === 0) && [...this.originsOf(x)].some((origin) => this.originsOf(y).has(origin));
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
