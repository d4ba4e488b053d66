import { type Shape, sizeOf } from "../../base/shape.js";
import { broadcastStrides, mergeAxes, stridesOf } from "../../base/walk.js";
import * as op from "../../ops/elementwise.js";
import type { AnyOp } from "../../ops/op.js";
import * as fused from "../../passes/fuse.js";
import type { Node } from "../../tape/tape.js";
import { Code } from "../codes.js";
import { type Instruction, moving, type Rows, type Site } from "./instruction.js";

const table = (codes: readonly (readonly [AnyOp, Code])[]): (readonly [AnyOp, Instruction])[] =>
  codes.map(([key, code]) => [key, { rows, encode: (node, site) => encode(code, node, site) }]);

/** The instructions of the elementwise ops. */
export const elementwise = /* @__PURE__ */ table([
  [op.Neg, Code.Neg],
  [op.Exp, Code.Exp],
  [op.Expm1, Code.Expm1],
  [op.Log, Code.Log],
  [op.Log1p, Code.Log1p],
  [op.Sqrt, Code.Sqrt],
  [op.Reciprocal, Code.Reciprocal],
  [op.Abs, Code.Abs],
  [op.Sign, Code.Sign],
  [op.Sin, Code.Sin],
  [op.Cos, Code.Cos],
  [op.Tanh, Code.Tanh],
  [op.Sigmoid, Code.Sigmoid],
  [op.Softplus, Code.Softplus],
  [op.Relu, Code.Relu],
  [fused.ExpNegAbs, Code.ExpNegAbs],
  [op.Add, Code.Add],
  [op.Sub, Code.Sub],
  [op.Mul, Code.Mul],
  [op.Div, Code.Div],
  [op.Pow, Code.Pow],
  [op.Maximum, Code.Maximum],
  [op.Minimum, Code.Minimum],
  [op.Equal, Code.Equal],
  [op.NotEqual, Code.NotEqual],
  [op.Less, Code.Less],
  [op.LessEqual, Code.LessEqual],
  [fused.SigmoidFromExp, Code.SigmoidFromExp],
  [fused.Guard, Code.Guard],
  [op.Where, Code.Where],
  [fused.LogisticLossFromExp, Code.LogisticLossFromExp],
  [fused.LogisticResidualFromExp, Code.LogisticResidualFromExp],
]);

function rows({ inputs, output }: Node): Rows | undefined {
  if (output.rank === 0) return undefined;
  const [count] = output.shape;
  return { count, sums: false, inputs: inputs.map((x) => x.rank === output.rank && x.shape[0] === count) };
}

function encode(code: Code, { inputs, output }: Node, site: Site): number[] {
  if (output.size === 0) return [];
  if (output.size === 1) return [code, site.at(output), ...inputs.map((x) => site.at(x))];
  const inRegion = site.rows !== undefined;
  const shape = inRegion ? output.shape.slice(1) : output.shape;
  const width = sizeOf(shape);
  const along = site.rows?.inputs ?? inputs.map((x) => x.size === width);
  const shapes = inputs.map((x) => (inRegion && x.rank === output.rank ? x.shape.slice(1) : x.shape));
  const sizes = shapes.map(sizeOf);
  const place = (i: number, step: number): number[] =>
    i < inputs.length ? [...moving(inputs[i], inRegion && along[i], site), step] : [0, 0, 0];
  const operands = (steps: readonly number[]): number[] => [0, 1, 2].flatMap((i) => place(i, steps[i] ?? 0));
  if (along.every((isAlong, i) => sizes[i] === (isAlong ? width : 1)))
    return [Code.Elements, code, width, ...moving(output, true, site), ...operands(along.map(Number))];

  const { inner, steps, axes } = nest(shape, shapes);
  const rowSteps = [0, 1, 2].map((i) => (inRegion && along[i] ? 8 * sizes[i] : 0));
  return [Code.Broadcast, code, inner, ...moving(output, true, site), ...operands(steps), ...rowSteps, axes.length / 4, ...axes];
}

/** A general broadcast: the length of its inner loop, each input's step there, and four words for each outer axis. */
function nest(shape: Shape, shapes: readonly Shape[]): { inner: number; steps: number[]; axes: number[] } {
  const walk = mergeAxes(shape, [stridesOf(shape), ...shapes.map((from) => broadcastStrides(from, shape))]);
  const last = walk.sizes.length - 1;
  const strides = walk.strides.slice(1);
  const axes: number[] = [];
  for (let axis = 0; axis < last; axis++) axes.push(walk.sizes[axis], ...[0, 1, 2].map((i) => 8 * (strides[i]?.[axis] ?? 0)));
  return { inner: walk.sizes[last], steps: strides.map((s) => s[last]), axes };
}
