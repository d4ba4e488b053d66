import { DomainError, describe, ShapeError } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { where } from "../functions/elementwise.js";
import { aside } from "../tape/aside.js";
import { tensor } from "../tensor/create.js";
import { Tensor } from "../tensor/tensor.js";
import { numberOrTensor } from "./scalar.js";

/** A learning rate that depends on the step, which counts from 0: a number for a number, a tensor for a tensor. */
export interface Schedule {
  (step: number): number;
  (step: Tensor): Tensor;
}

/**
 * A learning rate: a number, a tensor of shape [], or a function of the step, which counts from 0. Inside `compile` the step is a
 * tensor, and a function must give a tensor for it, as {@link cosineDecay} and {@link exponentialDecay} do, and one that is
 * written for both: `(step: TensorLike) => div(0.1, add(step, 1))`.
 */
export type LearningRate = number | Tensor | ((step: number) => number | Tensor);

/** The rate at a step: a number, or the tensor that it is while this is recorded. Refuses what is not a finite number ≥ 0. */
export function rateAt(name: string, learningRate: LearningRate, step: number | Tensor): number | Tensor {
  const rate = typeof learningRate === "function" ? scheduled(name, learningRate, step) : learningRate;
  const known = rate instanceof Tensor && rate.rank === 0 ? numberOrTensor(rate) : rate;
  if (!isRate(known) && !(known instanceof Tensor && known.rank === 0))
    throw new DomainError(
      `${name}: the learning rate must be a finite number ≥ 0, got ${describe(known)}${typeof step === "number" ? ` at step ${step}` : ""}`,
    );
  return known;
}

function scheduled(name: string, schedule: (step: number) => unknown, step: number | Tensor): unknown {
  if (typeof step === "number") return schedule(step);
  try {
    return schedule(step as never);
  } catch (cause) {
    const error = new TypeError(
      `${name}: inside compile the step is a tensor, and the learning rate's function must give a tensor for it, as cosineDecay and exponentialDecay do; got ${cause}`,
    );
    error.cause = cause;
    throw error;
  }
}

/** Refuses what is neither a rate nor a function, before the first step. */
export function checkLearningRate(name: string, learningRate: unknown): asserts learningRate is LearningRate {
  if (learningRate instanceof Tensor) {
    if (learningRate.rank > 0)
      throw new ShapeError(`${name}: the learning rate must be a scalar, shape [], got ${formatShape(learningRate.shape)}`);
  } else if (typeof learningRate !== "function" && !isRate(learningRate))
    throw new DomainError(
      `${name}: the learning rate must be a finite number ≥ 0, or a function of the step, got ${describe(learningRate)}`,
    );
}

const isRate = (rate: unknown): rate is number => typeof rate === "number" && rate >= 0 && rate < Number.POSITIVE_INFINITY;

/** Refuses a setting that is not a number in [low, high). */
export function checkSetting(
  name: string,
  setting: string,
  value: unknown,
  low: number,
  high = Number.POSITIVE_INFINITY,
): asserts value is number {
  if (!(typeof value === "number" && value >= low && value < high)) {
    throw new DomainError(
      `${name}: ${setting} must be a number in [${low}, ${high === Number.POSITIVE_INFINITY ? "∞" : high}), got ${describe(value)}`,
    );
  }
}

/** A schedule from its formula for tensors. With a number it leaves no trace on a tape. */
const schedule = (at: (step: Tensor) => Tensor): Schedule =>
  ((step: number | Tensor) => (step instanceof Tensor ? at(step) : aside(() => at(tensor(step)).item()))) as Schedule;

const COSINE_OPTIONS: Known<Parameters<typeof cosineDecay>[0]> = { initial: true, steps: true, final: true, warmup: true };

/**
 * A learning rate that falls from `initial` to `final` along half a cosine over `steps` steps and stays there
 * (Loshchilov and Hutter 2017): $ \eta_t = \eta_{\text{final}} + \tfrac12 (\eta_0 - \eta_{\text{final}})(1 + \cos(\pi t/T)) $.
 *
 * @param options - During the first `warmup` of the `steps`, the rate rises from 0 in equal parts.
 * @returns A function of the step, a number or a tensor of shape [].
 *
 * @example
 * ```ts
 * const rate = cosineDecay({ initial: 0.1, steps: 100 });
 * [rate(0), rate(50), rate(100), rate(1000)]; // [0.1, 0.05, 0, 0]
 * ```
 */
export function cosineDecay(options: {
  readonly initial: number;
  readonly steps: number;
  readonly final?: number;
  readonly warmup?: number;
}): Schedule {
  const { initial, steps, final = 0, warmup = 0 } = checkOptions("cosineDecay", options, COSINE_OPTIONS);
  checkSetting("cosineDecay", "initial", initial, 0);
  checkSetting("cosineDecay", "final", final, 0);
  checkSetting("cosineDecay", "steps", steps, 1);
  checkSetting("cosineDecay", "warmup", warmup, 0, steps);
  return schedule((step) => {
    // The part of the steps that is left, λ. Near the end 1 − cos(πλ) would cancel, and sin²(πλ/2) is the half of it.
    const left = step
      .rsub(steps)
      .div(steps - warmup)
      .clamp(0, 1);
    const weight = where(
      left.less(0.5),
      left
        .mul(Math.PI / 2)
        .sin()
        .square(),
      left.mul(Math.PI).cos().rsub(1).div(2),
    );
    const falling = weight.mul(initial).add(weight.rsub(1).mul(final));
    return warmup === 0
      ? falling
      : where(
          step.less(warmup),
          step
            .add(1)
            .div(warmup + 1)
            .mul(initial),
          falling,
        );
  });
}

const EXPONENTIAL_OPTIONS: Known<Parameters<typeof exponentialDecay>[0]> = { initial: true, rate: true, steps: true };

/** The least number with all of its digits. */
const LEAST_NORMAL = 2.2250738585072014e-308;

/**
 * A learning rate that is multiplied by `rate` every `steps` steps, smoothly: $ \eta_t = \eta_0\, r^{t/T} $.
 *
 * @returns A function of the step, a number or a tensor of shape [].
 *
 * @example
 * ```ts
 * const rate = exponentialDecay({ initial: 0.1, rate: 0.5, steps: 10 });
 * [rate(0), rate(10), rate(20)]; // [0.1, 0.05, 0.025]
 * ```
 */
export function exponentialDecay(options: { readonly initial: number; readonly rate: number; readonly steps?: number }): Schedule {
  const { initial, rate, steps = 1 } = checkOptions("exponentialDecay", options, EXPONENTIAL_OPTIONS);
  checkSetting("exponentialDecay", "initial", initial, 0);
  checkSetting("exponentialDecay", "rate", rate, 0);
  checkSetting("exponentialDecay", "steps", steps, 1);
  return schedule((step) => {
    const exponent = step.div(steps);
    const power = tensor(rate).pow(exponent);
    // The power may be out of range where the product is not.
    const root = tensor(rate).pow(exponent.div(2));
    const isNormal = power.greaterEqual(LEAST_NORMAL).mul(power.lessEqual(Number.MAX_VALUE));
    return where(isNormal, power.mul(initial), root.mul(initial).mul(root));
  });
}
