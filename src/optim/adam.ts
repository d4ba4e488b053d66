import { checkOptions, type Known } from "../base/options.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkLearningRate, checkSetting, type LearningRate, rateAt } from "./learning-rate.js";
import { type Optimizer, takeApart, zerosLike } from "./optimizer.js";

/** The state of {@link adam} and {@link adamW}: the count of steps, and two moments of each parameter's gradients. */
export interface AdamState {
  /** Steps done. */
  readonly step: number;
  /** The running mean of the gradients of each tensor of the parameters, in order. */
  readonly mean: readonly Tensor[];
  /** The running mean of their squares. */
  readonly square: readonly Tensor[];
}

/** Settings of {@link adam}. */
export interface AdamOptions {
  /** The rate η, or a function of the step. 0.001 if left out. */
  readonly learningRate?: LearningRate;
  /** β₁ in [0, 1): how much of the last mean of the gradients is kept. 0.9 if left out. */
  readonly beta1?: number;
  /** β₂ in [0, 1): the same for their squares. 0.999 if left out. */
  readonly beta2?: number;
  /** ε, which keeps the denominator from 0. 1e-8 if left out. */
  readonly epsilon?: number;
}

const ADAM_OPTIONS: Known<AdamOptions> = { learningRate: true, beta1: true, beta2: true, epsilon: true };

/** Settings of {@link adamW}. */
export interface AdamWOptions extends AdamOptions {
  /** λ ≥ 0: how strongly the parameters shrink by themselves. 0.01 if left out. */
  readonly weightDecay?: number;
}

const ADAM_W_OPTIONS: Known<AdamWOptions> = { learningRate: true, weightDecay: true, beta1: true, beta2: true, epsilon: true };

/**
 * Adam (Kingma and Ba 2015, algorithm 1): with $ m \leftarrow \beta_1 m + (1 - \beta_1) g $ and
 * $ v \leftarrow \beta_2 v + (1 - \beta_2) g^2 $, both divided by $ 1 - \beta^t $ for their start at 0,
 *
 * $$ \theta \leftarrow \theta - \eta\, \hat m / (\sqrt{\hat v} + \varepsilon) $$
 *
 * @example
 * ```ts
 * const optimizer = adam({ learningRate: 0.1 });
 * const [next] = optimizer.update(tensor([5, -0.01]), optimizer.init(tensor([1, 1])), tensor([1, 1]));
 * next.toArray(); // [0.9000000002, 1.0999999000001]
 * ```
 */
export function adam(options?: AdamOptions): Optimizer<AdamState> {
  return adamWithDecay("adam", checkOptions("adam", options, ADAM_OPTIONS), 0);
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019): the parameters also shrink by $ \eta\lambda\theta $ a step,
 * which does not pass through the moments.
 *
 * @example
 * ```ts
 * const optimizer = adamW({ learningRate: 0.1, weightDecay: 0.5 });
 * const [next] = optimizer.update(tensor(0), optimizer.init(tensor(2)), tensor(2));
 * next.item(); // 1.9
 * ```
 */
export function adamW(options?: AdamWOptions): Optimizer<AdamState> {
  const { weightDecay = 0.01, ...others } = checkOptions("adamW", options, ADAM_W_OPTIONS);
  return adamWithDecay("adamW", others, weightDecay);
}

/** Adam for a function that is called `name`. */
export function adamWithDecay(
  name: string,
  { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
  weightDecay: number,
): Optimizer<AdamState> {
  checkLearningRate(name, learningRate);
  checkSetting(name, "beta1", beta1, 0, 1);
  checkSetting(name, "beta2", beta2, 0, 1);
  checkSetting(name, "epsilon", epsilon, 0);
  checkSetting(name, "weightDecay", weightDecay, 0);
  return {
    init: (params) => ({ step: 0, mean: zerosLike(name, params), square: zerosLike(name, params) }),
    update: (gradient, state, params) => {
      const { leaves, gradients, rebuild } = takeApart(name, gradient, state, ["mean", "square"], params);
      const step = state.step + 1;
      const rate = rateAt(name, learningRate, state.step);
      const mean = gradients.map((g, i) => state.mean[i].mul(beta1).add(g.mul(1 - beta1)));
      const square = gradients.map((g, i) => state.square[i].mul(beta2).add(g.square().mul(1 - beta2)));
      const next = leaves.map((x, i) => {
        const direction = mean[i].div(1 - beta1 ** step).div(
          square[i]
            .div(1 - beta2 ** step)
            .sqrt()
            .add(epsilon),
        );
        return (weightDecay === 0 ? x : x.mul(1 - rate * weightDecay)).sub(direction.mul(rate));
      });
      return [rebuild(next), { step, mean, square }];
    },
  };
}
