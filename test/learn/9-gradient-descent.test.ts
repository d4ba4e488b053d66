import { binaryCrossEntropyWithLogits, grad, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";

// Answers to the exercises of docs/learn/9-gradient-descent.md.

/** Steps of w ← w − η·h(w − 3), from 0. */
function way(h: number, learningRate: number, steps: number): number[] {
  const slope = grad((w: Tensor) =>
    w
      .sub(3)
      .square()
      .mul(h / 2),
  );
  const places = [0];
  for (let step = 0; step < steps; step++) places.push(places[step] - learningRate * slope(places[step]).item());
  return places;
}

// The factor 1 − ηh is 0 for η = 1/h: one step. It is below −1, and the distance grows, for η > 2/h.
test("9.1 the rate 1/h arrives in one step, and above 2/h descent diverges", () => {
  for (const h of [0.5, 2, 40]) {
    expect(way(h, 1 / h, 1)[1]).toBeCloseTo(3, 12);
    const distances = (rate: number): number[] => way(h, rate, 30).map((w) => Math.abs(w - 3));
    expect(distances(1.99 / h)[30]).toBeLessThan(3);
    expect(distances(2.01 / h)[30]).toBeGreaterThan(3);
  }
});

// Along the tangent, L(w − ηg) is about L(w) − g·ηg = L − η|g|². In the valley of one weight the exact change is
// ½h((1 − ηh)² − 1)(w − 3)², which is 0 for η = 2/h: the step ends as high on the other side.
test("9.2 a small step lowers L by η|∇L|², and one with η = 2/h not at all", () => {
  const loss = (w: Tensor): Tensor => w.square().mul([1, 5]).sum().add(w.prod());
  const w = tensor([0.7, -0.4]);
  const g = grad(loss)(w);
  const η = 1e-6;
  const change = loss(w.sub(g.mul(η))).item() - loss(w).item();
  expect(change / (-η * g.square().sum().item())).toBeCloseTo(1, 4);

  const [from, to] = way(2, 1, 1).map((at) => (at - 3) ** 2);
  expect(to).toBeCloseTo(from, 12);
});

// With the penalty the loss has a bottom at a finite weight, where it bends upwards: the distance shrinks by a constant factor.
test("9.3 with a penalty the same loop is done after some hundred steps", () => {
  const x = tensor([-2, -1, 1, 2]);
  const y = tensor([0, 0, 1, 1]);
  const loss = (w: Tensor): Tensor => binaryCrossEntropyWithLogits(x.mul(w), y).add(w.square().mul(0.01 / 2));
  let w = tensor(0);
  let steps = 0;
  while (Math.abs(grad(loss)(w).item()) > 1e-6) {
    w = w.sub(grad(loss)(w));
    steps += 1;
  }
  expect(steps).toBeGreaterThan(100);
  expect(steps).toBeLessThan(1000);
  expect(w.item()).toBeCloseTo(2.902, 3);
});
