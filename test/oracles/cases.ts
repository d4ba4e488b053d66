import type { Tensor } from "gradtape";
import * as gt from "gradtape";
import { cubeRootDefinition } from "../support/cube-root.js";
import { randomTensor } from "../support/random.js";

/** One use of an op or a loss at a point where it is smooth. The suites of oracles run over all of these. */
export interface Case {
  /** The name in the API. */
  readonly op: string;
  /** What is special about this use. */
  readonly title: string;
  readonly f: (...inputs: Tensor[]) => Tensor;
  readonly inputs: readonly Tensor[];
}

const list: Case[] = [];
let seed = 1;

type Input = readonly [shape: readonly number[], low?: number, high?: number] | Tensor;

function add(op: string, title: string, f: (...inputs: Tensor[]) => Tensor, ...inputs: Input[]): void {
  list.push({ op, title, f, inputs: inputs.map((input) => (input instanceof gt.Tensor ? input : randomTensor(seed++, ...input))) });
}

// Ops of a user's own.
const cubeRoot = gt.defineOp(cubeRootDefinition);
const hypotenuse = gt.defineOp({
  name: "Hypotenuse",
  forward: (out, x, y) =>
    x.data.forEach((v, i) => {
      out.data[i] = Math.hypot(v, y.data[i]);
    }),
  vjp: (g, out, x, y) => [g.mul(x).div(out), g.mul(y).div(out)],
  jvp: ([dx, dy], out, x, y) => dx.mul(x).add(dy.mul(y)).div(out),
});
const rowNorms = gt.defineOp({
  name: "RowNorms",
  shape: ([rows], factors) => (factors[0] === rows ? [rows] : []),
  forward: (out, x, factors) => {
    const columns = x.shape[1];
    for (let r = 0; r < out.data.length; r++)
      out.data[r] = factors.data[r] * Math.hypot(...x.data.subarray(r * columns, (r + 1) * columns));
  },
  vjp: (g, out, x, factors) => [x.mul(g.mul(factors.square()).div(out).expandDims(1)), null],
  jvp: ([dx], out, x, factors) => x.mul(dx).sum(1).mul(factors.square()).div(out),
});

const named = (op: string): ((...inputs: Tensor[]) => Tensor) => (gt as unknown as Record<string, (...inputs: Tensor[]) => Tensor>)[op];

// Elementwise with one input: rank 0, 1 and 3, on an interval where the function is smooth.
const unary: Record<string, readonly [low: number, high: number]> = {
  neg: [-2, 2],
  exp: [-2, 2],
  expm1: [-2, 2],
  log: [0.3, 3],
  log1p: [-0.5, 2],
  sqrt: [0.3, 3],
  square: [-2, 2],
  reciprocal: [0.4, 2],
  abs: [0.2, 2],
  sign: [0.2, 2],
  sin: [-3, 3],
  cos: [-3, 3],
  tanh: [-2, 2],
  sigmoid: [-3, 3],
  softplus: [-3, 3],
  relu: [0.2, 2],
  logSigmoid: [-3, 3],
  silu: [-3, 3],
};
for (const [op, [low, high]] of Object.entries(unary)) {
  for (const shape of [[], [5], [2, 1, 3]]) add(op, `of shape [${shape.join(", ")}]`, named(op), [shape, low, high]);
}
for (const op of ["abs", "relu", "sign"]) add(op, "of negative numbers", named(op), [[4], -2, -0.2]);
add("reciprocal", "of negative numbers", named("reciprocal"), [[4], -2, -0.4]);

