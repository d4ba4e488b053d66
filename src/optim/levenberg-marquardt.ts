import type { Bounds } from "./bounds.js";
import { columnNorm, type Decomposition, decompose } from "./singular-values.js";
import { norm } from "./vector.js";

// One step of Levenberg and Marquardt's method in the form of Moré (1978): the parameters are scaled by the lengths of the columns of the
// Jacobian, and among all steps within a trust region the one is taken that lowers the linear model of the residuals most.

/** Where the iteration stands. */
export interface Point {
  readonly x: Float64Array;
  readonly residuals: Float64Array;
  /** Σ r². */
  readonly sum: number;
  /** m × n in row-major order. */
  readonly jacobian: Float64Array;
}

/** A step to try. */
export interface Trial {
  readonly x: Float64Array;
  /** Its length in the scaled parameters. */
  readonly length: number;
  /** By how much the sum of squares falls in the linear model. */
  readonly predicted: number;
  /** Whether the trust region did not shorten it. */
  readonly isFull: boolean;
}

/** Jᵀ·r, half of the gradient of the sum of squares. */
export function gradientOf({ residuals, jacobian, x }: Point): Float64Array {
  const n = x.length;
  const gradient = new Float64Array(n);
  residuals.forEach((r, i) => {
    for (let j = 0; j < n; j++) gradient[j] += jacobian[i * n + j] * r;
  });
  return gradient;
}

/** The parameters that may move: not at a bound to which descent leads. */
export const freeParameters = ({ x }: Point, gradient: Float64Array, { lower, upper }: Bounds): number[] =>
  Array.from(x, (_, j) => j).filter((j) => !((x[j] <= lower[j] && gradient[j] > 0) || (x[j] >= upper[j] && gradient[j] < 0)));

/** The largest cosine of an angle between the residuals and a column of the Jacobian: 0 where the sum of squares is least. */
export function largestCosine({ residuals, jacobian, x }: Point, gradient: Float64Array, free: readonly number[]): number {
  const length = norm(residuals);
  let largest = 0;
  for (const j of free) {
    const column = columnNorm(jacobian, residuals.length, x.length, j);
    if (column > 0 && length > 0) largest = Math.max(largest, Math.abs(gradient[j]) / column / length);
  }
  return largest;
}

/** The linear model around a point, in scaled parameters of which some may move. */
export class Model {
  private readonly svd: Decomposition;

  constructor(
    private readonly point: Point,
    private readonly scales: Float64Array,
    private readonly free: readonly number[],
    private readonly bounds: Bounds,
  ) {
    const { jacobian, residuals, x } = point;
    const scaled = new Float64Array(residuals.length * free.length);
    for (let i = 0; i < residuals.length; i++)
      free.forEach((j, k) => {
        scaled[i * free.length + k] = jacobian[i * x.length + j] / scales[j];
      });
    this.svd = decompose(scaled, residuals.slice(), free.length);
  }

  /** The best step that is no longer than `radius`. */
  step(radius: number): Trial {
    const { values } = this.svd;
    const cutoff = Math.max(...values, 0) * Number.EPSILON * Math.max(values.length, this.point.residuals.length);
    const full = this.lengthAt(0, cutoff).length;
    const isFull = full <= 1.1 * radius;
    return this.trial(isFull ? 0 : this.damping(radius, cutoff), cutoff, isFull);
  }

  /** The damping λ at which the step is as long as the radius, within a tenth: Newton's method on 1/length − 1/radius, kept in an interval. */
  private damping(radius: number, cutoff: number): number {
    const { values, rightSide } = this.svd;
    let low = 0;
    let high = Math.sqrt(values.reduce((sum, s, i) => sum + (s * rightSide[i]) ** 2, 0)) / radius;
    let lambda = 0;
    for (let i = 0; i < 50; i++) {
      const { length, slope } = this.lengthAt(lambda, cutoff);
      if (Math.abs(length - radius) <= 0.1 * radius) break;
      if (length > radius) low = lambda;
      else high = lambda;
      const next = lambda + (length / radius) * ((length - radius) / -slope);
      lambda = next > low && next < high ? next : Math.max(0.001 * high, Math.sqrt(low * high));
    }
    return lambda;
  }

  /** The length of the step with damping λ, and its derivative with respect to λ. */
  private lengthAt(lambda: number, cutoff: number): { readonly length: number; readonly slope: number } {
    const { values, rightSide } = this.svd;
    let squares = 0;
    let slopes = 0;
    values.forEach((s, i) => {
      if (s <= cutoff && lambda === 0) return;
      const part = (s * rightSide[i]) / (s * s + lambda);
      squares += part * part;
      slopes += (part * part) / (s * s + lambda);
    });
    const length = Math.sqrt(squares);
    return { length, slope: length === 0 ? 0 : -slopes / length };
  }

  private trial(lambda: number, cutoff: number, isFull: boolean): Trial {
    const { values, vectors, rightSide } = this.svd;
    const n = this.free.length;
    const x = this.point.x.slice();
    values.forEach((s, i) => {
      if (s <= cutoff && lambda === 0) return;
      const part = (s * rightSide[i]) / (s * s + lambda);
      this.free.forEach((j, k) => {
        x[j] -= (vectors[k * n + i] * part) / this.scales[j];
      });
    });
    for (const j of this.free) x[j] = this.bounds.clamp(j, x[j]);
    return { x, isFull, ...this.effectOf(x) };
  }

  /** The scaled length of a step, and how far it lowers the model: −(2r + J·p)·J·p. */
  private effectOf(to: Float64Array): { readonly length: number; readonly predicted: number } {
    const { x, residuals, jacobian } = this.point;
    const p = to.map((value, j) => value - x[j]);
    let predicted = 0;
    residuals.forEach((r, i) => {
      let change = 0;
      for (let j = 0; j < p.length; j++) change += jacobian[i * p.length + j] * p[j];
      predicted -= (2 * r + change) * change;
    });
    return { length: norm(p.map((value, j) => value * this.scales[j])), predicted };
  }
}

/** σ²·(JᵀJ)⁻¹ by the decomposition of the scaled Jacobian; NaN where the data do not determine the parameters. */
export function covarianceOf({ residuals, sum, jacobian, x }: Point): Float64Array {
  const [m, n] = [residuals.length, x.length];
  const covariance = new Float64Array(n * n).fill(Number.NaN);
  const scales = Float64Array.from(x, (_, j) => columnNorm(jacobian, m, n, j));
  if (m <= n || scales.includes(0)) return covariance;
  const { values, vectors } = decompose(
    jacobian.map((value, at) => value / scales[at % n]),
    residuals.slice(),
    n,
  );
  if (Math.min(...values) <= Number.EPSILON * m * Math.max(...values)) return covariance;
  const variance = sum / (m - n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let product = 0;
      for (let k = 0; k < n; k++) product += (vectors[i * n + k] / values[k]) * (vectors[j * n + k] / values[k]);
      covariance[i * n + j] = (variance * product) / scales[i] / scales[j];
    }
  return covariance;
}
