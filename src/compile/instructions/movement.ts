import type { Lattice } from "../../base/lattice.js";
import type { Shape } from "../../base/shape.js";
import { broadcastStrides, mergeAxes, stridesOf } from "../../base/walk.js";
import type * as ops from "../../ops/movement.js";
import { NUMBER } from "../bytes.js";
import { type Table, wordsOf } from "./instruction.js";

/** The instructions of what only moves numbers. */
export const movement: Table<typeof ops> = {
  Reshape: "alias",
  Transpose: {
    encode({ inputs: [x], output, attributes: { axes } }, { inputs: [from], output: to }) {
      const strides = stridesOf(x.shape);
      return copy(
        to.at,
        stridesOf(output.shape),
        from.at,
        axes.map((axis) => strides[axis]),
        output.shape,
      );
    },
  },
  BroadcastTo: {
    encode: ({ inputs: [x], output }, { inputs: [from], output: to }) =>
      copy(to.at, stridesOf(output.shape), from.at, broadcastStrides(x.shape, output.shape), output.shape),
  },
  Slice: {
    encode({ inputs: [x], output, attributes: lattice }, { inputs: [from], output: to }) {
      const strides = stridesOf(x.shape);
      return copy(to.at, stridesOf(output.shape), from.at + start(lattice, strides), along(lattice, strides), output.shape);
    },
  },
  Pad: {
    encode({ inputs: [x], output, attributes: lattice }, { inputs: [from], output: to }) {
      const strides = stridesOf(output.shape);
      const [low, high] = new Uint32Array(Float64Array.of(lattice.value).buffer);
      return [
        ...wordsOf("Fill", { out: to.at, count: output.size, low, high }),
        ...copy(to.at + start(lattice, strides), along(lattice, strides), from.at, stridesOf(x.shape), x.shape),
      ];
    },
  },
  Concat: {
    encode({ inputs, output, attributes: { axis } }, { inputs: parts, output: { at } }) {
      const strides = stridesOf(output.shape);
      let to = at;
      return inputs.flatMap((x, i) => {
        const words = copy(to, strides, parts[i].at, stridesOf(x.shape), x.shape);
        to += NUMBER * x.shape[axis] * strides[axis];
        return words;
      });
    },
  },
  Take: "kernel",
  ScatterAdd: "kernel",
  OneHot: "kernel",
  StopGradient: "alias",
  Leaf: "alias",
};

/** A copy along axes of these sizes; strides count numbers, in the output and in the input. */
function copy(out: number, stridesOut: readonly number[], x: number, stridesX: readonly number[], shape: Shape): number[] {
  if (shape.includes(0)) return [];
  const { sizes, strides } = mergeAxes(shape, [stridesOut, stridesX]);
  const words = wordsOf("Copy", { out, x, axes: sizes.length });
  sizes.forEach((size, axis) => {
    const [outStep, xStep] = strides.map((s) => NUMBER * s[axis]);
    words.push(...wordsOf("CopyAxis", { size, out: outStep, x: xStep }));
  });
  return words;
}

const start = (lattice: Lattice, strides: readonly number[]): number =>
  NUMBER * lattice.start.reduce((sum, first, axis) => sum + first * strides[axis], 0);

const along = (lattice: Lattice, strides: readonly number[]): number[] => lattice.step.map((step, axis) => step * strides[axis]);
