import { expect, test } from "vitest";
import { findDependent } from "../../../examples/logistic-regression/dependence.js";

test("of many copies of one column each takes three products with one column, however many were found before", () => {
  const rows = 20;
  const count = 400;
  const values = Float64Array.from({ length: rows }, (_, i) => Math.sin(i + 1));
  const square = values.reduce((sum, x) => sum + x * x, 0);
  let products = 0; // of a column with a vector
  const { dependent, isNearly } = findDependent(
    new Float64Array(count * count).fill(square),
    Array.from({ length: count }, (_, k) => k),
    {
      combine: (c) => {
        products += c.filter((factor) => factor !== 0).length;
        const total = c.reduce((sum, x) => sum + x, 0);
        return values.map((x) => x * total);
      },
      project: (r, places) => {
        products += places.length;
        return Float64Array.from(places, () => r.reduce((sum, x, i) => sum + x * values[i], 0));
      },
      magnification: new Float64Array(count).fill(1),
    },
  );
  expect(dependent).toHaveLength(count - 1);
  for (const { on } of dependent) expect(on).toEqual([0]);
  expect(isNearly).toBe(false);
  expect(products).toBe(3 * (count - 1));
});
