import {
  binaryCrossEntropyWithLogits,
  compile,
  concat,
  grad,
  jvp,
  ones,
  type Tensor,
  take,
  tensor,
  valueAndGrad,
  vjp,
  zeros,
} from "gradtape";
import { concatenate, type Part, rowsOf } from "./design.js";
import { type Encoding, parametersOf } from "./encoding.js";

/** What is minimized beside the data: see {@link strengthsOf}. */
export interface LossOptions {
  readonly l2: number;
  /** The penalty counts on the coefficients per standard deviation, or else on those per unit. */
  readonly standardize: boolean;
  readonly eager: boolean;
}

/** Runs a function as it is, or as the replay of its tape. */
export const runner =
  (eager: boolean) =>
  <F extends (...args: never[]) => unknown>(f: F): F =>
    eager ? f : compile(f);

/** The matrix of a part, without what is true of its rows. */
type Matrices = Pick<Part, "x" | "places" | "factors">;

/** z = Xθ, equation (3) for a batch. Of a block of categories each row takes the coefficient of its level, or 0. */
export function logits(theta: Tensor, { x, places, factors }: Matrices, sizes: readonly number[]): Tensor {
  const width = x.shape[1];
  if (sizes.length === 0) return x.matmul(theta);
  let z = x.matmul(theta.slice([[0, width]]));
  let start = width;
  sizes.forEach((size, k) => {
    const coefficients = concat([theta.slice([[start, start + size]]), zeros([1])]);
    const own = take(coefficients, places[k]);
    z = z.add(factors[k].reduce((product, factor) => product.mul(factor), own));
    start += size;
  });
  return z;
}

/** Equation (1) for each row, in its stable form from the logits, times the weight of the row. */
export const rowLosses = (z: Tensor, y: Tensor, w: readonly Tensor[]): Tensor =>
  binaryCrossEntropyWithLogits(z, y, { reduction: "none", ...(w.length > 0 && { weight: w[0] }) });

/** The first derivative of each row's loss with respect to its logit: its score. */
export const scores = (z: Tensor, y: Tensor, w: readonly Tensor[]): Tensor => grad((at: Tensor) => rowLosses(at, y, w).sum())(z) as Tensor;

/** The second one, by forward over reverse mode: how much information each row holds. */
export const curvature = (z: Tensor, y: Tensor, w: readonly Tensor[]): Tensor =>
  jvp((at: Tensor) => scores(at, y, w), [z], [ones(z.shape)])[1];

/** The sums of values over the rows of each place: what {@link take} pulls back. */
const segmentSum = (values: Tensor, places: Tensor, count: number): Tensor =>
  vjp((x: Tensor) => take(x, places), zeros([count, ...values.shape.slice(1)]))[1](values)[0] as Tensor;

/**
 * Xᵀ·diag(w)·X, block by block: a product of matrices for the dense columns, and sums over the rows of each level for the
 * others, whose ones and zeros nobody needs to see. With the curvature of the losses as w it is their Hessian, since z is
 * linear in θ.
 */
export function gram({ x, places, factors }: Matrices, w: Tensor, sizes: readonly number[]): Tensor {
  const column = (values: Tensor): Tensor => values.reshape([-1, 1]);
  const dense = x.matmul(x.mul(column(w)), { transposeA: true });
  if (sizes.length === 0) return dense;
  const weightOf = (k: number): Tensor => factors[k].reduce((product, factor) => product.mul(factor), w);
  const mixed = sizes.map((size, k) => segmentSum(x.mul(column(weightOf(k))), places[k], size + 1).slice([[0, size]]));
  const between = (k: number, l: number): Tensor => {
    const [rows, columns] = [sizes[k], sizes[l]];
    const weight = factors[l].reduce((product, factor) => product.mul(factor), weightOf(k));
    if (k === l) {
      const sums = segmentSum(weight, places[k], rows + 1).slice([[0, rows]]);
      return diagonal(sums);
    }
    const cells = places[k].mul(columns + 1).add(places[l]);
    return segmentSum(weight, cells, (rows + 1) * (columns + 1))
      .reshape([rows + 1, columns + 1])
      .slice([
        [0, rows],
        [0, columns],
      ]);
  };
  const first = concat([dense, ...mixed.map((block) => block.transpose())], 1);
  const others = sizes.map((_, k) => concat([mixed[k], ...sizes.map((_, l) => (l < k ? between(l, k).transpose() : between(k, l)))], 1));
  return concat([first, ...others], 0);
}

/** A vector on the diagonal of a matrix. */
function diagonal(values: Tensor): Tensor {
  const n = values.shape[0];
  const places = tensor(Float64Array.from({ length: n }, (_, i) => i * (n + 1)));
  return segmentSum(values, places, n * n).reshape([n, n]);
}