// Elementwise with two inputs: all ways to broadcast.
const broadcasts: [number[], number[]][] = [
  [[], []],
  [[4], [4]],
  [[2, 3], []],
  [[], [3]],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [
    [2, 1],
    [1, 3],
  ],
  [
    [2, 1, 3],
    [4, 1],
  ],
];
for (const op of ["add", "sub", "mul"]) for (const [a, b] of broadcasts) add(op, `of [${a}] and [${b}]`, named(op), [a], [b]);
for (const [a, b] of broadcasts) {
  add("div", `of [${a}] and [${b}]`, gt.div, [a], [b, 0.5, 2]);
  add("pow", `of [${a}] and [${b}]`, gt.pow, [a, 0.5, 2], [b]);
  add("maximum", `of [${a}] and [${b}], left larger`, gt.maximum, [a, 1, 2], [b, -2, 0.5]);
  add("maximum", `of [${a}] and [${b}], right larger`, gt.maximum, [a, -2, 0.5], [b, 1, 2]);
  add("minimum", `of [${a}] and [${b}], left smaller`, gt.minimum, [a, -2, 0.5], [b, 1, 2]);
  add("minimum", `of [${a}] and [${b}], right smaller`, gt.minimum, [a, 1, 2], [b, -2, 0.5]);
  for (const op of ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"]) {
    add(op, `of [${a}] and [${b}]`, named(op), [a, 1, 2], [b, -2, 0.5]);
  }
  add("where", `with branches [${a}] and [${b}]`, (x, y) => gt.where([1, 0, 1].slice(0, broadcastLength(a, b)), x, y), [a], [b]);
}
/** The length of a condition that fits the last axis of both. */
function broadcastLength(a: readonly number[], b: readonly number[]): number {
  return [a, b].some((shape) => shape.at(-1) === 3) ? 3 : 1;
}
add("pow", "of a negative base with a whole exponent", (x) => x.pow(3), [[4], -2, -0.5]);
add("pow", "with a negative whole exponent", (x) => x.pow(-2), [[4], -2, -0.5]);
add("pow", "with an exponent 0", (x) => x.pow(0), [[4]]);
add("where", "of a condition that depends on the input", (x) => x.greater(0).where(x.square(), x.neg()), gt.tensor([-1, 2, -0.5, 0.7]));
add("rsub", "of [2, 3] and [3]", (x, y) => x.rsub(y), [[2, 3]], [[3]]);
add("rdiv", "of [2, 3] and [3]", (x, y) => x.rdiv(y), [[2, 3], 0.5, 2], [[3]]);
add("clamp", "inside", (x) => x.clamp(-3, 3), [[4]]);
add("clamp", "outside on both sides", (x, low, high) => x.clamp(low, high), gt.tensor([-5, 5, 0.2, -4]), [[4], -2, -1], [[], 1, 2]);

// Reductions: no axis, one, several, apart, with and without the axes kept.
const reductions: [number[], (number | number[])?][] = [
  [[]],
  [[4]],
  [[2, 3]],
  [[2, 3], 0],
  [[2, 3], -1],
  [[2, 3, 2], 1],
  [
    [2, 3, 2],
    [0, 2],
  ],
  [
    [2, 3, 2],
    [1, 2],
  ],
  [[3, 2], []],
];
for (const op of ["sum", "mean", "max", "min", "prod", "logSumExp"]) {
  const reduce = named(op) as unknown as (x: Tensor, axis?: number | number[], keepDims?: boolean) => Tensor;
  for (const [shape, axis] of reductions) {
    for (const keepDims of [false, true]) {
      const over = axis === undefined ? "all axes" : `axis [${axis}]`;
      add(op, `of [${shape}] over ${over}${keepDims ? ", kept" : ""}`, (x) => reduce(x, axis, keepDims), [shape]);
    }
  }
}
add("prod", "with one zero", (x) => x.prod(), gt.tensor([2, 0, 3]));
add(
  "prod",
  "with two zeros",
  (x) => x.prod(0),
  gt.tensor([
    [2, 0, 3],
    [0, 1, 5],
    [4, 0, 1],
    [0, 2, 2],
  ]),
); // prettier columns
add("sum", "of a broadcast", (x) => x.broadcastTo([3, 2, 4]).mul(x).sum([0, 2]), [[2, 1]]);
for (const [shape, axis] of [
  [[4], 0],
  [[3, 2], 0],
  [
    [3, 2],
    [0, 1],
  ],
] as [number[], number | number[]][]) {
  add("variance", `of [${shape}] over axis [${axis}]`, (x) => x.variance(axis), [shape]);
  add("variance", `of [${shape}] over axis [${axis}], of a sample, kept`, (x) => x.variance(axis, { correction: 1, keepDims: true }), [
    shape,
  ]);
}
for (const op of ["softmax", "logSoftmax"] as const) {
  for (const [shape, axis] of [
    [[4], 0],
    [[2, 3], -1],
    [[2, 3], 0],
    [[2, 3, 2], 1],
    [[1], 0],
  ] as [number[], number][]) {
    add(op, `of [${shape}] along axis ${axis}`, (x) => x[op](axis), [shape]);
  }
}
for (const [shape, axis] of [
  [[4], 0],
  [[2, 3], 0],
  [[2, 3, 2], -2],
] as [number[], number][]) {
  add("cumsum", `of [${shape}] along axis ${axis}`, (x) => x.cumsum(axis), [shape]);
}
add("argmax", "of [2, 3] along axis 1", (x) => x.argmax(1), [[2, 3]]);
add("argmax", "of [2, 3], flattened", (x) => x.argmax(), [[2, 3]]);

