import { checkFunction, describe } from "../base/errors.js";
import { formatValues } from "../base/format.js";
import { formatShape } from "../base/shape.js";
import { nameFrom } from "../base/text.js";
import { aside } from "../tape/aside.js";
import type { Tape } from "../tape/tape.js";
import { type Watcher, withWatcher } from "../tape/watcher.js";
import { tensor } from "../tensor/create.js";
import type { Tensor, TensorLike } from "../tensor/tensor.js";
import { flatten, type TreeLike } from "../tensor/tree.js";
import { cotangentAt } from "../transforms/arrival.js";
import { record } from "../transforms/record.js";
import { differentiate, pullback } from "../transforms/reverse.js";
import { hessianAt } from "../transforms/second-order.js";
import type { PartRequest, Request } from "./objective.js";
import { Packing } from "./packing.js";
import { transformed } from "./transformed.js";

/**
 * What one shard adds to the answer to a request of {@link minimizeSteps}: its value and gradient, one number and then n,
 * or the lower triangle of its Hessian row by row, n(n + 1)/2 numbers. The answer is the sum over all shards, number by
 * number.
 *
 * @param f - The part of the function that this shard holds, as for {@link minimize}. A shard without data returns `tensor(0)`.
 * @param initial - Parameters with the structure and shapes of those that the search began with; their numbers do not matter.
 * @param request - What is asked for, and where.
 * @param rest - Further arguments of f, passed on as they are.
 *
 * @example
 * ```ts
 * const f = (x: Tensor) => x.pow(3).sum();
 * Array.from(evaluatePart(f, [0, 0], { order: 1, x: Float64Array.of(1, 2) })); // [9, 3, 12]
 * Array.from(evaluatePart(f, [0, 0], { order: 2, x: Float64Array.of(1, 2) })); // [6, 0, 12]
 * ```
 */
export function evaluatePart<P, Rest extends unknown[]>(
  f: (params: P, ...rest: Rest) => TensorLike,
  initial: TreeLike<P>,
  request: PartRequest,
  ...rest: Rest
): Float64Array {
  checkFunction("evaluatePart", f);
  const part = new Part(f as PartFunction, rest, new Packing("evaluatePart", initial));
  const { order, x } = request;
  if (order !== 1 && order !== 2) throw new TypeError(`evaluatePart: the order must be 1 or 2, got ${describe(order)}`);
  if (!(x instanceof Float64Array) || x.length !== part.packing.size)
    throw new TypeError(
      `evaluatePart: x must be a Float64Array of ${part.packing.size} numbers, as many as the parameters, got ${
        x instanceof Float64Array ? `one of ${x.length}` : describe(x)
      }`,
    );
  return part.answer(request);
}

/** A function of a tree of parameters, and of further arguments. */
export type PartFunction = (params: unknown, ...rest: unknown[]) => TensorLike;

/** The function, which must not return a plain number: that would look like a minimum. */
const ofTensors =
  (name: string, f: PartFunction): PartFunction =>
  (...args) => {
    const result = f(...args);
    if (typeof result === "number")
      throw new TypeError(`${name}: the function returned a plain number, which depends on no parameter; did you use item() or data?`);
    return result;
  };

/** The Hessian of all parameters in order, n × n, at a tree of them. */
const hessianOfAll =
  (name: string, f: PartFunction): ((params: unknown, ...rest: unknown[]) => Tensor) =>
  (params, ...rest) => {
    const packing = new Packing(name, params);
    return hessianAt(name, (vector) => f(packing.slices(vector), ...rest), packing.vector);
  };

/** A function of a tree of parameters that answers requests. */
export class Part {
  private readonly f: PartFunction;
  private readonly valueAndGradientAt: (params: unknown, ...rest: unknown[]) => [value: Tensor, gradient: unknown];
  private readonly hessianAt: (params: unknown, ...rest: unknown[]) => Tensor;
  /** The last value and gradient: the next ones go into the same list. */
  private answered: Float64Array | undefined;

