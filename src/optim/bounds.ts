import { DomainError } from "../base/errors.js";
import { formatNumber } from "../base/format.js";
import { checkOptions, type Known } from "../base/options.js";
import type { TreeLike } from "../tensor/tree.js";
import type { Packing } from "./packing.js";

/**
 * Between which numbers each parameter stays.
 *
 * @example
 * ```ts
 * const bowl = (x: Tensor) => x.sub([3, -4]).square().sum();
 * const { params, reason } = minimize(bowl, [0, 0], { bounds: { lower: -5, upper: [1, 10] } });
 * params.data[0]; // 1
 * reason.includes("active bounds: params[0] at its upper bound 1"); // true
 * ```
 */
export interface ParameterBounds<P> {
  /** The lowest values: a tree like the parameters, with −∞ where there are none. A number counts for a whole tensor. */
  readonly lower?: TreeLike<P>;
  /** The highest values, in the same way, with ∞ where there are none. */
  readonly upper?: TreeLike<P>;
}

const OPTIONS: Known<ParameterBounds<unknown>> = { lower: true, upper: true };

/** A number within this part of its bound and of where it came from is at the bound but for rounding. */
const SNAP = 2 * 2.220446049250313e-16;

/** How many of the bounds that are met a message names. */
const NAMED = 6;

/** The box in which a search stays. */
export class Bounds {
  constructor(
    readonly lower: Float64Array,
    readonly upper: Float64Array,
  ) {}

  /** No bounds for so many parameters. */
  static none(size: number): Bounds {
    return new Bounds(new Float64Array(size).fill(Number.NEGATIVE_INFINITY), new Float64Array(size).fill(Number.POSITIVE_INFINITY));
  }

  /** The bounds that a user gave; nothing if all are infinite. */
  static of<P>(packing: Packing, bounds: ParameterBounds<P> | undefined): Bounds | undefined {
    const { name, size } = packing;
    const given = checkOptions(`${name}: bounds`, bounds, OPTIONS);
    const side = (what: "lower" | "upper", none: number): Float64Array =>
      given[what] === undefined ? new Float64Array(size).fill(none) : packing.spread(`the ${what} bounds`, given[what]);
    const [lower, upper] = [side("lower", Number.NEGATIVE_INFINITY), side("upper", Number.POSITIVE_INFINITY)];
    let isBounded = false;
    for (let i = 0; i < size; i++) {
      const [low, high] = [lower[i], upper[i]];
      if (!(low <= high && low < Number.POSITIVE_INFINITY && high > Number.NEGATIVE_INFINITY))
        throw new DomainError(
          `${name}: each parameter needs a lower bound that is at most the upper one, got ${formatNumber(low)} and ${formatNumber(high)} for ${packing.nameOf(i)}`,
        );
      if (low > Number.NEGATIVE_INFINITY || high < Number.POSITIVE_INFINITY) isBounded = true;
    }
    return isBounded ? new Bounds(lower, upper) : undefined;
  }

  /** The nearest point of the box. */
  project(x: Float64Array): Float64Array {
    const inside = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) inside[i] = this.clamp(i, x[i]);
    return inside;
  }

  /** A number as parameter i may have it. */
  clamp(i: number, value: number): number {
    return value < this.lower[i] ? this.lower[i] : value > this.upper[i] ? this.upper[i] : value;
  }

  /** x + t·d within the box: exactly at a bound where only rounding keeps it from there. */
  along(x: Float64Array, t: number, d: Float64Array): Float64Array {
    const sum = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) {
      const value = x[i] + t * d[i];
      const [low, high] = [this.lower[i], this.upper[i]];
      const reach = SNAP * Math.abs(x[i]);
      // With an infinite bound these are NaN, and false.
      if (d[i] < 0 && value <= low + (reach + SNAP * Math.abs(low))) sum[i] = low;
      else if (d[i] > 0 && value >= high - (reach + SNAP * Math.abs(high))) sum[i] = high;
      else sum[i] = this.clamp(i, value);
    }
    return sum;
  }

  /** How far along d the box reaches. */
  longest(x: Float64Array, d: Float64Array): number {
    let t = Number.POSITIVE_INFINITY;
    for (let i = 0; i < x.length; i++) {
      if (d[i] < 0) t = Math.min(t, (this.lower[i] - x[i]) / d[i]);
      else if (d[i] > 0) t = Math.min(t, (this.upper[i] - x[i]) / d[i]);
    }
    return t;
  }

  /** The way from x to the nearest point of the box to x − g: 0 exactly at a minimum within the box. */
  downhill(x: Float64Array, gradient: Float64Array): Float64Array {
    const d = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) d[i] = Math.max(this.lower[i] - x[i], Math.min(this.upper[i] - x[i], -gradient[i]));
    return d;
  }

  /** Which parameters are at a bound, in words. */
  describeActive(x: Float64Array, packing: Packing): string {
    const active: string[] = [];
    let count = 0;
    for (let i = 0; i < x.length; i++) {
      if (x[i] !== this.lower[i] && x[i] !== this.upper[i]) continue;
      const which = this.lower[i] === this.upper[i] ? "both bounds" : x[i] === this.lower[i] ? "its lower bound" : "its upper bound";
      if (count++ < NAMED) active.push(`${packing.nameOf(i)} at ${which} ${formatNumber(x[i])}`);
    }
    if (count === 0) return "no bound is active";
    return `active bounds: ${active.join(", ")}${count > NAMED ? ` and ${count - NAMED} more` : ""}`;
  }
}
