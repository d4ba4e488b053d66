import { halvingSearch } from "./line-search.js";
import type { Asking, Objective, Point } from "./objective.js";
import { choleskySolve } from "./vector.js";

/**
 * Newton's method: the step −H⁻¹·g with the Hessian from the engine, by Cholesky's decomposition. Where H is not positive
 * definite, the smallest ridge τ of a growing row makes H + τI so (Nocedal and Wright 2006, algorithm 3.3). The step is
 * halved until f decreases.
 */
export function newtonMethod(objective: Objective): (from: Point) => Asking<Point | undefined> {
  return function* (from) {
    const h = yield* objective.hessian(from.x);
    const n = from.x.length;
    let largest = 0;
    for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(h[i * n + i]));
    if (!h.every(Number.isFinite)) return undefined;
    const descent = from.gradient.map((g) => -g);
    for (let ridge = 0; ; ridge = Math.max(10 * ridge, 1e-10 * (largest || 1))) {
      const step = choleskySolve(h, descent, ridge);
      const found = step && (yield* halvingSearch(objective, from, step, 1));
      if (found !== undefined) return found.point;
      // With a ridge as large as this the step is that of steepest descent; if it does not help, nothing does.
      if (ridge > 1e10 * (largest || 1)) return undefined;
    }
  };
}