// Products: vectors, matrices, batches, broadcast batches.
for (const [a, b] of [
  [[3], [3]],
  [[2, 3], [3]],
  [[3], [3, 2]],
  [
    [2, 3],
    [3, 4],
  ],
  [
    [5, 4],
    [4, 6],
  ],
  [[2, 2, 3], [3]],
  [[3], [2, 3, 2]],
  [
    [2, 2, 3],
    [3, 2],
  ],
  [
    [2, 3],
    [4, 3, 2],
  ],
  [
    [2, 1, 2, 3],
    [3, 3, 2],
  ],
  [
    [1, 3],
    [3, 1],
  ],
] as [number[], number[]][]) {
  add("matmul", `of [${a}] and [${b}]`, gt.matmul, [a], [b]);
}
for (const transposeA of [false, true]) {
  for (const transposeB of [false, true]) {
    const which = `${transposeA ? "Aᵀ" : "A"}·${transposeB ? "Bᵀ" : "B"}`;
    const a = transposeA ? [3, 2] : [2, 3];
    const b = transposeB ? [4, 3] : [3, 4];
    add("matmul", `read as ${which}`, (x, y) => x.matmul(y, { transposeA, transposeB }), [a], [b]);
    add("matmul", `read as ${which}, in batches`, (x, y) => x.matmul(y, { transposeA, transposeB }), [[2, ...a]], [b]);
  }
}
add("matmul", "of a transposed matrix and a vector", (x, y) => x.matmul(y, { transposeA: true }), [[3, 2]], [[3]]);
add("matmul", "of a vector and a transposed matrix", (x, y) => x.matmul(y, { transposeB: true }), [[3]], [[2, 3]]);
for (const [a, b] of [
  [[3], [3]],
  [[3, 2], [3]],
  [[3], [2, 3]],
  [[3], [2, 2, 3]],
  [[2, 3, 2], [3]],
]) {
  const both = { transposeA: true, transposeB: true };
  add("matmul", `of [${a}] and [${b}], both to be transposed as far as they can`, (x, y) => x.matmul(y, both), [a], [b]);
}
add("matmul", "of a vector that cannot be transposed and a matrix", (x, y) => x.matmul(y, { transposeA: true }), [[3]], [[3, 2]]);
add("matmul", "of a matrix and a vector that cannot be transposed", (x, y) => x.matmul(y, { transposeB: true }), [[2, 3]], [[3]]);
add("matmul", "of a batch of transposed matrices and a vector", (x, y) => x.matmul(y, { transposeA: true }), [[2, 3, 2]], [[3]]);

