import * as gt from "gradtape";
import { type Tensor, tensor } from "gradtape";
import type * as functions from "../../../src/functions/order.js";
import type * as ops from "../../../src/ops/order.js";
import { ScatterAlong, TakeAlong } from "../../../src/ops/order.js";
import { type Records, use } from "../record.js";

// biome-ignore format: a table
const along = (f: (x: Tensor, axis?: number) => Tensor) => [
  use("of [4]", (x) => f(x), [[4]]),
  use("of [3, 2] along axis 0", (x) => f(x, 0), [[3, 2]]),
  use("of [2, 3, 2] along axis 1", (x) => f(x, 1), [[2, 3, 2]]),
];

/** Order, which has kinks where two numbers change places, and what reads and writes by it. */
export const order: Records<typeof functions, typeof ops> = {
  sort: {
    uses: [...along(gt.sort), use("squared, of equal numbers too", (x) => gt.sort(x.mul([1, 1, 0])).square(), [[3]])],
    complex: null,
    tensors: { sort: (x) => gt.sort(x, 0) },
    step: null,
  },
  argsort: { uses: along(gt.argsort), complex: null, tensors: { argsort: (x) => gt.argsort(x) }, step: null },
  topK: {
    uses: along((x, axis) => gt.topK(x, 2, axis)[0]),
    complex: null,
    tensors: { topK: (x) => gt.topK(x, 2, 1)[0] },
    step: null,
  },
  quantile: {
    uses: [
      use("of [4], between two", (x) => gt.quantile(x, 0.3), [[4]]),
      use("of [4], at one", (x) => gt.quantile(x, 1), [[4]]),
      use("of [2, 3, 2] over axis [0, 2], several", (x) => gt.quantile(x, [0.1, 0.6], [0, 2]), [[2, 3, 2]]),
      use("of [2, 3] over all axes", (x) => gt.quantile(x, 0.7), [[2, 3]]),
    ],
    complex: null,
    tensors: { quantile: (x) => gt.quantile(x, [0.2, 0.9], 1) },
    step: null,
  },
  median: {
    uses: [use("of [4]", (x) => gt.median(x), [[4]]), use("of [3, 5] over axis 1", (x) => gt.median(x, 1), [[3, 5]])],
    complex: null,
    tensors: { median: (x) => gt.median(x, 1) },
    step: null,
  },

  takeAlong: {
    uses: [
      // biome-ignore format: one line
      use("of [2, 3] along axis 1, some twice", (x) => x.run(TakeAlong, [x, tensor([[0, 2, 2], [1, 0, 1]])], { axis: 1 }).square(), [[2, 3]]),
    ],
    complex: null,
    step: (x) => x.run(TakeAlong, [x.expandDims(0), x.mul(0).expandDims(0)], { axis: 0 }).squeeze(0),
  },
  scatterAlong: {
    uses: [
      // biome-ignore format: one line
      use("of [2, 3] along axis 1, some twice", (x) => x.run(ScatterAlong, [x, tensor([[0, 2, 2], [1, 0, 1]])], { axis: 1, size: 4 }).square(), [[2, 3]]),
    ],
    complex: null,
    step: (x) => x.run(ScatterAlong, [x.expandDims(0), x.mul(0).expandDims(0)], { axis: 0, size: 1 }).squeeze(0),
  },
};
