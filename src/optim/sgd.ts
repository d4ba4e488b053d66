import { checkOptions, type Known } from "../base/options.js";
import { tensor } from "../tensor/create.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkLearningRate, checkSetting, type LearningRate, rateAt } from "./learning-rate.js";
import { following, type Optimizer, takeApart, zerosLike } from "./optimizer.js";

/** The state of {@link sgd}: the count of steps, and one velocity for each parameter. */
export interface SgdState {
  /** Steps done, a tensor of shape []. */
  readonly step: Tensor;
  /** The velocity of each tensor of the parameters, in order. */
  readonly velocity: readonly Tensor[];
}

/** Settings of {@link sgd}. */
export interface SgdOptions {
  /** The rate η, a number or a tensor, or a function of the step. */
  readonly learningRate: LearningRate;
  /** μ in [0, 1): how much of the last velocity is kept. 0 if left out. */
  readonly momentum?: number;
  /** Whether the step looks ahead along the velocity (Nesterov 1983, in the form of Sutskever et al. 2013). */
  readonly nesterov?: boolean;
}

const OPTIONS: Known<SgdOptions> = { learningRate: true, momentum: true, nesterov: true };

/**
 * Gradient descent with momentum: $ v \leftarrow \mu v + g $, $ \theta \leftarrow \theta - \eta v $; with `nesterov`
 * $ \theta \leftarrow \theta - \eta (g + \mu v) $.
 *
 * @example
 * ```ts
 * const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
 * let params = { w: tensor([1, -2]) };
 * let state = optimizer.init(params);
 * for (let i = 0; i < 300; i++) [params, state] = optimizer.update(grad((p: typeof params) => p.w.square().sum())(params), state, params);
 * params.w.abs().max().item() < 1e-5; // true
 * ```
 */
export function sgd(options: SgdOptions): Optimizer<SgdState> {
  const { learningRate, momentum = 0, nesterov = false } = checkOptions("sgd", options, OPTIONS);
  checkLearningRate("sgd", learningRate);
  checkSetting("sgd", "momentum", momentum, 0, 1);
  return {
    init: (params) => ({ step: tensor(0), velocity: zerosLike("sgd", params) }),
    update: (gradient, state, params) => {
      const { leaves, gradients, step, rebuild } = takeApart("sgd", gradient, state, ["velocity"], params);
      const rate = rateAt("sgd", learningRate, step);
      const velocity = momentum === 0 ? gradients : gradients.map((g, i) => state.velocity[i].mul(momentum).add(g));
      const directions = nesterov ? gradients.map((g, i) => g.add(velocity[i].mul(momentum))) : velocity;
      return [rebuild(leaves.map((x, i) => x.sub(directions[i].mul(rate)))), { step: following(step), velocity }];
    },
  };
}