/** How strongly each parameter is penalized: the intercept never, since how common y = 1 is should not depend on it. */
export function strengthsOf(encoding: Encoding, { l2, standardize }: LossOptions): Tensor {
  // θ is the raw coefficient times the scale, and the raw one times the deviation counts, or itself.
  return tensor(
    parametersOf(encoding).map(({ feature, scale, deviation }) => (feature < 0 ? 0 : l2 * ((standardize ? deviation : 1) / scale) ** 2)),
  );
}

/** Sums over all rows, at parameters θ. */
export interface Likelihood {
  readonly rows: number;
  readonly width: number;
  /** Minus the log-likelihood and its gradient. */
  lossAndGradient(theta: Tensor): { value: number; gradient: Float64Array };
  /** The Hessian of minus the log-likelihood, row-major. */
  hessian(theta: Tensor): Float64Array;
  logits(theta: Tensor): Float64Array;
  /** Xᵀ·diag(w)·X for one w a row; w is a function of each part and its logits. */
  gram(theta: Tensor, w: (z: Tensor, part: Part, start: number) => Tensor): Float64Array;
}

/** The likelihood of the rows in these parts. Each part has its own compiled functions, which keep what does not change. */
export function likelihoodOf(parts: readonly Part[], encoding: Encoding, eager: boolean): Likelihood {
  const run = runner(eager);
  const sizes = encoding.blocks.map(({ names }) => names.length);
  const width = parametersOf(encoding).length;
  const functions = parts.map(() => ({
    first: run(valueAndGrad((theta: Tensor, { y, w, ...x }: Part) => rowLosses(logits(theta, x, sizes), y, w).sum())),
    curvature: run((theta: Tensor, { y, w, ...x }: Part) => curvature(logits(theta, x, sizes), y, w)),
    gram: run((w: Tensor, x: Matrices) => gram(x, w, sizes)),
  }));
  const matrices = parts.map(({ x, places, factors }): Matrices => ({ x, places, factors }));
  return {
    rows: rowsOf(parts),
    width,
    lossAndGradient(theta) {
      const sum = { value: 0, gradient: new Float64Array(width) };
      parts.forEach((part, i) => {
        const [value, gradient] = functions[i].first(theta, part);
        sum.value += value.item();
        add(sum.gradient, (gradient as Tensor).data);
      });
      return sum;
    },
    hessian(theta) {
      const sum = new Float64Array(width ** 2);
      parts.forEach((part, i) => {
        add(sum, functions[i].gram(functions[i].curvature(theta, part), matrices[i]).data);
      });
      return sum;
    },
    // What runs once or twice is not worth compiling.
    logits: (theta) => concatenate(parts.map((part) => logits(theta, part, sizes))),
    gram(theta, w) {
      const sum = new Float64Array(width ** 2);
      let start = 0;
      parts.forEach((part, i) => {
        add(sum, functions[i].gram(w(logits(theta, part, sizes), part, start), matrices[i]).data);
        start += part.y.size;
      });
      return sum;
    },
  };
}

function add(sum: Float64Array, part: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += part[i];
}

/**
 * The gradient of the mean loss as the derivation has it, Xᵀ(ŷ − y)/n, equation (12) for a batch, in two plain loops.
 * Nothing of the engine is used, so that it can be checked against this. Without the penalty, and at θ = 0 its gradient is 0;
 * each row times its weight.
 */
export function gradientByHand(theta: Float64Array, parts: readonly Part[], encoding: Encoding): Float64Array {
  const gradient = new Float64Array(theta.length);
  const width = parts[0].x.shape[1];
  let rows = 0;
  for (const { x, places, factors, y, w } of parts) {
    rows += y.size;
    for (let i = 0; i < y.size; i++) {
      let z = 0;
      for (let j = 0; j < width; j++) z += x.data[i * width + j] * theta[j];
      let start = width;
      const own: [at: number, value: number][] = [];
      encoding.blocks.forEach(({ names }, k) => {
        const place = places[k].data[i];
        if (place < names.length) own.push([start + place, factors[k][0]?.data[i] ?? 1]);
        start += names.length;
      });
      for (const [at, value] of own) z += value * theta[at];
      const residual = (1 / (1 + Math.exp(-z)) - y.data[i]) * (w[0]?.data[i] ?? 1);
      for (let j = 0; j < width; j++) gradient[j] += x.data[i * width + j] * residual;
      for (const [at, value] of own) gradient[at] += value * residual;
    }
  }
  return gradient.map((sum) => sum / rows);
}
