import { hessian, type Tensor, tensor, valueAndGrad } from "gradtape";
import type { Part } from "./design.js";
import { logDeterminant } from "./determinant.js";
import { type Encoding, parametersOf } from "./encoding.js";
import { curvature, gram, type Likelihood, logits, rowLosses, runner } from "./model.js";

/** A function to be minimized, with its first two derivatives by the engine. */
export interface Objective {
  readonly width: number;
  valueAndGradient(theta: Float64Array): { readonly value: number; readonly gradient: Float64Array };
  /** Row-major. */
  hessian(theta: Float64Array): Float64Array;
}

/**
 * (Σ wᵢ·BCEᵢ + ½·Σ sⱼθⱼ²) / n. The likelihood's Hessian is one product of matrices; what is added has its own tape.
 */
export function penalizedLikelihood(likelihood: Likelihood, strengths: Tensor, n: number): Objective {
  const penalty = (theta: Tensor): Tensor => theta.square().mul(strengths).sum().div(2);
  const isNone = strengths.data.every((strength) => strength === 0);
  const first = valueAndGrad(penalty);
  const curvatures = isNone ? undefined : hessian(penalty)(tensor(new Float64Array(likelihood.width))).data; // the same everywhere
  return {
    width: likelihood.width,
    valueAndGradient(at) {
      const theta = tensor(at);
      const { value, gradient } = likelihood.lossAndGradient(theta);
      if (isNone) return { value: value / n, gradient: gradient.map((g) => g / n) };
      const [added, slope] = first(theta) as [Tensor, Tensor];
      return { value: (value + added.item()) / n, gradient: gradient.map((g, j) => (g + slope.data[j]) / n) };
    },
    hessian: (at) => likelihood.hessian(tensor(at)).map((h, i) => (h + (curvatures?.[i] ?? 0)) / n),
  };
}

/**
 * Minus the logarithm of the likelihood times Jeffreys' prior, √det(XᵀWX) (Firth 1993; Heinze and Schemper 2002), over n:
 * the likelihood and one more line. The information XᵀWX is itself made of second derivatives by the engine, and the
 * gradient and the Hessian of the whole come from the tape: derivatives up to the fourth order.
 */
export function firthLikelihood([part]: readonly Part[], encoding: Encoding, n: number, eager: boolean): Objective {
  const run = runner(eager);
  const sizes = encoding.blocks.map(({ names }) => names.length);
  const loss = (theta: Tensor, { y, w, ...x }: Part): Tensor => {
    const z = logits(theta, x, sizes);
    const information = gram(x, curvature(z, y, w), sizes);
    return rowLosses(z, y, w).sum().sub(logDeterminant(information).div(2)).div(n);
  };
  const first = run(valueAndGrad(loss));
  const second = run(hessian(loss));
  return {
    width: parametersOf(encoding).length,
    valueAndGradient(at) {
      const [value, gradient] = first(tensor(at), part);
      return { value: value.item(), gradient: (gradient as Tensor).data };
    },
    hessian: (at) => second(tensor(at), part).data,
  };
}

/** A plane in the space of the parameters, with the objective on it. */
export interface Plane {
  readonly objective: Objective;
  /** The point of these coordinates. */
  at(phi: Float64Array): Float64Array;
  /** The coordinates of the point of the plane that is nearest. */
  near(theta: Float64Array): Float64Array;
}

/**
 * The objective on the plane of those θ for which a·θ = v: θ = start + N·φ, with N the columns of the Householder reflection
 * that are orthogonal to a. What is left to minimize has one parameter less.
 */
export function onPlane(objective: Objective, a: Float64Array, v: number): Plane {
  const n = a.length;
  const length = Math.hypot(...a);
  const start = a.map((value) => (value * v) / length ** 2);
  const pivot = a.reduce((best, value, i) => (Math.abs(value) > Math.abs(a[best]) ? i : best), 0);
  const u = Float64Array.from(a);
  u[pivot] += a[pivot] < 0 ? -length : length;
  const square = u.reduce((sum, value) => sum + value ** 2, 0);
  const others = Array.from({ length: n }, (_, i) => i).filter((i) => i !== pivot);
  const column = (i: number): Float64Array => Float64Array.from({ length: n }, (_, k) => (k === i ? 1 : 0) - (2 * u[k] * u[i]) / square);
  const N = others.map(column);
  const at = (phi: Float64Array): Float64Array =>
    start.map((value, k) => N.reduce((sum, direction, i) => sum + direction[k] * phi[i], value));
  const along = (gradient: Float64Array): Float64Array =>
    Float64Array.from(N, (direction) => direction.reduce((sum, d, k) => sum + d * gradient[k], 0));
  return {
    at,
    near: (theta) => along(theta.map((value, k) => value - start[k])),
    objective: {
      width: n - 1,
      valueAndGradient(phi) {
        const { value, gradient } = objective.valueAndGradient(at(phi));
        return { value, gradient: along(gradient) };
      },
      hessian(phi) {
        const h = objective.hessian(at(phi));
        const rows = N.map((direction) =>
          along(Float64Array.from({ length: n }, (_, i) => direction.reduce((sum, d, k) => sum + h[i * n + k] * d, 0))),
        );
        return Float64Array.from(rows.flatMap((row) => [...row]));
      },
    },
  };
}
