import type { Dataset } from "./data.js";
import { twoSidedP } from "./distributions.js";
import type { Compared, Dropped, Fitted } from "./fitting.js";
import type { Coefficient, FeatureTest, Inference, Inflation } from "./inference.js";
import type { Evaluation, Judged, WithInterval } from "./metrics.js";
import type { FitCommand } from "./options.js";
import type { LossAt } from "./solve.js";

/** How the model does on each part of a cross-validation. */
export interface CrossValidation {
  readonly folds: number;
  /** The mean and the standard deviation over the parts that have a fit; null where fewer than two have one. */
  readonly mean: Scores | null;
  readonly deviation: Scores | null;
  readonly parts: readonly Evaluation[];
  readonly failed: readonly FoldFailure[];
}

/** A part whose complement could not be fitted. */
export interface FoldFailure {
  readonly part: number;
  readonly reason: string;
}

export interface Scores {
  readonly accuracy: number;
  readonly logLoss: number;
  readonly brier: number;
  readonly auc: number;
}

/** The result of `fit` as `--json` writes it: every number that is printed, at full precision. */
export interface Result {
  readonly data: {
    readonly files: readonly string[];
    readonly target: string;
    readonly positive: string;
    readonly negative: string;
    /** How many observations have y = 1. */
    readonly positives: number;
    /** Rows left out for their gaps, and by `--where`. */
    readonly dropped: number;
    readonly excluded: number;
    /** The level of each category that the others are compared with. */
    readonly references: readonly { readonly feature: string; readonly level: string }[];
  };
  readonly options: Readonly<Record<string, unknown>>;
  /** Those that were fitted to and those held out. */
  readonly rows: number;
  /** Trials, or the sum of the weights; the rows where there are none. */
  readonly observations: number;
  readonly solver: string;
  readonly converged: boolean;
  readonly iterations: number;
  readonly reason: string;
  readonly gradientNorm: number;
  readonly loss: number;
  readonly history: readonly LossAt[];
  readonly errors: string;
  readonly clusters: number | null;
  readonly level: number;
  readonly coefficients: readonly Coefficient[];
  readonly standardizedCoefficients: readonly Coefficient[];
  /** Of each feature of categories, all coefficients together. */
  readonly featureTests: readonly FeatureTest[];
  readonly inflation: readonly Inflation[];
  /** Columns without a coefficient. */
  readonly dropped: readonly Dropped[];
  readonly logLikelihood: number;
  readonly penalizedLogLikelihood: number | null;
  readonly nullLogLikelihood: number;
  readonly deviance: number;
  readonly likelihoodRatio: number;
  readonly likelihoodRatioTest: Inference["likelihoodRatioTest"];
  readonly aic: number;
  readonly bic: number;
  readonly mcFaddenR2: number;
  readonly training: Evaluation;
  readonly test: Evaluation | null;
  readonly recalibration: Outcome["recalibration"];
  readonly crossValidation: CrossValidation | null;
  /** What was added to the intercept to take back class weights. */
  readonly priorCorrection: number;
  readonly gradientCheck: { readonly largestDifference: number; readonly parameters: readonly Compared[] };
  readonly warnings: readonly string[];
}

/** All that came out of a fit. */
export interface Outcome {
  readonly command: FitCommand;
  readonly data: Dataset;
  readonly fitted: Fitted;
  readonly inference: Inference;
  readonly compared: readonly Compared[];
  readonly training: Evaluation;
  readonly test: Evaluation | undefined;
  readonly crossValidation: CrossValidation | undefined;
  /** The logits and targets of the rows held out, or of all where none are. */
  readonly judged: Judged;
  /** How these logits would have to be changed to fit. */
  readonly recalibration: { readonly slope: WithInterval; readonly intercept: WithInterval } | null;
  /** What is added to each logit. */
  readonly offset: number;
  readonly warnings: readonly string[];
}

