import { binaryCrossEntropyWithLogits, eye, jvp, stack, type Tensor, tensor } from "gradtape";
import { type Chunk, concatenate, type Encoding } from "./design.js";
import { runner, sumOver } from "./summed.js";

/** What is minimized beside the data: see {@link meanLoss}. */
export interface LossOptions {
  readonly l2: number;
  /** The penalty counts on the standardized coefficients, or else on those of the raw columns. */
  readonly standardize: boolean;
  /** How much a row of each class counts. */
  readonly weights: { readonly positive: number; readonly negative: number };
  readonly eager: boolean;
}

/** z = Xθ, equation (3) for a batch: the first column of X is the intercept's. */
export const logits = (theta: Tensor, x: Tensor): Tensor => x.matmul(theta);

/** Equation (1) for each row, in its stable form from the logits, of shape [n]. */
const rowLosses = (theta: Tensor, { x, y }: Chunk, weights: LossOptions["weights"]): Tensor =>
  weights.positive === 1 && weights.negative === 1
    ? binaryCrossEntropyWithLogits(logits(theta, x), y, { reduction: "none" })
    : binaryCrossEntropyWithLogits(logits(theta, x), y, {
        reduction: "none",
        weight: y.mul(weights.positive - weights.negative).add(weights.negative),
      });

/** Minus the log-likelihood: the sum of the rows' losses, each times its class's weight. */
export const negativeLogLikelihood = (chunks: readonly Chunk[], { weights, eager }: LossOptions): ((theta: Tensor) => Tensor) =>
  sumOver((theta, chunk: Chunk) => rowLosses(theta, chunk, weights).sum(), chunks, eager);

/**
 * (Σ wᵢ·BCEᵢ + l2/2·Σ βⱼ²) / n over the n rows. The intercept is not penalized: how common the positive class is should
 * not depend on the strength of the penalty.
 *
 * θ belongs to standardized columns in any case, since only they are well conditioned. A raw column's coefficient is
 * θⱼ/sⱼ, so that a penalty on these has l2/sⱼ² instead of l2.
 */
export function meanLoss(chunks: readonly Chunk[], encoding: Encoding, options: LossOptions): (theta: Tensor) => Tensor {
  const rows = chunks.reduce((sum, { y }) => sum + y.size, 0);
  const strengths = encoding.terms.map(({ deviation }) => options.l2 / (options.standardize ? 1 : deviation ** 2));
  const strength = tensor([...(encoding.intercept ? [0] : []), ...strengths]);
  const loss = negativeLogLikelihood(chunks, options);
  if (options.l2 === 0) return (theta) => loss(theta).div(rows);
  return (theta) => loss(theta).add(theta.square().mul(strength).sum().div(2)).div(rows);
}

/**
 * Σ gᵢgᵢᵀ with the gradient gᵢ of each row's own loss. Forward mode gives the derivative of all rows' losses along one
 * parameter at once: row j of G is that along θⱼ, column i is gᵢ, and G·Gᵀ is the sum.
 */
export function scoreProducts(theta: Tensor, chunks: readonly Chunk[], { weights, eager }: LossOptions): Tensor {
  const products = runner(eager)((at: Tensor, chunk: Chunk): Tensor => {
    const along = (j: number): Tensor => jvp((t: Tensor) => rowLosses(t, chunk, weights), [at], [eye(theta.size).slice([j])])[1];
    const G = stack(Array.from({ length: theta.size }, (_, j) => along(j)));
    return G.matmul(G.transpose());
  });
  return chunks.map((chunk) => products(theta, chunk)).reduce((sum, part) => sum.add(part));
}

/** XᵀX/n. */
export function gramMatrix(chunks: readonly Chunk[], eager: boolean): Tensor {
  const product = runner(eager)((x: Tensor): Tensor => x.transpose().matmul(x));
  const rows = chunks.reduce((sum, { y }) => sum + y.size, 0);
  return chunks
    .map(({ x }) => product(x))
    .reduce((sum, part) => sum.add(part))
    .div(rows);
}

/** The logits of all rows. */
export const logitsOf = (theta: Tensor, chunks: readonly Chunk[]): Float64Array => concatenate(chunks.map(({ x }) => logits(theta, x)));

/**
 * The gradient of the mean loss as the derivation has it, Xᵀ(ŷ − y)/n, equation (12) for a batch, in two plain loops.
 * Nothing of the engine is used, so that it can be checked against this. Without the penalty, and at θ = 0 its gradient is 0;
 * each row times its weight.
 */
export function gradientByHand(theta: Float64Array, chunks: readonly Chunk[], { weights }: LossOptions): Float64Array {
  const gradient = new Float64Array(theta.length);
  const width = theta.length;
  let rows = 0;
  for (const { x, y } of chunks) {
    rows += y.size;
    for (let i = 0; i < y.size; i++) {
      let z = 0;
      for (let j = 0; j < width; j++) z += x.data[i * width + j] * theta[j];
      const residual = (1 / (1 + Math.exp(-z)) - y.data[i]) * (y.data[i] === 1 ? weights.positive : weights.negative);
      for (let j = 0; j < width; j++) gradient[j] += x.data[i * width + j] * residual;
    }
  }
  return gradient.map((sum) => sum / rows);
}