  constructor(
    f: PartFunction,
    /** Further arguments of f. */
    private readonly rest: readonly unknown[],
    readonly packing: Packing,
  ) {
    const { name } = packing;
    this.f = ofTensors(name, f);
    this.valueAndGradientAt = transformed(f, `value and gradient for ${name}`, (g) => {
      const differentiated = differentiate(name, ofTensors(name, g));
      return (...args) => {
        const [value, gradient] = differentiated(args);
        return [value, gradient];
      };
    });
    this.hessianAt = transformed(f, `Hessian for ${name}`, (g) => hessianOfAll(name, ofTensors(name, g)));
  }

  answer({ order, x }: Request): Float64Array {
    if (order === 0) return Float64Array.of(this.roundingError(x));
    return order === 1 ? this.valueAndGradient(x) : this.hessian(x);
  }

  /**
   * A bound of the rounding error of the value, to first order: each number v on the way to it, the parameters among them, may be
   * off by ε·|v|, which moves the value by ε·|v̄·v| with its cotangent v̄ (Iri 1984). What happens within an op is left out.
   */
  private roundingError(x: Float64Array): number {
    const params = flatten(this.packing.name, "the parameters", this.packing.view(x));
    const { output, pull } = pullback(this.packing.name, (p: unknown) => this.f(p, ...this.rest), [params]);
    let sum = Math.abs(output.leaves[0].item());
    const add = (v: Tensor, g: Tensor): void => {
      const values = v.data;
      const cotangents = aside(() => g.broadcastTo(v.shape)).data;
      for (let i = 0; i < values.length; i++) {
        const product = Math.abs(values[i] * cotangents[i]);
        if (product < Number.POSITIVE_INFINITY) sum += product;
      }
    };
    const own: Watcher = { applied: () => {}, sweeps: (at) => at && add(at.recording.output(at.place), cotangentAt(at)) };
    const [gradient] = withWatcher(own, () => pull([tensor(1)]));
    for (const [i, g] of flatten(this.packing.name, "the gradient", gradient).leaves.entries()) add(params.leaves[i], g);
    return Number.EPSILON * sum;
  }

  private valueAndGradient(x: Float64Array): Float64Array {
    const [value, gradient] = this.valueAndGradientAt(this.packing.view(x), ...this.rest);
    this.answered ??= new Float64Array(1 + x.length);
    this.answered[0] = value.item();
    this.packing.pack("the gradient", gradient, this.answered.subarray(1));
    return this.answered;
  }

  /** The lower triangle of the Hessian, which is symmetric. */
  private hessian(x: Float64Array): Float64Array {
    const n = x.length;
    const { data } = this.hessianAt(this.packing.view(x), ...this.rest);
    const triangle = new Float64Array((n * (n + 1)) / 2);
    for (let i = 0, at = 0; i < n; at += ++i) triangle.set(data.subarray(i * n, i * n + i + 1), at);
    return triangle;
  }

  /** Where a number that is not finite comes from. */
  describeNonFinite(x: Float64Array): string {
    if (this.valueAndGradient(x).every(Number.isFinite)) return "in another shard, or in the sum of finite parts";
    const ofParams = (params: unknown): TensorLike => this.f(params, ...this.rest);
    return describeFirstNonFinite(record(ofParams, this.packing.unpack(x) as never));
  }
}

function describeFirstNonFinite(tape: Tape): string {
  const allFinite = ({ data }: Tensor): boolean => data.every(Number.isFinite);
  const i = tape.nodes.findIndex(({ output }) => !allFinite(output));
  if (i < 0 && !tape.inputs.every(allFinite)) return "in the parameters";
  if (i < 0) return tape.outputs.every(allFinite) ? "in the gradient only" : "in a constant that the function returned";
  const { op, inputs, output } = tape.nodes[i];
  const operands = inputs.map((x) =>
    x.size === 1 ? formatValues(x.data, []) : `${x.label === undefined ? "a tensor" : nameFrom(x.label)} of shape ${formatShape(x.shape)}`,
  );
  return `first in node ${i + 1}${output.label === undefined ? "" : ` "${nameFrom(output.label)}"`}, ${op.name}(${operands.join(", ")})`;
}