// Shapes.
add("transpose", "of [2, 3]", (x) => x.transpose(), [[2, 3]]);
add("transpose", "of [2, 3, 4] to [2, 0, 1]", (x) => x.transpose([2, 0, 1]), [[2, 3, 4]]);
add("transpose", "of [2, 3, 4] with a negative axis", (x) => x.transpose([0, -1, 1]), [[2, 3, 4]]);
add("reshape", "of [2, 3] to [3, -1]", (x) => x.reshape([3, -1]), [[2, 3]]);
add("reshape", "of [] to [1, 1]", (x) => x.reshape([1, 1]), [[]]);
add("broadcastTo", "of [3] to [2, 3]", (x) => x.broadcastTo([2, 3]), [[3]]);
add("broadcastTo", "of [2, 1] to [4, 2, 3]", (x) => x.broadcastTo([4, 2, 3]), [[2, 1]]);
add("broadcastTo", "of [] to [2, 2]", (x) => x.broadcastTo([2, 2]), [[]]);
add("sumTo", "of [2, 3] to [3]", (x) => x.sumTo([3]), [[2, 3]]);
add("sumTo", "of [4, 2, 3] to [2, 1]", (x) => x.sumTo([2, 1]), [[4, 2, 3]]);
add("sumTo", "of [2, 3] to []", (x) => x.sumTo([]), [[2, 3]]);
add("squeeze", "of [1, 2, 1]", (x) => x.squeeze(), [[1, 2, 1]]);
add("squeeze", "of [1, 2, 1] at -1", (x) => x.squeeze(-1), [[1, 2, 1]]);
add("expandDims", "of [2] at 0", (x) => x.expandDims(0), [[2]]);
add("expandDims", "of [2] at -1", (x) => x.expandDims(-1), [[2]]);
add("slice", "to one row", (x) => x.slice([1]), [[2, 3]]);
add("slice", "to a column from the end", (x) => x.slice([null, -1]), [[2, 3]]);
add("slice", "with a step", (x) => x.slice([[0, 5, 2]]), [[5, 2]]);
add("slice", "backwards with a step", (x) => x.slice([[null, null, -2]]), [[5]]);
add("slice", "to nothing", (x) => x.slice([[2, 2]]), [[5]]);
add(
  "pad",
  "of [2, 3]",
  (x) =>
    x.pad(
      [
        [1, 0],
        [0, 2],
      ],
      7,
    ),
  [[2, 3]],
); // prettier columns
add("concat", "along axis 0", (x, y) => gt.concat([x, y, x]), [[2, 3]], [[1, 3]]);
add("concat", "along axis -1", (x, y) => gt.concat([x, y], -1), [[2, 3]], [[2, 1]]);
add("concat", "with a constant", (x) => gt.concat([[1, 2], x]), [[2]]);
add("stack", "along axis 0", (x, y) => gt.stack([x, y]), [[2, 3]], [[2, 3]]);
add("stack", "along axis -1", (x, y) => gt.stack([x, y], -1), [[2]], [[2]]);
add("split", "in two, one of them used", (x) => gt.split(x, 2)[1].square(), [[4]]);
add("split", "by sizes along axis 1", (x) => gt.split(x, [1, 2], 1)[0].mul(gt.split(x, [1, 2], 1)[1]), [[2, 3]]);
add("take", "with an index named twice", (x) => x.take([2, 0, 2]), [[3]]);
add("take", "in front of a square, so that its reverse is differentiated too", (x) => x.take([2, 0, 2]).square(), [[3]]);
add("take", "of rows, with a negative index", (x) => x.take([-1, 0]), [[3, 2]]);
add(
  "take",
  "of columns, in the shape of the indices",
  (x) =>
    x.take(
      [
        [0, 2],
        [1, 1],
      ],
      1,
    ),
  [[2, 3]],
);
add("take", "of a single place", (x) => x.take(1, -1), [[2, 3]]);
add("take", "of nothing", (x) => x.take(gt.zeros([0])), [[3]]);
add("oneHot", "of a place that does not vary", (x) => gt.oneHot(x.mul(0).add([0, 2]), 3), [[2]]);
add("defineOp", "of one input, elementwise", cubeRoot, [[2, 3], 0.5, 2]);
add("defineOp", "of two inputs that broadcast", hypotenuse, [[2, 3], 0.5, 2], [[3], 0.5, 2]);
add("defineOp", "with a shape rule and a second input without a gradient", (x) => rowNorms(x, [1, 2]), [[2, 3], 0.5, 2]);
add("stopGradient", "beside the variable", (x) => x.stopGradient(), [[3]]);

