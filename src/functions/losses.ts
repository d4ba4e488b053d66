import { broadcastsTo } from "../base/broadcast.js";
import { DomainError, describe, ShapeError } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import { formatShape, sameShape } from "../base/shape.js";
import type { Strength } from "../kernels/elementwise.js";
import { LogisticLoss, Mul, PoissonLoss } from "../ops/elementwise.js";
import { apply } from "../tensor/apply.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";

/** How the losses of the single elements become the result: their mean, their sum, or all of them as they are. */
export type Reduction = "mean" | "sum" | "none";

/** Settings of the binary cross-entropy losses. */
export interface BinaryCrossEntropyOptions {
  /** `"mean"` if left out; it divides by the number of elements, whatever the weights. */
  readonly reduction?: Reduction;
  /** A factor for each element; broadcasts to the target. */
  readonly weight?: TensorLike;
  /** A factor for the term of y = 1, against rare positives; broadcasts to the target. */
  readonly posWeight?: TensorLike;
  /** s in [0, 1] turns y into y(1 − s) + s/2. */
  readonly labelSmoothing?: number;
}

const BINARY_OPTIONS: Known<BinaryCrossEntropyOptions> = { reduction: true, weight: true, posWeight: true, labelSmoothing: true };

/**
 * Binary cross entropy of probabilities, equation (1) of [the derivation](../../docs/bce.md), built from its `Log` and `Mul` nodes:
 *
 * $$ L = -\left[\, y \ln p + (1 - y) \ln(1 - p) \,\right] $$
 *
 * 0·ln 0 is 0, so a certain and right prediction costs 0; a certain and wrong one costs +∞. The gradient with respect to p is
 * $ (p - y) / (p(1 - p)) $, equation (5), which overflows near 0 and 1: with logits at hand, use
 * {@link binaryCrossEntropyWithLogits}.
 *
 * @param p - Probabilities in [0, 1]; what lies outside gives NaN, as ln does.
 * @param y - Targets in [0, 1], of the same shape as p. Another shape is a `ShapeError`: a loss never broadcasts.
 *
 * @example
 * ```ts
 * binaryCrossEntropy([0.5, 1, 0], [1, 1, 0], { reduction: "none" }).toArray(); // [0.6931471805599453, 0, 0]
 * binaryCrossEntropy([0], [1]).item(); // Infinity
 * ```
 */
export function binaryCrossEntropy(p: TensorLike, y: TensorLike, options?: BinaryCrossEntropyOptions): Tensor {
  const name = "binaryCrossEntropy";
  const settings = checkOptions(name, options, BINARY_OPTIONS);
  const [prediction, target] = predictionAndTarget(name, p, y);
  const label = smooth(name, target, settings.labelSmoothing);
  const other = prediction.rsub(1);
  // 0·ln 0 is 0 here, and its derivatives are the limits.
  const one = weighted(name, timesLimit(label, prediction.log()), settings.posWeight, target);
  const zero = timesLimit(label.rsub(1), other.log());
  return finish(name, one.add(zero), target, settings).neg();
}

/**
 * Binary cross entropy of logits z, where p = σ(z), without forming p:
 *
 * $$ L = \mathrm{softplus}(z) - y z, \qquad \frac{\partial L}{\partial z} = \sigma(z) - y $$
 *
 * the second being equation (12) of [the derivation](../../docs/bce.md) before the factor X. Both keep full relative accuracy for
 * every finite z where the result is a normal number: at z = 30, y = 1 the loss is 9.4·10⁻¹⁴ and so, with a minus, is the gradient.
 *
 * @param z - Logits, any real numbers.
 * @param y - Targets in [0, 1], of the same shape as z. Another shape is a `ShapeError`: a loss never broadcasts.
 *
 * @example
 * ```ts
 * binaryCrossEntropyWithLogits([0, -1000, 1000], [1, 1, 1], { reduction: "none" }).toArray(); // [0.6931471805599453, 1000, 0]
 * grad((z: Tensor) => binaryCrossEntropyWithLogits(z, tensor([1]), { reduction: "sum" }))(tensor([-1000])).toArray(); // [-1]
 * ```
 */
export function binaryCrossEntropyWithLogits(z: TensorLike, y: TensorLike, options?: BinaryCrossEntropyOptions): Tensor {
  const name = "binaryCrossEntropyWithLogits";
  const settings = checkOptions(name, options, BINARY_OPTIONS);
  const [logit, target] = predictionAndTarget(name, z, y);
  const label = smooth(name, target, settings.labelSmoothing);
  if (settings.posWeight !== undefined) {
    // −ln σ(z) = softplus(−z) and −ln(1 − σ(z)) = softplus(z), put into (1): both terms are positive, nothing cancels.
    const one = weighted(name, timesLimit(label, logit.neg().softplus()), settings.posWeight, target);
    return finish(name, one.add(timesLimit(label.rsub(1), logit.softplus())), target, settings);
  }
  return finish(name, apply(LogisticLoss, [logit, label]), target, settings);
}

