import { parseEinsum } from "../base/einsum.js";
import { describe, ShapeError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { Triangle } from "../ops/linalg.js";
import { apply } from "../tensor/apply.js";
import type { MatMulOptions } from "../tensor/options.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";

/**
 * The matrix product with NumPy's rules: over the last two axes, with batch axes in front that broadcast; a rank-1 `a` is a
 * row, a rank-1 `b` a column, and two of them give their inner product. $ dA = G B^\top $, $ dB = A^\top G $.
 * Inner dimensions that differ, and rank 0, are a `ShapeError`.
 *
 * @param options - `transposeA` and `transposeB` read an operand transposed, without a copy; one of rank 1 is taken as it is.
 *
 * @example
 * ```ts
 * matmul([[1, 2], [3, 4]], [1, 1]).toArray(); // [3, 7]
 * matmul([1, 2], [3, 4]).item(); // 11
 * matmul([[1, 2], [3, 4]], [1, 1], { transposeA: true }).toArray(); // [4, 6]
 * ```
 */
export function matmul(a: TensorLike, b: TensorLike, options?: MatMulOptions): Tensor {
  return asTensor("matmul", a).matmul(b, options);
}

/**
 * The sum of the diagonal, of each matrix over the last two axes. Rank below 2 is a `ShapeError`. Derivative: g on the diagonal.
 *
 * @example
 * ```ts
 * trace([[1, 2], [3, 4]]).item(); // 5
 * ```
 */
export function trace(x: TensorLike): Tensor {
  return diagonalOf("trace", asTensor("trace", x)).sum(-1);
}

/**
 * Of a vector the matrix with it on the diagonal and zeros elsewhere; of a matrix, or a batch of them in the last two axes, its diagonal.
 * A single number is a `ShapeError`. Each is the derivative of the other.
 *
 * @example
 * ```ts
 * diag([1, 2]).toArray(); // [[1, 0], [0, 2]]
 * diag([[1, 2], [3, 4]]).toArray(); // [1, 4]
 * ```
 */
export function diag(x: TensorLike): Tensor {
  const own = asTensor("diag", x);
  if (own.rank !== 1) return diagonalOf("diag", own);
  const n = own.size;
  return own.padLattice({ start: [0], step: [n + 1], shape: [n * n], value: 0 }).reshape([n, n]);
}

function diagonalOf(name: string, x: Tensor): Tensor {
  if (x.rank < 2) throw new ShapeError(`${name}: expected matrices over the last two axes, got shape ${formatShape(x.shape)}`);
  return repeatedAxis(x, x.rank - 2, x.rank - 1);
}

/** The places that have the same index along two axes, the second of which is the last: both become one, the last. */
function repeatedAxis(x: Tensor, first: number, last: number): Tensor {
  const order = [...x.shape.map((_, i) => i).filter((i) => i !== first && i !== last), first, last];
  const moved = order.every((axis, i) => axis === i) ? x : x.transpose(order);
  const batch = moved.shape.slice(0, -2);
  const [rows, columns] = moved.shape.slice(-2);
  const places = { start: [...batch.map(() => 0), 0], step: [...batch.map(() => 1), columns + 1] };
  return moved.reshape([...batch, rows * columns]).sliceLattice({ ...places, shape: [...batch, Math.min(rows, columns)] });
}

/**
 * The lower triangle of each matrix over the last two axes, zeros above diagonal k: places with column − row ≤ k stay. Derivative: the same of g.
 *
 * @example
 * ```ts
 * tril([[1, 2], [3, 4]]).toArray(); // [[1, 0], [3, 4]]
 * ```
 */
export function tril(x: TensorLike, k = 0): Tensor {
  return apply(Triangle, [asTensor("tril", x)], { lower: true, offset: checkOffset("tril", k) });
}

/**
 * The upper triangle of each matrix over the last two axes, zeros below diagonal k: places with column − row ≥ k stay. Derivative: the same of g.
 *
 * @example
 * ```ts
 * triu([[1, 2], [3, 4]]).toArray(); // [[1, 2], [0, 4]]
 * ```
 */
export function triu(x: TensorLike, k = 0): Tensor {
  return apply(Triangle, [asTensor("triu", x)], { lower: false, offset: checkOffset("triu", k) });
}

function checkOffset(name: string, k: number): number {
  if (!Number.isInteger(k)) throw new TypeError(`${name}: expected a whole number as the diagonal, got ${describe(k)}`);
  return k;
}

/**
 * All products of an element of the vector x with one of the vector y: place [i, j] is xᵢ·yⱼ; with batch axes in front, which broadcast.
 * Rank 0 is a `ShapeError`.
 *
 * @example
 * ```ts
 * outer([1, 2], [3, 4]).toArray(); // [[3, 4], [6, 8]]
 * ```
 */
export function outer(x: TensorLike, y: TensorLike): Tensor {
  const [left, right] = [asTensor("outer", x), asTensor("outer", y)];
  if (left.rank === 0 || right.rank === 0)
    throw new ShapeError(
      `outer: expected vectors along the last axis, got shapes ${formatShape(left.shape)} and ${formatShape(right.shape)}`,
    );
  return left.expandDims(-1).mul(right.expandDims(-2));
}

/**
 * Einstein's summation: each letter names an axis, letters that are not in the result are summed over, and letters that stand in several
 * terms run together. Without `->` the result has the letters that stand once, in alphabetical order; `...` stands for axes in front that
 * broadcast; a letter twice in one term is its diagonal. Sums are taken as soon as their letter is not needed any more, from left to right,
 * as matrix products.
 *
 * A specification that cannot be read or does not fit the count of tensors is a `TypeError`, shapes that do not fit it are a `ShapeError`.
 *
 * @example
 * ```ts
 * einsum("ij,jk->ik", [[1, 2], [3, 4]], [[1], [1]]).toArray(); // [[3], [7]]
 * einsum("ii->i", [[1, 2], [3, 4]]).toArray(); // [1, 4]
 * einsum("bi,bi->b", [[1, 2], [3, 4]], [[1, 1], [2, 0]]).toArray(); // [3, 6]
 * ```
 */
export function einsum(spec: string, ...tensors: TensorLike[]): Tensor {
  const operands = tensors.map((x) => asTensor("einsum", x));
  const { inputs, output } = parseEinsum(
    spec,
    operands.map(({ shape }) => shape),
  );
  let result: Labeled | undefined;
  operands.forEach((x, i) => {
    const later = new Set([...output, ...inputs.slice(i + 1).flat()]);
    const next = withoutRepeats({ x, labels: inputs[i] });
    result = result === undefined ? summed(next, later) : contract(result, next, later);
  });
  const { x, labels } = result as Labeled;
  const order = output.map((label) => labels.indexOf(label));
  return order.every((axis, i) => axis === i) ? x : x.transpose(order);
}

/** A tensor with a letter for each axis. */
interface Labeled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/** Of axes with the same letter the diagonal. */
function withoutRepeats({ x, labels }: Labeled): Labeled {
  const last = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (last < 0) return { x, labels };
  const first = labels.indexOf(labels[last]);
  const rest = labels.filter((_, i) => i !== first && i !== last);
  return withoutRepeats({ x: repeatedAxis(x, first, last), labels: [...rest, labels[last]] });
}

/** Summed over the axes whose letters are not needed. */
function summed({ x, labels }: Labeled, needed: ReadonlySet<string>): Labeled {
  const axes = labels.flatMap((label, i) => (needed.has(label) ? [] : [i]));
  return axes.length === 0 ? { x, labels } : { x: x.sum(axes), labels: labels.filter((label) => needed.has(label)) };
}

/** The product of two tensors, summed over the letters that both have and nobody needs: one product of matrices in a batch. */
function contract(a: Labeled, b: Labeled, needed: ReadonlySet<string>): Labeled {
  const left = summed(a, new Set([...needed, ...b.labels]));
  const right = summed(b, new Set([...needed, ...a.labels]));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const inner = shared.filter((label) => !needed.has(label));
  const batch = shared.filter((label) => needed.has(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const [l, r] = [arranged(left, batch, rows, inner), arranged(right, batch, inner, columns)];
  const product = l.matmul(r);
  const sizes = [
    ...rows.map((label) => left.x.shape[left.labels.indexOf(label)]),
    ...columns.map((label) => right.x.shape[right.labels.indexOf(label)]),
  ];
  return { x: product.reshape([...product.shape.slice(0, batch.length), ...sizes]), labels: [...batch, ...rows, ...columns] };
}

/** The axes in the given order, those of the second and of the third group each merged into one. */
function arranged({ x, labels }: Labeled, batch: readonly string[], second: readonly string[], third: readonly string[]): Tensor {
  const order = [...batch, ...second, ...third].map((label) => labels.indexOf(label));
  const moved = order.every((axis, i) => axis === i) ? x : x.transpose(order);
  const size = (group: readonly string[]): number => group.reduce((product, label) => product * x.shape[labels.indexOf(label)], 1);
  return moved.reshape([...batch.map((label) => x.shape[labels.indexOf(label)]), size(second), size(third)]);
}
