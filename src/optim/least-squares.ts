import { checkFunction } from "../base/errors.js";
import { formatNumber } from "../base/format.js";
import { checkOptions, type Known } from "../base/options.js";
import { Tensor } from "../tensor/tensor.js";
import type { Tree, TreeLike } from "../tensor/tree.js";
import { Bounds, type ParameterBounds } from "./bounds.js";
import { checkSetting } from "./learning-rate.js";
import { covarianceOf, freeParameters, gradientOf, largestCosine, Model, type Point } from "./levenberg-marquardt.js";
import { Packing } from "./packing.js";
import { type ResidualFunction, Residuals } from "./residuals.js";
import type { SearchStatus } from "./result.js";
import { columnNorm } from "./singular-values.js";
import { norm } from "./vector.js";

/** What `onStep` of {@link leastSquares} receives after each iteration. */
export interface LeastSquaresReport<P> {
  /** How many iterations are done. */
  readonly iteration: number;
  /** Σ r² at the new point. */
  readonly sumOfSquares: number;
  /** The new point. */
  readonly params: Tree<P>;
}

/** Settings of {@link leastSquares}. */
export interface LeastSquaresOptions<P> {
  /** 500 if left out. */
  readonly maxIterations?: number;
  /**
   * Converged when the part of the residuals that a step could remove, their projection on the columns of the Jacobian, is at most so long,
   * relative to them (the relative offset of Bates and Watts 1981). 1e-10 if left out: the parameters then move by about as small a part of
   * their standard errors.
   */
  readonly tolerance?: number;
  /** Bounds of the parameters. The search starts within them. */
  readonly bounds?: ParameterBounds<P>;
  /** Called after each iteration; `false` stops. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a callback without a return statement is what most people write
  readonly onStep?: (report: LeastSquaresReport<P>) => boolean | void;
}

const OPTIONS: Known<LeastSquaresOptions<unknown>> = { maxIterations: true, tolerance: true, bounds: true, onStep: true };

/** What {@link leastSquares} found. */
export interface LeastSquaresResult<P, R> {
  /** The parameters with the least sum of squares that was seen. */
  readonly params: Tree<P>;
  /** The residuals there, as the function returns them. */
  readonly residuals: R;
  /** Σ r² there. */
  readonly sumOfSquares: number;
  /** ∂rᵢ/∂pⱼ there, [m, n] over all residuals and all parameters in order. */
  readonly jacobian: Tensor;
  /** σ²(JᵀJ)⁻¹ with σ² = Σr²/(m − n), [n, n]; NaN for m ≤ n, or where the data do not determine the parameters. */
  readonly covariance: Tensor;
  /** The square roots of its diagonal, in the structure of the parameters. */
  readonly standardErrors: Tree<P>;
  /** How many steps were taken. */
  readonly iterations: number;
  /** How often the residuals were computed; Jacobians are counted by themselves. */
  readonly evaluations: number;
  /** How often the Jacobian was computed. */
  readonly jacobians: number;
  /** Whether `status` is `"converged"`. */
  readonly converged: boolean;
  /**
   * Why the search ended, for programs: as for {@link minimize}. `"converged"` where the tolerance is met or the residuals are no more than
   * rounding leaves; `"stalled"` where no step lowers the sum though by the Jacobian one should, as with a Jacobian that is wrong.
   */
  readonly status: SearchStatus;
  /** Why the search ended, in words for people. */
  readonly reason: string;
}

/**
 * Parameters at which the sum of squares Σ r² of residuals is least, by the method of Levenberg and Marquardt in the form of Moré (1978):
 * each step minimizes the linear model ‖r + J·p‖² within a trust region, in parameters that are scaled by the lengths of the columns of the
 * Jacobian J; how well the model foretold the sum decides over the size of the next region. J comes from the engine, as {@link jacobian} takes
 * it; `leastSquares(compile(residuals), …)` runs on compiled residuals and a compiled Jacobian.
 *
 * With bounds a parameter at its bound moves only away from it, and steps are cut to the bounds.
 *
 * @param residuals - A function of a tensor or a tree of tensors, and perhaps of further arguments, to a tensor or a tree: model minus data,
 * divided by the standard deviation of each datum if those differ.
 * @param initial - Where to start; decides the structure of the result.
 * @param rest - Further arguments of the function, after the options, passed on as they come: wrap arrays of data in {@link tensor}.
 *
 * @example
 * ```ts
 * const [x, y] = [tensor([0, 1, 2, 3]), tensor([1, 2.7, 7.4, 20.1])];
 * const residuals = (p: { a: Tensor; b: Tensor }) => p.a.mul(p.b.mul(x).exp()).sub(y);
 * const { params, converged } = leastSquares(residuals, { a: 2, b: 0.5 });
 * converged; // true
 * params.b.item().toFixed(3); // "1.001"
 * ```
 */
export function leastSquares<P, R, Rest extends unknown[]>(
  residuals: (params: P, ...rest: Rest) => R,
  initial: TreeLike<P>,
  options?: LeastSquaresOptions<P>,
  ...rest: Rest
): LeastSquaresResult<P, R> {
  const name = "leastSquares";
  checkFunction(name, residuals);
  const settings = checkOptions(name, options, OPTIONS, "; arguments for the residuals come after the options");
  const { maxIterations = 500, tolerance = 1e-10, bounds, onStep } = settings;
  checkSetting(name, "maxIterations", maxIterations, 0);
  checkSetting(name, "tolerance", tolerance, 0);
  if (onStep !== undefined) checkFunction(`${name}: onStep`, onStep);
  const packing = new Packing(name, initial);
  const problem = new Residuals(packing, residuals as ResidualFunction, rest);
  const given = Bounds.of(packing, bounds);
  const tree = (x: Float64Array): Tree<P> => packing.unpack(x) as Tree<P>;
  const report = (iteration: number, { sum, x }: Point): boolean => onStep?.({ iteration, sumOfSquares: sum, params: tree(x) }) !== false;
  const { point, iterations, status, reason } = search(problem, given ?? Bounds.none(packing.size), maxIterations, tolerance, report);
  const [m, n] = [point.residuals.length, point.x.length];
  const covariance = covarianceOf(point);
  return {
    params: tree(point.x),
    residuals: problem.tensors(point.residuals) as R,
    sumOfSquares: point.sum,
    jacobian: Tensor.wrap([m, n], point.jacobian),
    covariance: Tensor.wrap([n, n], covariance),
    standardErrors: tree(point.x.map((_, j) => Math.sqrt(covariance[j * n + j]))),
    iterations,
    evaluations: problem.evaluations,
    jacobians: problem.jacobians,
    converged: status === "converged",
    status,
    reason: given === undefined || status === "not finite" ? reason : `${reason}; ${given.describeActive(point.x, packing)}`,
  };
}

interface Ending {
  readonly point: Point;
  readonly iterations: number;
  readonly status: SearchStatus;
  readonly reason: string;
}

/** The first trust region, in lengths of the scaled parameters. */
const FIRST_RADIUS = 1;
/**
 * A scale follows a column that grows at once, as Moré has it, and one that gets shorter so fast, where he keeps the largest: what a column was
 * far from the solution would hold the parameter there.
 */
const KEPT = 0.9;
/** A step is taken if it lowers the sum by this part of what the model says. */
const ACCEPTED = 1e-4;
/** A sum of squares is rounded by less than this part of it. */
const ROUNDING = 1e-13;
/** So many times the rounding error of the parameters. */
const NOISE = 4;
/** Angles whose cosine is below this are right angles as far as rounding lets one tell. */
const RIGHT_ANGLE = 1e-12;

const isFinitePoint = ({ sum, jacobian }: Point): boolean => Number.isFinite(sum) && jacobian.every(Number.isFinite);

function search(
  problem: Residuals,
  bounds: Bounds,
  maxIterations: number,
  tolerance: number,
  report: (iteration: number, point: Point) => boolean,
): Ending {
  const sumOf = (r: Float64Array): number => norm(r) ** 2;
  const x0 = bounds.project(problem.packing.start);
  const r0 = problem.at(x0);
  let point: Point = { x: x0, residuals: r0, sum: sumOf(r0), jacobian: problem.jacobianAt(x0) };
  const scales = new Float64Array(x0.length);
  let radius = 0;
  let iterations = 0;
  /** Whether the region is as small as it is because a step raised the sum by more than rounding does. */
  let isCut = false;
  const end = (status: SearchStatus, reason: string): Ending => ({ point, iterations, status, reason });
  const sumInWords = (): string => `the sum of squares ${formatNumber(point.sum)}`;
  for (;;) {
    if (!isFinitePoint(point))
      return end(
        "not finite",
        `the residuals or their Jacobian are not finite ${iterations === 0 ? "at the initial parameters" : `after iteration ${iterations}`}`,
      );
    const gradient = gradientOf(point);
    const free = freeParameters(point, gradient, bounds);
    if (point.sum === 0) return end("converged", "the residuals are 0");
    if (free.length === 0) return end("converged", `every parameter is at a bound to which descent leads, with ${sumInWords()}`);
    if (largestCosine(point, gradient, free) <= RIGHT_ANGLE)
      return end("converged", `the residuals are orthogonal to the Jacobian, with ${sumInWords()}`);
    if (iterations >= maxIterations) return end("limit", `the limit of ${maxIterations} iterations was reached with ${sumInWords()}`);
    const { residuals, jacobian, x, sum } = point;
    for (let j = 0; j < x.length; j++) scales[j] = Math.max(KEPT * scales[j], columnNorm(jacobian, residuals.length, x.length, j)) || 1;
    const size = norm(x.map((value, j) => value * scales[j]));
    if (radius === 0) radius = FIRST_RADIUS * (size || 1);
    // What rounding of the parameters alone does to the residuals, and to the sum of squares.
    const noise = NOISE * Number.EPSILON * norm(x.map((value, j) => value * columnNorm(jacobian, residuals.length, x.length, j)));
    const noiseOfSum = 2 * noise * norm(residuals) + ROUNDING * sum;
    const model = new Model(point, scales, free, bounds);
    let next: Point | undefined;
    while (next === undefined) {
      const trial = model.step(radius);
      const r = problem.at(trial.x);
      const trialSum = sumOf(r);
      const reduction = sum - trialSum;
      // Below this the change of the sum is rounding, and the model knows better.
      const isBelowRounding = Math.max(trial.predicted, Math.abs(reduction)) <= noiseOfSum;
      const isSmall = trial.isFull && trial.predicted <= Math.max(tolerance * tolerance * sum, noise * noise);
      // A region that had to be cut until nothing can be told from rounding, or is left, has no step that lowers the sum.
      if ((isCut && isBelowRounding && !trial.isFull) || radius <= Number.EPSILON * size || radius === 0)
        return norm(residuals) <= noise
          ? end("converged", `${sumInWords()} is no more than rounding leaves`)
          : end("stalled", `no step from here lowers ${sumInWords()}`);
      const ratio = isBelowRounding ? 1 : Number.isFinite(trialSum) ? reduction / trial.predicted : Number.NEGATIVE_INFINITY;
      if (!(ratio > 0.25)) radius = shrunk(radius, trial.length, sum, trialSum, trial.predicted);
      else if (ratio >= 0.75 || trial.isFull) radius = Math.max(radius, 2 * trial.length);
      if (!isBelowRounding) isCut = ratio < ACCEPTED;
      if (ratio >= ACCEPTED) {
        next = { x: trial.x, residuals: r, sum: trialSum, jacobian: problem.jacobianAt(trial.x) };
        iterations++;
      }
      if (isSmall) {
        if (next !== undefined && isFinitePoint(next)) point = next;
        return end("converged", `a step could remove at most a part of ${formatNumber(tolerance)} of the residuals, with ${sumInWords()}`);
      }
    }
    point = next;
    if (!report(iterations, point)) return end("stopped", "onStep asked to stop");
  }
}

/** A smaller region after a step that lowered the sum less than the model says: where a parabola through what is known has its minimum. */
function shrunk(radius: number, length: number, sum: number, trialSum: number, predicted: number): number {
  const reduction = sum - trialSum;
  // Along the step the sum begins to fall at a rate that is at least what the model predicts.
  const part = reduction >= 0 ? 0.5 : Number.isFinite(trialSum) ? (0.5 * predicted) / (predicted - 0.5 * reduction) : 0.1;
  return Math.min(Math.max(part, 0.1), 0.5) * Math.min(radius, 10 * length);
}
