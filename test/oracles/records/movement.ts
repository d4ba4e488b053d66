import * as gt from "gradtape";
import { grad, type Tensor } from "gradtape";
import type * as functions from "../../../src/functions/movement.js";
import type * as ops from "../../../src/ops/movement.js";
import { Result, ScatterAdd } from "../../../src/ops/movement.js";
import { type Records, use } from "../record.js";

/** A step that reads the first axis in another way, for tensors that have one. */
const rows =
  (f: (x: Tensor, count: number) => Tensor) =>
  (x: Tensor): Tensor =>
    x.rank > 0 ? f(x, x.shape[0]) : x;

/** Functions of shapes and places. */
export const movement: Records<typeof functions, typeof ops> = {
  transpose: {
    uses: [
      use("of [2, 3]", (x) => x.transpose(), [[2, 3]]),
      use("of [2, 3, 4] to [2, 0, 1]", (x) => x.transpose([2, 0, 1]), [[2, 3, 4]]),
      use("of [2, 3, 4] with a negative axis", (x) => x.transpose([0, -1, 1]), [[2, 3, 4]]),
    ],
    complex: null,
    tensors: { transpose: (x) => x.transpose([2, 0, 1]) },
    step: (x) => x.transpose().sin().transpose(),
  },
  reshape: {
    uses: [use("of [2, 3] to [3, -1]", (x) => x.reshape([3, -1]), [[2, 3]]), use("of [] to [1, 1]", (x) => x.reshape([1, 1]), [[]])],
    complex: null,
    tensors: { reshape: (x) => x.reshape([4, -1]) },
    step: (x) => x.reshape([-1]).cos().reshape(x.shape),
  },
  broadcastTo: {
    uses: [
      use("of [3] to [2, 3]", (x) => x.broadcastTo([2, 3]), [[3]]),
      use("of [2, 1] to [4, 2, 3]", (x) => x.broadcastTo([4, 2, 3]), [[2, 1]]),
      use("of [] to [2, 2]", (x) => x.broadcastTo([2, 2]), [[]]),
    ],
    complex: null,
    tensors: { broadcastTo: (x) => x.broadcastTo([4, 2, 3]) },
    step: (x) => x.broadcastTo([2, ...x.shape]).mean(0),
  },
  sumTo: {
    uses: [
      use("of [2, 3] to [3]", (x) => x.sumTo([3]), [[2, 3]]),
      use("of [4, 2, 3] to [2, 1]", (x) => x.sumTo([2, 1]), [[4, 2, 3]]),
      use("of [2, 3] to []", (x) => x.sumTo([]), [[2, 3]]),
      use("of a broadcast", (x) => x.broadcastTo([3, 2, 4]).mul(x).sumTo([2, 1]), [[2, 1]]),
    ],
    complex: null,
    tensors: { sumTo: (x) => x.sumTo([3, 1]) },
    step: (x) => x.sumTo(x.shape.map(() => 1)).div(x.size),
  },
  squeeze: {
    uses: [use("of [1, 2, 1]", (x) => x.squeeze(), [[1, 2, 1]]), use("of [1, 2, 1] at -1", (x) => x.squeeze(-1), [[1, 2, 1]])],
    complex: null,
    tensors: { squeeze: (x) => x.squeeze() },
    step: (x) => x.expandDims(-1).tanh().squeeze(-1),
  },
  expandDims: {
    uses: [use("of [2] at 0", (x) => x.expandDims(0), [[2]]), use("of [2] at -1", (x) => x.expandDims(-1), [[2]])],
    complex: null,
    tensors: { expandDims: (x) => x.expandDims(-1) },
    step: (x) => x.expandDims(0).mean(0),
  },
  slice: {
    uses: [
      use("to one row", (x) => x.slice([1]), [[2, 3]]),
      use("to a column from the end", (x) => x.slice([null, -1]), [[2, 3]]),
      use("with a step", (x) => x.slice([[0, 5, 2]]), [[5, 2]]),
      use("backwards with a step", (x) => x.slice([[null, null, -2]]), [[5]]),
      use("to nothing", (x) => x.slice([[2, 2]]), [[5]]),
    ],
    complex: null,
    tensors: { slice: (x) => x.slice([1, null, [1, 4, 2]]), "slice backwards": (x) => x.slice([[null, null, -2]]) },
    step: rows((x) => x.slice([[null, null, -1]])),
  },
  pad: {
    // biome-ignore format: one line
    uses: [use("of [2, 3]", (x) => x.pad([[1, 0], [0, 2]], 7), [[2, 3]])],
    complex: null,
    // biome-ignore format: one line
    tensors: { pad: (x) => x.pad([[1, 0], [0, 2]], 7) },
    step: rows((x, count) => x.pad(x.shape.map((_, i) => (i === 0 ? [1, 0] : [0, 0]))).slice([[0, count]])),
  },
  concat: {
    uses: [
      use("along axis 0", (x, y) => gt.concat([x, y, x]), [[2, 3]], [[1, 3]]),
      use("along axis -1", (x, y) => gt.concat([x, y], -1), [[2, 3]], [[2, 1]]),
      use("with a constant", (x) => gt.concat([[1, 2], x]), [[2]]),
    ],
    complex: null,
    tensors: { concat: (x, y) => gt.concat([x, y, x], 1) },
    step: rows((x, count) => gt.concat([x.sin(), x]).slice([[1, count + 1]])),
  },
  stack: {
    uses: [
      use("along axis 0", (x, y) => gt.stack([x, y]), [[2, 3]], [[2, 3]]),
      use("along axis -1", (x, y) => gt.stack([x, y], -1), [[2]], [[2]]),
    ],
    complex: null,
    tensors: { stack: (x, y) => gt.stack([x, y], -1) },
    step: (x) => gt.stack([x.sin(), x.cos()]).mean(0),
  },
  split: {
    uses: [
      use("in two, one of them used", (x) => gt.split(x, 2)[1].square(), [[4]]),
      use("by sizes along axis 1", (x) => gt.split(x, [1, 2], 1)[0].mul(gt.split(x, [1, 2], 1)[1]), [[2, 3]]),
    ],
    complex: null,
    tensors: { split: (x) => gt.split(x, [1, 2], 1)[1].square() },
    step: rows((x, count) => gt.split(x, [1, count - 1])[0].mul(x.tanh())),
  },
  take: {
    uses: [
      use("with an index named twice", (x) => x.take([2, 0, 2]), [[3]]),
      use("in front of a square, so that its reverse is differentiated too", (x) => x.take([2, 0, 2]).square(), [[3]]),
      use("of rows, with a negative index", (x) => x.take([-1, 0]), [[3, 2]]),
      // biome-ignore format: one line
      use("of columns, in the shape of the indices", (x) => x.take([[0, 2], [1, 1]], 1), [[2, 3]]),
      use("of a single place", (x) => x.take(1, -1), [[2, 3]]),
      use("of nothing", (x) => x.take(gt.zeros([0])), [[3]]),
    ],
    complex: null,
    tensors: {
      take: (x) => x.take([2, 0, 2], 1),
      // biome-ignore format: one line
      "take in the shape of the indices": (x) => x.take([[1, 0], [0, -1]]),
    },
    step: rows((x, count) => x.take(Array.from({ length: count }, (_, i) => count - 1 - i))),
  },
  oneHot: {
    uses: [use("of a place that does not vary", (x) => gt.oneHot(x.mul(0).add([0, 2]), 3), [[2]])],
    complex: null,
    tensors: { oneHot: (x) => x.oneHot(4) },
    step: null,
  },

  segmentSum: {
    uses: [
      use("of [4]", (x) => gt.segmentSum(x, [1, 0, 1, 1], 3), [[4]]),
      use("of [4, 2], squared", (x) => gt.segmentSum(x, [2, -3, 0, 2], 3).square(), [[4, 2]]),
    ],
    complex: null,
    tensors: { segmentSum: (x) => gt.segmentSum(x, [2, 0, 2, 2], 3) },
    step: rows((x, count) =>
      gt
        .segmentSum(
          x.tanh(),
          Array.from({ length: count }, (_, i) => i % 2),
          2,
        )
        .mean(0),
    ),
  },

  assemble: {
    uses: [
      use("in the gradient of three parts", (x) => gt.split(x, 3)[0].mul(gt.split(x, 3)[1]).add(gt.split(x, 3)[2].square()), [[6]]),
      use(
        "of parts that meet",
        (x) =>
          x
            .slice([[0, 3]])
            .mul(x.slice([[3, 0, -1]]))
            .add(x.slice([[1, 4]])),
        [[4]],
      ),
      use(
        "of rows and of columns",
        (x) =>
          x
            .slice([1])
            .mul(x.slice([null, 2]).sum())
            .add(x.slice([0]).square()),
        [[3, 3]],
      ),
    ],
    complex: null,
    step: rows((x, count) =>
      gt
        .split(x, count)
        .reduce((sum, part) => sum.add(part.tanh()))
        .div(count),
    ),
  },
  scatterAdd: {
    uses: [
      use("to an index named twice", (x) => x.run(ScatterAdd, [x, gt.tensor([2, 0, 2])], { axis: 0, size: 3 }), [[3]]),
      use("of columns, squared", (x) => x.run(ScatterAdd, [x, gt.tensor([1, 1])], { axis: 1, size: 3 }).square(), [[3, 2]]),
    ],
    complex: null,
    step: rows((x, count) =>
      x.run(ScatterAdd, [x, gt.tensor(Array.from({ length: count }, (_, i) => count - 1 - i))], { axis: 0, size: count }),
    ),
  },
  leaf: {
    uses: [use("of a nested gradient", (x) => grad((y: Tensor) => y.sin().mul(x).sum())(x.square()), [[2, 3]])],
    complex: null,
    step: (x) => grad((y: Tensor) => y.sin().sum())(x),
  },
  result: {
    uses: [
      use("the second of two", (x) => x.run(Result, [x.square()], { index: 1, offset: 2, shape: [2, 2] }), [[6]]),
      use("a single number", (x) => x.run(Result, [x.sin()], { index: 0, offset: 1, shape: [] }), [[3]]),
    ],
    complex: null,
    step: (x) => x.run(Result, [x.reshape([x.size])], { index: 0, offset: 0, shape: x.shape }).sin(),
  },
};
