import { halvingSearch } from "./line-search.js";
import type { Asking, Objective, Point } from "./objective.js";
import { choleskySolve } from "./vector.js";

/** The first ridge, its growth, and the last one, whose step is that of steepest descent: multiples of the largest diagonal entry. */
const FIRST_RIDGE = 1e-10;
const RIDGE_GROWTH = 10;
const LAST_RIDGE = 1e10;

/**
 * Newton's method: the step −H⁻¹·g with the Hessian from the engine, by Cholesky's decomposition. Where H is not positive
 * definite, τ grows until H + τI is (Nocedal and Wright 2006, algorithm 3.3). The step is
 * halved until f decreases.
 */
export function newtonMethod(objective: Objective): (from: Point) => Asking<Point | undefined> {
  return function* (from) {
    const h = yield* objective.hessian(from.x);
    const n = from.x.length;
    let diagonal = 0;
    for (let i = 0; i < n; i++) diagonal = Math.max(diagonal, Math.abs(h[i * n + i]));
    if (diagonal === 0) diagonal = 1;
    if (!h.every(Number.isFinite)) return undefined;
    const descent = from.gradient.map((g) => -g);
    for (let ridge = 0; ; ridge = Math.max(RIDGE_GROWTH * ridge, FIRST_RIDGE * diagonal)) {
      const step = choleskySolve(h, descent, ridge);
      const found = step && (yield* halvingSearch(objective, from, step, 1));
      if (found !== undefined) return found.point;
      if (ridge > LAST_RIDGE * diagonal) return undefined;
    }
  };
}
