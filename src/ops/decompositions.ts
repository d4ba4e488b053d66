import { broadcastShapes } from "../base/broadcast.js";
import { ShapeError } from "../base/errors.js";
import { checkSquare, formatShape, type Shape } from "../base/shape.js";
import * as k from "../kernels/decompositions.js";
import { eigh as eighKernel } from "../kernels/eigen.js";
import type { Tensor } from "../tensor/tensor.js";
import { Triangle } from "./linalg.js";
import type { BinaryOp, Op, UnaryOp } from "./op.js";

// Functions of matrices over the last two axes. Rules by Giles, Collected matrix derivative results (2008), and for eigenvectors and
// triangles by Walter and Lehmann, Algorithmic differentiation of linear algebra functions (2013).

/** The last axis but one, and the last. */
const transposed = (x: Tensor): Tensor => x.transpose(x.shape.map((_, i) => (i < x.rank - 2 ? i : 2 * x.rank - 3 - i)));
const times = (a: Tensor, b: Tensor): Tensor => a.matmul(b);
const timesTransposed = (a: Tensor, b: Tensor): Tensor => a.matmul(b, { transposeB: true });
const transposedTimes = (a: Tensor, b: Tensor): Tensor => a.matmul(b, { transposeA: true });

function solutionShape(name: string, a: Tensor, b: Tensor): Shape {
  const { shape } = b;
  const square = checkSquare(name, a.shape);
  const n = square[square.length - 1];
  if (shape[shape.length - 2] !== n) {
    const isBatch = square.length > 2 && shape[shape.length - 1] === n;
    throw new ShapeError(
      `${name}: the right side must have as many rows as the matrix, got ${formatShape(square)} and ${formatShape(shape)} (${n} ≠ ${shape[shape.length - 2]})` +
        (isBatch ? "; a vector for each matrix is a column, expandDims(-1)" : ""),
    );
  }
  return [...broadcastShapes(name, square.slice(0, -2), shape.slice(0, -2)), n, shape[shape.length - 1]];
}

/** X with A·X = B, or Aᵀ·X = B.  dB = A⁻ᵀ·G, dA = −dB·Xᵀ; for the transposed matrix dA = −X·dBᵀ. */
export const Solve: BinaryOp<k.SolveAttributes> = {
  name: "Solve",
  kernel: k.solve,
  shape: ([a, b]) => solutionShape("solve", a, b),
  vjp: [
    (g, x, a, _b, { transpose }) => {
      const dB = a.run(Solve, [a, g], { transpose: !transpose });
      return (transpose ? timesTransposed(x, dB) : timesTransposed(dB, x)).neg();
    },
    (g, _, a, _b, { transpose }) => a.run(Solve, [a, g], { transpose: !transpose }),
  ],
  jvp: [
    (da, x, a, _b, { transpose }) => a.run(Solve, [a, da.matmul(x, { transposeA: transpose })], { transpose }).neg(),
    (db, _, a, _b, attributes) => a.run(Solve, [a, db], attributes),
  ],
};

/** X with T·X = B for a triangle T, of which the other half is not read.  As for {@link Solve}, in that triangle only. */
export const SolveTriangular: BinaryOp<k.TriangularAttributes> = {
  name: "SolveTriangular",
  kernel: k.solveTriangular,
  shape: ([t, b]) => solutionShape("solveTriangular", t, b),
  vjp: [
    (g, x, t, _b, { lower, transpose }) => {
      const dB = t.run(SolveTriangular, [t, g], { lower, transpose: !transpose });
      return triangle(transpose ? timesTransposed(x, dB) : timesTransposed(dB, x), lower).neg();
    },
    (g, _, t, _b, { lower, transpose }) => t.run(SolveTriangular, [t, g], { lower, transpose: !transpose }),
  ],
  jvp: [
    (dt, x, t, _b, attributes) => {
      const change = triangle(dt, attributes.lower).matmul(x, { transposeA: attributes.transpose });
      return t.run(SolveTriangular, [t, change], attributes).neg();
    },
    (db, _, t, _b, attributes) => t.run(SolveTriangular, [t, db], attributes),
  ],
};

