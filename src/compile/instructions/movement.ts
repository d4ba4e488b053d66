import type { Lattice } from "../../base/lattice.js";
import type { Shape } from "../../base/shape.js";
import { broadcastStrides, mergeAxes, stridesOf } from "../../base/walk.js";
import { BroadcastTo, Concat, Pad, Slice, Transpose } from "../../ops/movement.js";
import type { AnyOp } from "../../ops/op.js";
import type { Node } from "../../tape/tape.js";
import { Code } from "../codes.js";
import type { Instruction, Site } from "./instruction.js";

/** A copy along axes of these sizes: offsets and strides count numbers, in the output and in the input. */
function copy(to: number, stridesTo: readonly number[], from: number, stridesFrom: readonly number[], shape: Shape): number[] {
  if (shape.includes(0)) return [];
  const { sizes, strides } = mergeAxes(shape, [stridesTo, stridesFrom]);
  const axes = sizes.flatMap((size, axis) => [size, 8 * strides[0][axis], 8 * strides[1][axis]]);
  return [Code.Copy, to, from, sizes.length, ...axes.map((word) => word >>> 0)];
}

const start = (lattice: Lattice, strides: readonly number[]): number =>
  8 * lattice.start.reduce((sum, first, axis) => sum + first * strides[axis], 0);

const along = (lattice: Lattice, strides: readonly number[]): number[] => lattice.step.map((step, axis) => step * strides[axis]);

const instruction = (encode: (node: Node, site: Site) => number[]): Instruction => ({ rows: () => undefined, encode });

const transpose = /* @__PURE__ */ instruction(({ inputs: [x], output, attributes }, site) => {
  const strides = stridesOf(x.shape);
  const { axes } = attributes as { axes: readonly number[] };
  return copy(
    site.at(output),
    stridesOf(output.shape),
    site.at(x),
    axes.map((axis) => strides[axis]),
    output.shape,
  );
});

const broadcastTo = /* @__PURE__ */ instruction(({ inputs: [x], output }, site) =>
  copy(site.at(output), stridesOf(output.shape), site.at(x), broadcastStrides(x.shape, output.shape), output.shape),
);

const slice = /* @__PURE__ */ instruction(({ inputs: [x], output, attributes }, site) => {
  const strides = stridesOf(x.shape);
  const lattice = attributes as Lattice;
  return copy(site.at(output), stridesOf(output.shape), site.at(x) + start(lattice, strides), along(lattice, strides), output.shape);
});

const pad = /* @__PURE__ */ instruction(({ inputs: [x], output, attributes }, site) => {
  const strides = stridesOf(output.shape);
  const lattice = attributes as Lattice & { readonly value: number };
  const to = site.at(output);
  const fill = [Code.Fill, to, output.size, ...new Uint32Array(Float64Array.of(lattice.value).buffer)];
  return [...fill, ...copy(to + start(lattice, strides), along(lattice, strides), site.at(x), stridesOf(x.shape), x.shape)];
});

const concat = /* @__PURE__ */ instruction(({ inputs, output, attributes }, site) => {
  const { axis } = attributes as { axis: number };
  const strides = stridesOf(output.shape);
  let from = site.at(output);
  return inputs.flatMap((x) => {
    const to = from;
    from += 8 * x.shape[axis] * strides[axis];
    return copy(to, strides, site.at(x), stridesOf(x.shape), x.shape);
  });
});

/** The instructions of what only moves numbers. */
export const movement: readonly (readonly [AnyOp, Instruction])[] = [
  [Transpose, transpose],
  [BroadcastTo, broadcastTo],
  [Slice, slice],
  [Pad, pad],
  [Concat, concat],
];
