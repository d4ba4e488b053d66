import type { Tree } from "../tensor/tree.js";

/** What `onStep` of {@link minimize} receives after each iteration. */
export interface StepReport<P> {
  /** How many iterations are done. */
  readonly iteration: number;
  /** f at the new point. */
  readonly value: number;
  /** The Euclidean norm of the gradient there. */
  readonly gradientNorm: number;
  /** The new point. */
  readonly params: Tree<P>;
}

/** What {@link minimize} found. */
export interface MinimizeResult<P> {
  /** The best parameters seen. */
  readonly params: Tree<P>;
  /** f there. */
  readonly value: number;
  /** The Euclidean norm of the gradient there. */
  readonly gradientNorm: number;
  /** How many iterations were done. */
  readonly iterations: number;
  /** How often f was run with its gradient; Hessians are counted by themselves. */
  readonly evaluations: number;
  /** How often the Hessian was computed; 0 but for newton. */
  readonly hessians: number;
  /** Whether `status` is `"converged"`. */
  readonly converged: boolean;
  /** Why the search ended, for programs. */
  readonly status: SearchStatus;
  /** Why the search ended, in words for people. */
  readonly reason: string;
}

/**
 * Why a search for a minimum ended:
 *
 * - `"converged"`: at `params` the gradient is as short as was asked for, or whatever descent is left is less than the rounding
 *   error of the value, so that `params` is a minimum as far as the value can tell;
 * - `"stalled"`: no step from there lowers the value, though by the gradient one should, as at a kink; or the search settled at a
 *   value above one that it had seen before;
 * - `"limit"`: `maxIterations` were done;
 * - `"stopped"`: `onStep` returned `false`;
 * - `"not finite"`: the function, or a derivative of it, was not finite.
 */
export type SearchStatus = "converged" | "stalled" | "limit" | "stopped" | "not finite";

/** The end of a search, for programs and for people. */
export interface Ending {
  readonly status: SearchStatus;
  readonly reason: string;
}

/** A result, and the point whose value or gradient is not finite, if the search ended at one. */
export interface Found<P> {
  readonly result: MinimizeResult<P>;
  readonly nonFiniteAt: Float64Array | undefined;
}
