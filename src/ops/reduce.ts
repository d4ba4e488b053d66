import { type ReducedAxes, reducedShape } from "../base/axes.js";
import { ShapeError } from "../base/errors.js";
import { formatShape, type Shape } from "../base/shape.js";
import * as k from "../kernels/reduce.js";
import type { Tensor } from "../tensor/tensor.js";
import { Heaviside } from "./elementwise.js";
import type { BinaryOp, UnaryOp } from "./op.js";

/** Σ x over axes.  ∂/∂xᵢ = 1. */
export const Sum: UnaryOp<ReducedAxes> = {
  name: "Sum",
  kernel: k.sum,
  shape: ([x], { axes, keepDims }) => reducedShape(x.shape, axes, keepDims),
  vjp: [(g, _, x, { axes }) => keep(g, x, axes)],
  jvp: [(dx, _, _x, { axes, keepDims }) => dx.sum(axes, keepDims)],
};

/** Σ x / n over axes.  ∂/∂xᵢ = 1/n.  An op of its own because the sum may overflow where the mean does not. */
export const Mean: UnaryOp<k.MeanAttributes> = {
  name: "Mean",
  kernel: k.mean,
  shape: ([x], { axes, keepDims }) => reducedShape(x.shape, axes, keepDims),
  vjp: [(g, _, x, { axes, count }) => keep(g.div(count), x, axes)],
  jvp: [(dx, _, _x, attributes) => dx.run(Mean, [dx], attributes)],
};

/** A place where x is the extremum counts. */
const TIES = { tie: 1 } as const;

/** max x over axes.  The gradient goes to the maximum; several equal ones share it. */
export const Max: UnaryOp<ReducedAxes> = extremum("Max", k.max, (x, largest) => x.run(Heaviside, [x, largest], TIES));

/** min x over axes.  The gradient goes to the minimum; several equal ones share it. */
export const Min: UnaryOp<ReducedAxes> = extremum("Min", k.min, (x, smallest) => x.run(Heaviside, [smallest, x], TIES));

