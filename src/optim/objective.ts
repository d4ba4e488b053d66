import { describe } from "../base/errors.js";
import type { Bounds } from "./bounds.js";
import type { Packing } from "./packing.js";
import { allFinite, along, norm } from "./vector.js";

/** What a search for a minimum needs to know next. */
export interface PartRequest {
  /** 1 for the value and the gradient, 2 for the Hessian. */
  readonly order: 1 | 2;
  /** Where: the numbers of all parameters, in the order of their tree. */
  readonly x: Float64Array;
}

/**
 * A request of {@link minimize} to itself. Order 0 asks for the rounding error of the value, one number; the answer is NaN where
 * nobody can tell, as outside of the library.
 */
export interface Request {
  readonly order: 0 | 1 | 2;
  readonly x: Float64Array;
}

/**
 * A computation that asks for numbers and receives them from its caller, who may compute them at once or wait for them
 * (reverse communication).
 */
export type Asking<T> = Generator<Request, T, Float64Array>;

/** Where a method stands: the parameters as one list of numbers, f there, and its gradient. */
export interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  /** With bounds, the length of the way that steepest descent goes within them: 0 at a minimum. */
  readonly gradientNorm: number;
}

/** Rounding changes a value by at least a few of its last bits. */
const LAST_BITS = 16;

/**
 * The rounding error of a value, relative to it, where it cannot be measured: that of a sum of squares of small residuals. A change
 * by less than this is reason to measure it.
 */
export const ASSUMED_ERROR = 1.5e-11;

/** The function to be minimized as the methods see it: a function of a single list of numbers. */
export class Objective {
  /** How often f and its gradient were asked for. */
  evaluations = 0;
  /** How often the Hessian was asked for. */
  hessians = 0;
  /** The rounding error of the value where it was last measured. */
  private measured: { readonly at: Point; readonly error: number; readonly isKnown: boolean } | undefined;

  constructor(
    readonly packing: Packing,
    /** Where the parameters stay, if they are bounded. */
    readonly bounds: Bounds | undefined,
  ) {}

  /** Where the search begins. */
  get start(): Float64Array {
    const { start } = this.packing;
    return this.bounds === undefined ? start : this.bounds.project(start);
  }

  /** x + t·d, within the bounds. */
  along(x: Float64Array, t: number, d: Float64Array): Float64Array {
    return this.bounds === undefined ? along(x, t, d) : this.bounds.along(x, t, d);
  }

  *at(x: Float64Array): Asking<Point> {
    this.evaluations++;
    const answer = this.check(yield { order: 1, x }, 1 + x.length);
    const gradient = answer.slice(1);
    const gradientNorm = norm(this.bounds === undefined ? gradient : this.bounds.downhill(x, gradient));
    return { x, value: answer[0], gradient, gradientNorm };
  }

  /** The Hessian of the parameters in order, n × n in row-major order. */
  *hessian(x: Float64Array): Asking<Float64Array> {
    this.hessians++;
    const n = x.length;
    const triangle = this.check(yield { order: 2, x }, (n * (n + 1)) / 2);
    const h = new Float64Array(n * n);
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) h[i * n + j] = h[j * n + i] = triangle[at++];
    }
    return h;
  }

  /** Values near this point that differ by no more than this are equal but for rounding. */
  noise(point: Point): number {
    const least = LAST_BITS * Number.EPSILON * Math.abs(point.value);
    return this.measured !== undefined && this.isMeasuredNear(point) ? Math.max(least, this.measured.error) : least;
  }

  /** Whether that is measured; otherwise nobody could tell, and it is what a sum of squares has. */
  get isNoiseKnown(): boolean {
    return this.measured?.isKnown ?? false;
  }

  /** Whether the rounding error was measured at a point with nearly the same value. */
  private isMeasuredNear({ value }: Point): boolean {
    if (this.measured === undefined) return false;
    const { at, error } = this.measured;
    return Math.abs(value - at.value) <= Math.max(error, Math.abs(at.value) / 2);
  }

  /** Measures the rounding error of the value, unless that was done near by. Returns whether it is larger than was assumed before. */
  *measureNoise(point: Point): Asking<boolean> {
    if (this.isMeasuredNear(point)) return false;
    const before = this.noise(point);
    this.evaluations++;
    const [error] = this.check(yield { order: 0, x: point.x }, 1);
    const isKnown = Number.isFinite(error);
    this.measured = { at: point, error: isKnown ? LAST_BITS * error : ASSUMED_ERROR * Math.abs(point.value), isKnown };
    return this.noise(point) > before;
  }

  /** Whether a is better than b: lower, or equal but for rounding with a shorter gradient. */
  isBetter(a: Point, b: Point): boolean {
    return Math.abs(a.value - b.value) <= this.noise(b) ? a.gradientNorm < b.gradientNorm : a.value < b.value;
  }

  private check(answer: unknown, length: number): Float64Array {
    if (!(answer instanceof Float64Array) || answer.length !== length)
      throw new TypeError(
        `${this.packing.name}: the sum of the parts must be a Float64Array of ${length} numbers, got ${
          answer instanceof Float64Array ? `one of ${answer.length}` : describe(answer)
        }`,
      );
    return answer;
  }
}

export const isFinitePoint = ({ value, gradient }: Point): boolean => Number.isFinite(value) && allFinite(gradient);
