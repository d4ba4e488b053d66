import { around } from "../../base/axes.js";
import { valuesAt } from "../places.js";
import type { Stop } from "./facts.js";

/** A node stops the gradient if more than this part of what arrives does not get through. */
const MOST = 0.5;
/** Of a layer whose units are all off: of the cotangents there, about half want a unit on. */
const MOST_OF_LAYER = 0.2;
/** So many units that are all off are no coincidence. */
const LAYER = 16;
/** A logit of no more than this was put there to take a place out. */
const MASKED = -1e8;
/** 1075·ln 2: from here on e⁻ᶻ is less than half the smallest number, 2⁻¹⁰⁷⁴, and so 0. */
const UNDERFLOWS = 745.1332191019412;
/** 53·ln 2: from here on e⁻ᶻ is less than half the distance from 1 to the next number, and 1/(1 + e⁻ᶻ) rounds to 1. */
const ROUNDS_TO_ONE = 36.7368005696771;

/**
 * σ is exactly flat, or rounds to its limit and the cotangent points away from it: a loss that goes down with −g wants to leave
 * the limit and cannot. One that is certain and right wants to go on, and is well.
 */
export const sigmoidStops: Stop = {
  kind: "saturation",
  part: MOST,
  at:
    ({ inputs: [{ data: z }] }, g) =>
    (i) =>
      Math.abs(z[i]) > UNDERFLOWS || (Math.abs(z[i]) > ROUNDS_TO_ONE && z[i] * g[i] > 0),
};

/** 1 − tanh² is 0. */
export const tanhStops: Stop = {
  kind: "saturation",
  part: MOST,
  at:
    ({ output: { data } }) =>
    (i) =>
      Math.abs(data[i]) === 1,
};

/** One probability rounds to 1, and the loss wants it lower than the others; or the others are exactly 0. */
export const softmaxStops: Stop<{ readonly axis: number }> = {
  kind: "saturation",
  part: MOST,
  at: ({ inputs: [x], output, attributes: { axis } }, g) => {
    const { size, inner } = around(output.shape, axis);
    return (i) => {
      const start = i - (Math.floor(i / inner) % size) * inner;
      const row = Array.from({ length: size }, (_, k) => start + k * inner);
      const top = row.find((k) => output.data[k] === 1);
      if (top === undefined || size === 1) return false;
      const others = row.filter((k) => k !== top && x.data[k] > MASKED);
      return others.some((k) => g[k] !== g[top]) && (others.every((k) => output.data[k] === 0) || others.some((k) => g[k] < g[top]));
    };
  },
};

/** The result underflowed to 0 though no operand is 0. */
export const underflowStops: Stop = {
  kind: "vanishing gradient",
  part: MOST,
  at: ({ inputs, output }) => {
    const values = valuesAt(inputs, output.shape);
    return (i) => output.data[i] === 0 && values(i).every((x) => x !== 0 && Number.isFinite(x));
  },
};

/** All units are off, and the loss wants this one on. A hinge loss wants them off. */
export const reluStops: Stop = {
  kind: "vanishing gradient",
  part: MOST_OF_LAYER,
  at: ({ inputs: [{ data }] }, g) => (data.length >= LAYER && data.every((x) => x < 0) ? (i) => g[i] < 0 : () => false),
};

/** The product underflowed to 0 though no factor is 0. */
export const prodStops: Stop = {
  kind: "vanishing gradient",
  part: MOST,
  at: ({ inputs, output: { data } }) => (inputs[0].data.every((x) => x !== 0) ? (i) => data[i] === 0 : () => false),
};
