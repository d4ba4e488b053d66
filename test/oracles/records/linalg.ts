import type { MatMulOptions, Tensor } from "gradtape";
import * as gt from "gradtape";
import type * as functions from "../../../src/functions/linalg.js";
import type * as ops from "../../../src/ops/linalg.js";
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
};
