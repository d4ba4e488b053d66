import { checkOptions, type Known } from "../base/options.js";
import { where } from "../functions/elementwise.js";
import { tensor } from "../tensor/create.js";
import { Tensor } from "../tensor/tensor.js";
import { checkLearningRate, checkSetting, type LearningRate, rateAt } from "./learning-rate.js";
import { following, isUnobserved, type Optimizer, takeApart, zerosLike } from "./optimizer.js";

/** The state of {@link adam} and {@link adamW}: the count of steps, and two moments of each parameter's gradients. */
export interface AdamState {
  /** Steps done, a tensor of shape []. */
  readonly step: Tensor;
  /** The running mean of the gradients of each tensor of the parameters, in order. */
  readonly mean: readonly Tensor[];
  /** The root of the running mean of their squares, which is in the range of numbers wherever the gradients are. */
  readonly rootMeanSquare: readonly Tensor[];
}

/** Settings of {@link adam}. */
export interface AdamOptions {
  /** The rate η, a number or a tensor, or a function of the step. 0.001 if left out. */
  readonly learningRate?: LearningRate;
  /** β₁ in [0, 1): how much of the last mean of the gradients is kept. 0.9 if left out. */
  readonly beta1?: number;
  /** β₂ in [0, 1): the same for their squares. 0.999 if left out. */
  readonly beta2?: number;
  /** ε ≥ 0, which keeps the denominator from 0. 1e-8 if left out; with 0, parameters whose gradient was never other than 0 stay. */
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
 * What is kept is √v, by a formula in which no square leaves the range of numbers. Its derivative is 0 where all gradients were 0.
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

/** What a step does to each tensor, beside its gradient. */
interface Factors {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 1 − β₁ᵗ and √(1 − β₂ᵗ): what the mean and the root lack because they began at 0. */
  readonly corrections: readonly [mean: number | Tensor, root: number | Tensor];
  readonly rate: number | Tensor;
  /** 1 − ηλ: what is left of the parameters themselves. */
  readonly kept: number | Tensor;
}

/** A tensor of the parameters after a step, and its moments. */
type Step = readonly [params: Tensor, mean: Tensor, root: Tensor];

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
    init: (params) => ({ step: tensor(0), mean: zerosLike(name, params), rootMeanSquare: zerosLike(name, params) }),
    update: (gradient, state, params) => {
      const { leaves, gradients, step, rebuild } = takeApart(name, gradient, state, ["mean", "rootMeanSquare"], params);
      const rate = rateAt(name, learningRate, step);
      const nextStep = following(step);
      const count = step instanceof Tensor ? nextStep : step + 1;
      const rootLack = lack(beta2, count);
      const factors: Factors = {
        beta1,
        beta2,
        epsilon,
        corrections: [lack(beta1, count), rootLack instanceof Tensor ? rootLack.sqrt() : Math.sqrt(rootLack)],
        rate,
        kept: rate instanceof Tensor ? rate.mul(weightDecay).rsub(1) : 1 - rate * weightDecay,
      };
      const steps = leaves.map((x, i): Step => oneStep(x, gradients[i], state.mean[i], state.rootMeanSquare[i], factors));
      return [
        rebuild(steps.map(([next]) => next)),
        { step: nextStep, mean: steps.map(([, mean]) => mean), rootMeanSquare: steps.map(([, , root]) => root) },
      ];
    },
  };
}

/** 1 − βᵗ, without the cancellation for a β close to 1. */
function lack(beta: number, step: number | Tensor): number | Tensor {
  const logarithm = Math.log(beta);
  return step instanceof Tensor ? step.mul(logarithm).expm1().neg() : -Math.expm1(step * logarithm);
}

/**
 * Squares of numbers between these, 2^±500, are in range; what is beyond is divided by 2^±600 before it is squared. Bundlers keep
 * powers that nobody uses, but not numbers.
 */
