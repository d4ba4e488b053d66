import { formatValues } from "../format.js";
import { formatShape } from "../shape.js";
import type { Tape } from "../tape.js";
import { Tensor, type TensorLike } from "../tensor.js";
import { valueAndGrad } from "../transforms/reverse.js";
import { hessian } from "../transforms/second-order.js";
import { record } from "../transforms/trace.js";
import { type Flat, flatten } from "../tree.js";
import { norm } from "./vector.js";

/** Where a method stands: the parameters as one list of numbers, f there, and its gradient. */
export interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** The function to be minimized, seen as one of a single list of numbers. */
export class Objective {
  /** How often f was run with its gradient. */
  evaluations = 0;

  private readonly flat: Flat;
  private readonly sizes: number[];

  constructor(
    private readonly f: (params: unknown) => TensorLike,
    initial: unknown,
  ) {
    this.flat = flatten("minimize", "the initial parameters", initial);
    this.sizes = this.flat.leaves.map((leaf) => leaf.size);
  }

  get start(): Float64Array {
    return concatenate(this.flat.leaves);
  }

  /** The numbers in the structure of the parameters. */
  tree(x: Float64Array): unknown {
    let at = 0;
    return this.flat.rebuild(
      this.flat.leaves.map(({ shape }, i) => {
        at += this.sizes[i];
        return Tensor.wrap(shape, x.slice(at - this.sizes[i], at));
      }),
    );
  }

  at(x: Float64Array): Point {
    this.evaluations++;
    const [value, gradient] = valueAndGrad(this.f)(this.tree(x) as never);
    return { x, value: value.item(), gradient: concatenate(flatten("minimize", "the gradient", gradient).leaves) };
  }

  /** The Hessian of the parameters in order, n × n in row-major order, by the engine. */
  hessian(x: Float64Array): Float64Array {
    const ofVector = (vector: Tensor): TensorLike => {
      let at = 0;
      const leaves = this.flat.leaves.map(({ shape }, i) => {
        at += this.sizes[i];
        return vector.slice([[at - this.sizes[i], at]]).reshape(shape);
      });
      return this.f(this.flat.rebuild(leaves));
    };
    return hessian(ofVector)(Tensor.wrap([x.length], x)).data;
  }

  /** Which node first made a number that is not finite. */
  describeNonFinite(x: Float64Array): string {
    return describeFirstNonFinite(record(this.f as (params: never) => TensorLike, this.tree(x) as never));
  }
}

function concatenate(leaves: readonly Tensor[]): Float64Array {
  const all = new Float64Array(leaves.reduce((sum, leaf) => sum + leaf.size, 0));
  let at = 0;
  for (const { data } of leaves) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}

function describeFirstNonFinite(tape: Tape): string {
  const i = tape.nodes.findIndex(({ output }) => !output.data.every(Number.isFinite));
  if (i < 0) return "in the gradient only";
  const { op, inputs, output } = tape.nodes[i];
  const operands = inputs.map((x) =>
    x.size === 1 ? formatValues(x.data, []) : `${x.label ?? "a tensor"} of shape ${formatShape(x.shape)}`,
  );
  return `first in node ${i + 1}${output.label === undefined ? "" : ` "${output.label}"`}, ${op.name}(${operands.join(", ")})`;
}

export const isFinitePoint = ({ value, gradient }: Point): boolean => Number.isFinite(value) && gradient.every(Number.isFinite);

/** Values that differ by less than this are equal as far as rounding lets one tell. */
export const rounding = (value: number): number => 16 * Number.EPSILON * Math.max(Math.abs(value), Number.MIN_VALUE);

/** Whether a is better than b: lower, or equal up to rounding with a smaller gradient. */
export const isBetter = (a: Point, b: Point): boolean =>
  Math.abs(a.value - b.value) <= rounding(b.value) ? norm(a.gradient) < norm(b.gradient) : a.value < b.value;
