import { DomainError, describe, ShapeError } from "./errors.js";
import { formatShape, sameShape } from "./shape.js";
import { asTensor, type Tensor, type TensorLike } from "./tensor.js";

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

/**
 * Binary cross entropy of probabilities, equation (1) of the derivation, built from its `Log` and `Mul` nodes:
 *
 * $$ L = -\left[\, y \ln p + (1 - y) \ln(1 - p) \,\right] $$
 *
 * 0·ln 0 is 0, so a certain and right prediction costs 0; a certain and wrong one costs +∞. The gradient by p is
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
export function binaryCrossEntropy(p: TensorLike, y: TensorLike, options: BinaryCrossEntropyOptions = {}): Tensor {
  const name = "binaryCrossEntropy";
  const [prediction, target] = predictionAndTarget(name, p, y);
  const label = smooth(name, target, options.labelSmoothing);
  const other = prediction.rsub(1);
  const one = weighted(name, label.mul(logUnlessUnused(prediction, label)), options.posWeight, target);
  const rest = label.rsub(1);
  const zero = rest.mul(logUnlessUnused(other, rest));
  return finish(name, one.add(zero), target, options).neg();
}

/** ln p, except where p and its factor are both 0: there ln 1, so that 0·ln 0 is 0 in value and gradient. */
const logUnlessUnused = (p: Tensor, factor: Tensor): Tensor => p.add(factor).where(p, 1).log();

/**
 * Binary cross entropy of logits z, where p = σ(z), without forming p:
 *
 * $$ L = \mathrm{softplus}(z) - y z, \qquad \frac{\partial L}{\partial z} = \sigma(z) - y $$
 *
 * the second being equation (12) before the factor X. Both keep full relative accuracy for every finite z: at z = 30,
 * y = 1 the loss is 9.4·10⁻¹⁴ and so, with a minus, is the gradient.
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
export function binaryCrossEntropyWithLogits(z: TensorLike, y: TensorLike, options: BinaryCrossEntropyOptions = {}): Tensor {
  const name = "binaryCrossEntropyWithLogits";
  const [logit, target] = predictionAndTarget(name, z, y);
  const label = smooth(name, target, options.labelSmoothing);
  if (options.posWeight !== undefined) {
    // −ln σ(z) = softplus(−z) and −ln(1 − σ(z)) = softplus(z), put into (1): both terms are positive, nothing cancels.
    const one = weighted(name, label.mul(logit.neg().softplus()), options.posWeight, target);
    return finish(name, one.add(label.rsub(1).mul(logit.softplus())), target, options);
  }
  return finish(name, logit.logisticLoss(label), target, options);
}

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

function smooth(name: string, y: Tensor, labelSmoothing = 0): Tensor {
  if (!(typeof labelSmoothing === "number" && labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new DomainError(`${name}: labelSmoothing must lie in [0, 1], got ${describe(labelSmoothing)}`);
  return labelSmoothing === 0 ? y : y.mul(1 - labelSmoothing).add(labelSmoothing / 2);
}

/** Multiplies by a weight, which may broadcast to the target but not make the loss larger than it. */
function weighted(name: string, loss: Tensor, weight: TensorLike | undefined, target: Tensor): Tensor {
  if (weight === undefined) return loss;
  const product = loss.mul(asTensor(name, weight));
  if (!sameShape(product.shape, target.shape)) {
    throw new ShapeError(
      `${name}: a weight must broadcast to the target, got ${formatShape(asTensor(name, weight).shape)} and ${formatShape(target.shape)}`,
    );
  }
  return product;
}

function finish(
  name: string,
  loss: Tensor,
  target: Tensor,
  { weight, reduction = "mean" }: { readonly weight?: TensorLike; readonly reduction?: Reduction },
): Tensor {
  const each = weighted(name, loss, weight, target);
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
