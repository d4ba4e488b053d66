import { ShapeError } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import { checkSquare, formatShape } from "../base/shape.js";
import { Cholesky, Det, DetSign, Eigh, Inverse, LogAbsDet, Solve, SolveTriangular } from "../ops/decompositions.js";
import { apply } from "../tensor/apply.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";

// Functions of square matrices over the last two axes; the axes in front are a batch.

/** A right side as a matrix: a vector, of rank 1, as one column. */
function withRightSide(name: string, b: TensorLike, solveFor: (b: Tensor) => Tensor): Tensor {
  const right = asTensor(name, b);
  if (right.rank === 0)
    throw new ShapeError(`${name}: expected a vector or matrices as the right side, got shape ${formatShape(right.shape)}`);
  return right.rank === 1 ? solveFor(right.expandDims(-1)).squeeze(-1) : solveFor(right);
}

/**
 * The solution x of a·x = b, by elimination with row exchanges: a of shape [..., n, n], b a vector [n] or matrices [..., n, m]; batch axes
 * broadcast. Derivatives, with the solution x and what arrives g: $ db = a^{-\top} g $ and $ da = -db\,x^\top $.
 *
 * A matrix that is singular, or whose pivot is no more than rounding left of a 0, is a `DomainError` that says which column depends on those
 * before it, and where in the batch. Shapes that do not fit are a `ShapeError`.
 *
 * @example
 * ```ts
 * solve([[2, 0], [0, 4]], [2, 2]).toArray(); // [1, 0.5]
 * ```
 */
export function solve(a: TensorLike, b: TensorLike): Tensor {
  return withRightSide("solve", b, (right) => apply(Solve, [asTensor("solve", a), right], { transpose: false }));
}

/** Settings of {@link solveTriangular}. */
export interface SolveTriangularOptions {
  /** Whether the lower triangle is read, or the upper one. The other half of the matrix is ignored. */
  readonly lower?: boolean;
  /** Whether the system is that of the transposed matrix. */
  readonly transpose?: boolean;
}
const SOLVE_TRIANGULAR_OPTIONS: Known<SolveTriangularOptions> = { lower: true, transpose: true };

/**
 * The solution x of l·x = b for a triangular matrix l, or of lᵀ·x = b with `transpose`; shapes and derivatives as for {@link solve}, with da in
 * the triangle only. A zero on the diagonal is a `DomainError` that says in which row and where in the batch.
 *
 * @example
 * ```ts
 * solveTriangular([[2, 0], [1, 1]], [2, 3]).toArray(); // [1, 2]
 * solveTriangular([[2, 0], [1, 1]], [3, 1], { transpose: true }).toArray(); // [1, 1]
 * ```
 */
export function solveTriangular(l: TensorLike, b: TensorLike, options?: SolveTriangularOptions): Tensor {
  const { lower = true, transpose = false } = checkOptions("solveTriangular", options, SOLVE_TRIANGULAR_OPTIONS);
  return withRightSide("solveTriangular", b, (right) =>
    apply(SolveTriangular, [asTensor("solveTriangular", l), right], { lower, transpose }),
  );
}

/**
 * The lower triangular l with positive diagonal and l·lᵀ = a, of the symmetric part of a: [..., n, n]. A matrix that is not positive definite is
 * a `DomainError` that says at which pivot and where in the batch. Derivative: symmetric, from two solutions with l (Murray 2016).
 *
 * @example
 * ```ts
 * cholesky([[4, 2], [2, 5]]).toArray(); // [[2, 0], [1, 2]]
 * ```
 */
export function cholesky(a: TensorLike): Tensor {
  return apply(Cholesky, [asTensor("cholesky", a)]);
}

/**
 * The inverse of each matrix [..., n, n]. To solve a system, {@link solve} is faster and more exact. Derivative: $ da = -x^\top g\,x^\top $ with
 * the inverse x. Singular matrices as for `solve`.
 *
 * @example
 * ```ts
 * inv([[2, 0], [0, 4]]).toArray(); // [[0.5, 0], [0, 0.25]]
 * ```
 */
export function inv(a: TensorLike): Tensor {
  return apply(Inverse, [asTensor("inv", a)], { caller: "inv" });
}

/**
 * The determinant of each matrix [..., n, n], of shape [...]; 1 for n = 0. It may overflow where {@link slogdet} does not. Derivative: the
 * cofactors, $ \det(a)\,a^{-\top} $; a singular matrix has them too, but no second derivative in this form (`DomainError`).
 *
 * @example
 * ```ts
 * det([[1, 2], [3, 4]]).item(); // -2
 * ```
 */
export function det(a: TensorLike): Tensor {
  return apply(Det, [asTensor("det", a)]);
}

/**
 * The sign of the determinant of each matrix and the logarithm of its size, `[sign, logAbsDet]`, each of shape [...]; [0, −∞] for a singular
 * matrix. Derivative of the logarithm: $ a^{-\top} $, at a singular matrix a `DomainError`; the sign has none.
 *
 * @example
 * ```ts
 * const [s, logarithm] = slogdet([[0, 1], [Math.E, 0]]);
 * s.item(); // -1
 * logarithm.item(); // 1
 * ```
 */
export function slogdet(a: TensorLike): [sign: Tensor, logAbsDet: Tensor] {
  const own = asTensor("slogdet", a);
  return [apply(DetSign, [own]), apply(LogAbsDet, [own])];
}

/**
 * The eigenvalues of the symmetric part of each matrix [..., n, n], ascending, and its eigenvectors: `[values, vectors]` of shapes [..., n] and
 * [..., n, n], a vector in each column. Of a vector and its opposite the one is taken whose largest component is positive.
 *
 * Derivatives: $ d\lambda_i = v_i^\top da\,v_i $ and $ dv_i = \sum_{j \ne i} v_j\,(v_j^\top da\,v_i)/(\lambda_i - \lambda_j) $. Where two
 * eigenvalues are equal, to rounding, the derivative of what is computed from their vectors is not finite; that of what is computed from the
 * values alone, such as the sum of their logarithms, is right.
 *
 * @example
 * ```ts
 * const [values, vectors] = eigh([[2, 0], [0, 1]]);
 * values.toArray(); // [1, 2]
 * vectors.toArray(); // [[0, 1], [1, 0]]
 * ```
 */
export function eigh(a: TensorLike): [values: Tensor, vectors: Tensor] {
  const own = asTensor("eigh", a);
  const n = checkSquare("eigh", own.shape)[own.rank - 1];
  const both = apply(Eigh, [own]);
  const row = (range: number | readonly [number, number]): Tensor =>
    both.slice(both.shape.map((_, i) => (i === own.rank - 2 ? range : null)));
  return [row(0), row([1, n + 1])];
}
