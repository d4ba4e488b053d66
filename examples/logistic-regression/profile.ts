import { halfWidth } from "./distributions.js";
import type { Fitted } from "./fitting.js";
import { dot } from "./linear.js";
import { type Objective, onPlane } from "./objective.js";
import { type SolverOptions, solve, type Watcher } from "./solve.js";

const QUICK: SolverOptions = { solver: "newton", steps: 200, tolerance: 1e-7, learningRate: undefined };

/** The smallest value of an objective over some of its parameters, the others being 0. */
export async function restrictedMinimum(
  objective: Objective,
  free: readonly number[],
  start: Float64Array,
  watcher: Watcher,
): Promise<number> {
  const n = objective.width;
  const whole = (phi: Float64Array): Float64Array => {
    const theta = new Float64Array(n);
    free.forEach((j, i) => {
      theta[j] = phi[i];
    });
    return theta;
  };
  if (free.length === 0) return objective.valueAndGradient(new Float64Array(n)).value;
  const restricted: Objective = {
    width: free.length,
    valueAndGradient(phi) {
      const { value, gradient } = objective.valueAndGradient(whole(phi));
      return { value, gradient: Float64Array.from(free, (j) => gradient[j]) };
    },
    hessian(phi) {
      const h = objective.hessian(whole(phi));
      const k = free.length;
      return Float64Array.from({ length: k * k }, (_, at) => h[free[Math.floor(at / k)] * n + free[at % k]]);
    },
  };
  const { loss } = await solve(
    restricted,
    QUICK,
    quiet(watcher),
    Float64Array.from(free, (j) => start[j]),
  );
  return loss;
}

const quiet = (watcher: Watcher): Watcher => ({ ...watcher, onIteration: () => {} });

/**
 * The interval of those values v of a·θ for which twice the log-likelihood, maximized over the other directions, is less than
 * χ² below its maximum (Venzon and Moolgavkar 1988). Its ends are roots of a function that grows away from the estimate: they
 * are enclosed first, then halved and interpolated (the Illinois method).
 */
export async function profileInterval(
  { objective, solution, n }: Fitted,
  functional: Float64Array,
  standardError: number,
  level: number,
  watcher: Watcher,
): Promise<{ interval: [number, number]; statisticAtZero: number }> {
  const estimate = dot(functional, solution.theta);
  const limit = halfWidth(level) ** 2;
  const statistic = async (value: number): Promise<number> => {
    const plane = onPlane(objective, functional, value);
    if (plane.objective.width === 0) return 2 * n * (objective.valueAndGradient(plane.at(new Float64Array(0))).value - solution.loss);
    const { loss } = await solve(plane.objective, QUICK, quiet(watcher), plane.near(solution.theta));
    return 2 * n * (loss - solution.loss);
  };
  const end = async (direction: 1 | -1): Promise<number> => {
    let [low, below] = [0, -limit];
    let high = halfWidth(level) * standardError;
    let above = (await statistic(estimate + direction * high)) - limit;
    for (let round = 0; above < 0; round++) {
      if (round > 40) return direction * Number.POSITIVE_INFINITY; // the likelihood does not fall far enough
      [low, below] = [high, above];
      high *= 1.6;
      above = (await statistic(estimate + direction * high)) - limit;
      if (Number.isNaN(above)) return direction * Number.POSITIVE_INFINITY;
    }
    // The square root of the statistic is nearly straight.
    const bent = (excess: number): number => Math.sqrt(Math.max(excess + limit, 0)) - Math.sqrt(limit);
    let [f, g] = [bent(below), bent(above)];
    for (let round = 0; round < 60 && high - low > 1e-10 * (Math.abs(estimate) + high); round++) {
      const middle = (low * g - high * f) / (g - f);
      const value = bent((await statistic(estimate + direction * middle)) - limit);
      if (value < 0) {
        [low, f] = [middle, value];
        g /= 2;
      } else {
        [high, g] = [middle, value];
        f /= 2;
      }
      if (Math.abs(value) < 1e-12) return estimate + direction * middle;
    }
    return estimate + (direction * (low * g - high * f)) / (g - f);
  };
  return { interval: [await end(-1), await end(1)], statisticAtZero: Math.max(await statistic(0), 0) };
}
