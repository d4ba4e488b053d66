import { compile, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";

// The products and quotients in rules, in which a zero on the left, or on either side, wins over ∞ and NaN.

const numbers = [0, -0, 1, -2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
const isZero = (x: number): boolean => x === 0;
const definitions: Record<"times" | "timesEither" | "over", (x: number, y: number) => number> = {
  times: (x, y) => (isZero(x) && Number.isNaN(x * y) ? 0 : x * y),
  timesEither: (x, y) => ((isZero(x) || isZero(y)) && Number.isNaN(x * y) ? 0 : x * y),
  over: (x, y) => (isZero(x) && Number.isNaN(x / y) ? 0 : x / y),
};

/** All pairs of numbers, from the k-th on: so each meets each place of a loop that takes several at once. */
const pairs = numbers.flatMap((x) => numbers.map((y) => [x, y] as const));
const from = (k: number, side: 0 | 1): number[] => [...pairs.slice(k), ...pairs.slice(0, k)].map((pair) => pair[side]);

describe("strong zeros", () => {
  for (const [name, definition] of Object.entries(definitions) as [keyof typeof definitions, (x: number, y: number) => number][]) {
    test(`${name} is what its definition says at each place, to the sign of a zero, eager and compiled`, () => {
      const f = (x: Tensor, y: Tensor): Tensor => x[name](y);
      for (const run of [f, compile(f, { backend: "js" })])
        for (let k = 0; k < pairs.length; k++) {
          const [x, y] = [from(k, 0), from(k, 1)];
          expect([...run(tensor(x), tensor(y)).data]).toEqual(x.map((v, i) => definition(v, y[i])));
        }
    });

    test(`${name} is so where one side repeats, in rows of any length`, () => {
      for (let columns = 1; columns <= 9; columns++) {
        const y = tensor(Array.from({ length: numbers.length * columns }, (_, i) => numbers[(3 * i) % numbers.length])).reshape([
          -1,
          columns,
        ]);
        const [rows, row] = [tensor(numbers).expandDims(1), y.slice([0])];
        const expected = Array.from(y.data, (v, i) => definition(numbers[Math.floor(i / columns)], v));
        expect([...rows[name](y).data]).toEqual(expected);
        expect([...rows.broadcastTo(y.shape)[name](row).data]).toEqual(
          Array.from(y.data, (_, i) => definition(numbers[Math.floor(i / columns)], row.data[i % columns])),
        );
      }
    });
  }
});
