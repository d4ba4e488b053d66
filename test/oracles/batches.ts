import {
  argmax,
  crossEntropy,
  jvp,
  oneHot,
  segmentSum,
  slogdet,
  sort,
  stack,
  Tensor,
  type TensorLike,
  take,
  tensor,
  vjp,
  vmap,
} from "gradtape";
import { randomTensor, seedOf } from "../support/random.js";
import { type Case, cases, records } from "./cases.js";
import type { Use } from "./record.js";

// What knows `vmap` without it: the function in a loop over the examples, and the results one on top of the other.

/** How many examples there are. */
const SIZE = 3;

/** A use of an op or a loss on several examples. */
export interface BatchCase extends Case {
  /** For each input, its examples. */
  readonly examples: readonly (readonly Tensor[])[];
}

/** Whole numbers are indices, or what else must be as it is. */
const nearby = (x: Tensor, k: number): Tensor => (x.data.every(Number.isInteger) ? x : x.mul(1 + k / 64));

const usesOf = (op: string): Use[] => {
  const { uses = [], options = {} } = records.get(op) ?? {};
  return [...uses, ...Object.values(options).flat()];
};

function batchCase(op: string, title: string, f: Case["f"], ...examples: readonly (readonly TensorLike[])[]): BatchCase {
  const tensors = examples.map((own) => own.map((x) => tensor(x)));
  return { op, title, f, inputs: tensors.map(([x]) => x), examples: tensors };
}

// biome-ignore format: a matrix an example
const matrices = [[[1, 2, 3], [4, 5, 6]], [[-1, 0.5, 2], [3, 1, 0]], [[2, 2, 1], [0.5, 4, -3]]];

const fromCases: readonly BatchCase[] = cases.map((c) => {
  const given = usesOf(c.op).find(({ title }) => title === c.title)?.inputs ?? [];
  const example = (i: number, k: number): Tensor => {
    const input = given[i];
    return k === 0 || input instanceof Tensor ? nearby(c.inputs[i], k) : randomTensor(seedOf(`${c.op} ${c.title} ${i} ${k}`), ...input);
  };
  return { ...c, examples: c.inputs.map((_, i) => Array.from({ length: SIZE }, (_example, k) => example(i, k))) };
});

// What examples may differ in that the cases hold fixed: indices, signs. Some indices count from the end.
// biome-ignore format: one line each
const more: readonly BatchCase[] = [
  batchCase("oneHot", "of indices", (i) => oneHot(i, 4), [[0, 2], [3, 3], [1, 0]]),
  batchCase("take", "by one index", (x, i) => take(x, i), [[1, 2, 3], [4, 5, 6], [7, 8, 9]], [0, -1, 1]),
  batchCase("take", "of rows", (x, i) => take(x.tanh(), i), matrices, [[0, 1, 0], [-1, -2, 1], [1, 1, -1]]),
  batchCase("take", "of columns by a matrix", (x, i) => take(x, i, 1), matrices, [[[0, 2], [2, -3]], [[1, 1], [0, 0]], [[-1, 0], [1, 2]]]),
  batchCase("take", "of columns by one index", (x, i) => take(x, i, -1), matrices, [0, -1, 1]),
  batchCase("segmentSum", "by ids", (x, i) => segmentSum(x, i, 3), matrices, [[0, 2], [1, 1], [2, 0]]),
  batchCase("crossEntropy", "with classes", (x, i) => crossEntropy(x, i), matrices, [[0, 2], [1, 1], [2, 0]]),
  batchCase("slogdet", "of either sign", (x) => slogdet(x)[0], [[[1, 2], [3, 4]], [[2, 1], [1, 2]], [[1, 0], [0, 1]]]),
  batchCase("sort", "in different orders", (x) => sort(x), [[3, 1, 2], [1, 2, 3], [2, 3, 1]]),
  batchCase("argmax", "at different places", (x) => argmax(x), [[3, 1, 2], [1, 2, 3], [2, 3, 1]]),
];

/** All cases, each with more examples like its own, and {@link more}. */
export const batchCases: readonly BatchCase[] = [...more, ...fromCases];

/** Which inputs are batched: all, and each of several alone. */
export function choices(inputs: number): (readonly boolean[])[] {
  const places = Array.from({ length: inputs }, (_, i) => i);
  return [places.map(() => true), ...(inputs > 1 ? places.map((only) => places.map((i) => i === only)) : [])];
}

type Functions = readonly ((...inputs: Tensor[]) => Tensor)[];

/** The output of f, its tangent in one direction, and the cotangents of all inputs for one of the output: functions of one example. */
function derivativesOf(f: Case["f"], inputs: readonly Tensor[]): Functions {
  const tangents = inputs.map((x, i) => randomTensor(100 + i, x.shape));
  const pulled = (at: readonly Tensor[], i: number): Tensor => {
    const [output, pullback] = vjp<Tensor[], Tensor>(f, ...at);
    return pullback(randomTensor(200, output.shape))[i];
  };
  return [
    f,
    (...at) => jvp<Tensor[], Tensor>(f, at, tangents)[1],
    ...inputs.map(
      (_, i) =>
        (...at: Tensor[]) =>
          pulled(at, i),
    ),
  ];
}

/** The largest difference of `vmap` and the loop, relative where the numbers exceed 1: of the function and its first derivatives. */
export function byLoop({ op, title, f, examples }: BatchCase, isBatched: readonly boolean[], axis = 0): number {
  let largest = 0;
  const first = examples.map(([x]) => x);
  derivativesOf(f, first).forEach((g, which) => {
    const loop = Array.from({ length: SIZE }, (_, k) => g(...examples.map((own, i) => own[isBatched[i] ? k : 0])));
    const inAxes = isBatched.map((batched) => (batched ? axis : null));
    const inputs = examples.map((own, i) => (isBatched[i] ? stack(own, axis) : own[0]));
    const found = vmap<Tensor[], Tensor, (number | null)[]>(g, { inAxes })(...(inputs as never[]));
    const expected = stack(loop);
    if (found.shape.join() !== expected.shape.join())
      throw new Error(`${op} ${title}: vmap of function ${which} has shape [${found.shape}], the loop [${expected.shape}]`);
    expected.data.forEach((value, i) => {
      const difference = Object.is(value, found.data[i]) ? 0 : Math.abs(value - found.data[i]) / Math.max(1, Math.abs(value));
      if (!(difference <= largest)) largest = difference;
    });
  });
  return largest;
}
