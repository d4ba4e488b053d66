import { around } from "../../base/axes.js";
import type { Lattice } from "../../base/lattice.js";
import { type Shape, sizeOf } from "../../base/shape.js";
import * as ops from "../../ops/movement.js";
import type { Graph } from "../graph.js";
import type { Form, Forms } from "./form.js";

const same: Form = (_, [x]) => x;

const reshape: Form = (graph, [x], { output }) => graph.reshape(x, output.shape);

/** One that moves nothing is left out: onnxruntime (1.30) fuses it into Gemm as one that does. */
const transpose: Form = (graph, [x], { attributes }) => {
  const { axes } = attributes as { axes: readonly number[] };
  return axes.every((axis, i) => axis === i) ? x : graph.node("Transpose", [x], { perm: axes });
};

const broadcastTo: Form = (graph, [x], { output }) => graph.node("Expand", [x, graph.integers(output.shape)]);

/** From `start` on, `count` places, `step` apart, on each axis. */
function sliceOf(graph: Graph, x: string, start: readonly number[], step: readonly number[], count: Shape): string {
  if (start.length === 0) return x;
  // An end before the first place cannot be written as −1, which means the last one: it lies further below.
  const ends = start.map((first, i) => {
    const end = first + step[i] * count[i];
    return end < 0 ? Number.MIN_SAFE_INTEGER : end;
  });
  const axes = start.map((_, i) => i);
  return graph.node("Slice", [x, graph.integers(start), graph.integers(ends), graph.integers(axes), graph.integers(step)]);
}

const slice: Form = (graph, [x], { attributes, output }) => {
  const { start, step } = attributes as Lattice;
  return sliceOf(graph, x, start, step, output.shape);
};

const padBy = (graph: Graph, x: string, before: readonly number[], after: readonly number[], value: number): string =>
  [...before, ...after].every((width) => width === 0)
    ? x
    : graph.node("Pad", [x, graph.integers([...before, ...after]), graph.number(value)]);

/** A step of a single place is of no account; a negative one is a positive one on the axis read backwards. */
const pad: Form = (graph, [x], { inputs, output, attributes }) => {
  const { start, step, value } = attributes as Lattice & { readonly value: number };
  const { shape } = inputs[0];
  const gaps = step.map((s, i) => (shape[i] === 1 ? 1 : Math.abs(s)));
  const isBackwards = step.map((s, i) => s < 0 && shape[i] > 1);
  const forwards = isBackwards.includes(true) ? turned(graph, x, shape, isBackwards) : x;
  const sparse = gaps.some((gap) => gap > 1) ? spread(graph, forwards, shape, gaps, value) : forwards;
  const before = start.map((first, i) => (isBackwards[i] ? first + step[i] * (shape[i] - 1) : first));
  const after = before.map((width, i) => output.shape[i] - width - lengthOf(shape[i], gaps[i]));
  return padBy(graph, sparse, before, after, value);
};

/** The places from the first to the last of so many that are `gap` apart. */
const lengthOf = (count: number, gap: number): number => (count - 1) * gap + 1;

/** The same with some axes in reverse order. */
function turned(graph: Graph, x: string, shape: Shape, axes: readonly boolean[]): string {
  const start = shape.map((size, i) => (axes[i] ? size - 1 : 0));
  const step = axes.map((isTurned) => (isTurned ? -1 : 1));
  return sliceOf(graph, x, start, step, shape);
}

/**
 * Puts neighbors apart. ONNX pads around, not between: each number gets an axis of its own, as long as the gap, of which it is
 * the first place.
 *
 *     a b c   →   a·· b·· c··   →   a··b··c··   →   a··b··c
 */
function spread(graph: Graph, x: string, shape: Shape, gaps: readonly number[], value: number): string {
  const single = shape.flatMap((size) => [size, 1]);
  const none = single.map(() => 0);
  const behind = gaps.flatMap((gap) => [0, gap - 1]);
  const wide = padBy(graph, graph.reshape(x, single), none, behind, value);
  const merged = shape.map((size, i) => size * gaps[i]);
  const kept = shape.map((size, i) => lengthOf(size, gaps[i]));
  const [zeros, ones] = [shape.map(() => 0), shape.map(() => 1)];
  return sliceOf(graph, graph.reshape(wide, merged), zeros, ones, kept);
}

/** Parts without numbers are left out, since not every runtime takes them. */
const concat: Form = (graph, names, { inputs, attributes }) =>
  graph.node(
    "Concat",
    names.filter((_, i) => inputs[i].size > 0),
    { axis: (attributes as { axis: number }).axis },
  );

const take: Form = (graph, [x, indices], { attributes }) =>
  graph.node("Gather", [x, graph.asIntegers(indices)], { axis: (attributes as { axis: number }).axis });

/** The axes of the indices become one, and the indices are repeated along the others, as ScatterElements wants them. */
const scatterAdd: Form = (graph, [x, indices], { inputs, output, attributes }) => {
  const { axis } = attributes as { axis: number };
  const { outer, size, inner } = around(output.shape, axis);
  const parts = [outer, sizeOf(inputs[1].shape), inner];
  const places = graph.node("Expand", [graph.reshape(graph.asIntegers(indices), [1, parts[1], 1]), graph.integers(parts)]);
  const zeros = graph.node("Expand", [graph.number(0), graph.integers([outer, size, inner])]);
  const sums = graph.node("ScatterElements", [zeros, places, graph.reshape(x, parts)], { axis: 1, reduction: "add" });
  return graph.reshape(sums, output.shape);
};

/** The index beside 0, 1, … depth − 1: whether they are equal. ONNX's OneHot wants whole numbers and knows few types. */
const oneHot: Form = (graph, [indices], { inputs, attributes }) => {
  const { depth } = attributes as { depth: number };
  const places = graph.tensor(
    [depth],
    Array.from({ length: depth }, (_, i) => i),
  );
  return graph.comparison("Equal", graph.reshape(indices, [...inputs[0].shape, 1]), places);
};

/** The forms of what moves numbers. */
export const movement: Forms = [
  [ops.Reshape, reshape],
  [ops.Transpose, transpose],
  [ops.BroadcastTo, broadcastTo],
  [ops.Slice, slice],
  [ops.Pad, pad],
  [ops.Concat, concat],
  [ops.Take, take],
  [ops.ScatterAdd, scatterAdd],
  [ops.OneHot, oneHot],
  [ops.StopGradient, same],
  [ops.Leaf, same],
];