/** Settings of {@link crossEntropy}. */
export interface CrossEntropyOptions {
  /** `"mean"` if left out. With class indices and weights it divides by the sum of the weights used, otherwise by the number of rows. */
  readonly reduction?: Reduction;
  /** One number a class. */
  readonly weight?: TensorLike;
  /** s in [0, 1] mixes the target with the uniform distribution over the C classes: y(1 − s) + s/C. */
  readonly labelSmoothing?: number;
}

const CROSS_ENTROPY_OPTIONS: Known<CrossEntropyOptions> = { reduction: true, weight: true, labelSmoothing: true };

/**
 * Cross entropy of logits over C classes on the last axis:
 *
 * $$ L = -\sum_c w_c\, y_c \ln \operatorname{softmax}(z)_c, \qquad \frac{\partial L}{\partial z} = \operatorname{softmax}(z) - y $$
 *
 * (the second for w = 1 and probabilities y that sum to 1). A class with y = 0 costs nothing, even at a logit of −∞.
 *
 * @param logits - Shape [..., C].
 * @param target - Class indices of shape [...], or probabilities of shape [..., C]. Another shape is a `ShapeError`,
 * an index out of range a `DomainError`.
 *
 * @example
 * ```ts
 * crossEntropy([[2, 0, 0], [0, 0, 3]], [0, 2]).item(); // 0.16723386132142
 * grad((z: Tensor) => crossEntropy(z, tensor(1)))([0, 0]).toArray(); // [0.5, -0.5]
 * ```
 */
export function crossEntropy(logits: TensorLike, target: TensorLike, options?: CrossEntropyOptions): Tensor {
  const name = "crossEntropy";
  const { labelSmoothing = 0, weight, reduction } = checkOptions(name, options, CROSS_ENTROPY_OPTIONS);
  const z = asTensor(name, logits);
  const y = asTensor(name, target);
  const classes = z.shape[z.rank - 1];
  const isIndices = z.rank > 0 && sameShape(y.shape, z.shape.slice(0, -1));
  if (!isIndices && (z.rank === 0 || !sameShape(y.shape, z.shape))) {
    throw new ShapeError(
      `${name}: expected logits [..., C] with class indices [...] or probabilities [..., C], got ${formatShape(z.shape)} and ${formatShape(y.shape)}`,
    );
  }
  checkSmoothing(name, labelSmoothing);
  const distribution = isIndices ? y.oneHot(classes) : y;
  const smoothed = labelSmoothing === 0 ? distribution : distribution.mul(1 - labelSmoothing).add(labelSmoothing / classes);
  const perClass = weight === undefined ? undefined : asTensor(name, weight);
  if (perClass !== undefined && !sameShape(perClass.shape, [classes])) {
    throw new ShapeError(`${name}: expected one weight a class, shape [${classes}], got ${formatShape(perClass.shape)}`);
  }
  const factor = perClass === undefined ? smoothed : smoothed.mul(perClass);
  // 0·(−∞): a class that cannot occur and does not; it costs 0.
  const each = timesLimit(factor, z.logSoftmax()).sum(-1).neg();
  if (isIndices && perClass !== undefined && (reduction ?? "mean") === "mean") return each.sum().div(perClass.take(y).sum());
  return reduce(name, each, reduction);
}

/** Settings of the losses of real numbers. */
export interface LossOptions {
  /** `"mean"` if left out; it divides by the number of elements, whatever the weights. */
  readonly reduction?: Reduction;
  /** A factor for each element; broadcasts to the target. */
  readonly weight?: TensorLike;
}

const LOSS_OPTIONS: Known<LossOptions> = { reduction: true, weight: true };

/**
 * (prediction − target)², averaged. Derivative: 2(prediction − target)/n.
 *
 * Other shapes than the target's are a `ShapeError`: a loss never broadcasts.
 *
 * @example
 * ```ts
 * meanSquaredError([1, 2], [3, 2]).item(); // 2
 * ```
 */
export function meanSquaredError(prediction: TensorLike, target: TensorLike, options?: LossOptions): Tensor {
  const name = "meanSquaredError";
  const settings = checkOptions(name, options, LOSS_OPTIONS);
  const [p, y] = predictionAndTarget(name, prediction, target);
  return finish(name, p.sub(y).square(), y, settings);
}

