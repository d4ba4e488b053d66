import * as e from "../../ops/elementwise.js";
import { MatMul } from "../../ops/linalg.js";
import { BroadcastTo, Concat, Leaf, OneHot, Pad, Reshape, ScatterAdd, Slice, StopGradient, Take, Transpose } from "../../ops/movement.js";
import { type AnyOp, isElementwise } from "../../ops/op.js";
import { ArgMax, CumSum, LogSumExp, Max, Min, Sum } from "../../ops/reduce.js";
import type { Node } from "../../tape/tape.js";
import { applyAgain } from "../../tensor/apply.js";
import type { Tensor } from "../../tensor/tensor.js";
import { valuesAt } from "./places.js";

// The condition of a function at x is |x·f′(x)/f(x)|: by what factor it enlarges a relative error of its operand. A rounded
// operand has one of about the unit roundoff (Higham, Accuracy and Stability of Numerical Algorithms, 2002, chapters 1 and 3).

/** Half the distance from 1 to the next number: a rounded result is off by no more than this, relatively. */
export const UNIT_ROUNDOFF = Number.EPSILON / 2;

type Slopes = (values: readonly number[], out: number) => readonly number[];

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const chosen =
  (first: (x: number, y: number) => boolean): Slopes =>
  ([x, y]) =>
    first(x, y) ? [1, 0] : [0, 1];

/** For elementwise ops, ∂out/∂input of each input. Their sizes count, not their signs. */
const SLOPES: ReadonlyMap<AnyOp, Slopes> = /* @__PURE__ */ new Map<AnyOp, Slopes>([
  [e.Neg, () => [1]],
  [e.Exp, (_, out) => [out]],
  [e.Expm1, (_, out) => [out + 1]],
  [e.Log, ([x]) => [1 / x]],
  [e.Log1p, ([x]) => [1 / (1 + x)]],
  [e.Sqrt, (_, out) => [0.5 / out]],
  [e.Square, ([x]) => [2 * x]],
  [e.Reciprocal, (_, out) => [out * out]],
  [e.Abs, () => [1]],
  [e.Sin, ([x]) => [Math.cos(x)]],
  [e.Cos, ([x]) => [Math.sin(x)]],
  [e.Tanh, ([x]) => [1 / Math.cosh(x) ** 2]],
  [e.Sigmoid, ([x]) => [sigmoid(x) * sigmoid(-x)]],
  [e.Softplus, ([x]) => [sigmoid(x)]],
  [e.Relu, ([x]) => [x > 0 ? 1 : 0]],
  [e.Add, () => [1, 1]],
  [e.Sub, () => [1, 1]],
  [e.Mul, ([x, y]) => [y, x]],
  [e.Div, ([, y], out) => [1 / y, out / y]],
  [e.Pow, ([x, y], out) => [x === 0 ? 0 : (y * out) / x, out === 0 ? 0 : out * Math.log(x)]],
  [e.Maximum, /* @__PURE__ */ chosen((x, y) => x >= y)],
  [e.Minimum, /* @__PURE__ */ chosen((x, y) => x <= y)],
  [e.Where, ([condition]) => (condition !== 0 ? [0, 1, 0] : [0, 0, 1])],
  [e.LogisticLoss, ([z, y]) => [sigmoid(z) - y, z]],
]);

/** The sizes of an elementwise op's derivatives at a place, or nothing for an op that is not in the table. */
export const slopesOf = (op: AnyOp, values: readonly number[], out: number): readonly number[] | undefined =>
  SLOPES.get(op)?.(values, out).map(Math.abs);

/** The sum of an elementwise op's conditions by its inputs at a place; 1 for an op that is not in the table, or without a size to compare with. */
export function conditionOf(op: AnyOp, values: readonly number[], out: number): number {
  const slopes = out === 0 ? undefined : slopesOf(op, values, out);
  return slopes === undefined ? 1 : slopes.reduce((sum, slope, k) => sum + (slope * Math.abs(values[k])) / Math.abs(out), 0);
}

/** These hand on numbers as they are, or make small whole ones. */
const EXACT: ReadonlySet<AnyOp> = /* @__PURE__ */ new Set<AnyOp>([
  ...[e.Neg, e.Abs, e.Sign, e.Relu, e.Maximum, e.Minimum, e.Where],
  ...[e.Equal, e.NotEqual, e.Less, e.LessEqual, e.Greater, e.GreaterEqual],
  ...[Reshape, Transpose, BroadcastTo, Slice, Pad, Concat, Take, OneHot, StopGradient, Leaf, Max, Min, ArgMax],
]);

const COMPARISONS: ReadonlySet<AnyOp> = /* @__PURE__ */ new Set<AnyOp>([
  ...[e.Sign, e.Equal, e.NotEqual, e.Less, e.LessEqual, e.Greater, e.GreaterEqual, OneHot, ArgMax],
]);

/** Knuth's two-sum: whether x + y is the number that was computed for it. */
function isExactSum(x: number, y: number): boolean {
  const sum = x + y;
  const part = sum - x;
  return x - (sum - part) + (y - part) === 0;
}

/** Dekker's two-product: whether x·y is `product`. Splitting would overflow far out; there it counts as rounded. */
function isExactProduct(x: number, y: number, product: number): boolean {
  if (x * y !== product) return false;
  if (product === 0) return x === 0 || y === 0;
  if (Math.max(Math.abs(x), Math.abs(y)) > 1e150 || Math.abs(product) < 1e-290) return false;
  const split = (a: number): readonly [high: number, low: number] => {
    const c = 134217729 * a;
    const high = c - (c - a);
    return [high, a - high];
  };
  const [xh, xl] = split(x);
  const [yh, yl] = split(y);
  return xl * yl - (product - xh * yh - xl * yh - xh * yl) === 0;
}

