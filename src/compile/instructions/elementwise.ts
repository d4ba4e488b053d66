import { type Shape, sizeOf } from "../../base/shape.js";
import { broadcastStrides, mergeAxes, stridesOf } from "../../base/walk.js";
import type * as ops from "../../ops/elementwise.js";
import { type AnyOp, rowOf } from "../../ops/op.js";
import type * as fuse from "../../passes/fuse.js";
import { NUMBER } from "../bytes.js";
import { names, type Operation } from "../machine-words.js";
import {
  type Address,
  type Call,
  type Instruction,
  type Rows,
  type SingleTable,
  type Site,
  type Sized,
  type Without,
  wordsOf,
} from "./instruction.js";

/** The instructions of the elementwise ops. */
export const elementwise = /* @__PURE__ */ singles<typeof ops>({
  Neg: "machine",
  Exp: "machine",
  Expm1: "machine",
  Log: "machine",
  Log1p: "machine",
  Sqrt: "machine",
  Square: "rewritten",
  Reciprocal: "machine",
  Abs: "machine",
  Sign: "machine",
  Sin: "machine",
  Cos: "machine",
  Tanh: "machine",
  TanhSlope: "machine",
  Sigmoid: "machine",
  SigmoidSlope: "rewritten",
  Silu: "machine",
  Softplus: "machine",
  Relu: "machine",
  Add: "machine",
  Sub: "machine",
  Mul: "machine",
  Div: "machine",
  Pow: "machine",
  PowDerivative: "kernel",
  Maximum: "machine",
  Minimum: "machine",
  LogisticLoss: "rewritten",
  LogisticGradient: "rewritten",
  PoissonLoss: "kernel",
  PoissonResidual: "kernel",
  Where: "machine",
  Heaviside: "rewritten",
  Equal: "machine",
  NotEqual: "machine",
  Less: "machine",
  LessEqual: "machine",
  Greater: "rewritten",
  GreaterEqual: "rewritten",
});

/** The instructions of what the passes make of them. */
export const fused = /* @__PURE__ */ singles<typeof fuse>({
  ExpNegAbs: "machine",
  SigmoidFromExp: "machine",
  LogisticLossFromExp: "machine",
  LogisticResidualFromExp: "machine",
  SigmoidSlopeFromExp: "machine",
  MulLimit: "machine",
  MulFirst: "machine",
  MulEither: "machine",
  DivFirst: "machine",
  Step: "machine",
});

/** The instructions of ops on single numbers: the machine runs each over one number, over many, and where it broadcasts. */
function singles<Family>(table: SingleTable<Family>): Record<string, Instruction<undefined> | Without> {
  const entries = Object.entries<"machine" | Without>(table);
  return Object.fromEntries(entries.map(([name, by]) => [name, by === "machine" ? single(name as Operation) : by]));
}

/** The code of an op that the machine runs on single numbers, or −1. */
export function codeOfSingle(op: AnyOp): number {
  const row = rowOf(elementwise, op) ?? rowOf(fused, op);
  return typeof row === "object" ? names.indexOf(op.name as Operation) : -1;
}

function single(name: Operation): Instruction<undefined> {
  const code = names.indexOf(name);
  return { rows, encode: (call, site) => encode(code, call, site) };
}

function rows({ inputs, output }: Call<undefined>): Rows | undefined {
  if (output.rank === 0) return undefined;
  const [count] = output.shape;
  return { count, sums: false, inputs: inputs.map((x) => x.rank === output.rank && x.shape[0] === count) };
}

function encode(code: number, { inputs, output }: Call<undefined>, site: Site): number[] {
  if (output.size === 0) return [];
  if (output.size === 1) return [code, site.output.at, ...site.inputs.map(({ at }) => at)];
  const { region } = site;
  const inner = ({ rank, shape }: Sized): Shape => (region !== undefined && rank === output.rank ? shape.slice(1) : shape);
  const shape = inner(output);
  const width = sizeOf(shape);
  const along = region?.inputs ?? inputs.map((x) => x.size === width);
  const shapes = inputs.map(inner);
  const sizes = shapes.map(sizeOf);
  if (along.every((isAlong, i) => sizes[i] === (isAlong ? width : 1)))
    return wordsOf("Elements", { op: code, width, ...operands(site, along.map(Number)) });

  return broadcast(code, shape, shapes, region === undefined ? [] : sizes.map((size, i) => (along[i] ? NUMBER * size : 0)), site);
}

/** An op over the merged axes of a broadcast; from row to row of a region its operands move by so many bytes. */
function broadcast(op: number, shape: Shape, shapes: readonly Shape[], perRow: readonly number[], site: Site): number[] {
  const { sizes, strides } = mergeAxes(shape, [stridesOf(shape), ...shapes.map((from) => broadcastStrides(from, shape))]);
  const steps = strides.slice(1);
  const last = sizes.length - 1;
  const along = (axis: number): number[] => steps.map((step) => step[axis]);
  const [aRow = 0, bRow = 0, cRow = 0] = perRow;
  const words = wordsOf("Broadcast", { op, width: sizes[last], ...operands(site, along(last)), aRow, bRow, cRow, axes: last });
  for (let axis = 0; axis < last; axis++) {
    const [a = 0, b = 0, c = 0] = along(axis).map((step) => NUMBER * step);
    words.push(...wordsOf("BroadcastAxis", { size: sizes[axis], a, b, c }));
  }
  return words;
}

/** In the place of an operand that an op does not take. */
const ABSENT: Address = { at: 0, stride: 0 };

function operands(
  { output: out, inputs: [a = ABSENT, b = ABSENT, c = ABSENT] }: Site,
  [aStep = 0, bStep = 0, cStep = 0]: readonly number[],
) {
  return { out, a, aStep, b, bStep, c, cStep };
}
