import { readFileSync } from "node:fs";
import erfOf from "@stdlib/math-base-special-erf";
import { csvParse } from "d3-dsv";
import { adam, binaryCrossEntropy, crossEntropy, defineOp, diagnose, minimize, type Tensor, tensor, valueAndGrad, zeros } from "gradtape";
import { expect, test } from "vitest";
import { randomTensor } from "../support/random.js";
import { wdbc } from "../support/wdbc.js";

const report = (f: (...args: never[]) => unknown, ...inputs: unknown[]): string => {
  const d = diagnose(f as (...args: unknown[]) => unknown, ...(inputs as never[]));
  return d.healthy ? "" : String(d);
};

test("diagnose is silent on the network that reads digits, from the start to the end of its training", () => {
  const rows = csvParse(readFileSync(new URL("../../examples/data/digits.csv", import.meta.url), "utf8"));
  const pixels = rows.columns.filter((name) => name !== "digit");
  const X = tensor(rows.map((row) => pixels.map((name) => Number(row[name]) / 16)));
  const labels = tensor(rows.map((row) => Number(row["digit"])));
  interface Parameters {
    W1: Tensor;
    b1: Tensor;
    W2: Tensor;
    b2: Tensor;
  }
  const loss = (p: Parameters): Tensor => crossEntropy(X.matmul(p.W1).add(p.b1).relu().matmul(p.W2).add(p.b2), labels);
  const limit = (from: number, to: number): number => Math.sqrt(6 / (from + to));
  let params: Parameters = {
    W1: randomTensor(1, [64, 32], -limit(64, 32), limit(64, 32)),
    b1: zeros([32]),
    W2: randomTensor(2, [32, 10], -limit(32, 10), limit(32, 10)),
    b2: zeros([10]),
  };
  const optimizer = adam({ learningRate: 0.02 });
  let state = optimizer.init(params);
  const objective = valueAndGrad(loss);
  for (let step = 0; step <= 300; step++) {
    if (step % 100 === 0) expect(report(loss as never, params)).toBe("");
    [params, state] = optimizer.update(objective(params)[1], state, params);
  }
  expect(loss(params).item()).toBeLessThan(0.05);
});

test("diagnose is silent on the probit regression with an op of its own, at the start and at the optimum", () => {
  const erf = defineOp({
    name: "Erf",
    forward: (out, x) => {
      for (let i = 0; i < out.data.length; i++) out.data[i] = erfOf(x.data[i]);
    },
    vjp: (g, _, x) => [g.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI))],
    jvp: ([dx], _, x) => dx.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI)),
  });
  const { X, y } = wdbc(["mean_radius", "mean_texture"]);
  const loss = (p: { w: Tensor; b: Tensor }): Tensor => binaryCrossEntropy(erf(X.matmul(p.w).add(p.b).div(Math.SQRT2)).add(1).div(2), y);
  const start = { w: tensor([0, 0]), b: tensor(0) };
  expect(report(loss as never, start)).toBe("");
  const { params, converged } = minimize(loss, start, { method: "newton" });
  expect(converged).toBe(true);
  expect(report(loss as never, params)).toBe("");
});