/** `taken` is 1 where x is the extremum and 0 elsewhere, NaN if that is NaN. */
function extremum(name: string, kernel: typeof k.max, taken: (x: Tensor, extremum: Tensor) => Tensor): UnaryOp<ReducedAxes> {
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
        const places = taken(x, keep(out, x, axes));
        return keep(g, x, axes).over(places.sum(axes, true)).timesEither(places);
      },
    ],
    jvp: [
      (dx, out, x, { axes, keepDims }) => {
        const places = taken(x, keep(out, x, axes));
        return dx.timesEither(places).sum(axes, keepDims).over(places.sum(axes, keepDims));
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
  vjp: [(g, _, x, { axis }) => g.expandDims(axis).times(productOfOthers(x, axis))],
  jvp: [(dx, _, x, { axis }) => dx.times(productOfOthers(x, axis)).sum(axis)],
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
  vjp: [(g, _, x, { axis }) => g.expandDims(axis).times(x.softmax(axis))],
  jvp: [(dx, _, x, { axis }) => dx.times(x.softmax(axis)).sum(axis)],
};

/** sᵢ = e^xᵢ / Σ e^x along one axis.  ∂sᵢ/∂xⱼ = sᵢ(δᵢⱼ − sⱼ), a symmetric matrix: one rule, s·(g − Σ s·g), serves both sweeps. */
export const Softmax: UnaryOp<AxisAttributes> = {
  name: "Softmax",
  kernel: k.softmax,
  shape: ([x]) => x.shape,
  vjp: [(g, s, _, { axis }) => g.run(Center, [g, s], { axis }).times(s)],
  jvp: [(dx, s, _, { axis }) => dx.run(Center, [dx, s], { axis }).times(s)],
};

/** ln sᵢ = xᵢ − ln Σ e^x along one axis, with s = softmax(x).  ∂ ln sᵢ/∂xⱼ = δᵢⱼ − sⱼ. */
export const LogSoftmax: UnaryOp<AxisAttributes> = {
  name: "LogSoftmax",
  kernel: k.logSoftmax,
  shape: ([x]) => x.shape,
  vjp: [(g, _, x, { axis }) => g.run(CenterTranspose, [g, x.softmax(axis)], { axis })],
  jvp: [(dx, _, x, { axis }) => dx.run(Center, [dx, x.softmax(axis)], { axis })],
};

// These two are the product with the matrix δᵢⱼ − sⱼ and with its transpose, for weights s that sum to 1. Ops of their own because
// their kernels know how not to cancel where one weight is close to 1.

/**
 * hᵢ − Σⱼ sⱼhⱼ along one axis.  With respect to h: itself, and in reverse its transpose.
 * ∂/∂sⱼ = −hⱼ; the output may stand for h, as it differs by a constant and the changes of weights sum to 0.
 */
export const Center: BinaryOp<AxisAttributes> = {
  name: "Center",
  kernel: k.center,
  shape: ([h]) => h.shape,
  vjp: [
    (g, _, _h, s, { axis }) => g.run(CenterTranspose, [g, s], { axis }),
    (g, out, _h, _s, { axis }) => g.sum(axis, true).times(out).neg(),
  ],
  jvp: [
    (dh, _, _h, s, { axis }) => dh.run(Center, [dh, s], { axis }),
    (ds, out, _h, _s, { axis }) => ds.times(out).sum(axis, true).neg().broadcastTo(out.shape),
  ],
};

/** gᵢ − sᵢ Σⱼ gⱼ along one axis.  With respect to g: itself, and in reverse its transpose; ∂/∂sᵢ = −Σⱼ gⱼ. */
export const CenterTranspose: BinaryOp<AxisAttributes> = {
  name: "CenterTranspose",
  kernel: k.centerTranspose,
  shape: ([g]) => g.shape,
  vjp: [(h, _, _g, s, { axis }) => h.run(Center, [h, s], { axis }), (h, _, g, _s, { axis }) => h.times(g.sum(axis, true)).neg()],
  jvp: [
    (dg, _, _g, s, { axis }) => dg.run(CenterTranspose, [dg, s], { axis }),
    (ds, _, g, _s, { axis }) => ds.times(g.sum(axis, true)).neg(),
  ],
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

/** √Σ x² over axes, without overflow on the way.  ∂/∂xᵢ = xᵢ/√Σ x², and 0 where all are 0. */
export const Norm: UnaryOp<ReducedAxes> = {
  name: "Norm",
  kernel: k.norm,
  shape: ([x], { axes, keepDims }) => reducedShape(x.shape, axes, keepDims),
  vjp: [(g, out, x, { axes }) => keep(g, x, axes).times(direction(out, x, axes))],
  jvp: [(dx, out, x, { axes, keepDims }) => dx.times(direction(out, x, axes)).sum(axes, keepDims)],
};

/** x over its length; a vector of zeros stays as it is. */
const direction = (length: Tensor, x: Tensor, axes: readonly number[]): Tensor => x.over(keep(length.equal(0).where(1, length), x, axes));

/**
 * yᵢ = aᵢ·yᵢ₋₁ + bᵢ along one axis, from y₀ = b₀.  The cotangents tᵢ = gᵢ + aᵢ₊₁·tᵢ₊₁ are one of the other direction; with them
 * ∂/∂bᵢ = tᵢ, ∂/∂aᵢ = tᵢ·yᵢ₋₁.  An op of its own because running products have no derivative that is right at zeros and takes
 * time in proportion otherwise.
 */
export const Recurrence: BinaryOp<k.RecurrenceAttributes> = {
  name: "Recurrence",
  kernel: k.recurrence,
  shape: ([a]) => a.shape,
  vjp: [
    (g, y, a, _b, { axis, reverse }) => backwards(g, a, axis, reverse).times(before(y, axis, reverse)),
    (g, _, a, _b, { axis, reverse }) => backwards(g, a, axis, reverse),
  ],
  jvp: [
    (da, y, a, _b, attributes) => a.run(Recurrence, [a, da.times(before(y, attributes.axis, attributes.reverse))], attributes),
    (db, _, a, _b, attributes) => a.run(Recurrence, [a, db], attributes),
  ],
};

const backwards = (g: Tensor, a: Tensor, axis: number, reverse: boolean): Tensor =>
  a.run(Recurrence, [before(a, axis, !reverse), g], { axis, reverse: !reverse });

/** At each place the number of the place before, and 0 at the first; from the end with `reverse`. */
function before(x: Tensor, axis: number, reverse: boolean): Tensor {
  const n = x.shape[axis];
  if (n === 0) return x;
  const along = <T>(own: T, other: T): T[] => x.shape.map((_, i) => (i === axis ? own : other));
  const rest = x.slice(along<[number, number] | null>(reverse ? [1, n] : [0, n - 1], null));
  return rest.pad(along(reverse ? [0, 1] : [1, 0], [0, 0]));
}
