import { wolfeSearch } from "./line-search.js";
import type { Asking, Objective, Point } from "./objective.js";
import { along, dot, norm } from "./vector.js";

/** How many pairs of changes are remembered. */
const MEMORY = 30;

/**
 * L-BFGS (Liu and Nocedal 1989): the direction −H·g with an approximation H of the inverse Hessian from the last
 * changes s of the parameters and y of the gradient, by the two-loop recursion (Nocedal and Wright 2006, algorithm 7.4).
 */
export function lbfgsMethod(objective: Objective): (from: Point) => Asking<Point | undefined> {
  const pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  return function* (from) {
    let next = yield* wolfeSearch(
      objective,
      from,
      direction(from.gradient, pairs),
      pairs.length > 0 ? 1 : 1 / Math.max(1, norm(from.gradient)),
    );
    if (next === undefined && pairs.length > 0) {
      pairs.length = 0; // the approximation leads nowhere: begin again with steepest descent
      next = yield* wolfeSearch(objective, from, direction(from.gradient, pairs), 1 / Math.max(1, norm(from.gradient)));
    }
    if (next === undefined) return undefined;
    const s = along(next.x, -1, from.x);
    const y = along(next.gradient, -1, from.gradient);
    // Only with sᵀy > 0 does H stay positive definite; the Wolfe conditions give that except by rounding.
    if (dot(s, y) > Number.EPSILON * norm(s) * norm(y)) pairs.push({ s, y, rho: 1 / dot(s, y) });
    if (pairs.length > MEMORY) pairs.shift();
    return next;
  };
}

function direction(gradient: Float64Array, pairs: readonly { s: Float64Array; y: Float64Array; rho: number }[]): Float64Array {
  let q = gradient;
  const alphas: number[] = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    alphas[i] = pairs[i].rho * dot(pairs[i].s, q);
    q = along(q, -alphas[i], pairs[i].y);
  }
  const last = pairs.at(-1);
  let r = last === undefined ? q : q.map((v) => (v * dot(last.s, last.y)) / dot(last.y, last.y));
  pairs.forEach(({ s, y, rho }, i) => {
    r = along(r, alphas[i] - rho * dot(y, r), s);
  });
  return r.map((v) => -v);
}
