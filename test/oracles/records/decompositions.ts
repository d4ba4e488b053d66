import * as gt from "gradtape";
import { eye, type Tensor, tensor } from "gradtape";
import type * as functions from "../../../src/functions/decompositions.js";
import type * as ops from "../../../src/ops/decompositions.js";
import { Cofactor, DetSign, Inverse, LogAbsDet } from "../../../src/ops/decompositions.js";
import { type Records, use } from "../record.js";

/** A step for matrices: of the positive definite matrix X·Xᵀ + 3·I. */
const matrices =
  (f: (a: Tensor) => Tensor) =>
  (x: Tensor): Tensor => {
    if (x.rank < 2) return x;
    const rows = x.tanh();
    const a = rows.matmul(rows, { transposeB: true }).add(eye(x.shape[x.rank - 2]).mul(3));
    return f(a).mean();
  };

/** Far from singular: the diagonal outweighs the rest. */
const regular = (a: Tensor): Tensor => a.add(eye(a.shape[a.rank - 1]).mul(5));
/** Positive definite. */
const definite = (a: Tensor): Tensor => a.matmul(a, { transposeB: true }).add(eye(a.shape[a.rank - 1]));
/** With eigenvalues that lie apart. */
const apart = (a: Tensor): Tensor => a.add(gt.diag([0, 6, 12]));

/** Functions of square matrices. */
export const decompositions: Records<typeof functions, typeof ops> = {
  solve: {
    uses: [
      use("of [3, 3] and [3]", (a, b) => gt.solve(regular(a), b), [[3, 3]], [[3]]),
      use("of [3, 3] and [3, 2]", (a, b) => gt.solve(regular(a), b), [[3, 3]], [[3, 2]]),
      use("of [2, 3, 3] and [3, 2], which broadcasts", (a, b) => gt.solve(regular(a), b), [[2, 3, 3]], [[3, 2]]),
      use("of [2, 2], which broadcasts, and [2, 2, 1]", (a, b) => gt.solve(regular(a), b), [[2, 2]], [[2, 2, 1]]),
      use("with exchanged rows", (a, b) => gt.solve(a.add(tensor([[0, 5], [5, 0]])), b), [[2, 2]], [[2]]), // biome-ignore format: one line
    ],
    complex: null,
    tensors: { solve: gt.solve, "solve for a vector": gt.solve },
    step: matrices((a) => gt.solve(a, a.tanh())),
  },
  solveTriangular: {
    uses: [
      use("of [3, 3] and [3]", (l, b) => gt.solveTriangular(regular(l), b), [[3, 3]], [[3]]),
      use("of [2, 3, 3] and [3, 2], which broadcasts", (l, b) => gt.solveTriangular(regular(l), b), [[2, 3, 3]], [[3, 2]]),
    ],
    options: {
      lower: [use("of an upper triangle", (u, b) => gt.solveTriangular(regular(u), b, { lower: false }), [[3, 3]], [[3, 2]])],
      transpose: [
        use("transposed", (l, b) => gt.solveTriangular(regular(l), b, { transpose: true }), [[3, 3]], [[3, 2]]),
        use(
          "of a transposed upper triangle",
          (u, b) => gt.solveTriangular(regular(u), b, { lower: false, transpose: true }),
          [[3, 3]],
          [[3]],
        ),
      ],
    },
    complex: null,
    tensors: { solveTriangular: (l, b) => gt.solveTriangular(l.add(eye(3).mul(3)), b) },
    step: matrices((a) => gt.solveTriangular(a, a.tanh())),
  },
  cholesky: {
    uses: [
      use("of [3, 3]", (a) => gt.cholesky(definite(a)), [[3, 3]]),
      use("of [2, 2, 2]", (a) => gt.cholesky(definite(a)), [[2, 2, 2]]),
      use("of a matrix that is not symmetric", (a) => gt.cholesky(a), tensor([[4, 1], [0.5, 3]])), // biome-ignore format: one line
    ],
    complex: null,
    tensors: { cholesky: (a) => gt.cholesky(definite(a)) },
    step: matrices(gt.cholesky),
  },
  inv: {
    uses: [use("of [3, 3]", (a) => gt.inv(regular(a)), [[3, 3]]), use("of [2, 2, 2]", (a) => gt.inv(regular(a)), [[2, 2, 2]])],
    complex: null,
    tensors: { inv: gt.inv },
    step: matrices(gt.inv),
  },
  det: {
    uses: [
      use("of [3, 3]", (a) => gt.det(regular(a)).mul(0.01), [[3, 3]]),
      use("of [2, 2, 2]", (a) => gt.det(regular(a)).mul(0.1), [[2, 2, 2]]),
    ],
    complex: null,
    tensors: { det: gt.det },
    step: matrices((a) => gt.det(a).log()),
  },
  slogdet: {
    uses: [
      use("of [3, 3], the logarithm", (a) => gt.slogdet(regular(a))[1], [[3, 3]]),
      use("of [2, 2, 2], both", (a) => gt.slogdet(regular(a))[0].mul(gt.slogdet(regular(a))[1]), [[2, 2, 2]]),
    ],
    complex: null,
    tensors: { slogdet: (a) => gt.slogdet(a)[1] },
    step: matrices((a) => gt.slogdet(a)[1]),
  },
  eigh: {
    uses: [
      use("of [3, 3], values", (a) => gt.eigh(apart(a))[0], [[3, 3]]),
      use("of [3, 3], vectors", (a) => gt.eigh(apart(a))[1], [[3, 3]]),
      use("of [2, 3, 3], both", (a) => gt.eigh(apart(a))[1].mul(gt.eigh(apart(a))[0].expandDims(-2)), [[2, 3, 3]]),
    ],
    complex: null,
    tensors: { eigh: (a) => gt.eigh(a)[0], "eigh with squared vectors": (a) => gt.eigh(a)[1].square() },
    step: matrices((a) => gt.eigh(a)[0]),
  },

  inverse: {
    uses: [use("of [3, 3]", (a) => a.run(Inverse, [regular(a)], { caller: "inv" }), [[3, 3]])],
    complex: null,
    step: matrices((a) => a.run(Inverse, [a], { caller: "inv" })),
  },
  cofactor: {
    uses: [use("of [3, 3]", (a) => a.run(Cofactor, [regular(a)]).mul(0.1), [[3, 3]])],
    complex: null,
    step: matrices((a) => a.run(Cofactor, [a]).tanh()),
  },
  detSign: { uses: [use("of [3, 3]", (a) => a.run(DetSign, [regular(a)]), [[3, 3]])], complex: null, step: null },
  logAbsDet: {
    uses: [use("of [3, 3]", (a) => a.run(LogAbsDet, [regular(a)]), [[3, 3]])],
    complex: null,
    step: matrices((a) => a.run(LogAbsDet, [a])),
  },
};
