import upperGamma from "@stdlib/math-base-special-gammainc";
import normalCdf from "@stdlib/stats-base-dists-normal-cdf";
import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

/** Half the width of a normal interval of this level, in standard errors: 1.96 for 0.95. */
export const halfWidth = (level: number): number => normalQuantile((1 + level) / 2, 0, 1);

/** P(|Z| ≥ |z|) of a standard normal Z, from the tail itself: 1 − Φ would be 0 from z = 8.3 on. */
export const twoSidedP = (z: number): number => 2 * normalCdf(-Math.abs(z), 0, 1);

/** P(X ≥ x) of a χ² variable, Q(k/2, x/2), from the tail itself. */
export const chiSquareTail = (x: number, degreesOfFreedom: number): number =>
  degreesOfFreedom === 0 ? 1 : upperGamma(Math.max(x, 0) / 2, degreesOfFreedom / 2, true, true);

/** Wilson's interval for a share (1927), which stays within 0 and 1. `undefined` of nothing. */
export function shareInterval(share: number, n: number, level: number): readonly [number, number] | undefined {
  if (!(n > 0)) return undefined;
  const q = halfWidth(level) ** 2;
  const middle = (share + q / (2 * n)) / (1 + q / n);
  const half = (Math.sqrt(q) / (1 + q / n)) * Math.sqrt((share * (1 - share)) / n + q / (4 * n ** 2));
  return [Math.max(middle - half, 0), Math.min(middle + half, 1)];
}
