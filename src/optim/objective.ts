import { describe } from "../base/errors.js";
import type { Packing } from "./packing.js";
import { norm } from "./vector.js";

/** What a search for a minimum needs to know next. */
export interface PartRequest {
  /** 1 for the value and the gradient, 2 for the Hessian. */
  readonly order: 1 | 2;
  /** Where: the numbers of all parameters, in the order of their tree. */
  readonly x: Float64Array;
}

/**
 * A computation that asks for numbers and receives them from its caller, who may compute them at once or wait for them
 * (reverse communication).
 */
export type Asking<T> = Generator<PartRequest, T, Float64Array>;

/** Where a method stands: the parameters as one list of numbers, f there, and its gradient. */
export interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** The function to be minimized as the methods see it: a function of a single list of numbers. */
export class Objective {
  /** How often f and its gradient were asked for. */
  evaluations = 0;

  constructor(readonly packing: Packing) {}

  *at(x: Float64Array): Asking<Point> {
    this.evaluations++;
    const answer = this.check(yield { order: 1, x }, 1 + x.length);
    return { x, value: answer[0], gradient: answer.slice(1) };
  }

  /** The Hessian of the parameters in order, n × n in row-major order. */
  *hessian(x: Float64Array): Asking<Float64Array> {
    const n = x.length;
    const triangle = this.check(yield { order: 2, x }, (n * (n + 1)) / 2);
    const h = new Float64Array(n * n);
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) h[i * n + j] = h[j * n + i] = triangle[at++];
    }
    return h;
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

export const isFinitePoint = ({ value, gradient }: Point): boolean => Number.isFinite(value) && gradient.every(Number.isFinite);

/** Rounding errors of a value: a few of the last bits. */
const ROUNDING = 16 * Number.EPSILON;

/** Values that differ by less than this are equal but for rounding. */
export const rounding = (value: number): number => ROUNDING * Math.max(Math.abs(value), Number.MIN_VALUE);

/** Whether a is better than b: lower, or equal up to rounding with a smaller gradient. */
export const isBetter = (a: Point, b: Point): boolean =>
  Math.abs(a.value - b.value) <= rounding(b.value) ? norm(a.gradient) < norm(b.gradient) : a.value < b.value;
