import { binaryCrossEntropyWithLogits, hessian, minimize, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";

// Answers to the exercises of docs/learn/8-a-model-from-data-to-report.md.
const hours = tensor([0.5, 0.75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5]);
const passed = tensor([0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1]);

/** Minus the log-likelihood at w = [intercept, slope]. */
const lossOf =
  (labels: Tensor) =>
  (w: Tensor): Tensor =>
    binaryCrossEntropyWithLogits(hours.mul(w.slice([1])).add(w.slice([0])), labels, { reduction: "sum" });
const start = tensor([0, 0]);

// The slopes are 1.505, 1.149 and 0.507: the larger λ, the closer to 0, and never at 0. The penalty adds λ·slope to the gradient,
// so the fit stops where the data pull as hard the other way.
test("8.1 the ridge penalty pulls the slope towards 0: 1.505, 1.149 and 0.507 for λ = 0, 1 and 10", () => {
  const slopeAt = (lambda: number): number => {
    const penalized = (w: Tensor): Tensor =>
      lossOf(passed)(w).add(
        w
          .slice([1])
          .square()
          .mul(lambda / 2),
      );
    const fit = minimize(penalized, start, { method: "newton", gradientTolerance: 1e-10 });
    expect(fit.converged).toBe(true);
    return fit.params.data[1];
  };
  const slopes = [0, 1, 10].map(slopeAt);
  expect(slopes[0]).toBeCloseTo(1.505, 3);
  expect(slopes[1]).toBeCloseTo(1.149, 3);
  expect(slopes[2]).toBeCloseTo(0.507, 3);
});

// It says converged, since the gradient is below the tolerance, but with a smaller tolerance the slope is larger. Converged means a
// small gradient, not that a minimum exists: on data that a threshold tells apart, a steeper slope always fits better.
test("8.2 where two hours tell the classes apart, a steeper slope is always better, and none is best", () => {
  const separated = hours.greater(2);
  const loss = lossOf(separated);
  // The boundary stays between 2 and 2.25 hours; the loss falls to 0 and never gets there.
  const losses = [1, 10, 100].map((slope) => loss(tensor([-2.125 * slope, slope])).item());
  expect(losses[0]).toBeGreaterThan(losses[1]);
  expect(losses[1]).toBeGreaterThan(losses[2]);
  expect(losses[2]).toBeGreaterThan(0);

  // Each fit has converged, and each goes further than the one before.
  const fits = [1e-4, 1e-7, 1e-10].map((gradientTolerance) => minimize(loss, start, { method: "newton", gradientTolerance }));
  expect(fits.map(({ converged }) => converged)).toEqual([true, true, true]);
  const slopes = fits.map(({ params }) => params.data[1]);
  expect(slopes[1]).toBeGreaterThan(slopes[0] + 5);
  expect(slopes[2]).toBeGreaterThan(slopes[1] + 5);
  // With a penalty there is a best one.
  const penalized = (w: Tensor): Tensor => loss(w).add(w.slice([1]).square().mul(0.5));
  const fit = minimize(penalized, start, { method: "newton", gradientTolerance: 1e-10 });
  expect(fit.converged).toBe(true);
  expect(fit.params.data[1]).toBeLessThan(5);
});

// The odds ratio of one hour is e^slope, 4.5. Its interval takes the ends of the slope's, since e^x grows with x: from 1.3 to 15.4,
// wide, for twenty students say little.
test("8.3 an hour multiplies the odds by 4.5, and by 1.3 to 15.4 with 95 % confidence", () => {
  const { params } = minimize(lossOf(passed), start, { method: "newton", gradientTolerance: 1e-10 });
  const [[a, b], [, d]] = hessian(lossOf(passed))(params).toArray() as number[][];
  const error = Math.sqrt(a / (a * d - b * b));
  const [low, odds, high] = [-1.96, 0, 1.96].map((z) => Math.exp(params.data[1] + z * error));
  expect(odds).toBeCloseTo(4.503, 3);
  expect(low).toBeCloseTo(1.313, 3);
  expect(high).toBeCloseTo(15.44, 2);
});