// Losses.
for (const reduction of ["mean", "sum", "none"] as const) {
  add("crossEntropy", `of indices, reduction ${reduction}`, (z) => gt.crossEntropy(z, [2, 0], { reduction }), [[2, 3]]);
  add(
    "crossEntropy",
    `of probabilities, reduction ${reduction}`,
    (z, y) => gt.crossEntropy(z, y, { reduction }),
    [[2, 3]],
    [[2, 3], 0.1, 0.9],
  );
  add("meanSquaredError", `reduction ${reduction}`, (p, y) => gt.meanSquaredError(p, y, { reduction }), [[2, 3]], [[2, 3]]);
  add("huber", `inside, reduction ${reduction}`, (p, y) => gt.huber(p, y, { reduction, delta: 9 }), [[2, 3]], [[2, 3]]);
  add("huber", `outside, reduction ${reduction}`, (p, y) => gt.huber(p, y, { reduction, delta: 0.5 }), [[2, 3], 2, 3], [[2, 3], -1, 1]);
  add("poissonNll", `reduction ${reduction}`, (rate, k) => gt.poissonNll(rate, k, { reduction }), [[2, 3]], [[2, 3], 0, 5]);
}
for (const reduction of ["mean", "sum", "none"] as const) {
  const options = { weight: [1, 2, 3], labelSmoothing: 0.1, reduction };
  add(
    "crossEntropy",
    `of indices, all options, ${reduction}`,
    (z) =>
      gt.crossEntropy(
        z,
        [
          [2, 0],
          [1, 1],
        ],
        options,
      ),
    [[2, 2, 3]],
  );
  add(
    "crossEntropy",
    `of probabilities, all options, ${reduction}`,
    (z, y) => gt.crossEntropy(z, y, options),
    [[2, 3]],
    [[2, 3], 0.1, 0.9],
  );
}
add("crossEntropy", "of one row", (z) => gt.crossEntropy(z, 1), [[4]]);
add("meanSquaredError", "weighted", (p, y) => gt.meanSquaredError(p, y, { weight: [[1], [2]] }), [[2, 3]], [[2, 3]]);
add("huber", "weighted", (p, y) => gt.huber(p, y, { weight: [1, 2, 3] }), [[2, 3], 2, 3], [[2, 3], -1, 0]);
add("poissonNll", "weighted", (rate, k) => gt.poissonNll(rate, k, { weight: 3 }), [[2]], [[2], 0, 5]);
const labels = gt.tensor([
  [1, 0, 0.3],
  [0, 1, 0.8],
]); // prettier columns
for (const reduction of ["mean", "sum", "none"] as const) {
  add(
    "binaryCrossEntropy",
    `reduction ${reduction}`,
    (p, y) => gt.binaryCrossEntropy(p, y, { reduction }),
    [[2, 3], 0.1, 0.9],
    [[2, 3], 0.1, 0.4],
  );
  add(
    "binaryCrossEntropyWithLogits",
    `reduction ${reduction}`,
    (z, y) => gt.binaryCrossEntropyWithLogits(z, y, { reduction }),
    [[2, 3]],
    [[2, 3], 0.6, 0.9],
  );
}
add(
  "binaryCrossEntropyWithLogits",
  "times what varies",
  (z, w) => gt.binaryCrossEntropyWithLogits(z, labels, { reduction: "none" }).mul(w),
  [[2, 3]],
  [[2, 3]],
);
add(
  "binaryCrossEntropyWithLogits",
  "of targets that vary too, times what varies",
  (z, y, w) => gt.binaryCrossEntropyWithLogits(z, y).mul(w),
  [[3]],
  [[3], 0.1, 0.4],
  [[]],
);
for (const [title, options] of Object.entries({
  weight: { weight: [[1], [2]] },
  posWeight: { posWeight: [1, 2, 3] },
  labelSmoothing: { labelSmoothing: 0.1 },
  "all options": { weight: [1, 2, 3], posWeight: 2.5, labelSmoothing: 0.2, reduction: "sum" as const },
})) {
  add("binaryCrossEntropy", title, (p) => gt.binaryCrossEntropy(p, labels, options), [[2, 3], 0.1, 0.9]);
  add("binaryCrossEntropyWithLogits", title, (z) => gt.binaryCrossEntropyWithLogits(z, labels, options), [[2, 3]]);
}

/** Every op and loss, many shapes each. */
export const cases: readonly Case[] = list;
