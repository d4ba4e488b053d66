// A small network that reads handwritten digits: 64 pixels → 32 hidden units → 10 classes, softmax cross entropy,
// Adam in mini-batches. The library gives the gradient; the rest is what you see.

import { readFileSync } from "node:fs";
import { csvParse } from "d3-dsv";
import { adam, cosineDecay, crossEntropy, random, type Tensor, tensor, valueAndGrad } from "gradtape";
import plot from "simple-ascii-chart";

const numbers = random(1);
const [epochs, batch] = [40, 32];

// 1,797 images of 8 × 8 pixels from 0 to 16, in random order; a fifth is held out.
const rows = csvParse(readFileSync(new URL("../data/digits.csv", import.meta.url), "utf8"));
const order = numbers.permutation(rows.length);
const pixels = rows.columns.filter((name) => name !== "digit");
const X = tensor(rows.map((row) => pixels.map((name) => Number(row[name]) / 16))).take(order);
const labels = tensor(rows.map((row) => Number(row["digit"]))).take(order);
const held = Math.floor(rows.length / 5);
const [testX, trainX] = X.split([held, rows.length - held]);
const [testY, trainY] = labels.split([held, rows.length - held]);

interface Parameters {
  W1: Tensor;
  b1: Tensor;
  W2: Tensor;
  b2: Tensor;
}

// h = relu(X·W₁ + b₁),  logits = h·W₂ + b₂
const logits = (p: Parameters, x: Tensor): Tensor => x.matmul(p.W1).add(p.b1).relu().matmul(p.W2).add(p.b2);
const loss = valueAndGrad((p: Parameters, x: Tensor, y: Tensor) => crossEntropy(logits(p, x), y));
const accuracy = (p: Parameters, x: Tensor, y: Tensor): number => logits(p, x).argmax(1).equal(y).mean().item();

let params: Parameters = { W1: glorot(64, 32), b1: tensor(new Float64Array(32)), W2: glorot(32, 10), b2: tensor(new Float64Array(10)) };
const count = rows.length - held;
const perEpoch = Math.ceil(count / batch);
const optimizer = adam({ learningRate: cosineDecay({ initial: 0.01, steps: epochs * perEpoch }) });
let state = optimizer.init(params);

const curves: { loss: [number, number][]; train: [number, number][]; test: [number, number][] } = { loss: [], train: [], test: [] };
const start = performance.now();
for (let epoch = 1; epoch <= epochs; epoch++) {
  const shuffled = numbers.permutation(count);
  let total = 0;
  for (let at = 0; at < count; at += batch) {
    const chosen = shuffled.slice([[at, at + batch]]);
    const [value, gradient] = loss(params, trainX.take(chosen), trainY.take(chosen));
    [params, state] = optimizer.update(gradient, state, params);
    total += value.item() * chosen.size;
  }
  curves.loss.push([epoch, total / count]);
  curves.train.push([epoch, 100 * accuracy(params, trainX, trainY)]);
  curves.test.push([epoch, 100 * accuracy(params, testX, testY)]);
}

const size = { width: 60, height: 10 };
console.log(plot(curves.loss, { ...size, title: "training loss, by epoch" }));
console.log(
  plot([curves.train, curves.test], { ...size, title: "accuracy in %, training and held out", color: ["ansiBlue", "ansiYellow"] }),
);
console.log(
  `held-out accuracy ${(100 * accuracy(params, testX, testY)).toFixed(1)} % of ${held} digits, training loss ${curves.loss.at(-1)?.[1].toFixed(4)}`,
);
console.log(`${epochs} epochs of ${perEpoch} steps in ${((performance.now() - start) / 1000).toFixed(1)} s`);

/** Random weights, uniform within ±√(6/(in + out)) (Glorot and Bengio 2010). */
function glorot(from: number, to: number): Tensor {
  const limit = Math.sqrt(6 / (from + to));
  return numbers.uniform([from, to], -limit, limit);
}