/** Whether an elementwise op gave the very number at a place, with nothing rounded. */
function isExactAt(op: AnyOp, [x, y]: readonly number[], out: number): boolean {
  switch (op) {
    case e.Add:
      return isExactSum(x, y);
    case e.Sub:
      return isExactSum(x, -y);
    case e.Mul:
      return isExactProduct(x, y, out);
    case e.Square:
      return isExactProduct(x, x, out);
    case e.Sqrt:
      return isExactProduct(out, out, x);
    case e.Div:
      return isExactProduct(out, y, x);
    case e.Reciprocal:
      return isExactProduct(out, x, 1);
    case e.Pow:
      return Number.isSafeInteger(out) && Number.isSafeInteger(x) && Number.isInteger(y);
    case e.Log:
      return x === 1;
    case e.Exp:
    case e.Expm1:
    case e.Log1p:
    case e.Sin:
    case e.Cos:
    case e.Tanh:
    case e.Sigmoid:
      return x === 0;
    default:
      return false;
  }
}

const isWhole = (x: Tensor): boolean => x.data.every(Number.isSafeInteger);

/** Whether an op gave the very numbers at all places. `sizes` are the sums of the sizes of the terms, for a sum of many. */
function isExact({ op, inputs, output }: Node, sizes: Tensor | undefined): boolean {
  if (EXACT.has(op)) return true;
  if (sizes !== undefined)
    return sizes.data.every((size) => size === 0) || (inputs.every(isWhole) && sizes.data.every((size) => size <= Number.MAX_SAFE_INTEGER));
  if (!isElementwise(op)) return false;
  const at = valuesAt(inputs, output.shape);
  return output.data.every((out, place) => isExactAt(op, at(place), out));
}

/** For a sum of many terms, the sum of their sizes. */
function sumOfSizes({ op, inputs, attributes }: Node): Tensor | undefined {
  const again = (...sizes: Tensor[]): Tensor => applyAgain(op, sizes, attributes);
  if (op === Sum || op === CumSum) return again(inputs[0].abs());
  if (op === MatMul) return again(inputs[0].abs(), inputs[1].abs());
  if (op === ScatterAdd) return again(inputs[0].abs(), inputs[1]);
  return undefined;
}

/** About how far off each number of an output is through this node alone: through its rounded operands, and its own sums. */
export interface Uncertainty {
  readonly sizes: Float64Array;
  /** Whether the operands are exact, and the error is of the node's own making. */
  readonly own: boolean;
}

/** What means, extremes and their shapes are made with: of their first input. */
const SUMMARIZING: ReadonlySet<AnyOp> = /* @__PURE__ */ new Set<AnyOp>([Sum, Max, Min, e.Div, Reshape, BroadcastTo, StopGradient]);

/** Which values of a run are rounded, and how far that puts the next ones off. Nodes are asked for in the order in which they ran. */
export class Roundings {
  private readonly rounded = new Set<Tensor>();
  /** Means, extremes and the like with what they were taken of, step by step. */
  private readonly summaries = new Map<Tensor, Tensor>();
  /** For what exact ops have made, the values whose rounding errors it hands on. */
  private readonly origins = new Map<Tensor, ReadonlySet<Tensor>>();

  /** Notes whether the node's result is rounded; returns its uncertainty, where there is any to speak of. */
  visit(node: Node): Uncertainty | undefined {
    const { op, inputs, output, attributes } = node;
    const isRounded = inputs.map((x) => this.rounded.has(x));
    const any = isRounded.includes(true);
    const sizes = sumOfSizes(node);
    if (SUMMARIZING.has(op)) this.summaries.set(output, inputs[0]);
    if (EXACT.has(op)) this.origins.set(output, new Set(inputs.flatMap((x) => [...this.originsOf(x)])));
    if ((any && !COMPARISONS.has(op)) || !isExact(node, sizes)) this.rounded.add(output);
    // Rounded terms that cancel are what balance looks like: centered data, residuals where an optimizer has come to rest.
    if (any === (sizes !== undefined)) return undefined;
    if (sizes !== undefined)
      return this.rounded.has(output) ? { sizes: sizes.data.map((size) => UNIT_ROUNDOFF * size), own: true } : undefined;
    if (op === LogSumExp) {
      const { axis } = attributes as { axis: number };
      const [x] = inputs;
      return {
        sizes: x
          .abs()
          .mul(x.softmax(axis))
          .sum(axis)
          .data.map((size) => UNIT_ROUNDOFF * size),
        own: false,
      };
    }
    if (!SLOPES.has(op)) return undefined;
    const [x, y] = inputs;
    const isDifference = op === e.Sub || op === e.Add;
    // Less its own mean or maximum, a tensor that does not vary is 0 whatever it is off by.
    if (isDifference && (this.isSummaryOf(x, y) || this.isSummaryOf(y, x))) return undefined;
    // So is a number less itself, perhaps after relu or the like.
    const areCopies = isDifference && [...this.originsOf(x)].some((origin) => this.originsOf(y).has(origin));
    const at = valuesAt(inputs, output.shape);
    return {
      own: false,
      sizes: output.data.map((out, place) => {
        if (out === 0 && areCopies) return 0;
        const values = at(place);
        const slopes = slopesOf(op, values, out) ?? [];
        // A slope of ∞ at an operand of 0 says nothing: 0 has no relative error.
        return slopes.reduce(
          (sum, slope, k) => (isRounded[k] && values[k] !== 0 && slope !== 0 ? sum + UNIT_ROUNDOFF * slope * Math.abs(values[k]) : sum),
          0,
        );
      }),
    };
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
