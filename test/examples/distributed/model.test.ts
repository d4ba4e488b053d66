import { expect, test } from "vitest";
import { fitShard, measureScale } from "../../../examples/distributed/model.js";
import { readRange, type Shard } from "../../../examples/distributed/shard.js";
import { references } from "../logistic-regression/program.js";

const alone = (part: Float64Array): Float64Array => part;
const shard = readRange("examples/data/wdbc.csv", 0, 1, { target: "diagnosis", positive: "M", negative: "B" });

test("one shard alone gets the reference's scale and coefficients", () => {
  const scale = measureScale(shard, alone);
  expect(scale.rows).toBe(569);
  for (const method of ["newton", "lbfgs"] as const) {
    const { params } = fitShard(shard, scale, { shards: 1, l2: 1, sum: alone, method, gradientTolerance: 1e-13 });
    shard.features.forEach((name, j) => {
      expect(Math.abs(params.w.data[j] - references.ridge.weights[name]), `${method} ${name}`).toBeLessThan(1e-9);
    });
    expect(Math.abs(params.b.item() - references.ridge.intercept), method).toBeLessThan(1e-9);
  }
});

test("shards with one label in all of them, or with a column that does not vary, are refused", () => {
  const rows = (x: number[], y: number[]): Shard => ({ features: ["a"], rows: 2, x: Float64Array.from(x), y: Float64Array.from(y) });
  expect(() => measureScale(rows([1, 2], [1, 1]), alone)).toThrow("both labels are needed, but 2 of 2 rows in all shards are positive");
  expect(() => measureScale(rows([3, 3], [0, 1]), alone)).toThrow(
    "column a cannot be standardized: its standard deviation over all rows is 0",
  );
});
