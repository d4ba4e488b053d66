import { type Axis, checkReduction, normalizeAxes, normalizeAxis, reducedShape } from "../base/axes.js";
import { broadcastAxes, checkBroadcastTo } from "../base/broadcast.js";
import { checkNumber, DomainError, describe, ShapeError } from "../base/errors.js";
import { formatTensor } from "../base/format.js";
import { type Lattice, type Range, resolveParts, resolveRanges, resolveWidths } from "../base/lattice.js";
import { checkOptions } from "../base/options.js";
import { checkList, checkShape, formatShape, resolveReshape, SCALAR, SHAPE, type Shape, sameShape, sizeOf } from "../base/shape.js";
import type { Strength } from "../kernels/elementwise.js";
import type { MeanAttributes } from "../kernels/reduce.js";
import * as e from "../ops/elementwise.js";
import { MatMul } from "../ops/linalg.js";
import { BroadcastTo, Concat, OneHot, Pad, Reshape, Slice, StopGradient, Take, Transpose } from "../ops/movement.js";
import type { Op, SeveralOp } from "../ops/op.js";
import { ArgMax, CumSum, LogSoftmax, LogSumExp, Max, Mean, Min, Prod, Softmax, Sum } from "../ops/reduce.js";
import type { Hollow } from "../tape/hollow.js";
import { recording } from "../tape/under-way.js";
import { apply, applyAgain } from "./apply.js";
import type { ArraysOfRank, Parts } from "./known.js";
import {
  CUMSUM_OPTIONS,
  type CumsumOptions,
  MATMUL_OPTIONS,
  type MatMulOptions,
  VARIANCE_OPTIONS,
  type VarianceOptions,
} from "./options.js";
import { refuseTransferred } from "./transferred.js";
import { type NestedArray, type NumericArray, nest, readValues } from "./values.js";

const FIRST: Strength = /* @__PURE__ */ Object.freeze({ strong: "first" });
const EITHER: Strength = /* @__PURE__ */ Object.freeze({ strong: "either" });

/** What is accepted wherever a tensor is expected. */
export type TensorLike = Tensor | number | NestedArray | NumericArray;

/**
 * An immutable array of float64 numbers with a shape. Make one with {@link tensor}.
 *
 * A tensor is a value: no method changes it, and nothing has to be disposed of. Each method stands also as a free
 * function of the same name, where its formula, errors and example are. JavaScript's own operators (`a + b`, `-a`, `a > b`)
 * do not work on tensors: they are a `TypeError`.
 */
export class Tensor {
  /** The name that tapes, graphs and derivations show; set by {@link Tensor.named}. */
  readonly label: string | undefined;

  /** The sizes of the axes, outermost first; `[]` for a single number. */
  readonly shape: Shape;

  /** @internal The numbers; a lone number needs no array until somebody asks for one. None in a hollow tensor. */
  private values: Float64Array | number | Hollow;

  /** @internal The id of the recording that this tensor was made in, and its place there. */
  recordingId: object | undefined = undefined;

  /** @internal */
  slot = 0;

  private constructor(shape: Shape, values: Float64Array | number | Hollow, label: string | undefined) {
    if (values === undefined) throw new TypeError("Tensor: made with new; write tensor(values)");
    this.shape = shape;
    this.values = values;
    this.label = label;
  }

  /** @internal Wraps an array without a copy, or a lone number. */
  static wrap(shape: Shape, values: Float64Array | number | Hollow): Tensor {
    return new Tensor(shape, values, undefined);
  }

  /** @internal A rank-0 result as it was on the tape. */
  static restore(value: number | Hollow, recordingId: object, slot: number): Tensor {
    const x = new Tensor(SCALAR, value, undefined);
    x.recordingId = recordingId;
    x.slot = slot;
    return x;
  }

  /** @internal Whether all there is to know is `first`, or that there is none: rank 0, no array yet, no label. */
  get isLoneNumber(): boolean {
    return !(this.values instanceof Float64Array) && this.shape.length === 0 && this.label === undefined;
  }

  /** @internal What stands in the place of its numbers, if there are none. */
  get hollow(): Hollow | undefined {
    return typeof this.values === "number" || this.values instanceof Float64Array ? undefined : this.values;
  }

