import { type ReducedAxes, reducedShape } from "../base/axes.js";
import { ShapeError } from "../base/errors.js";
import { formatShape, type Shape } from "../base/shape.js";
import * as k from "../kernels/reduce.js";
import type { Tensor } from "../tensor/tensor.js";
import type { UnaryOp } from "./op.js";

/** Σ x over axes.  ∂/∂xᵢ = 1. */
export const Sum: UnaryOp<ReducedAxes> = {
  name: "Sum",
  kernel: k.sum,
  shape: ([x], { axes, keepDims }) => reducedShape(x.shape, axes, keepDims),
  vjp: [(g, _, x, { axes }) => keep(g, x, axes)],
  jvp: [(dx, _, _x, { axes, keepDims }) => dx.sum(axes, keepDims)],
};

/** max x over axes.  The gradient goes to the maximum; several equal ones share it. */
export const Max: UnaryOp<ReducedAxes> = extremum("Max", k.max);

/** min x over axes.  The gradient goes to the minimum; several equal ones share it. */
export const Min: UnaryOp<ReducedAxes> = extremum("Min", k.min);

function extremum(name: string, kernel: typeof k.max): UnaryOp<ReducedAxes> {
  return {
    name,
    kernel,
    shape: ([x], { axes, keepDims }) => {
      if (axes.some((axis) => x.shape[axis] === 0))
        throw new ShapeError(`${name.toLowerCase()}: expected at least one number to reduce, got shape ${formatShape(x.shape)}`);
      return reducedShape(x.shape, axes, keepDims);
    },
    vjp: [
      (g, out, x, { axes }) => {
        const taken = x.equal(keep(out, x, axes));
        return taken.where(keep(g, x, axes).div(taken.sum(axes, true)), 0);
      },
    ],
    jvp: [
      (dx, out, x, { axes, keepDims }) => {
        const taken = x.equal(keep(out, x, axes));
        return taken.where(dx, 0).sum(axes, keepDims).div(taken.sum(axes, keepDims));
      },
    ],
  };
}

/** Gives a reduced tensor its axes back, as size 1, so that it broadcasts against x again. If only the first axes are gone, it already does. */
const keep = (reduced: Tensor, x: Tensor, axes: readonly number[]): Tensor =>
  axes.every((axis, i) => axis === i) ? reduced : reduced.reshape(reducedShape(x.shape, axes, true));

interface AxisAttributes {
  readonly axis: number;
}

const dropAxis = ([x]: readonly [Tensor], { axis }: AxisAttributes): Shape => reducedShape(x.shape, [axis], false);

/** Π x along one axis.  ∂/∂xᵢ = the product of the others, which is right at zeros too, where Π x / xᵢ is not. */
export const Prod: UnaryOp<AxisAttributes> = {
  name: "Prod",
  kernel: (out, inputs, { axis }) => k.prod(out, inputs, { axes: [axis], keepDims: false }),
  shape: dropAxis,
  vjp: [(g, _, x, { axis }) => g.expandDims(axis).mul(productOfOthers(x, axis))],
  jvp: [(dx, _, x, { axis }) => dx.mul(productOfOthers(x, axis)).sum(axis)],
};

/**
 * At each place, the product of all other places along the axis. Fold the axis in half, ask the same of the half
 * as long pairs, then give each member of a pair its partner: log₂ n rounds, no division.
 *
 *     x        a   b   c   d
 *     pairs    ac      bd              first half × second half
 *     others   bd      ac              the same question, half as long
 *     result   bd·c  ac·d  bd·a  ac·b
 */
function productOfOthers(x: Tensor, axis: number): Tensor {
  const n = x.shape[axis];
  if (n <= 1) return x.withValues(x.shape, new Float64Array(x.size).fill(1));
  const half = Math.ceil(n / 2);
  const along = <T>(own: T, other: T): T[] => x.shape.map((_, i) => (i === axis ? own : other));
  const even = n % 2 === 0 ? x : x.pad(along([0, 1], [0, 0]), 1);
  const first = even.slice(along<[number, number] | null>([0, half], null));
  const second = even.slice(along<[number, number] | null>([half, 2 * half], null));
  const others = productOfOthers(first.mul(second), axis);
  const result = others
    .mul(second)
    .pad(along([0, half], [0, 0]))
    .add(others.mul(first).pad(along([half, 0], [0, 0])));
  return n % 2 === 0 ? result : result.slice(along<[number, number] | null>([0, n], null));
}

/** ln Σ eˣ along one axis.  ∂/∂xᵢ = softmax(x)ᵢ. */
export const LogSumExp: UnaryOp<AxisAttributes> = {
  name: "LogSumExp",
  kernel: (out, inputs, { axis }) => k.logSumExp(out, inputs, { axes: [axis], keepDims: false }),
  shape: dropAxis,
  vjp: [(g, _, x, { axis }) => g.expandDims(axis).mul(x.softmax(axis))],
  jvp: [(dx, _, x, { axis }) => dx.mul(x.softmax(axis)).sum(axis)],
};

/**
 * s·(g − Σ g·s). A constant added to g changes nothing, since Σ s = 1. So g is first taken relative to its value at the
 * largest s: where s is close to 1 the difference would cancel otherwise.
 */
function softmaxRule(g: Tensor, s: Tensor, _: Tensor, { axis }: AxisAttributes): Tensor {
  if (s.size === 0) return g;
  const top = s.equal(s.max(axis, true));
  const relative = g.sub(top.where(g, 0).sum(axis, true).div(top.sum(axis, true)));
  return s.mul(relative.sub(relative.mul(s).sum(axis, true)));
}

/** sᵢ = e^xᵢ / Σ e^x along one axis.  ∂sᵢ/∂xⱼ = sᵢ(δᵢⱼ − sⱼ), a symmetric matrix: one rule serves both sweeps. */
export const Softmax: UnaryOp<AxisAttributes> = {
  name: "Softmax",
  kernel: k.softmax,
  shape: ([x]) => x.shape,
  vjp: [softmaxRule],
  jvp: [softmaxRule],
};

/** Running sums along one axis, from the end with `reverse`.  The gradient is a running sum in the other direction. */
export const CumSum: UnaryOp<{ readonly axis: number; readonly reverse: boolean }> = {
  name: "CumSum",
  kernel: k.cumsum,
  shape: ([x]) => x.shape,
  vjp: [(g, _, _x, { axis, reverse }) => g.cumsum(axis, { reverse: !reverse })],
  jvp: [(dx, _, _x, { axis, reverse }) => dx.cumsum(axis, { reverse })],
};

/** The place of the first maximum along axes that were merged into one. Constant between its jumps: no gradient. */
export const ArgMax: UnaryOp<AxisAttributes> = {
  name: "ArgMax",
  kernel: (out, inputs, { axis }) => k.argmax(out, inputs, { axes: [axis], keepDims: false }),
  shape: (inputs, attributes) => {
    if (inputs[0].shape[attributes.axis] === 0)
      throw new ShapeError(`argmax: expected at least one number to choose from, got shape ${formatShape(inputs[0].shape)}`);
    return dropAxis(inputs, attributes);
  },
  vjp: [null],
  jvp: [null],
};