const LARGE = 3.273390607896142e150;
const SMALL = 3.054936363499605e-151;
const LARGE_SCALE = 4.149515568880993e180;
const SMALL_SCALE = 2.409919865102884e-181;

function oneStep(x: Tensor, gradient: Tensor, mean: Tensor, root: Tensor, factors: Factors): Step {
  const { rate, kept, corrections, beta1, beta2, epsilon } = factors;
  const areNumbers = typeof rate === "number" && typeof corrections[0] === "number" && typeof corrections[1] === "number";
  if (areNumbers && isUnobserved()) return inOneLoop(x, gradient, mean, root, factors as NumericFactors);
  const nextMean = mean.mul(beta1).add(gradient.mul(1 - beta1));
  const nextRoot = rootOfMeanSquare(root, gradient, beta2);
  const corrected = nextMean.div(corrections[0]);
  const denominator = nextRoot.div(corrections[1]).add(epsilon);
  const direction = epsilon > 0 ? corrected.div(denominator) : quotientOrZero(corrected, denominator);
  return [x.mul(kept).sub(direction.mul(rate)), nextMean, nextRoot];
}

/** x/y, and 0 where y is 0. */
function quotientOrZero(x: Tensor, y: Tensor): Tensor {
  const isZero = y.equal(0);
  return where(isZero, 0, x.div(y.add(isZero)));
}

/** √(β·r² + (1 − β)·g²). */
function rootOfMeanSquare(root: Tensor, gradient: Tensor, beta: number): Tensor {
  const larger = root.maximum(gradient.abs()).stopGradient();
  const scale = where(larger.greater(LARGE), LARGE_SCALE, where(larger.less(SMALL), SMALL_SCALE, 1));
  const square = root
    .div(scale)
    .square()
    .mul(beta)
    .add(
      gradient
        .div(scale)
        .square()
        .mul(1 - beta),
    );
  // √(0 + 1) − 1 in the place of √0, whose derivative is infinite.
  const isZero = square.equal(0);
  return square.add(isZero).sqrt().sub(isZero).mul(scale);
}

/** {@link Factors} while nothing is recorded. */
type NumericFactors = Factors & {
  readonly corrections: readonly [mean: number, root: number];
  readonly rate: number;
  readonly kept: number;
};

/** The same step in one pass over the numbers, to the same bits: it takes a third of the time. */
function inOneLoop(x: Tensor, gradient: Tensor, mean: Tensor, root: Tensor, factors: NumericFactors): Step {
  const { rate, kept, corrections, beta1, beta2, epsilon } = factors;
  const [meanLack, rootLack] = corrections;
  const [others1, others2] = [1 - beta1, 1 - beta2];
  const [values, g, m, r] = [x.data, gradient.data, mean.data, root.data];
  const n = values.length;
  const [next, nextMean, nextRoot] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    const newMean = m[i] * beta1 + g[i] * others1;
    const larger = Math.max(r[i], Math.abs(g[i]));
    let newRoot: number;
    if (larger <= LARGE && larger >= SMALL) newRoot = Math.sqrt(r[i] * r[i] * beta2 + g[i] * g[i] * others2);
    else {
      const scale = larger > LARGE ? LARGE_SCALE : larger < SMALL ? SMALL_SCALE : 1;
      const [scaledRoot, scaledGradient] = [r[i] / scale, g[i] / scale];
      newRoot = Math.sqrt(scaledRoot * scaledRoot * beta2 + scaledGradient * scaledGradient * others2) * scale;
    }
    const direction = newRoot === 0 && epsilon === 0 ? 0 : newMean / meanLack / (newRoot / rootLack + epsilon);
    next[i] = values[i] * kept - direction * rate;
    nextMean[i] = newMean;
    nextRoot[i] = newRoot;
  }
  return [Tensor.wrap(x.shape, next), Tensor.wrap(x.shape, nextMean), Tensor.wrap(x.shape, nextRoot)];
}
