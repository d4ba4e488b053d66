import { binaryCrossEntropyWithLogits, compile, record, type Tape, type Tensor, tensor, valueAndGrad } from "gradtape";
import { describe, expect, test } from "vitest";
import { Calls } from "../../src/compile/calls.js";
import { planBuffers } from "../../src/compile/plan.js";
import { forEachStep, inOrder, schedule } from "../../src/compile/schedule.js";
import { canonicalize } from "../../src/passes/fuse.js";
import { randomTensor } from "../support/random.js";

const N = 20_000;
const callsOf = (tape: Tape): Calls => Calls.ofMachine(canonicalize(tape).columns);
/** Each step as its ops; a region in brackets. */
function scheduled(tape: Tape): string[] {
  const calls = callsOf(tape);
  const own = schedule(calls);
  const shown: string[] = [];
  const name = (node: number): string => calls.kind(node).op.name;
  forEachStep(
    own,
    (node) => shown.push(name(node)),
    ({ from, to }) => shown.push(`[${Array.from(own.order.subarray(from, to), name).join(" ")}]`),
  );
  return shown;
}

describe("schedule", () => {
  const X = randomTensor(1, [N, 3]);
  const w = randomTensor(2, [3]);

  test("brings together what works along the same rows, up to sums over them", () => {
    const tape = record((w: Tensor, X: Tensor) => valueAndGrad((u: Tensor) => X.matmul(u).tanh().sum())(w), w, X);
    expect(tape.nodes.map(({ op }) => op.name)).toEqual(["MatMul", "Tanh", "Sum", "TanhSlope", "Mul", "MatMul"]);
    expect(scheduled(tape)).toEqual(["[MatMul Tanh Sum TanhSlope Mul MatMul]"]);
  });

  test("puts what reads a sum after the region that sums", () => {
    const tape = record((X: Tensor) => X.sub(X.mean(0)).square().sum(0), X);
    expect(scheduled(tape)).toEqual(["[Mul Sum]", "Div", "[Sub Mul Sum]"]);
  });

  test("takes nodes that do not depend on a region out of its way", () => {
    const tape = record((X: Tensor, w: Tensor) => X.matmul(w).exp().mul(w.exp().sum()).sum(), X, w);
    expect(tape.nodes.map(({ op }) => op.name)).toEqual(["MatMul", "Exp", "Exp", "Sum", "Mul", "Sum"]);
    expect(scheduled(tape)).toEqual(["Exp", "Sum", "[MatMul Exp Mul Sum]"]);
  });

  test("does not chunk what fits into the cache, nor what has no rows", () => {
    const few = record((X: Tensor, w: Tensor) => X.matmul(w).exp().sum(), randomTensor(3, [100, 3]), w);
    expect(scheduled(few)).toEqual(["MatMul", "Exp", "Sum"]);
    const single = record((x: Tensor) => x.exp().sin().cos(), tensor(1));
    expect(schedule(callsOf(single))).toEqual(inOrder(callsOf(single)));
  });

  test("covers all rows with chunks of the same length, a multiple of eight", () => {
    const [{ count, chunk }] = schedule(callsOf(record((X: Tensor, w: Tensor) => X.matmul(w).sum(), X, w))).regions;
    expect(count).toBe(N);
    expect(chunk % 8).toBe(0);
    expect(chunk * Math.ceil(N / chunk) - N).toBeLessThan(8 * Math.ceil(N / chunk));
  });
});

describe("planBuffers", () => {
  test("keeps a chunk only of what a region computes and reads itself, and all of what is read later", () => {
    const tape = record((X: Tensor) => [X.exp().sin().sum(), X.cos()], randomTensor(4, [N, 5]));
    const calls = callsOf(tape);
    const own = schedule(calls);
    const { buffers, bufferOf, chunked } = planBuffers(calls, own);
    const [exp, sin, sum, cos] = [1, 2, 3, 4]; // values: the input is 0
    expect([exp, sin, sum, cos].map((value) => chunked[value])).toEqual([1, 1, 0, 0]);
    expect(buffers[bufferOf[exp]]).toBe(5 * own.regions[0].chunk);
    expect(bufferOf[sin]).toBe(bufferOf[exp]); // in its place
    expect(buffers[bufferOf[cos]]).toBe(5 * N);
  });

  test("never gives a buffer of a region to two values that chunks come back to", () => {
    // y is summed in the first region and read again in the second: it must be there to the end of both.
    const f = (X: Tensor): Tensor[] => {
      const y = X.exp();
      const mean = y.mean(0);
      return [y.sub(mean).square().sum(0), y.mul(2).sum()];
    };
    const X = randomTensor(5, [N, 4]);
    const [a, b] = compile(f)(X);
    const [c, d] = f(X);
    expect(Math.max(...a.sub(c).abs().div(c).data)).toBeLessThan(1e-13);
    expect(Math.abs(b.item() / d.item() - 1)).toBeLessThan(1e-13);
  });
});

describe("memory", () => {
  test("is no more than inputs, planned buffers, and a little for the instructions", () => {
    const step = compile(
      valueAndGrad((w: Tensor, X: Tensor, y: Tensor) => binaryCrossEntropyWithLogits(X.matmul(w), y)),
      { backend: "wasm" },
    );
    for (const rows of [1_000, 10_000, 100_000]) {
      step(randomTensor(1, [30]), randomTensor(2, [rows, 30]), randomTensor(3, [rows]).greater(0));
      const { total, buffers } = step.memory;
      expect(total - 8 * (30 + 31 * rows) - buffers).toBeLessThan(8_000);
      expect(buffers).toBeLessThan(40_000); // chunks: not more with more rows
    }
  });
});
