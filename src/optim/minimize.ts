import { checkFunction, describe } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import type { Tensor, TensorLike } from "../tensor/tensor.js";
import type { TreeLike } from "../tensor/tree.js";
import { Layout } from "./layout.js";
import type { PartRequest } from "./objective.js";
import { Part } from "./part.js";
import { type MinimizeResult, SEARCH_OPTIONS, type SearchOptions, search } from "./search.js";

/** Settings of {@link minimize}. */
export interface MinimizeOptions<P> extends SearchOptions<P> {
  /**
   * Sums over shards, where f is only the part of the whole that this process holds. Each answer of f passes through it as
   * one list (the value and the gradient together, or the lower triangle of the Hessian), and comes back as the sum of the
   * lists of all shards, of the same length. It must return the same bits in every process, since each process decides by
   * itself where to go next. If left out, f is the whole. A sum that has to be awaited takes {@link minimizeSteps}.
   */
  readonly sum?: (part: Float64Array) => Float64Array;
}

const MINIMIZE_OPTIONS: Known<MinimizeOptions<unknown>> = {
  method: true,
  maxIterations: true,
  gradientTolerance: true,
  learningRate: true,
  onStep: true,
  sum: true,
};

/**
 * Searches parameters at which a scalar function is smallest, starting from `initial`.
 *
 * It stops when the gradient is short enough, when no step leads down any more, at the limit of iterations, or at a value
 * that is not finite, and says which in `reason`. It returns the best point that it saw; values that differ by rounding
 * only count as equal, and the shorter gradient decides.
 *
 * With `sum`, f may be the part of a sum that one process of several holds, all of which call `minimize` with the same
 * settings and the same `initial`; all find the same.
 *
 * @param f - A scalar function of a tensor or a tree of tensors, and perhaps of further arguments. A plain number from it, which
 * would depend on no parameter, is a `TypeError`.
 * @param initial - Where to start; decides the structure of the result.
 * @param rest - Further arguments of f, after the options, passed on as they come: wrap arrays of data in {@link tensor}.
 *
 * @example
 * ```ts
 * const rosenbrock = ({ x, y }: { x: Tensor; y: Tensor }) => x.rsub(1).square().add(y.sub(x.square()).square().mul(100));
 * const { params, converged } = minimize(rosenbrock, { x: -1.2, y: 1 });
 * converged; // true
 * params.x.sub(1).abs().item() < 1e-6; // true
 * ```
 */
export function minimize<P, Rest extends unknown[]>(
  f: (params: P, ...rest: Rest) => TensorLike,
  initial: TreeLike<P>,
  options?: MinimizeOptions<P>,
  ...rest: Rest
): MinimizeResult<P> {
  checkFunction("minimize", f);
  const settings = checkOptions("minimize", options, MINIMIZE_OPTIONS, "; arguments for f come after the options");
  const { sum } = settings;
  if (sum !== undefined && typeof sum !== "function") throw new TypeError(`minimize: sum must be a function, got ${describe(sum)}`);
  const layout = new Layout("minimize", initial);
  const part = new Part((params) => f(params as P, ...rest), layout);
  const steps = search(layout, settings);
  let step = steps.next();
  while (!step.done) {
    const answer = part.answer(step.value);
    step = steps.next(sum === undefined ? answer : sum(answer));
  }
  const { result, nonFiniteAt } = step.value;
  return nonFiniteAt === undefined ? result : { ...result, reason: `${result.reason}: ${part.describeNonFinite(nonFiniteAt)}` };
}

/**
 * {@link minimize} turned inside out, for a function that somebody else evaluates: a generator that yields requests for the
 * value and gradient or for the Hessian at a point, is given the numbers by `next`, and returns what it found. The numbers
 * may take their time, so what is asked may be a job on a cluster; {@link evaluatePart} says what each shard adds to them.
 *
 * @param initial - Where to start: a tensor or a tree of tensors.
 *
 * @example
 * ```ts
 * const shards = [tensor([1, 2]), tensor([6])];
 * const part = (x: Tensor, shard: Tensor) => x.sub(shard).square().sum();
 * const steps = minimizeSteps(tensor(0), { method: "newton" });
 * let step = steps.next();
 * while (!step.done) {
 *   const request = step.value;
 *   // Each of these may be computed anywhere, and at any time.
 *   const parts = shards.map((shard) => evaluatePart(part, 0, request, shard));
 *   step = steps.next(parts.reduce((sum, numbers) => sum.map((value, i) => value + numbers[i])));
 * }
 * step.value.params.item(); // 3
 * ```
 */
export function minimizeSteps<P extends Tensor | object>(
  initial: P,
  options?: SearchOptions<P>,
): Generator<PartRequest, MinimizeResult<P>, Float64Array> {
  const name = "minimizeSteps";
  const steps = search(new Layout(name, initial), checkOptions(name, options, SEARCH_OPTIONS));
  return (function* () {
    return (yield* steps).result;
  })();
}
