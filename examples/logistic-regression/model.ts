import { binaryCrossEntropyWithLogits, compile, type Tensor, tensor, valueAndGrad, zeros } from "gradtape";
import type { Rows } from "./data.js";
import { InputError } from "./errors.js";

/** The parameters: one weight a feature, and the intercept. */
export interface Coefficients {
  readonly w: Tensor;
  readonly b: Tensor;
}

/** What is minimized depends on the data, x of shape [n, k] and y of shape [n], and on the penalty. */
export interface Problem {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly l2: number;
}

export const toProblem = ({ features, count, x, y }: Rows, l2: number): Problem => ({
  x: tensor(x, [count, features.length]),
  y: tensor(y),
  l2,
});

export const zeroCoefficients = (width: number): Coefficients => ({ w: zeros([width]), b: zeros([]) });

/** z = Xw + b, equation (3) for a batch. */
export const logits = ({ w, b }: Coefficients, x: Tensor): Tensor => x.matmul(w).add(b);

/**
 * The mean of (1) over the n rows, plus l2/(2n)·Σw². The intercept is not penalized: how common the positive class is
 * should not depend on the strength of the penalty. Times n, this is what statistics programs minimize.
 */
export function loss(coefficients: Coefficients, { x, y, l2 }: Problem): Tensor {
  const penalty = coefficients.w
    .square()
    .sum()
    .mul(l2 / (2 * y.size));
  return binaryCrossEntropyWithLogits(logits(coefficients, x), y).add(penalty);
}

/** `[loss, gradient]`, the gradient in the form of the coefficients. */
export const lossAndGradient = valueAndGrad(loss);

/** Where the descent has come to. */
export interface Progress {
  /** How many steps have been taken. */
  readonly step: number;
  readonly coefficients: Coefficients;
  readonly loss: number;
  readonly gradient: Coefficients;
}

/**
 * Batch gradient descent from W = 0: each step goes against the gradient of the loss over all rows. Yields before the
 * first step and after each one, so that the caller can watch, draw, or stop.
 */
export function* descend(problem: Problem, { learningRate, steps }: { learningRate: number; steps: number }): Generator<Progress> {
  // The same function a thousand times: its tape is recorded once and replayed.
  const compiled = compile(lossAndGradient);
  let coefficients = zeroCoefficients(problem.x.shape[1]);
  for (let step = 0; ; step++) {
    const [value, gradient] = compiled(coefficients, problem);
    if (!allFinite(value) || !allFinite(coefficients.w) || !allFinite(coefficients.b))
      throw new InputError(
        `the loss is not finite after ${step} ${step === 1 ? "step" : "steps"}: --learning-rate ${learningRate} is too large`,
      );
    yield { step, coefficients, loss: value.item(), gradient };
    if (step === steps) return;
    coefficients = {
      w: coefficients.w.sub(gradient.w.mul(learningRate)),
      b: coefficients.b.sub(gradient.b.mul(learningRate)),
    };
  }
}

const allFinite = (x: Tensor): boolean => x.data.every(Number.isFinite);

/**
 * The gradient of the mean loss as the derivation has it, Xᵀ(ŷ − y)/n, equation (12) for a batch, in two plain loops.
 * Nothing of the engine is used, so that it can be checked against this. Without the penalty, whose gradient at W = 0 is 0.
 */
export function gradientByHand({ features, count, x, y }: Rows, w: ArrayLike<number>, b: number): { w: Float64Array; b: number } {
  const width = features.length;
  const gradient = { w: new Float64Array(width), b: 0 };
  for (let i = 0; i < count; i++) {
    let z = b;
    for (let j = 0; j < width; j++) z += x[i * width + j] * w[j];
    const residual = 1 / (1 + Math.exp(-z)) - y[i];
    for (let j = 0; j < width; j++) gradient.w[j] += (x[i * width + j] * residual) / count;
    gradient.b += residual / count;
  }
  return gradient;
}