export function toResult(outcome: Outcome): Result {
  const { command, data, fitted, inference, compared, training, test, crossValidation, recalibration, offset, warnings } = outcome;
  const { solution, dropped, classWeights } = fitted;
  const { solver, l2, standardize, firth, intercept, learningRate, tolerance, eager, seed, threshold, missing, references } = command;
  const { errors, intervals, level, where, weights, weightsType, cluster, unseen } = command;
  const {
    covariance: _,
    isContinuous: __,
    coefficients,
    standardizedCoefficients,
    featureTests,
    inflation,
    clusters,
    ...summary
  } = inference;
  return {
    data: {
      files: command.data,
      ...{ target: data.target, positive: data.positive, negative: data.negative, positives: positivesOf(data) },
      ...{ dropped: data.dropped, excluded: data.excluded, references: fitted.encoding.references },
    },
    options: {
      ...{ solver, l2, standardize, firth, classWeights, intercept, learningRate: learningRate ?? null, tolerance, eager },
      ...{ errors, intervals, level, test: command.test, folds: command.folds, seed, threshold, missing, unseen },
      ...{ references: Object.fromEntries(references), where: where ?? null, cluster: cluster ?? null },
      ...{ weights: weights ?? null, weightsType: weights === undefined ? null : weightsType },
    },
    ...{ rows: data.count, observations: observationsOf(data) },
    ...{ solver: solution.solver, converged: solution.converged, iterations: solution.iterations, reason: solution.reason },
    ...{ gradientNorm: solution.gradientNorm, loss: solution.loss, history: solution.history },
    ...summary,
    ...{ clusters, level, coefficients, standardizedCoefficients, featureTests, inflation, dropped },
    ...{ training, test: test ?? null, recalibration, crossValidation: crossValidation ?? null, priorCorrection: offset },
    gradientCheck: { largestDifference: largestDifference(compared), parameters: compared },
    warnings,
  };
}

const countAt = ({ trials, weights }: Dataset, i: number): number => (trials?.[i] ?? 1) * (weights?.values[i] ?? 1);
export const positivesOf = (data: Dataset): number => data.y.reduce((sum, share, i) => sum + share * countAt(data, i), 0);
export const observationsOf = (data: Dataset): number => data.y.reduce((sum, _, i) => sum + countAt(data, i), 0);

/** The inference with its intercept moved. */
export function shifted(inference: Inference, offset: number): Inference {
  if (offset === 0) return inference;
  const moved = (c: Coefficient): Coefficient => {
    const confidenceInterval = [c.confidenceInterval[0] + offset, c.confidenceInterval[1] + offset] as const;
    const estimate = c.estimate + offset;
    const z = estimate / c.standardError;
    return {
      ...{ ...c, estimate, z, p: twoSidedP(z), confidenceInterval, oddsRatio: Math.exp(estimate) },
      oddsRatioInterval: [Math.exp(confidenceInterval[0]), Math.exp(confidenceInterval[1])],
    };
  };
  const list = (coefficients: readonly Coefficient[]): Coefficient[] => coefficients.map((c, i) => (i === 0 ? moved(c) : c));
  return { ...inference, coefficients: list(inference.coefficients), standardizedCoefficients: list(inference.standardizedCoefficients) };
}

/** No times and no paths but the given ones: the same run gives the same bytes. */
export const toJson = (outcome: Outcome): string => `${JSON.stringify(toResult(outcome), null, 2)}\n`;

export const largestDifference = (compared: readonly Compared[]): number =>
  compared.reduce((largest, { engine, byHand }) => Math.max(largest, Math.abs(engine - byHand)), 0);

/** The mean and the standard deviation of each score over the parts. */
export function summarize(folds: number, parts: readonly Evaluation[], failed: readonly FoldFailure[]): CrossValidation {
  if (parts.length < 2) return { folds, mean: null, deviation: null, parts, failed };
  const over = (combine: (values: number[]) => number): Scores => ({
    accuracy: combine(parts.map(({ accuracy }) => accuracy)),
    logLoss: combine(parts.map(({ logLoss }) => logLoss)),
    brier: combine(parts.map(({ brier }) => brier)),
    auc: combine(parts.flatMap(({ auc }) => (auc === null ? [] : [auc]))),
  });
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = (values: number[]): number =>
    Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));
  return { folds, mean: over(mean), deviation: over(deviation), parts, failed };
}
