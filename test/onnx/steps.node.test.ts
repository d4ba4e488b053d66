import { csvParse } from "d3-dsv";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  record,
  type Tape,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from "gradtape";
import { toOnnx } from "gradtape/onnx";
import { describe, expect, test } from "vitest";
import csv from "../../examples/data/digits.csv?raw";
import { randomTensor } from "../support/random.js";
import { wdbc } from "../support/wdbc.js";
import { difference, load, replay } from "./runtime.js";

const { X, y } = wdbc();

function digits(count: number): { x: Tensor; labels: Tensor } {
  const table = csvParse(csv);
  const rows = table.slice(0, count);
  const pixels = table.columns.filter((name) => name !== "digit");
  return {
    x: tensor(rows.map((row) => pixels.map((name) => Number(row[name]) / 16))),
    labels: tensor(rows.map((row) => Number(row["digit"]))),
  };
}

interface Layers {
  W1: Tensor;
  b1: Tensor;
  W2: Tensor;
  b2: Tensor;
}
const { x, labels } = digits(200);
const layers = { W1: randomTensor(1, [64, 32], -0.3, 0.3), b1: zeros([32]), W2: randomTensor(2, [32, 10], -0.3, 0.3), b2: zeros([10]) };
const hidden = (p: Layers, input: Tensor): Tensor => input.matmul(p.W1).add(p.b1).relu().matmul(p.W2).add(p.b2);

/** Value and gradient of each loss, on real data. */
const steps: Record<string, Tape> = {
  "binary cross entropy of probabilities": record(
    valueAndGrad((w: Tensor, input: Tensor, target: Tensor) => binaryCrossEntropy(input.matmul(w).sigmoid(), target)),
    randomTensor(3, [30], -0.1, 0.1),
    X,
    y,
  ),
  "binary cross entropy of logits": record(
    valueAndGrad((p: { w: Tensor; b: Tensor }, input: Tensor, target: Tensor) =>
      binaryCrossEntropyWithLogits(input.matmul(p.w).add(p.b), target).add(p.w.square().sum().mul(1e-3)),
    ),
    { w: randomTensor(3, [30]), b: 0.3 },
    X,
    y,
  ),
  "a perceptron with a hidden layer": record(
    valueAndGrad((p: Layers, input: Tensor, target: Tensor) => crossEntropy(hidden(p, input), target)),
    layers,
    x,
    labels,
  ),
  "softmax regression, targets as probabilities": record(
    valueAndGrad((w: Tensor, input: Tensor, target: Tensor) => {
      const p = input.matmul(w).softmax(1);
      return target.mul(p.log()).sum(1).mean().neg();
    }),
    randomTensor(4, [64, 10], -0.3, 0.3),
    x,
    labels.oneHot(10),
  ),
  "softmax regression, targets closed over": record(
    valueAndGrad((w: Tensor) => crossEntropy(x.matmul(w), labels, { labelSmoothing: 0.1 })),
    randomTensor(5, [64, 10], -0.3, 0.3),
  ),
};

describe("a training step in onnxruntime gives value and gradient as gradtape does", () => {
  for (const [title, tape] of Object.entries(steps)) {
    test(title, async () => {
      expect(difference(await replay(tape), tape.outputs)).toBeLessThan(1e-12);
      expect(difference(await replay(tape, { precision: "float32" }), tape.outputs)).toBeLessThan(1e-5);
    });
  }
});

describe("a logistic regression trained wholly in onnxruntime", () => {
  const loss = (w: Tensor, input: Tensor, target: Tensor): Tensor => binaryCrossEntropyWithLogits(input.matmul(w), target);
  const lossAndGradient = valueAndGrad(loss);
  const update = (w: Tensor, input: Tensor, target: Tensor, rate: Tensor): [value: Tensor, next: Tensor] => {
    const [value, gradient] = lossAndGradient(w, input, target);
    return [value, w.sub(gradient.mul(rate))];
  };
  const [rate, count] = [tensor(0.5), 500];

  test("with the update in the model arrives where gradtape's own loop does", async () => {
    const session = await load(toOnnx(record(update, zeros([30]), X, y, rate)));
    let [own, w] = [zeros([30]), zeros([30])];
    const values: [found: Tensor, expected: Tensor][] = [];
    for (let step = 0; step < count; step++) {
      const [value, next] = await session.run(w, X, y, rate);
      const [expected, nextOwn] = update(own, X, y, rate);
      values.push([value, expected]);
      [w, own] = [next, nextOwn];
    }
    expect(
      difference(
        values.map(([found]) => found),
        values.map(([, expected]) => expected),
      ),
    ).toBeLessThan(1e-12);
    expect(difference([w], [own])).toBeLessThan(1e-10);
    expect(values[0][0].item()).toBeCloseTo(Math.LN2, 12);
    expect(values[count - 1][0].item()).toBeLessThan(0.06);
  });

  test("on shards, whose sums add up to the step on all rows", async () => {
    const sums = valueAndGrad((w: Tensor, input: Tensor, target: Tensor) =>
      binaryCrossEntropyWithLogits(input.matmul(w), target, { reduction: "sum" }),
    );
    const sizes = [150, 150, 150, 119];
    const shards = X.split(sizes).map((part, i) => ({ part, target: y.split(sizes)[i] }));
    const sessions = await Promise.all(shards.map(({ part, target }) => load(toOnnx(record(sums, zeros([30]), part, target)))));
    const w = randomTensor(6, [30]);
    const results = await Promise.all(shards.map(({ part, target }, i) => sessions[i].run(w, part, target)));
    const total = (at: number): Tensor => results.map((result) => result[at]).reduce((a, b) => a.add(b));
    const [value, gradient] = lossAndGradient(w, X, y);
    expect(difference([total(0).div(569), total(1).div(569)], [value, gradient])).toBeLessThan(1e-12);
  });
});
