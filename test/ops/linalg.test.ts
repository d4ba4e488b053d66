import { grad, matmul, record, ShapeError, type Tensor, tensor, zeros } from "gradtape";
import { describe, expect, test } from "vitest";
import { randomTensor } from "../support/random.js";

/** The definition, element by element, for matrices. */
function byDefinition(a: Tensor, b: Tensor): number[][] {
  const [m, k] = a.shape;
  const n = b.shape[1];
  return Array.from({ length: m }, (_, i) =>
    Array.from({ length: n }, (_, j) =>
      Array.from({ length: k }, (_, p) => a.data[i * k + p] * b.data[p * n + j]).reduce((s, v) => s + v, 0),
    ),
  );
}

function expectClose(found: Tensor, expected: readonly number[][]): void {
  const flat = expected.flat();
  expect(found.size).toBe(flat.length);
  found.data.forEach((v, i) => {
    expect(v).toBeCloseTo(flat[i], 12);
  });
}

describe("matmul", () => {
  test("is right for every size around the tiles, in all four readings", () => {
    for (const m of [1, 2, 3, 4, 5, 9]) {
      for (const k of [1, 2, 7]) {
        for (const n of [1, 3, 4, 8, 10]) {
          const a = randomTensor(m * 100 + k, [m, k]);
          const b = randomTensor(n * 100 + k, [k, n]);
          const expected = byDefinition(a, b);
          expectClose(a.matmul(b), expected);
          expectClose(a.transpose().matmul(b, { transposeA: true }), expected);
          expectClose(a.matmul(b.transpose(), { transposeB: true }), expected);
          expectClose(a.transpose().matmul(b.transpose(), { transposeA: true, transposeB: true }), expected);
        }
      }
    }
  });

  test("follows NumPy for vectors and batches", () => {
    expect(matmul([1, 2], [3, 4]).item()).toBe(11);
    expect(
      matmul(
        [
          [1, 2],
          [3, 4],
        ],
        [1, 1],
      ).toArray(),
    ).toEqual([3, 7]);
    expect(
      matmul(
        [1, 1],
        [
          [1, 2],
          [3, 4],
        ],
      ).toArray(),
    ).toEqual([4, 6]);
    expect(matmul([[[1, 2]], [[3, 4]]], [[1], [1]]).toArray()).toEqual([[[3]], [[7]]]);
    const a = randomTensor(1, [2, 1, 3, 4]);
    const b = randomTensor(2, [5, 4, 2]);
    const c = a.matmul(b);
    expect(c.shape).toEqual([2, 5, 3, 2]);
    expectClose(c.slice([1, 3]), byDefinition(a.slice([1, 0]), b.slice([3])));
  });

  test("takes a vector as it is, whatever the transposes say, and the tape does not say so of it", () => {
    const v = tensor([1, 10, 100]);
    const M = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(v.matmul(M, { transposeA: true }).toArray()).toEqual([531, 642]);
    expect(M.matmul(v, { transposeA: true, transposeB: true }).toArray()).toEqual([531, 642]);
    expect(v.matmul(v, { transposeA: true, transposeB: true }).item()).toBe(10101);
    const tape = record((x: Tensor) => x.matmul(v, { transposeA: true, transposeB: true }), M.named("M"));
    expect(String(tape)).toContain("MatMul(M, constant[3], transposeA)");
    expect(() => v.matmul(zeros([2, 3]), { transposeA: true })).toThrow("got [3] and [2, 3] (3 ≠ 2)");
  });

  test("of an empty inner dimension is zero, and of empty outer ones empty", () => {
    expect(matmul(zeros([2, 0]), zeros([0, 3])).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(matmul(zeros([0, 2]), zeros([2, 3])).shape).toEqual([0, 3]);
    expect(matmul(zeros([0]), zeros([0])).item()).toBe(0);
    expect(matmul(zeros([0, 2, 2]), zeros([2, 3])).shape).toEqual([0, 2, 3]);
    expect(grad((x: Tensor) => x.matmul(zeros([0, 3])).sum())(zeros([2, 0])).shape).toEqual([2, 0]);
  });

  test("passes NaN and infinity on", () => {
    expect(matmul([[Number.NaN, 1]], [[1], [1]]).item()).toBeNaN();
    expect(matmul([[1e308, 1e308]], [[10], [0]]).item()).toBe(Number.POSITIVE_INFINITY);
  });

  test("never computes a gradient that nobody asks for", () => {
    const data = randomTensor(3, [4, 2]);
    const g = grad((w: Tensor) => data.matmul(w).sum())(tensor([1, 2]));
    expect(g.toArray()).toEqual(data.sum(0).toArray());
  });

  test("refuses shapes that do not fit, with the numbers that differ", () => {
    expect(() => matmul(zeros([3, 4]), zeros([5, 6]))).toThrow(ShapeError);
    expect(() => matmul(zeros([3, 4]), zeros([5, 6]))).toThrow("matmul: inner dimensions must agree, got [3, 4] and [5, 6] (4 ≠ 5)");
    expect(() => zeros([3, 4]).matmul(zeros([5, 6]), { transposeA: true })).toThrow("got [3, 4]ᵀ and [5, 6] (3 ≠ 5)");
    expect(() => matmul(1, [1])).toThrow("matmul: operands must have at least one axis, got [] and [1]");
    expect(() => matmul(zeros([2, 3, 4]), zeros([3, 4, 5]))).toThrow("matmul: shapes must broadcast");
    expect(() => matmul([1, 2], [1, 2, 3])).toThrow("(2 ≠ 3)");
  });
});
