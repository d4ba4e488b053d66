import { grad, hessian, hvp, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";

// Answers to the exercises of docs/learn/5-gradients-of-gradients.md.

// Each round replaces f by its derivative. From 4x³ to 24 they are not 0, four in all; the fifth is the derivative of a constant,
// and stays 0.
test("5.1 x⁴ has the derivatives 4x³, 12x², 24x, 24, and then 0", () => {
  const found: number[] = [];
  let f = (x: Tensor): Tensor => x.pow(4);
  for (let order = 1; order <= 5; order++) {
    f = grad(f);
    found.push(f(tensor(3)).item());
  }
  expect(found).toEqual([108, 108, 72, 24, 0]);
});

// The gradient is Aw − b and the Hessian A, so w − A⁻¹(Aw − b) = A⁻¹b whatever w was, and there the gradient is 0. Newton's
// method fits a parabola, and a quadratic is one.
test("5.2 one step of Newton's method from anywhere is at the minimum of a quadratic", () => {
  const A = tensor([
    [3, 1],
    [1, 2],
  ]);
  const b = tensor([1, -1]);
  const f = (w: Tensor): Tensor => w.matmul(A).matmul(w).mul(0.5).sub(b.matmul(w));
  for (const start of [
    [0, 0],
    [10, -7],
  ]) {
    const w = tensor(start);
    // H⁻¹ of a 2×2 matrix; H is A.
    const [[p, q], [r, s]] = hessian(f)(w).toArray() as number[][];
    const inverse = tensor([
      [s, -q],
      [-r, p],
    ]).div(p * s - q * r);
    const next = w.sub(inverse.matmul(grad(f)(w)));
    expect(grad(f)(next).abs().max().item()).toBeLessThan(1e-13);
  }
});

// |∇f|² is the sum of gᵢ², whose derivative by wⱼ is the sum of 2gᵢ·∂gᵢ/∂wⱼ, and ∂gᵢ/∂wⱼ is Hᵢⱼ: that is 2H∇f. The engine does
// it by differentiating a function that has grad in it; hvp gives H times a vector without H.
test("5.3 the gradient of |∇f|² is 2H∇f", () => {
  const f = (w: Tensor): Tensor => w.mul([1, -2, 0.5]).sigmoid().log().sum().add(w.prod());
  const w = tensor([0.3, -1, 2]);
  const penalty = grad((w: Tensor) => grad(f)(w).square().sum())(w);
  const byHand = hvp(f)(w, grad(f)(w)).mul(2);
  expect(penalty.sub(byHand).abs().max().item()).toBeLessThan(1e-14);
});
