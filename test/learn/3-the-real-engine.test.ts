import { derive, grad, record, type Tensor, tensor, vjp } from "gradtape";
import { expect, test } from "vitest";

// Answers to the exercises of docs/learn/3-the-real-engine.md.
const linear = (w: Tensor, x: Tensor): Tensor => w.matmul(x).named("z");
const sigmoid = (z: Tensor): Tensor => z.sigmoid().named("ŷ");
const crossEntropy = (ŷ: Tensor, y: Tensor): Tensor =>
  y
    .mul(ŷ.log())
    .add(y.rsub(1).mul(ŷ.rsub(1).log()))
    .neg()
    .named("L");
const loss = (w: Tensor, x: Tensor, y: Tensor): Tensor => crossEntropy(sigmoid(linear(w, x)), y);

const w = tensor([0.5, -1]).named("w");
const x = tensor([1, 0.3]).named("x");
const y = tensor(1).named("y");

// Each step of the loss is a function by itself, and its pullback of 1 is its derivative: ∂L/∂ŷ, ∂ŷ/∂z, ∂z/∂w. A pullback
// returns a list, one cotangent for each input, so [0] stands behind each.
test("3.1 the three factors, by vjp of each step, multiply to the gradient", () => {
  const [z, pullLinear] = vjp((w: Tensor) => linear(w, x), w);
  const [ŷ, pullSigmoid] = vjp(sigmoid, z);
  const [, pullLoss] = vjp((ŷ: Tensor) => crossEntropy(ŷ, y), ŷ);
  const product = pullLoss(1)[0].mul(pullSigmoid(1)[0]).mul(pullLinear(1)[0]);
  const gradient = grad(loss)(w, x, y);
  product.data.forEach((value, i) => {
    expect(value).toBeCloseTo(gradient.data[i], 15);
  });
  // The same without a product: what one pullback returns is what the one before it takes.
  expect(pullLinear(pullSigmoid(pullLoss(1)[0])[0])[0].toArray()).toEqual(gradient.toArray());
});

// A node knows its output, and the output its label, so the node of ŷ can be found by that. What the tape holds as its cotangent
// is ∂L/∂ŷ, the first factor of the chain rule.
test("3.2 the cotangent of ŷ on the tape of the gradient is (ŷ − y)/(ŷ(1 − ŷ))", () => {
  const tape = record((w: Tensor) => grad(loss)(w, x, y), w);
  const [node] = tape.nodes.filter(({ output }) => output.label === "ŷ");
  const ŷ = node.output.item();
  expect(tape.cotangents.get(node.output)?.item()).toBeCloseTo((ŷ - 1) / (ŷ * (1 - ŷ)), 14);
});

// The derivation ends with 2ŷ(ŷ − y)(1 − ŷ)x: nothing cancels the derivative of the sigmoid. It is the answer to exercise 1.1,
// found by the engine.
test("3.3 derive of the squared error ends with ŷ(1 − ŷ) still in it", () => {
  const squaredError = (w: Tensor, x: Tensor, y: Tensor): Tensor => sigmoid(linear(w, x)).sub(y).square().named("L");
  const lines = String(derive(squaredError, w, x, y)).split("\n\n");
  const result = lines.find((part) => part.startsWith("Result"))?.trimEnd();
  expect(result?.split("\n").at(-1)).toContain("2ŷ(ŷ − y)(1 − ŷ)x");
});