/** X = A⁻¹.  dA = −Xᵀ·G·Xᵀ. */
export const Inverse: Op<readonly [a: Tensor], { readonly caller: string }> = {
  name: "Inverse",
  kernel: k.inverse,
  shape: ([a], { caller }) => checkSquare(caller, a.shape),
  vjp: [(g, x) => transposedTimes(x, timesTransposed(g, x)).neg()],
  jvp: [(da, x) => times(times(x, da), x).neg()],
};

const batchShape = (name: string, a: Tensor): Shape => checkSquare(name, a.shape).slice(0, -2);
/** A number for each matrix, as one that broadcasts with matrices. */
const asMatrix = (x: Tensor): Tensor => x.reshape([...x.shape, 1, 1]);
const MATRIX = [-2, -1];

/** det A.  dA = g·cof A, the {@link Cofactor} matrix, which a singular matrix has too. */
export const Det: UnaryOp = {
  name: "Det",
  kernel: k.det,
  shape: ([a]) => batchShape("det", a),
  vjp: [(g, _, a) => asMatrix(g).times(a.run(Cofactor, [a]))],
  jvp: [(da, _, a) => da.times(a.run(Cofactor, [a])).sum(MATRIX)],
};

/**
 * C = cof A = det A·A⁻ᵀ.  With X = A⁻¹, dA = (Σ G∘C)·Xᵀ − C·Gᵀ·Xᵀ; at a singular matrix there is none in this form.
 */
export const Cofactor: UnaryOp = {
  name: "Cofactor",
  kernel: k.cofactor,
  shape: ([a]) => checkSquare("det", a.shape),
  vjp: [
    (g, c, a) => {
      const x = a.run(Inverse, [a], { caller: "det" });
      return transposed(asMatrix(g.times(c).sum(MATRIX)).times(x)).sub(timesTransposed(timesTransposed(c, g), x));
    },
  ],
  jvp: [
    (da, c, a) => {
      const x = a.run(Inverse, [a], { caller: "det" });
      return asMatrix(da.times(transposed(x)).sum(MATRIX))
        .times(c)
        .sub(transposedTimes(times(da, x), c));
    },
  ],
};

/** The sign of det A, 0 for a singular matrix. Constant between its jumps: no gradient. */
export const DetSign: UnaryOp = { name: "DetSign", kernel: k.detSign, shape: ([a]) => batchShape("slogdet", a), vjp: [null], jvp: [null] };

/** ln |det A|.  dA = g·A⁻ᵀ. */
export const LogAbsDet: UnaryOp = {
  name: "LogAbsDet",
  kernel: k.logAbsDet,
  shape: ([a]) => batchShape("slogdet", a),
  vjp: [(g, _, a) => asMatrix(g).times(transposed(a.run(Inverse, [a], { caller: "slogdet" })))],
  jvp: [(da, _, a) => da.times(transposed(a.run(Inverse, [a], { caller: "slogdet" }))).sum(MATRIX)],
};

const triangle = (x: Tensor, lower: boolean): Tensor => x.run(Triangle, [x], { lower, offset: 0 });

/** The lower triangle with half of the diagonal: what of a symmetric matrix makes it up together with its transpose. */
const half = (x: Tensor): Tensor =>
  triangle(x, true)
    .add(x.run(Triangle, [x], { lower: true, offset: -1 }))
    .mul(0.5);

/**
 * L with L·Lᵀ = A, of the symmetric part of A.  With Φ the lower triangle and half of the diagonal, dL = L·Φ(L⁻¹·dA·L⁻ᵀ), and back
 * dA = L⁻ᵀ·Φ(Lᵀ·G)·L⁻¹, of which the symmetric part (Murray 2016).
 */
export const Cholesky: UnaryOp = {
  name: "Cholesky",
  kernel: k.cholesky,
  shape: ([a]) => checkSquare("cholesky", a.shape),
  vjp: [(g, l) => symmetricPart(onBothSides(l, half(transposedTimes(l, triangle(g, true))), true))],
  jvp: [(da, l) => times(l, half(onBothSides(l, symmetricPart(da), false)))],
};

