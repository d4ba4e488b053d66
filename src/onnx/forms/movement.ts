import { around } from "../../base/axes.js";
import { type Shape, sizeOf } from "../../base/shape.js";
import type { AttributesOf, NameOf } from "../../ops/op.js";
import type { Graph } from "../graph.js";
import type { Form, Forms } from "./form.js";

type Ops = typeof import("../../ops/movement.js");
/** The form of one of these ops, with its attributes. */
type FormOf<N extends NameOf<Ops>> = Form<AttributesOf<Ops[N]>>;

const same: Form = (_, [x]) => x;

const reshape: Form = (graph, [x], { output }) => graph.reshape(x, output.shape);

/** One that moves nothing is left out: onnxruntime (1.30) fuses it into Gemm as one that does. */
const transpose: FormOf<"Transpose"> = (graph, [x], { attributes: { axes } }) =>
  axes.every((axis, i) => axis === i) ? x : graph.node("Transpose", [x], { perm: axes });

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

const slice: FormOf<"Slice"> = (graph, [x], { attributes: { start, step }, output }) => sliceOf(graph, x, start, step, output.shape);

const padBy = (graph: Graph, x: string, before: readonly number[], after: readonly number[], value: number): string =>
  [...before, ...after].every((width) => width === 0)
    ? x
    : graph.node("Pad", [x, graph.integers([...before, ...after]), graph.number(value)]);

/** On an axis of one place the step does not matter; a negative step is a positive one on the reversed axis. */
const pad: FormOf<"Pad"> = (graph, [x], { inputs, output, attributes: { start, step, value } }) => {
  const { shape } = inputs[0];
  const gaps = step.map((s, i) => (shape[i] === 1 ? 1 : Math.abs(s)));
  const isBackwards = step.map((s, i) => s < 0 && shape[i] > 1);
  const forwards = isBackwards.includes(true) ? turned(graph, x, shape, isBackwards) : x;
  const sparse = gaps.some((gap) => gap > 1) ? spread(graph, forwards, shape, gaps, value) : forwards;
  const before = start.map((first, i) => (isBackwards[i] ? first + step[i] * (shape[i] - 1) : first));
  const after = before.map((width, i) => output.shape[i] - width - lengthOf(shape[i], gaps[i]));
  return padBy(graph, sparse, before, after, value);
};

/** How many places there are from the first to the last of `count` places that are `gap` apart. */
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

/** The parts, each among zeros, and added. */
const assemble: FormOf<"Assemble"> = (graph, names, { inputs, output, attributes: { parts, shape } }) =>
  names
    .map((x, i) => pad(graph, [x], { inputs: [inputs[i]], output, attributes: { ...parts[i], shape, value: 0 } }))
    .reduce((sum, part) => graph.node("Add", [sum, part]));

/** Parts without numbers are left out, since not every runtime takes them. */
const concat: FormOf<"Concat"> = (graph, names, { inputs, attributes: { axis } }) =>
  graph.node(
    "Concat",
    names.filter((_, i) => inputs[i].size > 0),
    { axis },
  );

const take: FormOf<"Take"> = (graph, [x, indices], { attributes: { axis } }) =>
  graph.node("Gather", [x, graph.asIntegers(indices)], { axis });

/** The axes of the indices become one, and the indices are repeated along the others, as ScatterElements wants them. */
const scatterAdd: FormOf<"ScatterAdd"> = (graph, [x, indices], { inputs, output, attributes: { axis } }) => {
  const { outer, size, inner } = around(output.shape, axis);
  const parts = [outer, sizeOf(inputs[1].shape), inner];
  const places = graph.node("Expand", [graph.reshape(graph.asIntegers(indices), [1, parts[1], 1]), graph.integers(parts)]);
  const zeros = graph.node("Expand", [graph.number(0), graph.integers([outer, size, inner])]);
  const sums = graph.node("ScatterElements", [zeros, places, graph.reshape(x, parts)], { axis: 1, reduction: "add" });
  return graph.reshape(sums, output.shape);
};

const result: FormOf<"Result"> = (graph, [x], { output, attributes: { index, offset } }) =>
  graph.unpacked(x, index) ?? graph.reshape(sliceOf(graph, x, [offset], [1], [output.size]), output.shape);

/** The index beside 0, 1, … depth − 1: whether they are equal. ONNX's OneHot wants whole numbers and knows few types. */
const oneHot: FormOf<"OneHot"> = (graph, [indices], { inputs, attributes: { depth } }) => {
  const places = graph.tensor(
    [depth],
    Array.from({ length: depth }, (_, i) => i),
  );
  return graph.comparison("Equal", graph.reshape(indices, [...inputs[0].shape, 1]), places);
};

/** The forms of what moves numbers. */
export const movement: Forms<Ops> = {
  Reshape: reshape,
  Transpose: transpose,
  BroadcastTo: broadcastTo,
  Slice: slice,
  Pad: pad,
  Assemble: assemble,
  Concat: concat,
  Take: take,
  ScatterAdd: scatterAdd,
  Result: result,
  OneHot: oneHot,
  StopGradient: same,
  Leaf: same,
};
