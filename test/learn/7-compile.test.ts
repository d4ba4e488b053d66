import { compile, grad, type Tensor, tensor, valueAndGrad } from "gradtape";
import { expect, test } from "vitest";

// Answers to the exercises of docs/learn/7-compile.md.

// The result is the same up to a few roundings. The machine has polynomials of its own for exp, log and tanh, within two units in
// the last place, so the last digits may differ.
test("7.1 value and gradient are those of the function, up to a few roundings", () => {
  const loss = (p: { a: Tensor; b: Tensor }, x: Tensor): Tensor => x.mul(p.a).add(p.b).tanh().square().mean();
  const parameters = { a: tensor(0.7), b: tensor(-0.2) };
  const x = tensor([0.5, -1, 2, 3]);
  const [value, g] = valueAndGrad(loss)(parameters, x);
  const [compiledValue, compiledG] = compile(valueAndGrad(loss))(parameters, x);
  expect(compiledValue.item()).toBeCloseTo(value.item(), 14);
  expect(compiledG.a.item()).toBeCloseTo(g.a.item(), 14);
  expect(compiledG.b.item()).toBeCloseTo(g.b.item(), 14);
});

// What is not a tensor is a constant of the program, so each new number is a new recording, three in all. A tensor is an input,
// and one recording serves all its values.
test("7.2 a number that changes is recorded anew each time; a tensor is not", () => {
  let recordings = 0;
  const update = (w: Tensor, rate: Tensor | number): Tensor => {
    recordings += 1;
    return w.sub(w.mul(2).mul(rate)); // a step on w²
  };
  const byNumber = compile((w: Tensor, rate: number) => update(w, rate));
  for (const rate of [0.1, 0.2, 0.3]) byNumber(tensor([1, 2]), rate);
  expect(recordings).toBe(3);

  recordings = 0;
  const byTensor = compile((w: Tensor, rate: Tensor) => update(w, rate));
  for (const rate of [0.1, 0.2, 0.3]) byTensor(tensor([1, 2]), tensor(rate));
  expect(recordings).toBe(1);
});

// where computes both branches and chooses by the condition, value by value. All three are on the tape, so they are computed in
// each run, and the gradient goes to the branch that was chosen.
test("7.3 with where both branches are on the tape, and the condition is computed in each run", () => {
  const leaky = compile((x: Tensor) => x.greater(0).where(x, x.mul(0.1)));
  expect(leaky(tensor(2)).item()).toBe(2);
  expect(leaky(tensor(-2)).item()).toBeCloseTo(-0.2, 15);
  const slope = compile(grad((x: Tensor) => x.greater(0).where(x, x.mul(0.1))));
  expect(slope(tensor(2)).item()).toBe(1);
  expect(slope(tensor(-2)).item()).toBeCloseTo(0.1, 15);
});