const HUBER_OPTIONS: Known<NonNullable<Parameters<typeof huber>[2]>> = { delta: true, reduction: true, weight: true };

/**
 * ½d² for |d| ≤ δ and δ(|d| − ½δ) beyond, with d = prediction − target, averaged: squares that outliers cannot dominate
 * (Huber 1964). Derivative: d, cut to [−δ, δ].
 *
 * @param options - `delta` is δ > 0, 1 if left out; `reduction` and `weight` as in {@link LossOptions}.
 *
 * @example
 * ```ts
 * huber([0, 0], [0.5, 10], { reduction: "none" }).toArray(); // [0.125, 9.5]
 * ```
 */
export function huber(prediction: TensorLike, target: TensorLike, options?: LossOptions & { readonly delta?: number }): Tensor {
  const name = "huber";
  const { delta = 1, ...settings } = checkOptions(name, options, HUBER_OPTIONS);
  const [p, y] = predictionAndTarget(name, prediction, target);
  if (!(typeof delta === "number" && delta > 0)) throw new DomainError(`${name}: delta must be a positive number, got ${describe(delta)}`);
  const d = p.sub(y);
  const size = d.abs();
  return finish(name, size.lessEqual(delta).where(d.square().mul(0.5), size.sub(delta / 2).mul(delta)), y, settings);
}

/**
 * Poisson negative log-likelihood of counts k at the log of their rate: $ e^{\log\lambda} - k \log\lambda $, averaged. The
 * constant ln k! is left out. Derivative by the log rate: λ − k.
 *
 * @example
 * ```ts
 * poissonNll([0], [3]).item(); // 1
 * ```
 */
export function poissonNll(logRate: TensorLike, count: TensorLike, options?: LossOptions): Tensor {
  const name = "poissonNll";
  const settings = checkOptions(name, options, LOSS_OPTIONS);
  const [rate, k] = predictionAndTarget(name, logRate, count);
  return finish(name, apply(PoissonLoss, [rate, k]), k, settings);
}

/** x·y, and 0 where x is 0 and y infinite: a term without weight. NaN stays NaN. */
const timesLimit = (x: Tensor, y: Tensor): Tensor => apply(Mul, [x, y], LIMIT);
const LIMIT: Strength = { strong: "limit" };

/** Both as tensors of one shape. [n] against [n, 1] would broadcast to [n, n] without a word; here it is an error. */
function predictionAndTarget(name: string, prediction: TensorLike, target: TensorLike): [Tensor, Tensor] {
  const p = asTensor(name, prediction);
  const y = asTensor(name, target);
  if (!sameShape(p.shape, y.shape))
    throw new ShapeError(
      `${name}: prediction and target must have the same shape, got ${formatShape(p.shape)} and ${formatShape(y.shape)}`,
    );
  return [p, y];
}

function checkSmoothing(name: string, labelSmoothing: number): void {
  if (!(typeof labelSmoothing === "number" && labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new DomainError(`${name}: labelSmoothing must lie in [0, 1], got ${describe(labelSmoothing)}`);
  }
}

function smooth(name: string, y: Tensor, labelSmoothing = 0): Tensor {
  checkSmoothing(name, labelSmoothing);
  return labelSmoothing === 0 ? y : y.mul(1 - labelSmoothing).add(labelSmoothing / 2);
}

/** Multiplies by a weight, which may broadcast to the target but not make the loss larger than it. */
function weighted(name: string, loss: Tensor, weight: TensorLike | undefined, target: Tensor): Tensor {
  if (weight === undefined) return loss;
  const factor = asTensor(name, weight);
  if (!broadcastsTo(factor.shape, target.shape)) {
    throw new ShapeError(
      `${name}: a weight must broadcast to the target, got ${formatShape(factor.shape)} and ${formatShape(target.shape)}`,
    );
  }
  // What has no weight costs nothing, not even where it is infinite.
  return timesLimit(factor, loss);
}

function finish(name: string, loss: Tensor, target: Tensor, { weight, reduction }: LossOptions): Tensor {
  return reduce(name, weighted(name, loss, weight, target), reduction);
}

function reduce(name: string, each: Tensor, reduction: Reduction = "mean"): Tensor {
  switch (reduction) {
    case "mean":
      return each.mean();
    case "sum":
      return each.sum();
    case "none":
      return each;
    default:
      throw new TypeError(`${name}: reduction must be "mean", "sum" or "none", got ${describe(reduction)}`);
  }
}
