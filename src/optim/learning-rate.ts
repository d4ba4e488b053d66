import { DomainError, describe } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";

/** A learning rate: one number, or a function of the step, which counts from 0. */
export type LearningRate = number | ((step: number) => number);

/** The rate at a step; refuses what is not a finite number ≥ 0. */
export function rateAt(name: string, learningRate: LearningRate, step: number): number {
  const rate = typeof learningRate === "function" ? learningRate(step) : learningRate;
  if (!isRate(rate)) throw new DomainError(`${name}: the learning rate must be a finite number ≥ 0, got ${describe(rate)} at step ${step}`);
  return rate;
}

/** Refuses what is neither a rate nor a function, before the first step. */
export function checkLearningRate(name: string, learningRate: unknown): asserts learningRate is LearningRate {
  if (typeof learningRate !== "function" && !isRate(learningRate))
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

const COSINE_OPTIONS: Known<Parameters<typeof cosineDecay>[0]> = { initial: true, steps: true, final: true, warmup: true };

/**
 * A learning rate that falls from `initial` to `final` along half a cosine over `steps` steps and stays there
 * (Loshchilov and Hutter 2017): $ \eta_t = \eta_{\text{final}} + \tfrac12 (\eta_0 - \eta_{\text{final}})(1 + \cos(\pi t/T)) $.
 *
 * @param options - During the first `warmup` of the `steps`, the rate rises from 0 in equal parts.
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
}): (step: number) => number {
  const { initial, steps, final = 0, warmup = 0 } = checkOptions("cosineDecay", options, COSINE_OPTIONS);
  checkSetting("cosineDecay", "initial", initial, 0);
  checkSetting("cosineDecay", "final", final, 0);
  checkSetting("cosineDecay", "steps", steps, 1);
  checkSetting("cosineDecay", "warmup", warmup, 0, steps);
  return (step) => {
    if (step < warmup) return (initial * (step + 1)) / (warmup + 1);
    const progress = Math.min((step - warmup) / (steps - warmup), 1);
    return final + 0.5 * (initial - final) * (1 + Math.cos(Math.PI * progress));
  };
}

const EXPONENTIAL_OPTIONS: Known<Parameters<typeof exponentialDecay>[0]> = { initial: true, rate: true, steps: true };

/**
 * A learning rate that is multiplied by `rate` every `steps` steps, smoothly: $ \eta_t = \eta_0\, r^{t/T} $.
 *
 * @example
 * ```ts
 * const rate = exponentialDecay({ initial: 0.1, rate: 0.5, steps: 10 });
 * [rate(0), rate(10), rate(20)]; // [0.1, 0.05, 0.025]
 * ```
 */
export function exponentialDecay(options: {
  readonly initial: number;
  readonly rate: number;
  readonly steps?: number;
}): (step: number) => number {
  const { initial, rate, steps = 1 } = checkOptions("exponentialDecay", options, EXPONENTIAL_OPTIONS);
  checkSetting("exponentialDecay", "initial", initial, 0);
  checkSetting("exponentialDecay", "rate", rate, 0);
  checkSetting("exponentialDecay", "steps", steps, 1);
  return (step) => initial * rate ** (step / steps);
}
