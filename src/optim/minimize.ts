import { checkFunction, describe } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import type { Tensor, TensorLike } from "../tensor/tensor.js";
import type { TreeLike } from "../tensor/tree.js";
import type { PartRequest } from "./objective.js";
import { Packing } from "./packing.js";
import { Part, type PartFunction } from "./part.js";
import type { MinimizeResult } from "./result.js";
import { SEARCH_OPTIONS, type SearchOptions, search } from "./search.js";

/** Settings of {@link minimize}. */
export interface MinimizeOptions<P> extends SearchOptions<P> {
  /**
   * Sums over shards, where f is only the part of the function that this process holds. It receives each answer of f as one
   * list (the value and the gradient together, the lower triangle of the Hessian, or the rounding error of the value), and returns
   * the sum of the lists of all shards, of the same length. It must return the same bits in every process, since each process decides by itself where to
   * go next. If left out, f is the whole function. A sum that has to be awaited needs {@link minimizeSteps}.
   */
  readonly sum?: (part: Float64Array) => Float64Array;
}

const MINIMIZE_OPTIONS: Known<MinimizeOptions<unknown>> = {
  method: true,
  maxIterations: true,
  gradientTolerance: true,
  learningRate: true,
  bounds: true,
  onStep: true,
  sum: true,
};

/**
 * Searches for parameters at which a scalar function is smallest, starting from `initial`.
 *
 * The search ends when the gradient is short enough, when no step leads down any more, at the limit of iterations, or at a value,
 * gradient or Hessian that is not finite; `status` and `reason` say which. The result is the best point seen; of points whose
 * values differ by rounding only, the one with the shorter gradient.
 *
 * Close to a minimum the value stops telling points apart, since it is only known up to its rounding error: at a minimum of
 * 10⁵ within about 10⁻¹⁰, where it is a sum of squares of small differences of large numbers much less exactly. There the slopes
 * decide. The rounding error is taken from the tape: each number v on the way to the value may be off by ε·|v|, which moves the
 * value by ε·|v̄·v| with the cotangent v̄ of that number (Iri 1984). Where no step is found and less descent than this is left, the
 * search has converged, and the reason says so.
 *
 * A compiled f is differentiated first and compiled then: `minimize(compile(f), …)` replays the value with its gradient, and for
 * newton the Hessian. The programs stay with the compiled function, for the next search.
 *
 * The result holds numbers, like what `item()` reads: for a transform around the search it is a constant. The recipes show how a gradient
 * goes through a minimum.
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
  const packing = new Packing("minimize", initial);
  const part = new Part(f as PartFunction, rest, packing);
  const steps = search(packing, settings);
  let step = steps.next();
  while (!step.done) {
    const answer = part.answer(step.value);
    step = steps.next(sum === undefined ? answer : sum(answer));
  }
  const { result, nonFiniteAt } = step.value;
  return nonFiniteAt === undefined ? result : { ...result, reason: `${result.reason}: ${part.describeNonFinite(nonFiniteAt)}` };
}

/**
 * {@link minimize} turned inside out, for a function that is evaluated elsewhere: a generator that yields requests for the
 * value and gradient, or for the Hessian, at a point, receives the numbers through `next`, and returns the result. The answer to a
 * request may take its time, so it may be a job on a cluster; {@link evaluatePart} computes what each shard adds to it.
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
  const steps = search(new Packing(name, initial), checkOptions(name, options, SEARCH_OPTIONS));
  return (function* () {
    let step = steps.next();
    while (!step.done) {
      const { order, x } = step.value;
      // Nobody outside knows the rounding error of the value.
      step = steps.next(order === 0 ? Float64Array.of(Number.NaN) : yield { order, x });
    }
    return step.value.result;
  })();
}
