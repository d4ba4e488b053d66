import type { Lattice } from "../../base/lattice.js";
import type { Shape } from "../../base/shape.js";
import { broadcastStrides, mergeAxes, stridesOf } from "../../base/walk.js";
import type * as ops from "../../ops/movement.js";
import type { AttributesOf } from "../../ops/op.js";
import { NUMBER } from "../bytes.js";
import { type Call, type Instruction, type Table, wordsOf } from "./instruction.js";

/** The instructions of what only moves numbers. */
export const movement: Table<typeof ops> = {
  Reshape: "alias",
  Transpose: /* @__PURE__ */ viewed<typeof ops.Transpose>((strides, { attributes: { axes } }) => [0, axes.map((axis) => strides[axis])]),
  BroadcastTo: /* @__PURE__ */ viewed<typeof ops.BroadcastTo>((_, { inputs: [x], output }) => [0, broadcastStrides(x.shape, output.shape)]),
  Slice: /* @__PURE__ */ viewed<typeof ops.Slice>((strides, { attributes }) => onLattice(attributes, strides)),
  Pad: {
    encode({ inputs: [x], output, attributes: lattice }, { inputs: [from], output: to }) {
      const [start, strides] = onLattice(lattice, stridesOf(output.shape));
      const [low, high] = new Uint32Array(Float64Array.of(lattice.value).buffer);
      return [
        ...wordsOf("Fill", { out: to.at, count: output.size, low, high }),
        ...copy(to.at + start, strides, from.at, stridesOf(x.shape), x.shape),
      ];
    },
  },
  Assemble: {
    accepts: areApart,
    encode({ inputs, output, attributes: { parts } }, { inputs: from, output: to }) {
      const strides = stridesOf(output.shape);
      const fill = wordsOf("Fill", { out: to.at, count: output.size, low: 0, high: 0 });
      const copies = inputs.flatMap((x, i) => {
        const [start, steps] = onLattice({ ...parts[i], shape: output.shape }, strides);
        return copy(to.at + start, steps, from[i].at, stridesOf(x.shape), x.shape);
      });
      return [...fill, ...copies];
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
  Result: /* @__PURE__ */ viewed<typeof ops.Result>((_, { attributes: { offset }, output }) => [NUMBER * offset, stridesOf(output.shape)]),
  OneHot: "kernel",
  StopGradient: "alias",
  Leaf: "alias",
};

/** Whether no two parts meet: along some axis each ends before the next begins. Others are added up, which the machine does not do. */
function areApart({ inputs, output, attributes: { parts } }: Call<AttributesOf<typeof ops.Assemble>>): boolean {
  return output.shape.some((_, axis) => {
    const spans = parts.map(({ start, step }, i) => {
      const last = start[axis] + step[axis] * (inputs[i].shape[axis] - 1);
      return [Math.min(start[axis], last), Math.max(start[axis], last)] as const;
    });
    spans.sort((a, b) => a[0] - b[0]);
    return spans.every(([first], i) => i === 0 || first > spans[i - 1][1]);
  });
}

/** An op that reads its input so many bytes from its beginning, with other strides. */
function viewed<Op>(
  view: (strides: readonly number[], call: Call<AttributesOf<Op>>) => [start: number, strides: readonly number[]],
): Instruction<AttributesOf<Op>> {
  return {
    encode(call, { inputs: [from], output: to }) {
      const {
        inputs: [x],
        output,
      } = call;
      const [start, strides] = view(stridesOf(x.shape), call);
      return copy(to.at, stridesOf(output.shape), from.at + start, strides, output.shape);
    },
  };
}

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

/** The bytes to the first place of a lattice, and its strides, in an array with these strides. */
const onLattice = ({ start, step }: Lattice, strides: readonly number[]): [start: number, strides: readonly number[]] => [
  NUMBER * start.reduce((sum, first, axis) => sum + first * strides[axis], 0),
  step.map((places, axis) => places * strides[axis]),
];
