import { ShapeError } from "../base/errors.js";
import type { Lattice } from "../base/lattice.js";
import { formatShape, type Shape } from "../base/shape.js";
import * as k from "../kernels/movement.js";
import type { Tensor } from "../tensor/tensor.js";
import type { BinaryOp, Op, UnaryOp } from "./op.js";

interface ShapeAttributes {
  readonly shape: Shape;
}

/** The same numbers under another shape.  The gradient goes back to the first shape. */
export const Reshape: UnaryOp<ShapeAttributes> = {
  name: "Reshape",
  kernel: null,
  shape: (_, { shape }) => shape,
  vjp: [(g, _, x) => g.reshape(x.shape)],
  jvp: [(dx, out) => dx.reshape(out.shape)],
};

/** Output axis i is input axis axes[i].  The gradient goes the way back. */
export const Transpose: UnaryOp<{ readonly axes: readonly number[] }> = {
  name: "Transpose",
  kernel: k.transpose,
  shape: ([x], { axes }) => axes.map((axis) => x.shape[axis]),
  vjp: [(g, _, _x, { axes }) => g.transpose(axes.map((_axis, i) => axes.indexOf(i)))],
  jvp: [(dx, _, _x, { axes }) => dx.transpose(axes)],
};

/** Repeats x along axes of size 1 and new axes in front.  The gradient is the sum over the repeats, which the sweep takes. */
export const BroadcastTo: UnaryOp<ShapeAttributes> = {
  name: "BroadcastTo",
  kernel: k.broadcastTo,
  shape: (_, { shape }) => shape,
  vjp: [(g) => g],
  jvp: [(dx) => dx],
};

/** Every step[i]-th place of axis i from start[i] on, shape[i] of them.  The reverse puts them back among zeros: {@link Pad}. */
export const Slice: UnaryOp<Lattice> = {
  name: "Slice",
  kernel: k.slice,
  shape: (_, { shape }) => shape,
  vjp: [(g, _, x, { start, step }) => g.padLattice({ start, step, shape: x.shape, value: 0 })],
  jvp: [(dx, _, _x, lattice) => dx.sliceLattice(lattice)],
};

/** x on a lattice of places in a larger tensor, `value` in all others.  The reverse reads those places: {@link Slice}. */
export const Pad: UnaryOp<Lattice & { readonly value: number }> = {
  name: "Pad",
  kernel: k.pad,
  shape: (_, { shape }) => shape,
  vjp: [(g, _, x, { start, step }) => g.sliceLattice({ start, step, shape: x.shape })],
  jvp: [(dx, _, _x, lattice) => dx.padLattice({ ...lattice, value: 0 })],
};

/**
 * Parts put on their places in a larger tensor of zeros and added where they meet: what several slices of one tensor send back to it,
 * at once, which takes time for the parts instead of for the whole once a part. Each part gets back what is on its places.
 */
export const Assemble: Op<readonly Tensor[], k.AssembleAttributes> = {
  name: "Assemble",
  kernel: k.assemble,
  shape: (_, { shape }) => shape,
  vjp: (g, _, inputs, { parts }) => inputs.map((x, i) => g.sliceLattice({ ...parts[i], shape: x.shape })),
  jvp: ([first, ...rest], _, _inputs, attributes) => first.run(Assemble, [first, ...rest], attributes),
};

/** Tensors one after the other along an axis.  Each gets its own part of the gradient. */
export const Concat: Op<readonly Tensor[], { readonly axis: number }> = {
  name: "Concat",
  kernel: k.concat,
  shape: (inputs, { axis }) => {
    const first = inputs[0].shape;
    let total = 0;
    for (const { shape } of inputs) {
      if (shape.length !== first.length || !shape.every((size, i) => i === axis || size === first[i])) {
        throw new ShapeError(
          `concat: shapes must be equal except along axis ${axis}, got ${inputs.map((x) => formatShape(x.shape)).join(", ")}`,
        );
      }
      total += shape[axis];
    }
    return first.map((size, i) => (i === axis ? total : size));
  },
  vjp: (g, _, inputs, { axis }) => {
    let at = 0;
    return inputs.map((x) => {
      const part = g.slice(x.shape.map((size, i) => (i === axis ? [at, at + size] : null)));
      at += x.shape[axis];
      return part;
    });
  },
  jvp: (tangents, _, _inputs, { axis }) => tangents[0].concatWith(tangents.slice(1), axis),
};

interface TakeAttributes {
  readonly axis: number;
}

/** The places of an axis that indices name.  Each place gets the sum of the gradients of all its uses: {@link ScatterAdd}. */
export const Take: BinaryOp<TakeAttributes> = {
  name: "Take",
  kernel: k.take,
  shape: ([x, indices], { axis }) => [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
  vjp: [(g, _, x, indices, { axis }) => g.run(ScatterAdd, [g, indices], { axis, size: x.shape[axis] }), null],
  jvp: [(dx, _, _x, indices, { axis }) => dx.take(indices, axis), null],
};

/** The reverse of {@link Take}: each part is added to the place that its index names, in an axis of `size` places. */
export const ScatterAdd: BinaryOp<TakeAttributes & { readonly size: number }> = {
  name: "ScatterAdd",
  kernel: k.scatterAdd,
  shape: ([x, indices], { axis, size }) => [...x.shape.slice(0, axis), size, ...x.shape.slice(axis + indices.rank)],
  vjp: [(g, _, _x, indices, { axis }) => g.take(indices, axis), null],
  jvp: [(dx, _, _x, indices, { axis, size }) => dx.run(ScatterAdd, [dx, indices], { axis, size }), null],
};

/** One result of an op that has several: `shape` numbers of its output from `offset` on, `index` among the results. */
export const Result: UnaryOp<{ readonly index: number; readonly offset: number; readonly shape: Shape }> = {
  name: "Result",
  kernel: k.result,
  shape: (_, { shape }) => shape,
  vjp: [(g, _, x, { offset }) => g.reshape([g.size]).padLattice({ start: [offset], step: [1], shape: x.shape, value: 0 })],
  jvp: [(dx, _, _x, attributes) => dx.run(Result, [dx], attributes)],
};

/** 1 at the index along a new last axis, else 0. Constant between its jumps: no gradient. */
export const OneHot: UnaryOp<{ readonly depth: number }> = {
  name: "OneHot",
  kernel: k.oneHot,
  shape: ([indices], { depth }) => [...indices.shape, depth],
  vjp: [null],
  jvp: [null],
};

/** The input itself, cut off from differentiation. */
export const StopGradient: UnaryOp = {
  name: "StopGradient",
  kernel: null,
  vjp: [null],
  jvp: [null],
};

/** The input itself, as a new variable: what a transform differentiates with respect to. */
export const Leaf: UnaryOp = {
  name: "Leaf",
  kernel: null,
  vjp: [(g) => g],
  jvp: [(dx) => dx],
};