const symmetricPart = (x: Tensor): Tensor => x.add(transposed(x)).mul(0.5);
/** L⁻¹·x·L⁻ᵀ, or L⁻ᵀ·x·L⁻¹. */
function onBothSides(l: Tensor, x: Tensor, transpose: boolean): Tensor {
  const left = (y: Tensor): Tensor => l.run(SolveTriangular, [l, y], { lower: true, transpose });
  return transposed(left(transposed(left(x))));
}

/**
 * The eigenvalues λ of the symmetric part of A in row 0, and below the matrix V of their vectors: [n + 1, n].  With Fᵢⱼ = 1/(λⱼ − λᵢ)
 * beside the diagonal, dλ = diag(Vᵀ·dA·V), dV = V·(F∘(Vᵀ·dA·V)), and back dA = V·(diag λ̄ + F∘(Vᵀ·V̄))·Vᵀ, of which the symmetric part.
 * Where two are equal, as far as rounding can tell, F is infinite, and the result not finite, unless what it is multiplied with is 0, as it
 * is if only λ is used. That is all that can be said: of cotangents V̄ and λ̄ that do not change when the vectors of equal values turn among
 * themselves, those of the projector on their space, which has a derivative of 0 there, and those of A^½ = V·λ^½·Vᵀ, which has another, may be
 * the same.
 */
export const Eigh: UnaryOp = {
  name: "Eigh",
  kernel: eighKernel,
  shape: ([a]) => {
    const shape = checkSquare("eigh", a.shape);
    const n = shape[shape.length - 1];
    return [...shape.slice(0, -2), n + 1, n];
  },
  vjp: [
    (g, out) => {
      const [values, vectors] = valuesAndVectors(out);
      const [gValues, gVectors] = valuesAndVectors(g);
      const inner = onDiagonal(gValues).add(transposedTimes(vectors, gVectors).times(gaps(values)));
      return symmetricPart(timesTransposed(times(vectors, inner), vectors));
    },
  ],
  jvp: [
    (da, out) => {
      const [values, vectors] = valuesAndVectors(out);
      const change = transposedTimes(vectors, times(symmetricPart(da), vectors));
      return diagonalOf(change).concatWith([times(vectors, change.times(gaps(values)))], out.rank - 2);
    },
  ],
};

/** Row 0, as a row, and the rows below. */
function valuesAndVectors(x: Tensor): [values: Tensor, vectors: Tensor] {
  const n = x.shape[x.rank - 1];
  const rows = (from: number, to: number): Tensor => x.slice(x.shape.map((_, i) => (i === x.rank - 2 ? [from, to] : null)));
  return [rows(0, 1), rows(1, n + 1)];
}

/** The places of the diagonals of n × n matrices, each read as a list of n² numbers. */
const diagonalPlaces = (batch: Shape, n: number) => ({ start: [...batch.map(() => 0), 0], step: [...batch.map(() => 1), n + 1] });

/** A row, or a batch of them, on the diagonal of a matrix of zeros. */
function onDiagonal(row: Tensor): Tensor {
  const [batch, n] = [row.shape.slice(0, -2), row.shape[row.rank - 1]];
  const flat = row.reshape([...batch, n]).padLattice({ ...diagonalPlaces(batch, n), shape: [...batch, n * n], value: 0 });
  return flat.reshape([...batch, n, n]);
}

/** The diagonal of a matrix as a row. */
function diagonalOf(x: Tensor): Tensor {
  const [batch, n] = [x.shape.slice(0, -2), x.shape[x.rank - 1]];
  const flat = x.reshape([...batch, n * n]).sliceLattice({ ...diagonalPlaces(batch, n), shape: [...batch, n] });
  return flat.reshape([...batch, 1, n]);
}

/** 1/(λⱼ − λᵢ), 0 on the diagonal, ∞ where two differ by no more than the rounding error of their computation. */
function gaps(values: Tensor): Tensor {
  const identity = onDiagonal(values.equal(values).where(1, 1));
  const differences = values.sub(transposed(values));
  const n = values.shape[values.rank - 1];
  const rounding = values
    .abs()
    .sum(-1, true)
    .mul(n * Number.EPSILON);
  return differences.abs().greater(rounding).where(differences, 0).add(identity).reciprocal().sub(identity);
}
