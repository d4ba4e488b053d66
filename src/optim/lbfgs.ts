import { wolfeSearch } from "./line-search.js";
import { despiteNoise, type Method } from "./method.js";
import type { Asking, Objective, Point } from "./objective.js";
import { addThenDot, along, dot, downhill, norm } from "./vector.js";

/**
 * How many pairs of changes are remembered: many where that costs next to nothing, which saves evaluations, and so few for many
 * parameters that a step costs less than the gradient of a cheap function.
 */
const MEMORY = { least: 10, most: 30, numbers: 10_000 };

/** A change s of the parameters with the change y of the gradient, and 1/(sᵀy). */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  rho: number;
}

/**
 * L-BFGS (Liu and Nocedal 1989): the direction −H·g with an approximation H of the inverse Hessian from the last
 * changes s of the parameters and y of the gradient, by the two-loop recursion (Nocedal and Wright 2006, algorithm 7.4).
 */
export function lbfgsMethod(objective: Objective): Method {
  const n = objective.packing.size;
  const memory = Math.min(MEMORY.most, Math.max(MEMORY.least, Math.floor(MEMORY.numbers / n)));
  const pairs: Pair[] = [];
  const newPair = (): Pair => ({ s: new Float64Array(n), y: new Float64Array(n), rho: 0 });
  let spare = newPair();
  const d = new Float64Array(n);
  const search = (from: Point, initial: number): Asking<Point | undefined> =>
    despiteNoise(objective, from, () => wolfeSearch(objective, from, d, initial));
  return function* (from) {
    let promised = 0;
    let next: Point | undefined;
    if (pairs.length > 0) {
      multiply(from.gradient, pairs, d);
      promised = -dot(from.gradient, d) / 2;
      next = yield* search(from, 1);
      if (next === undefined) pairs.length = 0; // the approximation leads nowhere: begin again with steepest descent
    }
    if (next === undefined) {
      downhill(from.gradient, from.gradientNorm, d);
      next = yield* search(from, Math.min(1, from.gradientNorm));
    }
    if (next === undefined) return { kind: "no descent", promised };
    const { s, y } = spare;
    along(next.x, -1, from.x, s);
    along(next.gradient, -1, from.gradient, y);
    const sy = dot(s, y);
    // Only with sᵀy > 0 does H stay positive definite; the Wolfe conditions give that except for rounding.
    if (sy > Number.EPSILON * norm(s) * norm(y)) {
      spare.rho = 1 / sy;
      pairs.push(spare);
      spare = (pairs.length > memory ? pairs.shift() : undefined) ?? newPair();
    }
    return next;
  };
}

/** d ← −H·g. */
function multiply(gradient: Float64Array, pairs: readonly Pair[], d: Float64Array): void {
  for (let i = 0; i < d.length; i++) d[i] = -gradient[i];
  const m = pairs.length;
  const alphas = new Float64Array(m);
  let product = dot(pairs[m - 1].s, d);
  for (let i = m - 1; i >= 0; i--) {
    alphas[i] = pairs[i].rho * product;
    product = addThenDot(d, -alphas[i], pairs[i].y, pairs[Math.max(i - 1, 0)].s);
  }
  const { y, rho } = pairs[m - 1];
  const length = norm(y);
  const scale = 1 / rho / length / length; // sᵀy/yᵀy
  for (let i = 0; i < d.length; i++) d[i] *= scale;
  product = dot(pairs[0].y, d);
  for (let i = 0; i < m; i++) {
    const beta = pairs[i].rho * product;
    product = addThenDot(d, alphas[i] - beta, pairs[i].s, pairs[(i + 1) % m].y);
  }
}
