import { checkFunction, DomainError, describe, GradientError } from "../base/errors.js";
import { formatNumber } from "../base/format.js";
import { checkOptions, type Known } from "../base/options.js";
import { formatShape, sizeOf } from "../base/shape.js";
import { oneAt, zeros } from "../tensor/create.js";
import { Tensor, type TensorLike } from "../tensor/tensor.js";
import { flatten, rebuildAll, type TreesLike } from "../tensor/tree.js";
import { jvp } from "./forward.js";
import { grad, vjp } from "./reverse.js";

/** Settings of {@link checkGradients}. */
export interface CheckGradientsOptions {
  /** 1 compares first derivatives, 2 (the default) second ones as well. */
  readonly order?: 1 | 2;
  /** The largest difference allowed, relative to the numbers compared where these exceed 1. Default 1e-6. */
  readonly tolerance?: number;
  /** The step of the differences, relative to the input where that exceeds 1. Default 1e-3. */
  readonly step?: number;
}

const OPTIONS: Known<CheckGradientsOptions> = { order: true, tolerance: true, step: true };

/**
 * Compares the derivatives of f by three methods that share little code: reverse mode, forward mode, and central
 * differences with five points, $ (8(f_1 - f_{-1}) - (f_2 - f_{-2})) / 12h $. For order 2 it compares the
 * derivative of the gradient, forward over reverse and reverse over reverse, with differences of the gradient.
 *
 * An output that is not a scalar is multiplied by fixed numbers and summed first. Differences go wrong close to a kink
 * or a jump, so choose inputs away from these. The cost grows with the square of how many numbers there are (for order 1 too, since
 * each number takes some runs of f): it is a check for tests, with small inputs.
 *
 * @param f - A function of tensors or trees of tensors that returns a tensor.
 * @param inputs - Its arguments, in a list.
 * @returns The largest difference found. One above the tolerance is a `GradientError` that names the input, the index and
 * both numbers.
 *
 * @example
 * ```ts
 * checkGradients((x: Tensor) => x.sin().mul(x), [tensor([1, 2])]) < 1e-9; // true
 * ```
 */
export function checkGradients<Args extends unknown[]>(
  f: (...args: Args) => TensorLike,
  inputs: TreesLike<Args>,
  options?: CheckGradientsOptions,
): number {
  checkFunction("checkGradients", f);
  const { order = 2, tolerance = 1e-6, step = 1e-3 } = checkOptions("checkGradients", options, OPTIONS);
  if (order !== 1 && order !== 2) throw new TypeError(`checkGradients: order must be 1 or 2, got ${describe(order)}`);
  if (!(tolerance >= 0)) throw new DomainError(`checkGradients: tolerance must be a number ≥ 0, got ${describe(tolerance)}`);
  if (!(step > 0)) throw new DomainError(`checkGradients: step must be a number > 0, got ${describe(step)}`);
  if (!Array.isArray(inputs)) throw new TypeError(`checkGradients: expected a list of inputs, got ${describe(inputs)}`);
  const flats = (inputs as unknown[]).map((input, i) => flatten("checkGradients", `input ${i}`, input));
  const point = flats.flatMap((flat) => flat.leaves);
  const names = flats.flatMap((flat, i) => flat.paths.map((path) => `input ${i}${path}`));

  // f as a scalar function of a plain list of tensors.
  const scalar = (...leaves: Tensor[]): Tensor => {
    const output = (f as (...args: unknown[]) => TensorLike)(...rebuildAll(flats, leaves));
    const [{ shape }, ...others] = flatten("checkGradients", "the function's result", output).leaves;
    if (shape === undefined || others.length > 0) throw new TypeError("checkGradients: the function must return one tensor");
    return shape.length === 0 ? (output as Tensor) : (output as Tensor).mul(weights(shape)).sum();
  };
  const all = point.map((_, i) => i);
  const gradientOf = (...at: Tensor[]): Tensor[] => grad<Tensor[], number[]>(scalar, { argnums: all })(...at);

  let largest = 0;
  const compare = (what: string, leaf: number, index: number, found: number, expected: number): void => {
    const difference = found === expected ? 0 : Math.abs(found - expected) / Math.max(1, Math.abs(expected), Math.abs(found));
    if (!(difference <= tolerance)) {
      throw new GradientError(
        `checkGradients: ${what} at ${names[leaf]}, index ${formatIndex(index, point[leaf])}: expected ${expected} (differences), got ${found}, off by ${formatNumber(difference)} with a tolerance of ${tolerance}`,
      );
    }
    largest = Math.max(largest, difference);
  };

  const reverse = vjp<Tensor[], Tensor>(scalar, ...point)[1](1);
  point.forEach((x, leaf) => {
    for (let index = 0; index < x.size; index++) {
      const tangents = point.map((other, i) => (i === leaf ? oneAt(index, other.shape) : zeros(other.shape)));
      const forward = jvp<Tensor[], Tensor>(scalar, point, tangents)[1];
      const [slope] = centralDifference((at) => [scalar(...at).item()], point, leaf, index, step);
      compare("reverse mode disagrees with central differences", leaf, index, reverse[leaf].data[index], slope);
      compare("forward mode disagrees with central differences", leaf, index, forward.item(), slope);
      if (order < 2) continue;
      // Row `index` of the Hessian in three ways.
      const flatGradient = (at: readonly Tensor[]): number[] => gradientOf(...at).flatMap((g) => [...g.data]);
      const row = centralDifference(flatGradient, point, leaf, index, step);
      const overReverse = jvp<Tensor[], Tensor[]>(gradientOf, point, tangents)[1];
      const component = (...at: Tensor[]): Tensor =>
        gradientOf(...at)
          [leaf].mul(oneAt(index, x.shape))
          .sum();
      const twice = grad<Tensor[], number[]>(component, { argnums: all })(...point);
      let at = 0;
      point.forEach((other, i) => {
        for (let j = 0; j < other.size; j++, at++) {
          compare(
            `second order, forward over reverse (with respect to ${names[leaf]}${formatIndex(index, x)}), disagrees with differences of the gradient`,
            i,
            j,
            overReverse[i].data[j],
            row[at],
          );
          compare(
            `second order, reverse over reverse (with respect to ${names[leaf]}${formatIndex(index, x)}), disagrees with differences of the gradient`,
            i,
            j,
            twice[i].data[j],
            row[at],
          );
        }
      });
    }
  });
  return largest;
}

/** Five-point central differences of f with respect to one element. */
function centralDifference(
  f: (at: readonly Tensor[]) => number[],
  point: readonly Tensor[],
  leaf: number,
  index: number,
  step: number,
): number[] {
  const center = point[leaf].data[index];
  const h = step * Math.max(1, Math.abs(center));
  const valueAt = (k: number): number[] => {
    const data = Float64Array.from(point[leaf].data);
    data[index] = center + k * h;
    return f(point.map((x, i) => (i === leaf ? Tensor.wrap(x.shape, data) : x)));
  };
  const [far, near, nearMinus, farMinus] = [2, 1, -1, -2].map(valueAt);
  return near.map((_, i) => (8 * (near[i] - nearMinus[i]) - (far[i] - farMinus[i])) / (12 * h));
}

/** Fixed numbers between 0.5 and 1.5 without a pattern that an error could hide behind. */
function weights(shape: readonly number[]): Tensor {
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = 0.5 + ((i * Math.SQRT2 + 0.3) % 1);
  return Tensor.wrap(shape, data);
}

/** `[1, 2]`: a row-major place as one index an axis. */
function formatIndex(index: number, { shape }: Tensor): string {
  const place: number[] = [];
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    place.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return formatShape(place);
}
