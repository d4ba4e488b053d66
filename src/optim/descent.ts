import { tensor } from "../tensor/create.js";
import { Tensor } from "../tensor/tensor.js";
import { adamWithDecay } from "./adam.js";
import { type LearningRate, rateAt } from "./learning-rate.js";
import { halvingSearch } from "./line-search.js";
import { despiteNoise, type Method } from "./method.js";
import type { Objective } from "./objective.js";
import { along, downhill } from "./vector.js";

/**
 * Steepest descent with a rate that is found by halving, beginning at twice the last one; at first one that makes the step about
 * as long as 1, and a power of two like all that follow.
 */
export function searchedDescent(objective: Objective): Method {
  let rate: number | undefined;
  return function* (from) {
    const { gradient, gradientNorm } = from;
    const d = downhill(gradient, gradientNorm);
    const initial = rate === undefined ? 2 ** Math.round(-Math.log2(gradientNorm)) : 2 * rate;
    const found = yield* despiteNoise(objective, from, () => halvingSearch(objective, from, d, initial * gradientNorm, true));
    if (found === undefined) return { kind: "no descent", promised: 0 };
    rate = found.t / gradientNorm;
    return found.point;
  };
}

/** Steepest descent with a given rate. */
export function fixedDescent(objective: Objective, learningRate: LearningRate): Method {
  let step = 0;
  return (from) => {
    const rate = rateAt(objective.packing.name, learningRate, step++);
    return objective.at(along(from.x, -(rate instanceof Tensor ? rate.item() : rate), from.gradient));
  };
}

/** Adam's steps, which are those of {@link adam}. */
export function adamDescent(objective: Objective, learningRate: LearningRate): Method {
  const optimizer = adamWithDecay(objective.packing.name, { learningRate }, 0);
  let state = optimizer.init(tensor(objective.packing.start));
  return (from) => {
    const [params, following] = optimizer.update(tensor(from.gradient), state, tensor(from.x));
    state = following;
    return objective.at(Float64Array.from(params.data));
  };
}
