import * as gt from "gradtape";
import { type Tensor, tensor } from "gradtape";
import type * as functions from "../../../src/functions/losses.js";
import references from "../../references/tensors.json" with { type: "json" };
import * as z from "../complex.js";
import { type Input, type Interval, type Records, type Use, use } from "../record.js";

const PROBABILITY: Interval = [0.1, 0.9];
const reductions = ["mean", "sum", "none"] as const;

type Loss<O> = (x: Tensor, y: Tensor, options?: O) => Tensor;
type Reduced = { readonly reduction?: gt.Reduction };

/** Uses with each reduction. */
const reduced = <O extends Reduced>(loss: Loss<O>, x: Input, y: Input, options: O, remark = ""): Use[] =>
  reductions.map((reduction) => use(`reduction ${reduction}${remark}`, (p, q) => loss(p, q, { ...options, reduction }), x, y));

const labels = tensor([
  [1, 0, 0.3],
  [0, 1, 0.8],
]);
const columnWeights = { weight: [1, 2, 3] };

/** Uses of the options that both binary losses have. */
const binaryOptions = (loss: Loss<gt.BinaryCrossEntropyOptions>, x: Input, y: Input) => ({
  reduction: reduced(loss, x, y, {}),
  weight: [use("weighted", (p) => loss(p, labels, { weight: [[1], [2]] }), x)],
  posWeight: [use("with weights of the positive", (p) => loss(p, labels, { posWeight: [1, 2, 3] }), x)],
  labelSmoothing: [
    use("smoothed", (p) => loss(p, labels, { labelSmoothing: 0.1 }), x),
    use("with all options", (p) => loss(p, labels, { ...columnWeights, posWeight: 2.5, labelSmoothing: 0.2, reduction: "sum" }), x),
  ],
});

const bceWithLogits = gt.binaryCrossEntropyWithLogits;

