import * as gt from "gradtape";
import { DomainError, eye, grad, ShapeError, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";
import { randomTensor } from "../support/random.js";

const largest = (x: Tensor): number => x.abs().max().item();
/** Hilbert's matrix, the worst of the small ones. */
const hilbert = (n: number): Tensor => tensor(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => 1 / (i + j + 1))));

test("decompositions give back what they decompose", () => {
  const a = randomTensor(1, [3, 6, 6]);
  const definite = a.matmul(a, { transposeB: true });
  expect(largest(a.matmul(gt.inv(a)).sub(eye(6)))).toBeLessThan(1e-12);
  const l = gt.cholesky(definite);
  expect(largest(l.matmul(l, { transposeB: true }).sub(definite))).toBeLessThan(1e-13);
  expect(largest(gt.triu(l, 1))).toBe(0);
  const [values, vectors] = gt.eigh(definite);
  expect(largest(vectors.mul(values.expandDims(-2)).matmul(vectors, { transposeB: true }).sub(definite))).toBeLessThan(1e-12);
  expect(largest(vectors.matmul(vectors, { transposeA: true }).sub(eye(6)))).toBeLessThan(1e-14);
  expect(values.data.every((v, i) => i % 6 === 0 || v >= values.data[i - 1])).toBe(true);
  const [s, logarithm] = gt.slogdet(a);
  expect(largest(s.mul(logarithm.exp()).sub(gt.det(a)))).toBeLessThan(1e-10);
  expect(largest(gt.det(a.matmul(a)).div(gt.det(a).square()).sub(1))).toBeLessThan(1e-10);
});

test("ill-conditioned systems have small residuals, and graded ones are not taken for singular", () => {
  const a = hilbert(9); // of condition 5·10¹¹
  const b = a.sum(1);
  expect(largest(a.matmul(gt.solve(a, b)).sub(b))).toBeLessThan(1e-14);
  expect(largest(gt.solve(a, b).sub(1))).toBeLessThan(1e-3);
  expect(
    gt
      .solve(
        [
          [1, 1],
          [0, 1e-200],
        ],
        [2, 1e-200],
      )
      .toArray(),
  ).toEqual([1, 1]);
  expect(gt.det(gt.diag([1e-200, 1e200, 3])).item()).toBeCloseTo(3, 12);
  expect(
    gt
      .eigh([
        [1, 0],
        [0, 1e-30],
      ])[0]
      .toArray(),
  ).toEqual([1e-30, 1]);
});

test("singular and indefinite matrices are errors that say which and where", () => {
  const table = gt.stack([
    eye(3),
    tensor([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]),
  ]);
  for (const f of [() => gt.solve(table, [1, 2, 3]), () => gt.inv(table)]) {
    expect(f).toThrow(DomainError);
    expect(f).toThrow(
      /^(solve|inv): expected a matrix that is not singular, got one of 3 × 3 whose column 2 is a combination of those before it, at index \[1\] of the batch$/,
    );
  }
  expect(() => gt.cholesky([[[[1]], [[-4]]]])).toThrow("whose pivot 0 is -4, not positive, at index [0, 1] of the batch");
  expect(() =>
    gt.solveTriangular(
      [
        [1, 0],
        [1, 0],
      ],
      [1, 1],
    ),
  ).toThrow("solveTriangular: expected a triangle without zeros on its diagonal, got 0 in row 1");
  expect(() => gt.inv([[1, 2, 3]])).toThrow(ShapeError);
  expect(() => gt.solve(eye(2), [1, 2, 3])).toThrow(
    "solve: the right side must have as many rows as the matrix, got [2, 2] and [3, 1] (2 ≠ 3)",
  );
});

test("a singular matrix has a determinant with a gradient, and no logarithm of one", () => {
  const a = tensor([
    [1, 2, 3],
    [2, 4, 6],
    [0, 1, 5],
  ]);
  expect(gt.det(a).item()).toBeCloseTo(0, 14);
  grad((x: Tensor) => gt.det(x))(a)
    .sub([
      [14, -10, 2],
      [-7, 5, -1],
      [0, 0, 0],
    ])
    .data.forEach((v) => {
      expect(v).toBeCloseTo(0, 12);
    });
  expect(
    gt
      .slogdet([
        [1, 2],
        [2, 4],
      ])
      .map((x) => x.item()),
  ).toEqual([0, Number.NEGATIVE_INFINITY]);
  expect(() =>
    grad((x: Tensor) => gt.slogdet(x)[1])([
      [1, 2],
      [2, 4],
    ]),
  ).toThrow("slogdet: expected a matrix that is not singular");
});

