import { record, type Tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import { randomTensor } from "../support/random.js";
import { difference, replay } from "./runtime.js";

// A runtime rewrites a model as it loads it, and what it puts in the place of several operators may round to float32. An op alone cannot
// show that: here products, and what runtimes look for beside others, stand with factors that float32 does not have.

const FACTOR = 1.7;
const beside: Record<string, (product: (scale: (x: Tensor) => Tensor) => Tensor) => Tensor> = {
  "with a factor behind": (product) => product((x) => x).mul(FACTOR),
  "with a divisor behind": (product) => product((x) => x).div(FACTOR),
  "with a factor on one side": (product) => product((x) => x.mul(FACTOR)),
  "with a divisor on one side": (product) => product((x) => x.div(FACTOR)),
  "with what is added": (product) => product((x) => x).add(FACTOR),
};
const shapes = [[4], [4, 4], [3, 4, 4]];

describe("A product keeps its digits", () => {
  for (const left of shapes)
    for (const right of shapes)
      test(`[${left}] by [${right}], transposed or not`, async () => {
        const [a, b] = [randomTensor(1, left), randomTensor(2, right)];
        for (const [title, f] of Object.entries(beside))
          for (const transposeA of [false, true])
            for (const transposeB of [false, true])
              for (const isLeft of [true, false]) {
                const product = (x: Tensor, y: Tensor): Tensor =>
                  f((scale) => (isLeft ? scale(x).matmul(y, { transposeA, transposeB }) : x.matmul(scale(y), { transposeA, transposeB })));
                const tape = record(product, a, b);
                expect(difference(await replay(tape), tape.outputs), `${title}, ${transposeA} ${transposeB}`).toBeLessThan(1e-13);
              }
      });
});

describe("What runtimes know under a name of their own keeps its digits", () => {
  const x = randomTensor(3, [3, 4]);
  const gain = randomTensor(4, [4]);
  // biome-ignore format: one line each
  const patterns: Record<string, (x: Tensor, gain: Tensor) => Tensor> = {
    "a normalized layer": (x, gain) => x.sub(x.mean(1, true)).div(x.variance(1, { keepDims: true }).add(1e-5).sqrt()).mul(gain).add(gain),
    "attention": (x) => x.matmul(x, { transposeB: true }).div(Math.sqrt(3)).softmax().matmul(x),
    "a gate by its sigmoid": (x) => x.mul(1.702).sigmoid().mul(x),
    "a gate by its hyperbolic tangent": (x) => x.pow(3).mul(0.044715).add(x).mul(0.7978845608028654).tanh().add(1).mul(x).mul(0.5),
    "a leaking rectifier": (x) => x.greater(0).where(x, x.mul(0.01)),
    "a product that is clipped": (x, gain) => x.matmul(gain).add(0.3).clamp(-0.1, 0.1),
    "padding with a number": (x) => x.pad([[1, 1], [0, 2]], 0.3),
    "powers": (x) => x.abs().pow(1.3),
  };
  for (const [title, f] of Object.entries(patterns))
    test(title, async () => {
      const tape = record(f, x, gain);
      expect(difference(await replay(tape), tape.outputs)).toBeLessThan(1e-13);
    });
});
