import { choleskySolve } from "./dense.js";
import { halvingSearch } from "./line-search.js";
import { despiteNoise, type Method } from "./method.js";
import type { Objective } from "./objective.js";
import { dot, negated } from "./vector.js";

/** The first ridge, its growth, and the last one, whose step is that of steepest descent: multiples of the largest diagonal entry. */
const FIRST_RIDGE = 1e-10;
const RIDGE_GROWTH = 10;
const LAST_RIDGE = 1e10;
/** Its growth after a step that lowers the value at no length, as happens at kinks, and how often that may be. */
const GROWTH_AFTER_FAILURE = 1e3;
const MOST_FAILURES = 3;

/**
 * Newton's method: the step −H⁻¹·g with the Hessian from the engine, by Cholesky's decomposition. Where H is not positive
 * definite, τ grows until H + τI is (Nocedal and Wright 2006, algorithm 3.3). The step is halved until f decreases; where no
 * such step is found, τ grows as well.
 */
export function newtonMethod(objective: Objective): Method {
  return function* (from) {
    const h = yield* objective.hessian(from.x);
    const n = from.x.length;
    const bad = h.findIndex((entry) => !Number.isFinite(entry));
    if (bad >= 0) return { kind: "Hessian not finite", row: Math.floor(bad / n), column: bad % n, entry: h[bad] };
    let diagonal = 0;
    for (let i = 0; i < n; i++) diagonal = Math.max(diagonal, Math.abs(h[i * n + i]));
    if (diagonal === 0) diagonal = 1;
    const descent = negated(from.gradient);
    let first: number | undefined;
    let failures = 0;
    for (let ridge = 0, growth = 1; ridge <= LAST_RIDGE * diagonal; ridge = Math.max(growth * ridge, FIRST_RIDGE * diagonal)) {
      growth = RIDGE_GROWTH;
      const d = choleskySolve(h, descent, ridge);
      if (d === undefined) continue;
      const found = yield* despiteNoise(objective, from, () => halvingSearch(objective, from, d, 1));
      if (found !== undefined) return found.point;
      const promised = -dot(from.gradient, d) / 2;
      first ??= promised;
      if (++failures === MOST_FAILURES || promised <= objective.noise(from)) break; // a larger ridge promises even less
      growth = GROWTH_AFTER_FAILURE;
    }
    return { kind: "no descent", promised: first ?? Number.POSITIVE_INFINITY };
  };
}