test("eigh with equal eigenvalues has right derivatives of what depends on the values alone, and none that look right of what does not", () => {
  // Two eigenvalues of 2, which rounding tells apart, and one of 5.
  const q = gt.eigh(randomTensor(3, [3, 3]))[1];
  const equal = q.mul([2, 2, 5]).matmul(q, { transposeB: true });
  const logDet = grad((a: Tensor) => gt.eigh(a)[0].log().sum())(equal);
  const inverse = gt.inv(equal);
  logDet.data.forEach((value, i) => {
    expect(value).toBeCloseTo(inverse.data[i], 13);
  });
  const single = grad((a: Tensor) => gt.eigh(a)[0].slice([2]))(equal);
  const v = q.slice([null, 2]);
  single.data.forEach((value, i) => {
    expect(value).toBeCloseTo(v.data[Math.floor(i / 3)] * v.data[i % 3], 13);
  });
  const root = (a: Tensor): Tensor => {
    const [values, vectors] = gt.eigh(a);
    return vectors.mul(values.sqrt()).matmul(vectors, { transposeB: true }).slice([0, 1]);
  };
  expect(grad(root)(equal).data.every(Number.isFinite)).toBe(false);
  expect(grad(root)(q.mul([2, 3, 5]).matmul(q, { transposeB: true })).data.every(Number.isFinite)).toBe(true);
});

test("equal eigenvalues have a gradient, their vectors have none", () => {
  expect(grad((a: Tensor) => gt.eigh(a)[0].sum())(eye(3)).toArray()).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  const ofVectors = grad((a: Tensor) =>
    gt
      .eigh(a)[1]
      .mul([
        [1, 2],
        [3, 4],
      ])
      .sum(),
  )(eye(2));
  expect(ofVectors.data.some(Number.isFinite)).toBe(false);
});

test("an infinite matrix is not taken for singular, and what is NaN comes out as NaN", () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  // biome-ignore format: a matrix a line
  const upper = [[inf, 1], [0, 1]];
  expect(gt.solve(upper, [1, 1]).toArray()).toEqual([0, 1]);
  expect(gt.det(upper).item()).toBe(inf);
  expect(gt.slogdet(upper).map((x) => x.item())).toEqual([1, inf]);
  expect(gt.inv([[inf]]).item()).toBe(0);
  expect(gt.solve([[nan]], [1]).item()).toBe(nan);
  expect(gt.solve([[inf, inf], [inf, inf]], [1, 1]).toArray()).toEqual([nan, nan]); // biome-ignore format: a matrix
  expect(() => gt.solve([[0, inf], [0, 1]], [1, 1])).toThrow("whose column 0 is a combination of those before it"); // biome-ignore format: a matrix
});

test("a vector for each matrix of a batch is asked for as a column", () => {
  expect(() => gt.solve(gt.ones([5, 3, 3]), gt.ones([5, 3]))).toThrow(
    "got [5, 3, 3] and [5, 3] (3 ≠ 5); a vector for each matrix is a column, expandDims(-1)",
  );
  expect(() => gt.solve(eye(2), [1, 2, 3])).toThrow(/\(2 ≠ 3\)$/);
});

test("matrices without numbers", () => {
  const none = gt.zeros([0, 0]);
  expect(gt.det(none).item()).toBe(1);
  expect(gt.inv(none).shape).toEqual([0, 0]);
  expect(gt.solve(gt.zeros([2, 0, 0]), gt.zeros([0, 3])).shape).toEqual([2, 0, 3]);
  expect(gt.eigh(none).map(({ shape }) => shape)).toEqual([[0], [0, 0]]);
  expect(gt.cholesky(gt.zeros([0, 3, 3])).shape).toEqual([0, 3, 3]);
});

test("Einstein's sums refuse what they cannot read", () => {
  for (const spec of ["ij,jk", "i2->i", "ij->k", "ij->ii", "ij->i->j", "...ij->ij"])
    expect(() => gt.einsum(spec, spec === "...ij->ij" ? gt.zeros([2, 2, 2]) : eye(2)), spec).toThrow(TypeError);
  expect(() => gt.einsum("ij,jk->ik", gt.zeros([2, 3]), gt.zeros([4, 5]))).toThrow(
    'einsum: axes named j must have one size in "ij,jk->ik", got 3 and 4',
  );
  expect(() => gt.einsum("ijk->i", eye(2))).toThrow('einsum: expected a tensor of rank 3 for "ijk" in "ijk->i", got shape [2, 2]');
  expect(gt.einsum("ij", tensor([[1, 2]])).toArray()).toEqual([[1, 2]]);
  expect(gt.einsum("ba", tensor([[1, 2]])).toArray()).toEqual([[1], [2]]);
  expect(gt.einsum("...i,...i->...", gt.ones([2, 1, 3]), gt.ones([4, 3])).toArray()).toEqual([
    [3, 3, 3, 3],
    [3, 3, 3, 3],
  ]);
});
