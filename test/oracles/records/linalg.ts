import type { MatMulOptions, Tensor } from "gradtape";
import * as gt from "gradtape";
import type * as functions from "../../../src/functions/linalg.js";
import type * as ops from "../../../src/ops/linalg.js";
import { Triangle } from "../../../src/ops/linalg.js";
import { type Records, type Use, use } from "../record.js";

type Shapes = readonly [a: readonly number[], b: readonly number[]];

const product = (x: Tensor, y: Tensor): Tensor => gt.matmul(x, y);

/** Products whose operands are read as the options say. */
const read = (options: MatMulOptions, title: string, [a, b]: Shapes): Use => use(title, (x, y) => gt.matmul(x, y, options), [a], [b]);

/** Of matrices and of batches; a vector has nothing to transpose. */
// biome-ignore format: one line each
const transposed: Record<keyof MatMulOptions, readonly Use[]> = {
  transposeA: [
    read({ transposeA: true }, "read as Aᵀ·B", [[3, 2], [3, 4]]),
    read({ transposeA: true }, "read as Aᵀ·B, in batches", [[2, 3, 2], [3, 4]]),
    read({ transposeA: true }, "of a transposed matrix and a vector", [[3, 2], [3]]),
    read({ transposeA: true }, "of a batch of transposed matrices and a vector", [[2, 3, 2], [3]]),
    read({ transposeA: true }, "of a vector that cannot be transposed and a matrix", [[3], [3, 2]]),
  ],
  transposeB: [
    read({ transposeB: true }, "read as A·Bᵀ", [[2, 3], [4, 3]]),
    read({ transposeB: true }, "read as A·Bᵀ, in batches", [[2, 2, 3], [4, 3]]),
    read({ transposeB: true }, "of a vector and a transposed matrix", [[3], [2, 3]]),
    read({ transposeB: true }, "of a matrix and a vector that cannot be transposed", [[2, 3], [3]]),
    read({ transposeA: true, transposeB: true }, "read as Aᵀ·Bᵀ", [[3, 2], [4, 3]]),
    read({ transposeA: true, transposeB: true }, "read as Aᵀ·Bᵀ, in batches", [[2, 3, 2], [4, 3]]),
    ...([[[3], [3]], [[3, 2], [3]], [[3], [2, 3]], [[3], [2, 2, 3]], [[2, 3, 2], [3]]] as Shapes[]).map(([a, b]) =>
      read({ transposeA: true, transposeB: true }, `of [${a}] and [${b}], both to be transposed as far as they can`, [a, b]),
    ),
  ],
};

/** Vectors, matrices, batches, broadcast batches. */
// biome-ignore format: one line each
const plain: readonly Shapes[] = [
  [[3], [3]],
  [[2, 3], [3]],
  [[3], [3, 2]],
  [[2, 3], [3, 4]],
  [[5, 4], [4, 6]],
  [[2, 2, 3], [3]],
  [[3], [2, 3, 2]],
  [[2, 2, 3], [3, 2]],
  [[2, 3], [4, 3, 2]],
  [[2, 1, 2, 3], [3, 3, 2]],
  [[1, 3], [3, 1]],
];

/** Products. */
export const linalg: Records<typeof functions, typeof ops> = {
  matmul: {
    uses: plain.map(([a, b]) => use(`of [${a}] and [${b}]`, product, [a], [b])),
    options: transposed,
    complex: null,
    tensors: {
      matmul: product,
      "matmul of a matrix and a vector": product,
      "matmul of a vector and a matrix": product,
      "matmul of vectors": product,
      "matmul of batches": product,
      "matmul of a batch and a vector": product,
    },
    step: (x) => (x.rank >= 2 ? x.matmul(x, { transposeB: true }).mean(-1, true) : x),
  },
  trace: {
    uses: [use("of [3, 3]", (x) => gt.trace(x), [[3, 3]]), use("of [2, 2, 3]", (x) => gt.trace(x), [[2, 2, 3]])],
    complex: null,
    tensors: { trace: (x) => gt.trace(x) },
    step: (x) => (x.rank >= 2 ? gt.trace(x.tanh()).mean() : x),
  },
  diag: {
    uses: [
      use("of a vector", (x) => gt.diag(x), [[3]]),
      use("of a matrix", (x) => gt.diag(x), [[2, 3]]),
      use("of a batch of matrices", (x) => gt.diag(x), [[2, 3, 2]]),
    ],
    complex: null,
    tensors: { diag: (x) => gt.diag(x), "diag of a matrix": (x) => gt.diag(x) },
    step: (x) => (x.rank === 2 ? gt.diag(x).mean() : x),
  },
  tril: {
    uses: [use("of [3, 3]", (x) => gt.tril(x), [[3, 3]]), use("of [2, 3, 4] above the diagonal", (x) => gt.tril(x, 1), [[2, 3, 4]])],
    complex: null,
    tensors: { tril: (x) => gt.tril(x, -1) },
    step: (x) => (x.rank >= 2 ? gt.tril(x) : x),
  },
  triu: {
    uses: [use("of [3, 3]", (x) => gt.triu(x), [[3, 3]]), use("of [2, 4, 3] below the diagonal", (x) => gt.triu(x, -1), [[2, 4, 3]])],
    complex: null,
    tensors: { triu: (x) => gt.triu(x, 1) },
    step: (x) => (x.rank >= 2 ? gt.triu(x) : x),
  },
  outer: {
    uses: [
      use("of vectors", (x, y) => gt.outer(x, y), [[3]], [[2]]),
      use("of batches that broadcast", (x, y) => gt.outer(x, y), [[2, 3]], [[2]]),
    ],
    complex: null,
    tensors: { outer: (x, y) => gt.outer(x, y) },
    step: (x) => (x.rank > 0 ? gt.outer(x, x.tanh()).mean(-1) : x),
  },
  einsum: {
    uses: [
      use("as a product", (x, y) => gt.einsum("ij,jk->ik", x, y), [[2, 3]], [[3, 2]]),
      use("in batches, transposed", (x, y) => gt.einsum("...ij,kj->...ki", x, y), [[2, 2, 3]], [[4, 3]]),
      use("of three", (x, y, w) => gt.einsum("bi,ij,bj->b", x, y, w), [[2, 3]], [[3, 2]], [[2, 2]]),
      use("of a diagonal", (x) => gt.einsum("iij->j", x), [[3, 3, 2]]),
      use("of sums on both sides", (x, y) => gt.einsum("ij,kl->jl", x, y), [[2, 3]], [[3, 2]]),
    ],
    complex: null,
    tensors: { einsum: (x, y) => gt.einsum("bij,jk->bk", x, y), "einsum of diagonals": (x) => gt.einsum("iij->j", x) },
    step: (x) => (x.rank > 0 ? gt.einsum("...i,...i->...", x, x.tanh()).expandDims(-1) : x),
  },

  triangle: {
    uses: [use("of [3, 3]", (x) => x.run(Triangle, [x], { lower: true, offset: 0 }).square(), [[3, 3]])],
    complex: null,
    step: (x) => (x.rank >= 2 ? x.run(Triangle, [x], { lower: false, offset: 0 }) : x),
  },
};
