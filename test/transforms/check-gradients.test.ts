import { checkGradients, GradientError, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";

describe("checkGradients", () => {
  // A derivative that is wrong on purpose: x·stop(x) has derivative x where x² has 2x.
  const wrong = (x: Tensor): Tensor => x.mul(x.stopGradient()).sum();

  test("names the input, the index and both numbers of a wrong gradient", () => {
    expect(() => checkGradients((p: { w: Tensor }, x: Tensor) => wrong(p.w).add(x.sum()), [{ w: [[1, 2, 3]] }, [4]])).toThrow(
      GradientError,
    );
    expect(() => checkGradients((p: { w: Tensor }) => wrong(p.w), [{ w: [[1, 2, 3]] }])).toThrow(
      /checkGradients: reverse mode disagrees with central differences at input 0\.w, index \[0, 0\]: expected 1\.99.* got 1,/,
    );
  });

  test("finds a gradient that is right at first and wrong at second order", () => {
    const f = (x: Tensor): Tensor => x.square().sum().add(x.sub(x.stopGradient()).pow(2).sum().mul(3));
    expect(checkGradients(f, [tensor([1, 2])], { order: 1, tolerance: 10 })).toBeGreaterThanOrEqual(0);
    const third = (x: Tensor): Tensor =>
      x
        .stopGradient()
        .pow(2)
        .mul(x)
        .sub(
          x
            .stopGradient()
            .pow(3)
            .mul(2 / 3),
        )
        .sum(); // value x³/3, gradient x², Hessian 0
    expect(checkGradients(third, [tensor([1.5])], { order: 1 })).toBeLessThan(1e-9);
    expect(() => checkGradients(third, [tensor([1.5])])).toThrow(/second order/);
  });

  test("returns the largest difference, which is tiny for a right gradient", () => {
    const largest = checkGradients((x: Tensor) => x.sin().mul(x), [tensor([1, 2])]);
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(1e-9);
  });

  test("takes a NaN for a disagreement", () => {
    expect(() => checkGradients((x: Tensor) => x.log(), [tensor([-1])])).toThrow(GradientError);
  });

  test("refuses an order that it does not know, and a step or tolerance that compares nothing", () => {
    const f = (x: Tensor): Tensor => x.square();
    expect(() => checkGradients(f, [1], { order: 3 as never })).toThrow("checkGradients: order must be 1 or 2, got number 3");
    expect(() => checkGradients(f, [1], { tolerance: Number.NaN })).toThrow(
      "checkGradients: tolerance must be a number ≥ 0, got number NaN",
    );
    expect(() => checkGradients(f, [1], { step: 0 })).toThrow("checkGradients: step must be a number > 0, got number 0");
    expect(() => checkGradients(3 as never, [1] as never)).toThrow("checkGradients: expected a function, got number 3");
  });

  test("refuses inputs that are not in a list and functions that return several tensors", () => {
    expect(() => checkGradients((x: Tensor) => x, tensor(1) as never)).toThrow(TypeError);
    expect(() => checkGradients(((x: Tensor) => [x, x]) as never, [tensor(1)])).toThrow(/must return one tensor/);
  });
});
