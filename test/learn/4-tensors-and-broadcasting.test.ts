import { add, grad, meanSquaredError, ones, ShapeError, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";

// Answers to the exercises of docs/learn/4-tensors-and-broadcasting.md.

// Lined up at their ends, the 1 of [4, 1] is repeated 3 times and [3] is repeated 4 times, which gives [4, 3]. A gradient has the
// shape of what it belongs to, and each number in it counts how often that number was used.
test("4.1 [4, 1] and [3] make [4, 3]; each gradient has its input's shape and counts the repeats", () => {
  const [column, row] = [ones([4, 1]), ones([3])];
  expect(add(column, row).shape).toEqual([4, 3]);
  const [byColumn, byRow] = grad((a: Tensor, b: Tensor) => a.add(b).sum(), { argnums: [0, 1] })(column, row);
  expect(byColumn.toArray()).toEqual([[3], [3], [3], [3]]); // each was used three times
  expect(byRow.toArray()).toEqual([4, 4, 4]); // each was used four times
});

// With the centered c = X − mean, ∂f/∂X = 2c − mean(2c). The second term comes back by the path through the mean, and is 0, since
// the mean of centered numbers is 0.
test("4.2 the gradient of the sum of squares of centered columns is twice the centered columns", () => {
  const X = tensor([
    [0.2, 1.5],
    [1.1, -0.4],
    [-0.7, 0.3],
  ]);
  const centered = X.sub(X.mean(0));
  const gradient = grad((X: Tensor) => X.sub(X.mean(0)).square().sum())(X);
  expect(gradient.sub(centered.mul(2)).abs().max().item()).toBeLessThan(1e-15);
});

// The shapes [4, 1] and [4] make [4, 4]: each prediction minus each label. A mean of the squares would be the mean over all 16
// pairs, a number that looks like a loss and is none; so meanSquaredError demands equal shapes.
test("4.3 [4, 1] minus [4] is [4, 4], each prediction against each label, and meanSquaredError refuses it", () => {
  const prediction = tensor([[1], [0], [0], [1]]);
  const labels = tensor([1, 0, 0, 1]);
  const difference = prediction.sub(labels);
  expect(difference.shape).toEqual([4, 4]);
  expect(difference.square().mean().item()).toBe(0.5); // half of all pairs differ, though each prediction is right
  expect(() => meanSquaredError(prediction, labels)).toThrow(ShapeError);
  expect(meanSquaredError(prediction.squeeze(1), labels).item()).toBe(0);
});