  /** @internal Other numbers, or none; `apply` makes its results of the tensors that it is given. */
  withValues(shape: Shape, values: Float64Array | number | Hollow): Tensor {
    return new Tensor(shape, values, undefined);
  }

  /** @internal The same numbers under another shape. */
  withShape(shape: Shape): Tensor {
    return new Tensor(shape, this.values, undefined);
  }

  /** @internal The first number, without an array for it. */
  get first(): number {
    return typeof this.values === "number" ? this.values : this.data[0];
  }

  /** The numbers in row-major order. Not to be written to: other tensors may share them. */
  get data(): Float64Array {
    const { values } = this;
    if (typeof values === "number") {
      const data = Float64Array.of(values);
      if (!Object.isFrozen(this)) this.values = data;
      return data;
    }
    if (!(values instanceof Float64Array)) return values.refuse(this, "data");
    if (values.length === 0 && this.size > 0) refuseTransferred(this);
    return values;
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The count of numbers: the product of the sizes. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The number in a tensor of size 1; any other size is a `ShapeError`. */
  item(): number {
    if (this.size !== 1) throw new ShapeError(`item: expected a tensor of size 1, got shape ${formatShape(this.shape)}`);
    this.hollow?.refuse(this, "item()");
    return this.first;
  }

  /**
   * The numbers as nested arrays; a plain number for rank 0. A rank that is given says to the types how deep the arrays are, as
   * `x.toArray(2)` is a `number[][]`; a tensor of another rank is a `ShapeError` then.
   */
  toArray(): number | NestedArray;
  toArray<const R extends keyof ArraysOfRank>(rank: R): ArraysOfRank[R];
  toArray(rank?: number): number | NestedArray {
    if (rank !== undefined && rank !== this.rank)
      throw new ShapeError(`toArray: expected a tensor of rank ${describe(rank)}, got shape ${formatShape(this.shape)}`);
    return nest("toArray", this.shape, this.data);
  }

  /**
   * What `JSON.stringify` writes: {@link Tensor.toArray}, which `tensor(JSON.parse(text))` reads back. JSON knows no NaN and no
   * infinities; it writes `null` for them, which `tensor` refuses.
   */
  toJSON(): number | NestedArray {
    return this.toArray();
  }

  /**
   * Label (or `Tensor`), shape and values, long axes cut: `Tensor[2, 2] [[1, 2], [3, 4]]`. While `compile` records, a tensor that
   * depends on an input shows no values.
   */
  toString(): string {
    return formatTensor(this.label, this.shape, this.hollow?.toString() ?? this.data);
  }

  /** @internal What messages call it. */
  get [Symbol.toStringTag](): string {
    return "Tensor";
  }

  /** @internal A JavaScript operator would make NaN of a tensor, and with it a gradient of 0. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new TypeError(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what to write
      "Tensor: JavaScript operators do not work on tensors; write a.add(b), a.neg(), a.greater(b), or a formula with gradtape/math; for text, `${a}` or a.toString()",
    );
  }

  /** @internal What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** The same tensor under a name that tapes, graphs and derivations show. */
  named(label: string): Tensor {
    if (typeof label !== "string" || label === "") throw new TypeError(`named: expected a non-empty string, got ${describe(label)}`);
    const copy = new Tensor(this.shape, this.values, label);
    if (recording !== undefined && this.recordingId === recording.id) {
      copy.recordingId = this.recordingId;
      copy.slot = this.slot;
      recording.relabel(this.slot, copy);
    }
    return copy;
  }

  // Elementwise, one input

  /** −x. See {@link neg}. */
  neg(): Tensor {
    return apply(e.Neg, [this]);
  }
  /** eˣ. See {@link exp}. */
  exp(): Tensor {
    return apply(e.Exp, [this]);
  }
  /** eˣ − 1. See {@link expm1}. */
  expm1(): Tensor {
    return apply(e.Expm1, [this]);
  }
  /** ln x. See {@link log}. */
  log(): Tensor {
    return apply(e.Log, [this]);
  }
  /** ln(1 + x). See {@link log1p}. */
  log1p(): Tensor {
    return apply(e.Log1p, [this]);
  }
  /** √x. See {@link sqrt}. */
  sqrt(): Tensor {
    return apply(e.Sqrt, [this]);
  }
  /** x². See {@link square}. */
  square(): Tensor {
    return apply(e.Square, [this]);
  }
  /** 1/x. See {@link reciprocal}. */
  reciprocal(): Tensor {
    return apply(e.Reciprocal, [this]);
  }
  /** |x|. See {@link abs}. */
  abs(): Tensor {
    return apply(e.Abs, [this]);
  }
  /** −1, 0 or 1. See {@link sign}. */
  sign(): Tensor {
    return apply(e.Sign, [this]);
  }
  /** sin x. See {@link sin}. */
  sin(): Tensor {
    return apply(e.Sin, [this]);
  }
  /** cos x. See {@link cos}. */
  cos(): Tensor {
    return apply(e.Cos, [this]);
  }
  /** tanh x. See {@link tanh}. */
  tanh(): Tensor {
    return apply(e.Tanh, [this]);
  }
  /** σ(x) = 1/(1 + e⁻ˣ). See {@link sigmoid}. */
  sigmoid(): Tensor {
    return apply(e.Sigmoid, [this]);
  }
  /** ln(1 + eˣ). See {@link softplus}. */
  softplus(): Tensor {
    return apply(e.Softplus, [this]);
  }
  /** max(x, 0). See {@link relu}. */
  relu(): Tensor {
    return apply(e.Relu, [this]);
  }
  /** ln σ(x) = −softplus(−x). See {@link logSigmoid}. */
  logSigmoid(): Tensor {
    return this.neg().softplus().neg();
  }
  /** x·σ(x). See {@link silu}. */
  silu(): Tensor {
    return apply(e.Silu, [this]);
  }
  /** The same numbers, cut off from differentiation. See {@link stopGradient}. */
  stopGradient(): Tensor {
    return apply(StopGradient, [this]);
  }

  // Elementwise, two inputs, broadcasting

  /** x + y. See {@link add}. */
  add(y: TensorLike): Tensor {
    return apply(e.Add, [this, asTensor("add", y)]);
  }
  /** x − y. See {@link sub}. */
  sub(y: TensorLike): Tensor {
    return apply(e.Sub, [this, asTensor("sub", y)]);
  }
  /** y − x: subtraction from the right, for `y.rsub(1)` = 1 − y. */
  rsub(y: TensorLike): Tensor {
    return apply(e.Sub, [asTensor("rsub", y), this]);
  }
  /** x·y. See {@link mul}. */
  mul(y: TensorLike): Tensor {
    return apply(e.Mul, [this, asTensor("mul", y)], undefined);
  }
  /** x/y. See {@link div}. */
  div(y: TensorLike): Tensor {
    return apply(e.Div, [this, asTensor("div", y)], undefined);
  }
  /** y/x: division from the right, for `x.rdiv(1)` = 1/x. */
  rdiv(y: TensorLike): Tensor {
    return apply(e.Div, [asTensor("rdiv", y), this], undefined);
  }
  /** xʸ. See {@link pow}. */
  pow(y: TensorLike): Tensor {
    return apply(e.Pow, [this, asTensor("pow", y)]);
  }
  /** The larger of x and y. See {@link maximum}. */
  maximum(y: TensorLike): Tensor {
    return apply(e.Maximum, [this, asTensor("maximum", y)]);
  }
  /** The smaller of x and y. See {@link minimum}. */
  minimum(y: TensorLike): Tensor {
    return apply(e.Minimum, [this, asTensor("minimum", y)]);
  }

  // Comparisons and selection

  /** 1 where x = y, else 0. See {@link equal}. */
  equal(y: TensorLike): Tensor {
    return apply(e.Equal, [this, asTensor("equal", y)]);
  }
  /** 1 where x ≠ y, else 0. See {@link notEqual}. */
  notEqual(y: TensorLike): Tensor {
    return apply(e.NotEqual, [this, asTensor("notEqual", y)]);
  }
  /** 1 where x < y, else 0. See {@link less}. */
  less(y: TensorLike): Tensor {
    return apply(e.Less, [this, asTensor("less", y)]);
  }
  /** 1 where x ≤ y, else 0. See {@link lessEqual}. */
  lessEqual(y: TensorLike): Tensor {
    return apply(e.LessEqual, [this, asTensor("lessEqual", y)]);
  }
  /** 1 where x > y, else 0. See {@link greater}. */
  greater(y: TensorLike): Tensor {
    return apply(e.Greater, [this, asTensor("greater", y)]);
  }
  /** 1 where x ≥ y, else 0. See {@link greaterEqual}. */
  greaterEqual(y: TensorLike): Tensor {
    return apply(e.GreaterEqual, [this, asTensor("greaterEqual", y)]);
  }
  /** a where this is not 0, else b. See {@link where}. */
  where(a: TensorLike, b: TensorLike): Tensor {
    return apply(e.Where, [this, asTensor("where", a), asTensor("where", b)]);
  }
  /** x, but no less than `low` and no more than `high`. See {@link clamp}. */
  clamp(low: TensorLike, high: TensorLike): Tensor {
    if (typeof low === "number" && typeof high === "number" && low > high)
      throw new DomainError(`clamp: low must not exceed high, got ${low} and ${high}`);
    const from = asTensor("clamp", low);
    const to = asTensor("clamp", high);
    // Inside is asked, not outside: where a comparison is with NaN, minimum or maximum hands the NaN on.
    return this.lessEqual(to).where(this.greaterEqual(from).where(this, this.maximum(from)), this.minimum(to));
  }

  // Reductions

  /** The sum over axes, or over all. See {@link sum}. */
  sum(axis?: Axis, keepDims = false): Tensor {
    return apply(Sum, [this], checkReduction("sum", this.rank, axis, keepDims));
  }
  /** The mean over axes, or over all. See {@link mean}. */
  mean(axis?: Axis, keepDims = false): Tensor {
    return apply(Mean, [this], this.countOver("mean", axis, keepDims));
  }
  /** The maximum over axes, or over all. See {@link max}. */
  max(axis?: Axis, keepDims = false): Tensor {
    return apply(Max, [this], checkReduction("max", this.rank, axis, keepDims));
  }
  /** The minimum over axes, or over all. See {@link min}. */
  min(axis?: Axis, keepDims = false): Tensor {
    return apply(Min, [this], checkReduction("min", this.rank, axis, keepDims));
  }
  /** The product over axes, or over all. See {@link prod}. */
  prod(axis?: Axis, keepDims = false): Tensor {
    return this.alongOne("prod", axis, keepDims, (x, one) => apply(Prod, [x], { axis: one }));
  }
  /** ln Σ eˣ over axes, or over all. See {@link logSumExp}. */
  logSumExp(axis?: Axis, keepDims = false): Tensor {
    return this.alongOne("logSumExp", axis, keepDims, (x, one) => apply(LogSumExp, [x], { axis: one }));
  }
  /** The variance over axes, or over all. See {@link variance}. */
  variance(axis?: Axis, options?: VarianceOptions): Tensor {
    const { correction = 0, keepDims = false } = checkOptions("variance", options, VARIANCE_OPTIONS);
    const all = this.countOver("variance", axis, keepDims);
    const count = all.count - correction;
    if (!(count > 0)) throw new DomainError(`variance: the count less the correction must be positive, got ${all.count} and ${correction}`);
    return apply(Mean, [this.sub(this.mean(axis, true)).square()], { ...all, count });
  }
  /** Running sums along an axis. See {@link cumsum}. */
  cumsum(axis: number, options?: CumsumOptions): Tensor {
    const { reverse = false } = checkOptions("cumsum", options, CUMSUM_OPTIONS);
    return apply(CumSum, [this], { axis: normalizeAxis("cumsum", axis, this.rank), reverse });
  }
  /** The place of the first maximum along an axis, or in the flattened tensor. See {@link argmax}. */
  argmax(axis?: number): Tensor {
    return this.alongOne("argmax", axis, false, (x, one) => apply(ArgMax, [x], { axis: one }));
  }
  /** e^x / Σ e^x along an axis. See {@link softmax}. */
  softmax(axis = -1): Tensor {
    return apply(Softmax, [this], { axis: normalizeAxis("softmax", axis, this.rank) });
  }
  /** ln softmax(x) along an axis. See {@link logSoftmax}. */
  logSoftmax(axis = -1): Tensor {
    return apply(LogSoftmax, [this], { axis: normalizeAxis("logSoftmax", axis, this.rank) });
  }

  /** @internal Which axes a mean is taken over, and of how many numbers; none at all is an error. */
  countOver(name: string, axis: Axis | undefined, keepDims: boolean): MeanAttributes {
    const reduced = checkReduction(name, this.rank, axis, keepDims);
    const count = sizeOf(reduced.axes.map((i) => this.shape[i]));
    if (count === 0) throw new ShapeError(`${name}: expected at least one number to reduce, got shape ${formatShape(this.shape)}`);
    return { ...reduced, count };
  }

  /** @internal Runs a reduction that knows one axis only: several axes are moved to the end and merged first. */
  alongOne(name: string, axis: Axis | undefined, keepDims: boolean, reduce: (x: Tensor, axis: number) => Tensor): Tensor {
    const { axes } = checkReduction(name, this.rank, axis, keepDims);
    if (axes.length === 1) {
      const reduced = reduce(this, axes[0]);
      return keepDims ? reduced.expandDims(axes[0]) : reduced;
    }
    const kept = this.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const inOrder = axes.every((a, i) => a === kept.length + i) ? this : this.transpose([...kept, ...axes]);
    const merged = inOrder.reshape([...kept.map((i) => this.shape[i]), sizeOf(axes.map((i) => this.shape[i]))]);
    const reduced = reduce(merged, kept.length);
    return keepDims ? reduced.reshape(reducedShape(this.shape, axes, true)) : reduced;
  }

  // Linear algebra and shape

  /**
   * The matrix product. See {@link matmul}. `transposeA`, `transposeB` read an operand transposed without a copy; a rank-1
   * operand has nothing to transpose and is a row or a column as without them.
   */
  matmul(b: TensorLike, options?: MatMulOptions): Tensor {
    const { transposeA = false, transposeB = false } = checkOptions("matmul", options, MATMUL_OPTIONS);
    const other = asTensor("matmul", b);
    return apply(MatMul, [this, other], { transposeA: transposeA && this.rank > 1, transposeB: transposeB && other.rank > 1 });
  }
  /** The axes in another order; reversed if left out. See {@link transpose}. */
  transpose(axes?: readonly number[]): Tensor;
  transpose(...given: [axes?: readonly number[]]): Tensor {
    const [axes] = given;
    if (axes !== undefined) checkList("transpose", "a list of axes such as [1, 0]", given);
    const order = axes?.map((axis) => normalizeAxis("transpose", axis, this.rank)) ?? this.shape.map((_, i) => this.rank - 1 - i);
    if (order.length !== this.rank || new Set(order).size !== this.rank)
      throw new ShapeError(`transpose: expected each of the ${this.rank} axes once, got ${formatShape(axes ?? [])}`);
    return apply(Transpose, [this], { axes: order });
  }
  /** The same numbers under another shape. See {@link reshape}. */
  reshape(shape: readonly number[]): Tensor;
  reshape(...given: [shape: readonly number[]]): Tensor {
    const [shape] = given;
    checkList("reshape", SHAPE, given);
    return sameShape(shape, this.shape) ? this : apply(Reshape, [this], { shape: resolveReshape("reshape", this.shape, shape) });
  }
  /** Repeated along axes of size 1 and new axes in front. See {@link broadcastTo}. */
  broadcastTo(shape: Shape): Tensor;
  broadcastTo(...given: [shape: Shape]): Tensor {
    const [shape] = given;
    checkList("broadcastTo", SHAPE, given);
    if (sameShape(shape, this.shape)) return this;
    const target = checkShape("broadcastTo", shape);
    checkBroadcastTo("broadcastTo", this.shape, target);
    return apply(BroadcastTo, [this], { shape: target });
  }
  /** Summed to the shape from which broadcasting would lead here. See {@link sumTo}. */
  sumTo(shape: Shape): Tensor;
  sumTo(...given: [shape: Shape]): Tensor {
    const [shape] = given;
    checkList("sumTo", SHAPE, given);
    if (sameShape(shape, this.shape)) return this;
    checkBroadcastTo("sumTo", checkShape("sumTo", shape), this.shape);
    const axes = broadcastAxes(shape, this.shape);
    const lead = this.rank - shape.length;
    return axes.length === lead ? this.sum(axes) : this.sum(axes, true).reshape(shape);
  }
  /** Without axes of size 1. See {@link squeeze}. */
  squeeze(axis?: Axis): Tensor {
    const axes = axis === undefined ? this.shape.flatMap((size, i) => (size === 1 ? [i] : [])) : normalizeAxes("squeeze", axis, this.rank);
    for (const i of axes)
      if (this.shape[i] !== 1) throw new ShapeError(`squeeze: expected size 1 along axis ${i}, got shape ${formatShape(this.shape)}`);
    return this.reshape(reducedShape(this.shape, axes, false));
  }
  /** With a new axis of size 1. See {@link expandDims}. */
  expandDims(axis: number): Tensor {
    const at = normalizeAxis("expandDims", axis, this.rank + 1, "a result of ");
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
  }
  /** A part along each axis. See {@link slice}. */
  slice(ranges: readonly Range[]): Tensor {
    const { lattice, kept } = resolveRanges(ranges, this.shape);
    const taken = this.sliceLattice(lattice);
    return kept.length === this.rank ? taken : taken.reshape(kept);
  }
  /** With `value` before and after along each axis. See {@link pad}. */
  pad(widths: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
    return this.padLattice({ ...resolveWidths(widths, this.shape), value: checkNumber("pad", value) });
  }

  /** The places along an axis that indices name. See {@link take}. */
  take(indices: TensorLike, axis = 0): Tensor {
    return apply(Take, [this, asTensor("take", indices)], { axis: normalizeAxis("take", axis, this.rank) });
  }
  /** 1 at the index along a new last axis, else 0. See {@link oneHot}. */
  oneHot(depth: number): Tensor {
    if (!Number.isSafeInteger(depth) || depth < 0) throw new ShapeError(`oneHot: expected a whole depth ≥ 0, got ${describe(depth)}`);
    return apply(OneHot, [this], { depth });
  }
  /** Cut along an axis. See {@link split}. */
  split<const P extends number | readonly number[]>(parts: P, axis?: number): Parts<P>;
  split(parts: number | readonly number[], axis = 0): Tensor[] {
    const along = normalizeAxis("split", axis, this.rank);
    let at = 0;
    return resolveParts(parts, this.shape, along).map((size) => {
      at += size;
      return this.slice(this.shape.map((_, i) => (i === along ? [at - size, at] : null)));
    });
  }

  /** @internal What rules apply an op with that has no method: they know tensors as a type only. */
  run<Inputs extends readonly Tensor[], Attributes = undefined>(
    op: Op<Inputs, Attributes> | SeveralOp<Inputs, Attributes>,
    inputs: Inputs,
    attributes?: Attributes,
  ): Tensor {
    return applyAgain(op, inputs, attributes);
  }
  /** @internal x·y, and 0 where x is 0, whatever y is. */
  times(y: Tensor): Tensor {
    return apply(e.Mul, [this, y], FIRST);
  }
  /** @internal x·y, and 0 where either is 0. */
  timesEither(y: Tensor): Tensor {
    return apply(e.Mul, [this, y], EITHER);
  }
  /** @internal x/y, and 0 where x is 0, whatever y is. */
  over(y: Tensor): Tensor {
    return apply(e.Div, [this, y], FIRST);
  }
  /** @internal The places start + j·step of each axis. */
  sliceLattice(attributes: Lattice): Tensor {
    return apply(Slice, [this], attributes);
  }
  /** @internal The reverse of {@link Tensor.sliceLattice}: this tensor on those places, `value` elsewhere. */
  padLattice(attributes: Lattice & { readonly value: number }): Tensor {
    return apply(Pad, [this], attributes);
  }
  /** @internal This tensor and others one after the other. */
  concatWith(others: readonly Tensor[], axis: number): Tensor {
    return apply(Concat, [this, ...others], { axis });
  }
}

/** What a function was given as a tensor; `name` is that function's, for the error. */
export function asTensor(name: string, value: TensorLike): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === "number") return Tensor.wrap(SCALAR, value);
  const { shape, values } = readValues(name, value);
  return Tensor.wrap(shape, values);
}
