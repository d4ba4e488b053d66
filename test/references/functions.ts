import type { Tensor } from "gradtape";
import * as gt from "gradtape";
import references from "./tensors.json" with { type: "json" };

/** What each name of test/references/tensors.py means in the library. */
export const functions: Record<keyof typeof references, (...inputs: Tensor[]) => Tensor> = {
  add: gt.add,
  sub: gt.sub,
  mul: gt.mul,
  div: gt.div,
  pow: gt.pow,
  "pow of a negative base": (x) => x.pow(3),
  maximum: gt.maximum,
  "maximum with ties": gt.maximum,
  minimum: gt.minimum,
  where: (x, y) => x.greater(0).where(x.mul(y), y),
  clamp: (x) => x.clamp(-1, 0.5),
  sum: (x) => x.sum([0, 2]),
  mean: (x) => x.mean(1, true),
  max: (x) => x.max([1, 2]),
  "max with ties": (x) => x.max(),
  min: (x) => x.min(-1),
  prod: (x) => x.prod(1),
  "prod with zeros": (x) => x.prod(1),
  logSumExp: (x) => x.logSumExp([0, 1]),
  variance: (x) => x.variance(1, { correction: 1 }),
  "variance of the population": (x) => x.variance([0, 2]),
  cumsum: (x) => x.cumsum(1),
  softmax: (x) => x.softmax(),
  "softmax along axis 0": (x) => x.softmax(0),
  logSoftmax: (x) => x.logSoftmax(1),
  matmul: gt.matmul,
  "matmul of a matrix and a vector": gt.matmul,
  "matmul of a vector and a matrix": gt.matmul,
  "matmul of vectors": gt.matmul,
  "matmul of batches": gt.matmul,
  "matmul of a batch and a vector": gt.matmul,
  transpose: (x) => x.transpose([2, 0, 1]),
  reshape: (x) => x.reshape([4, -1]),
  broadcastTo: (x) => x.broadcastTo([4, 2, 3]),
  sumTo: (x) => x.sumTo([3, 1]),
  squeeze: (x) => x.squeeze(),
  expandDims: (x) => x.expandDims(-1),
  slice: (x) => x.slice([1, null, [1, 4, 2]]),
  "slice backwards": (x) => x.slice([[null, null, -2]]),
  take: (x) => x.take([2, 0, 2], 1),
  "take in the shape of the indices": (x) =>
    x.take([
      [1, 0],
      [0, -1],
    ]), // prettier columns
  concat: (x, y) => gt.concat([x, y, x], 1),
  stack: (x, y) => gt.stack([x, y], -1),
  split: (x) => gt.split(x, [1, 2], 1)[1].square(),
  pad: (x) =>
    x.pad(
      [
        [1, 0],
        [0, 2],
      ],
      7,
    ), // prettier columns
  equal: gt.equal,
  notEqual: gt.notEqual,
  less: gt.less,
  lessEqual: gt.lessEqual,
  greater: gt.greater,
  greaterEqual: gt.greaterEqual,
  argmax: (x) => x.argmax(1),
  oneHot: (x) => x.oneHot(4),
  stopGradient: (x) => x.stopGradient().mul(2).add(x.mul(x.stopGradient())),
  binaryCrossEntropy: (p, y) => gt.binaryCrossEntropy(p, y),
  "binaryCrossEntropy weighted": (p) =>
    gt.binaryCrossEntropy(p, references["binaryCrossEntropy weighted"].target, { weight: [2, 3], reduction: "sum" }),
  binaryCrossEntropyWithLogits: (z, y) => gt.binaryCrossEntropyWithLogits(z, y),
  "binaryCrossEntropyWithLogits with all weights": (z) =>
    gt.binaryCrossEntropyWithLogits(z, references["binaryCrossEntropyWithLogits with all weights"].target, {
      weight: [2, 3],
      posWeight: [0.5, 4],
      reduction: "none",
    }),
  crossEntropy: (z) => gt.crossEntropy(z, [2, 0, 1, 1]),
  "crossEntropy weighted": (z) => gt.crossEntropy(z, [2, 0, 1, 1], { weight: [1, 2, 5] }),
  "crossEntropy smoothed": (z) => gt.crossEntropy(z, [2, 0, 1, 1], { labelSmoothing: 0.2 }),
  "crossEntropy weighted and smoothed": (z) => gt.crossEntropy(z, [2, 0, 1, 1], { weight: [1, 2, 5], labelSmoothing: 0.2 }),
  "crossEntropy of probabilities": (z, y) => gt.crossEntropy(z, y),
  "crossEntropy of probabilities, all options": (z) =>
    gt.crossEntropy(z, gt.oneHot([0, 2, 1, 1], 3), { weight: [1, 2, 5], labelSmoothing: 0.1, reduction: "sum" }),
  meanSquaredError: (p, y) => gt.meanSquaredError(p, y),
  huber: (p, y) => gt.huber(p, y, { delta: 0.7 }),
  poissonNll: (r, k) => gt.poissonNll(r, k),
};
