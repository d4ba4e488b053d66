import { adam, binaryCrossEntropyWithLogits, random, type Tensor, tensor, valueAndGrad } from "gradtape";
import { expect, test } from "vitest";
import { dataSets } from "../../docs/playground/training/data-sets.js";
import { initialWeights, Model } from "../../docs/playground/training/model.js";
import { split } from "../../docs/playground/training/trainer.js";

// Answers to the exercises of docs/learn/10-a-network.md.
const X = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const y = tensor([0, 1, 1, 0]);

type Network = { V: Tensor; c: Tensor; u: Tensor; b: Tensor };
const logits = (p: Network): Tensor => X.matmul(p.V).add(p.c).tanh().matmul(p.u).add(p.b);

function train(start: Network, steps: number): Network {
  const optimizer = adam({ learningRate: 0.05 });
  const step = valueAndGrad((p: Network) => binaryCrossEntropyWithLogits(logits(p), y));
  let p = start;
  let state = optimizer.init(p);
  for (let i = 0; i < steps; i++) [p, state] = optimizer.update(step(p)[1], state, p);
  return p;
}

// Units that begin alike get the same gradient in every step. All columns of V stay equal: the layer has one unit, however many it
// is given, and one bent line cannot part XOR.
test("10.1 a network that begins with equal weights stays a network of one unit", () => {
  const equal = (shape: readonly number[]): Tensor => tensor(new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(0.5), [...shape]);
  const p = train({ V: equal([2, 4]), c: equal([4]), u: equal([4]), b: tensor(0) }, 400);
  for (const row of p.V.toArray() as number[][]) for (const v of row) expect(v).toBe(row[0]);
  const right = logits(p).greater(0).equal(y).mean().item();
  expect(right).toBeLessThan(1);

  const draw = random(1);
  const q = train({ V: draw.normal([2, 4]), c: tensor([0, 0, 0, 0]), u: draw.normal([4]), b: tensor(0) }, 400);
  expect(logits(q).greater(0).equal(y).mean().item()).toBe(1);
});

// One unit asks whether x₁ + x₂ is above ½, the other whether it is above 1½. XOR is the first and not the second: the strip
// between the two lines.
test("10.2 two units, and weights that are found by hand, part XOR", () => {
  const steep = 10;
  const p: Network = {
    V: tensor([
      [steep, steep],
      [steep, steep],
    ]),
    c: tensor([-0.5 * steep, -1.5 * steep]),
    u: tensor([steep, -steep]),
    b: tensor(-steep),
  };
  expect(Array.from(logits(p).sigmoid().data, Math.round)).toEqual([0, 1, 1, 0]);
});

// Four units cannot bend often enough: both losses stay high. With 32 the network follows the arms, also where it was not trained.
test("10.3 the spiral needs many units", () => {
  const testLoss = (hidden: number): number => {
    const model = new Model(hidden);
    const { train: points, test: heldBack } = split(dataSets.spiral);
    model.load(points, heldBack);
    let weights: readonly number[] = initialWeights(hidden);
    for (let i = 0; i < 2000; i++) ({ weights } = model.step(weights, "adam", 0.03, 0));
    return model.at(weights, 0).testLoss;
  };
  expect(testLoss(4)).toBeGreaterThan(0.3);
  expect(testLoss(32)).toBeLessThan(0.3);
});
