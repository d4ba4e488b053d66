import * as gt from "gradtape";
import { type Tensor, tensor } from "gradtape";
import type * as functions from "../../../src/functions/reduce.js";
import type * as ops from "../../../src/ops/reduce.js";
import { Center, CenterTranspose, Recurrence } from "../../../src/ops/reduce.js";
import { type Records, use } from "../record.js";

type Axes = number | readonly number[] | undefined;

/** No axis, one, several, apart. */
const over: readonly (readonly [shape: readonly number[], axis?: number | readonly number[]])[] = [
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

/** Uses of a reduction with and without the axes kept. */
const reduction = (f: (x: Tensor, axis?: Axes, keepDims?: boolean) => Tensor) => ({
  uses: over.flatMap(([shape, axis]) =>
    [false, true].map((keepDims) => {
      const title = `of [${shape}] over ${axis === undefined ? "all axes" : `axis [${axis}]`}${keepDims ? ", kept" : ""}`;
      return use(title, (x) => f(x, axis, keepDims), [shape]);
    }),
  ),
  complex: null,
});

/** Uses of a function along one axis. */
// biome-ignore format: one line
const along = (f: (x: Tensor, axis: number) => Tensor) => ({
  uses: [
    ...([[[4], 0], [[2, 3], -1], [[2, 3], 0], [[2, 3, 2], 1], [[1], 0]] as const).map(([shape, axis]) =>
      use(`of [${shape}] along axis ${axis}`, (x) => f(x, axis), [shape]),
    ),
  ],
  complex: null,
});

/** A step along the last axis, for tensors that have one. */
const last =
  (f: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    x.rank > 0 ? f(x) : x;

const first = (z: Tensor, f: (x: Tensor) => Tensor): Tensor => f(gt.stack([z, 0])).slice([0]);

/** Reductions, and functions along an axis. */
export const reduce: Records<typeof functions, typeof ops> = {
  sum: {
    uses: [...reduction(gt.sum).uses, use("of a broadcast", (x) => x.broadcastTo([3, 2, 4]).mul(x).sum([0, 2]), [[2, 1]])],
    complex: null,
    tensors: { sum: (x) => x.sum([0, 2]) },
    step: (x) => x.sum().div(x.size),
  },
  mean: { ...reduction(gt.mean), tensors: { mean: (x) => x.mean(1, true) }, step: last((x) => x.mean(-1, true)) },
  max: {
    ...reduction(gt.max),
    tensors: { max: (x) => x.max([1, 2]), "max with ties": (x) => x.max() },
    step: null,
  },
  min: { ...reduction(gt.min), tensors: { min: (x) => x.min(-1) }, step: null },
  prod: {
    uses: [
      ...reduction(gt.prod).uses,
      use("with one zero", (x) => x.prod(), tensor([2, 0, 3])),
      use(
        "with two zeros",
        (x) => x.prod(0),
        tensor([
          [2, 0, 3],
          [0, 1, 5],
          [4, 0, 1],
          [0, 2, 2],
        ]),
      ),
    ],
    complex: null,
    tensors: { prod: (x) => x.prod(1), "prod with zeros": (x) => x.prod(1) },
    step: last((x) => x.tanh().prod(-1, true)),
  },
  logSumExp: {
    ...reduction(gt.logSumExp),
    pointwise: { "logSumExp([z, 0])": (z) => gt.stack([z, 0]).logSumExp() },
    tensors: { logSumExp: (x) => x.logSumExp([0, 1]) },
    step: (x) => x.logSumExp(),
  },
  variance: {
    uses: [
      use("of [4] over axis [0]", (x) => x.variance(0), [[4]]),
      use("of [3, 2] over axis [0]", (x) => x.variance(0), [[3, 2]]),
      use("of [3, 2] over all axes", (x) => x.variance(), [[3, 2]]),
    ],
    options: {
      correction: [
        use("of a sample [4]", (x) => gt.variance(x, 0, { correction: 1 }), [[4]]),
        use("of a sample [3, 2] over axis [0, 1]", (x) => x.variance([0, 1], { correction: 1 }), [[3, 2]]),
      ],
      keepDims: [use("of a sample [3, 2] over axis [0], kept", (x) => gt.variance(x, 0, { correction: 1, keepDims: true }), [[3, 2]])],
    },
    complex: null,
    tensors: { variance: (x) => x.variance(1, { correction: 1 }), "variance of the population": (x) => x.variance([0, 2]) },
    step: last((x) => x.variance(-1, { keepDims: true })),
  },
  cumsum: {
    uses: [
      use("of [4] along axis 0", (x) => x.cumsum(0), [[4]]),
      use("of [2, 3] along axis 0", (x) => x.cumsum(0), [[2, 3]]),
      use("of [2, 3, 2] along axis -2", (x) => x.cumsum(-2), [[2, 3, 2]]),
    ],
    options: { reverse: [use("of [2, 3] along axis 1, from the end", (x) => gt.cumsum(x, 1, { reverse: true }), [[2, 3]])] },
    complex: null,
    tensors: { cumsum: (x) => x.cumsum(1) },
    step: last((x) => x.cumsum(0).div(x.shape[0])),
  },
  argmax: {
    uses: [use("of [2, 3] along axis 1", (x) => x.argmax(1), [[2, 3]]), use("of [2, 3], flattened", (x) => x.argmax(), [[2, 3]])],
    complex: null,
    tensors: { argmax: (x) => x.argmax(1) },
    step: null,
  },
  softmax: {
    ...along(gt.softmax),
    pointwise: { "softmax([z, 0])[0]": (z) => first(z, gt.softmax) },
    tensors: { softmax: (x) => x.softmax(), "softmax along axis 0": (x) => x.softmax(0) },
    step: last((x) => x.softmax()),
  },
  logSoftmax: {
    ...along(gt.logSoftmax),
    pointwise: { "logSoftmax([z, 0])[0]": (z) => first(z, gt.logSoftmax) },
    tensors: { logSoftmax: (x) => x.logSoftmax(1) },
    step: last((x) => x.logSoftmax()),
  },

  norm: {
    uses: reduction(gt.norm).uses.filter(({ title }) => !title.startsWith("of [] ") && !title.includes("axis []")),
    complex: null,
    tensors: { norm: (x) => gt.norm(x, [0, 2]), "norm of zeros": (x) => gt.norm(x) },
    step: (x) => gt.norm(x).div(Math.sqrt(x.size)),
  },
  std: {
    uses: [
      use("of [4] over axis [0]", (x) => gt.std(x, 0), [[4]]),
      use("of [3, 2] over axis [0]", (x) => gt.std(x, 0), [[3, 2]]),
      use("of [3, 2] over all axes", (x) => gt.std(x), [[3, 2]]),
    ],
    options: {
      correction: [use("of a sample [4]", (x) => gt.std(x, 0, { correction: 1 }), [[4]])],
      keepDims: [use("of a sample [3, 2] over axis [0], kept", (x) => gt.std(x, 0, { correction: 1, keepDims: true }), [[3, 2]])],
    },
    complex: null,
    tensors: {
      std: (x) => gt.std(x, 1, { correction: 1 }),
      "std of the population": (x) => gt.std(x, [0, 2], { keepDims: true }),
    },
    step: null, // of a single number it has a kink
  },
  cumprod: {
    uses: [
      use("of [4] along axis 0", (x) => gt.cumprod(x, 0), [[4]]),
      use("of [2, 3] along axis -1", (x) => gt.cumprod(x, -1), [[2, 3]]),
      use("with zeros", (x) => gt.cumprod(x, 0), tensor([2, 0, 3, 0, 1])),
      use("of a single place", (x) => gt.cumprod(x, 1), [[2, 1]]),
    ],
    complex: null,
    tensors: { cumprod: (x) => gt.cumprod(x, 1), "cumprod with zeros": (x) => gt.cumprod(x, 0) },
    step: last((x) => gt.cumprod(x.tanh(), 0)),
  },
  argmin: {
    uses: [use("of [2, 3] along axis 1", (x) => gt.argmin(x, 1), [[2, 3]]), use("of [2, 3], flattened", (x) => gt.argmin(x), [[2, 3]])],
    complex: null,
    tensors: { argmin: (x) => gt.argmin(x, 1) },
    step: null,
  },

  recurrence: {
    uses: [
      use("of [4]", (a, b) => a.run(Recurrence, [a, b], { axis: 0, reverse: false }), [[4]], [[4]]),
      use("of [2, 3] along axis 1, from the end", (a, b) => a.run(Recurrence, [a, b], { axis: 1, reverse: true }), [[2, 3]], [[2, 3]]),
    ],
    complex: null,
    step: last((x) => x.run(Recurrence, [x.tanh().mul(0.5), x.sin()], { axis: 0, reverse: false })),
  },
  center: {
    uses: [
      use("of [3] and a softmax", (x, z) => x.run(Center, [x, z.softmax()], { axis: 0 }), [[3]], [[3]]),
      use("of [2, 3] along axis 0, of what varies", (x) => x.run(Center, [x.square(), x.softmax(0)], { axis: 0 }), [[2, 3]]),
      use("in the gradient of a softmax", (x) => x.softmax().square(), [[4]]),
    ],
    complex: null,
    step: last((x) => x.run(Center, [x, x.softmax()], { axis: x.rank - 1 })),
  },
  centerTranspose: {
    uses: [
      use("of [3] and a softmax", (x, z) => x.run(CenterTranspose, [x, z.softmax()], { axis: 0 }), [[3]], [[3]]),
      use("of [2, 3] along axis 0, of what varies", (x) => x.run(CenterTranspose, [x.square(), x.softmax(0)], { axis: 0 }), [[2, 3]]),
      use("in the gradient of a log softmax", (x) => x.logSoftmax().square(), [[4]]),
    ],
    complex: null,
    step: last((x) => x.run(CenterTranspose, [x, x.softmax()], { axis: x.rank - 1 })),
  },
};
