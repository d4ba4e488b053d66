import { binaryCrossEntropyWithLogits, compile, eye, hessian, record, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/passes/evaluate.js";
import { prune } from "../../src/passes/prune.js";
import { turn } from "../../src/passes/turn.js";
import { randomTensor } from "../support/random.js";

type F = (...x: Tensor[]) => unknown;
const turned = (f: F, ...at: Tensor[]) => prune(turn(record(f, ...at)));
const ops = (f: F, ...at: Tensor[]): string[] => turned(f, ...at).nodes.map(({ op }) => op.name);
/** Both to the last bit, zeros and their signs included. */
const same = (f: F, ...at: Tensor[]): void => {
  const [found, expected] = [turned(f, ...at), record(f, ...at)].map((tape) =>
    evaluate(tape, at).outputs.map((x) => [x.shape, [...x.data]]),
  );
  expect(found).toEqual(expected);
};
const strong = (a: Tensor, b: Tensor, of: "a" | "b", transposed: "transposeA" | "transposeB" | "none"): Tensor => {
  const { op } = record((x: Tensor) => x.matmul(x), eye(2)).nodes[0];
  return a.run(op as never, [a, b], {
    transposeA: transposed === "transposeA",
    transposeB: transposed === "transposeB",
    strong: of,
  } as never);
};
const odd = tensor([[1, -0, Number.NaN], [Number.POSITIVE_INFINITY, -2, 0], [0, 5, -0], [7, -0, Number.NEGATIVE_INFINITY]]); // biome-ignore format: one line

describe("turn", () => {
  test("makes a sum with 0 of a product with the identity whose zeros win, to the last bit", () => {
    const programs: [F, Tensor][] = [
      [(x) => strong(eye(4), x, "a", "none"), odd],
      [(x) => strong(x, eye(3), "b", "none"), odd],
      [(x) => strong(eye(3), x, "a", "transposeB"), odd],
      [(x) => strong(x, eye(4), "b", "transposeA"), odd],
    ];
    for (const [f, x] of programs) {
      expect(ops(f, x)).toContain("Add");
      expect(ops(f, x)).not.toContain("MatMul");
      same(f, x);
    }
  });

  test("leaves a product with the identity in which ∞ and NaN spread, and one with another matrix", () => {
    expect(ops((x) => eye(4).matmul(x), odd)).toEqual(["MatMul"]);
    const doubled = eye(4).mul(2);
    expect(ops((x) => strong(doubled, x, "a", "none"), odd)).toEqual(["MatMul"]);
    expect(ops((x) => strong(eye(4), x, "b", "none"), odd)).toEqual(["MatMul"]);
  });

  test("takes a transpose behind what works number by number, and into a product", () => {
    const [x, v, b] = [randomTensor(1, [5, 3]), randomTensor(2, [5]), randomTensor(3, [5, 2])];
    const f: F = (x, v, b) => x.transpose().mul(v).add(v.slice([[0, 3]]).expandDims(1)).sub(2).matmul(b); // biome-ignore format: one line
    expect(ops(f, x, v, b).filter((name) => name === "Transpose")).toEqual([]);
    same(f, x, v, b);
    const both: F = (x, y) => y.matmul(x.transpose().exp(), { transposeB: true }).mul(x.transpose().mul(y).sum());
    expect(ops(both, randomTensor(4, [3, 3]), randomTensor(5, [3, 3])).filter((name) => name === "Transpose")).toHaveLength(1);
    same(both, randomTensor(4, [3, 3]), randomTensor(5, [3, 3]));
  });

  test("leaves a transpose that somebody else reads, one that is repeated, and one of other axes", () => {
    const [x, batch] = [randomTensor(1, [5, 3]), randomTensor(2, [2, 3, 4])];
    for (const [f, at] of [
      [(x: Tensor) => [x.transpose().exp(), x.transpose().sum(0)], x],
      [(x: Tensor) => x.transpose().expandDims(0).mul(x.transpose().expandDims(1)), x],
      [(x: Tensor) => x.transpose([1, 0, 2]).exp(), batch],
    ] as [F, Tensor][])
      same(f, at);
    const t = (x: Tensor): unknown => {
      const turnedOnce = x.transpose();
      return [turnedOnce.exp(), turnedOnce.sum(0)];
    };
    expect(ops(t, x)).toEqual(["Transpose", "Exp", "Sum"]);
    same(t, x);
  });

  test("leaves no product with the identity, and no column of the data for each row, in the Hessian of a loss", () => {
    const rows = 20_000;
    const [w, X, y] = [randomTensor(1, [5]), randomTensor(2, [rows, 5]), randomTensor(3, [rows]).greater(0)];
    const f = hessian((w: Tensor, X: Tensor, y: Tensor) => binaryCrossEntropyWithLogits(X.matmul(w), y));
    const compiled = compile(f);
    const found = compiled(w, X, y);
    expect(
      found
        .sub(f(w, X, y))
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-14);
    if (compiled.backend === "wasm") {
      expect(String(compiled)).not.toContain("constant[5, 5]");
      // A chunk of rows at a time: the data has 800 kB.
      expect(compiled.memory.buffers).toBeLessThan(100_000);
    }
  });
});
