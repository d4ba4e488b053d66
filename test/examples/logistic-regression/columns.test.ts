import { type Tensor, tensor, vjp } from "gradtape";
import { expect, test } from "vitest";
import { columnsOf } from "../../../examples/logistic-regression/columns.js";
import type { Part } from "../../../examples/logistic-regression/design.js";
import { logits } from "../../../examples/logistic-regression/model.js";

// Two parts with two dense columns and two blocks; one beyond the last place is a row without a coefficient, and the second block
// is multiplied by a column.
const sizes = [2, 3];
const part = (rows: number, start: number): Part => {
  const numbers = (f: (i: number) => number): Tensor => tensor(Float64Array.from({ length: rows }, (_, i) => f(start + i)));
  return {
    x: tensor(
      Float64Array.from({ length: 2 * rows }, (_, i) => Math.sin(start * 2 + i + 1)),
      [rows, 2],
    ),
    places: [numbers((i) => i % 3), numbers((i) => (i * 7) % 4)],
    factors: [[], [numbers((i) => Math.cos(i))]],
    y: numbers((i) => i % 2),
    w: [],
  };
};
const parts = [part(5, 0), part(4, 5)];
const columns = columnsOf(parts, sizes);
const close = (a: Float64Array, b: ArrayLike<number>): void => {
  expect(a).toHaveLength(b.length);
  a.forEach((value, i) => void expect(value).toBeCloseTo(b[i], 14));
};

test("a combination is the logits, zeros in it or not", () => {
  for (const c of [
    [1, -2, 3, 0.5, 0.25, -1, 4],
    [0, 2, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 3, 0],
  ])
    close(
      columns.combine(Float64Array.from(c)),
      parts.flatMap((one) => [...logits(tensor(c), one, sizes).data]),
    );
});

test("a projection is the pullback of the logits, at the places asked for", () => {
  const r = Float64Array.from({ length: 9 }, (_, i) => (i % 4) - 1.5);
  let sum = tensor(new Float64Array(7));
  parts.forEach((one, i) => {
    const [pulled] = vjp((theta: Tensor) => logits(theta, one, sizes), tensor(new Float64Array(7)))[1](
      tensor(i === 0 ? r.slice(0, 5) : r.slice(5)),
    );
    sum = sum.add(pulled as Tensor);
  });
  close(columns.project(r, [0, 1, 2, 3, 4, 5, 6]), sum.data);
  close(columns.project(r, [6, 1, 3]), [sum.data[6], sum.data[1], sum.data[3]]);
});