/** Losses. */
export const losses: Records<typeof functions> = {
  binaryCrossEntropy: {
    uses: [],
    options: binaryOptions(gt.binaryCrossEntropy, [[2, 3], ...PROBABILITY], [[2, 3], 0.1, 0.4]),
    intervals: [PROBABILITY, PROBABILITY],
    complex: z.crossEntropy,
    tensors: {
      binaryCrossEntropy: (p, y) => gt.binaryCrossEntropy(p, y),
      "binaryCrossEntropy weighted": (p) =>
        gt.binaryCrossEntropy(p, references["binaryCrossEntropy weighted"].target, { weight: [2, 3], reduction: "sum" }),
    },
    step: (x) => gt.binaryCrossEntropy(x.tanh().sigmoid(), x.sin().sigmoid(), { reduction: "none" }),
  },
  binaryCrossEntropyWithLogits: {
    uses: [
      use("times what varies", (x, w) => bceWithLogits(x, labels, { reduction: "none" }).mul(w), [[2, 3]], [[2, 3]]),
      use("of targets that vary too, times what varies", (x, y, w) => bceWithLogits(x, y).mul(w), [[3]], [[3], 0.1, 0.4], [[]]),
    ],
    options: binaryOptions(bceWithLogits, [[2, 3]], [[2, 3], 0.6, 0.9]),
    intervals: [[-2, 2], PROBABILITY],
    complex: (x, y) => z.sub(z.softplus(x), z.mul(y, x)),
    pointwise: {
      "binaryCrossEntropyWithLogits y=0": (x) => bceWithLogits(x, 0),
      "binaryCrossEntropyWithLogits y=1": (x) => bceWithLogits(x, 1),
      "binaryCrossEntropyWithLogits y=0.25": (x) => bceWithLogits(x, 0.25),
    },
    tensors: {
      binaryCrossEntropyWithLogits: (x, y) => bceWithLogits(x, y),
      "binaryCrossEntropyWithLogits with all weights": (x) =>
        bceWithLogits(x, references["binaryCrossEntropyWithLogits with all weights"].target, {
          weight: [2, 3],
          posWeight: [0.5, 4],
          reduction: "none",
        }),
    },
    step: (x) => bceWithLogits(x.tanh(), x.sigmoid(), { reduction: "none" }),
  },
  crossEntropy: {
    uses: [
      use("of one row", (x) => gt.crossEntropy(x, 1), [[4]]),
      use("of indices", (x) => gt.crossEntropy(x, [2, 0]), [[2, 3]]),
      use("of probabilities", (x, y) => gt.crossEntropy(x, y), [[2, 3]], [[2, 3], ...PROBABILITY]),
    ],
    options: {
      reduction: [
        ...reductions.map((reduction) =>
          use(`reduction ${reduction} of indices`, (x) => gt.crossEntropy(x, [2, 0], { reduction }), [[2, 3]]),
        ),
        ...reduced(gt.crossEntropy, [[2, 3]], [[2, 3], ...PROBABILITY], {}, " of probabilities"),
      ],
      weight: [use("of indices, weighted", (x) => gt.crossEntropy(x, [2, 0], columnWeights), [[2, 3]])],
      labelSmoothing: [
        use("of indices, smoothed", (x) => gt.crossEntropy(x, [2, 0], { labelSmoothing: 0.1 }), [[2, 3]]),
        ...reductions.flatMap((reduction) => {
          const options = { ...columnWeights, labelSmoothing: 0.1, reduction };
          return [
            // biome-ignore format: one line
            use(`of indices, all options, ${reduction}`, (x) => gt.crossEntropy(x, [[2, 0], [1, 1]], options), [[2, 2, 3]]),
            use(
              `of probabilities, all options, ${reduction}`,
              (x, y) => gt.crossEntropy(x, y, options),
              [[2, 3]],
              [[2, 3], ...PROBABILITY],
            ),
          ];
        }),
      ],
    },
    complex: null,
    tensors: {
      crossEntropy: (x) => gt.crossEntropy(x, [2, 0, 1, 1]),
      "crossEntropy weighted": (x) => gt.crossEntropy(x, [2, 0, 1, 1], { weight: [1, 2, 5] }),
      "crossEntropy smoothed": (x) => gt.crossEntropy(x, [2, 0, 1, 1], { labelSmoothing: 0.2 }),
      "crossEntropy weighted and smoothed": (x) => gt.crossEntropy(x, [2, 0, 1, 1], { weight: [1, 2, 5], labelSmoothing: 0.2 }),
      "crossEntropy of probabilities": (x, y) => gt.crossEntropy(x, y),
      "crossEntropy of probabilities, all options": (x) =>
        gt.crossEntropy(x, gt.oneHot([0, 2, 1, 1], 3), { weight: [1, 2, 5], labelSmoothing: 0.1, reduction: "sum" }),
    },
    step: (x) => (x.rank > 0 ? gt.crossEntropy(x.tanh(), x.softmax()) : x),
  },
  meanSquaredError: {
    uses: [],
    options: {
      reduction: reduced(gt.meanSquaredError, [[2, 3]], [[2, 3]], {}),
      weight: [use("weighted", (p, y) => gt.meanSquaredError(p, y, { weight: [[1], [2]] }), [[2, 3]], [[2, 3]])],
    },
    intervals: [
      [-2, 2],
      [-2, 2],
    ],
    complex: (p, y) => z.square(z.sub(p, y)),
    tensors: { meanSquaredError: (p, y) => gt.meanSquaredError(p, y) },
    step: (x) => gt.meanSquaredError(x.tanh(), x.sin(), { reduction: "none" }),
  },
  huber: {
    uses: [],
    options: {
      delta: reduced(gt.huber, [[2, 3]], [[2, 3]], { delta: 9 }, ", inside"),
      reduction: reduced(gt.huber, [[2, 3], 2, 3], [[2, 3], -1, 1], { delta: 0.5 }, ", outside"),
      weight: [use("weighted", (p, y) => gt.huber(p, y, columnWeights), [[2, 3], 2, 3], [[2, 3], -1, 0])],
    },
    complex: null, // two functions, one on either side of δ
    tensors: { huber: (p, y) => gt.huber(p, y, { delta: 0.7 }) },
    step: (x) => gt.huber(x.tanh(), x.sin(), { delta: 9, reduction: "none" }),
  },
  poissonNll: {
    uses: [],
    options: {
      reduction: reduced(gt.poissonNll, [[2, 3]], [[2, 3], 0, 5], {}),
      weight: [use("weighted", (rate, k) => gt.poissonNll(rate, k, { weight: 3 }), [[2]], [[2], 0, 5])],
    },
    intervals: [
      [-2, 2],
      [0, 5],
    ],
    complex: (rate, k) => z.sub(z.exp(rate), z.mul(k, rate)),
    tensors: { poissonNll: (rate, k) => gt.poissonNll(rate, k) },
    step: (x) => gt.poissonNll(x.tanh(), x.sin(), { reduction: "none" }),
  },
};
