import type { Dataset } from "./data.js";
import type { Compared, Dropped, Fitted } from "./fitting.js";
import type { Coefficient, Inference } from "./inference.js";
import type { Evaluation } from "./metrics.js";
import type { FitCommand } from "./options.js";
import type { LossAt } from "./solve.js";

/** How the model does on each part of a cross-validation. */
export interface CrossValidation {
  readonly folds: number;
  /** The mean and the standard deviation over the parts. */
  readonly mean: Scores;
  readonly deviation: Scores;
  readonly parts: readonly Evaluation[];
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
    readonly file: string;
    readonly target: string;
    readonly positive: string;
    readonly negative: string;
    readonly positives: number;
    readonly dropped: number;
  };
  readonly options: Readonly<Record<string, unknown>>;
  /** Those that were fitted to and those held out. */
  readonly rows: number;
  readonly solver: string;
  readonly converged: boolean;
  readonly iterations: number;
  readonly reason: string;
  readonly gradientNorm: number;
  readonly loss: number;
  readonly history: readonly LossAt[];
  readonly coefficients: readonly Coefficient[];
  readonly standardizedCoefficients: readonly Coefficient[];
  /** Columns without a coefficient. */
  readonly dropped: readonly Dropped[];
  readonly logLikelihood: number;
  readonly nullLogLikelihood: number;
  readonly deviance: number;
  readonly likelihoodRatio: number;
  readonly likelihoodRatioTest: Inference["likelihoodRatioTest"];
  readonly aic: number;
  readonly bic: number;
  readonly mcFaddenR2: number;
  readonly training: Evaluation;
  readonly test: Evaluation | null;
  readonly crossValidation: CrossValidation | null;
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
  readonly judged: { readonly z: Float64Array; readonly y: Float64Array };
  readonly warnings: readonly string[];
}

export function toResult(outcome: Outcome): Result {
  const { command, data, fitted, inference, compared, training, test, crossValidation, warnings } = outcome;
  const { solution, loss, dropped } = fitted;
  const { solver, l2, standardize, intercept, learningRate, tolerance, robust, eager, seed, threshold, missing, references } = command;
  return {
    data: {
      file: command.data,
      target: data.target,
      positive: data.positive,
      negative: data.negative,
      positives: data.y.reduce((sum, label) => sum + label, 0),
      dropped: data.dropped,
    },
    options: {
      ...{ solver, l2, standardize, classWeights: loss.weights, intercept, learningRate: learningRate ?? null, tolerance, robust, eager },
      ...{ test: command.test, folds: command.folds, seed, threshold, missing, references: Object.fromEntries(references) },
    },
    rows: data.count,
    solver: solution.solver,
    converged: solution.converged,
    iterations: solution.iterations,
    reason: solution.reason,
    gradientNorm: solution.gradientNorm,
    loss: solution.loss,
    history: solution.history,
    coefficients: inference.coefficients,
    standardizedCoefficients: inference.standardizedCoefficients,
    dropped,
    logLikelihood: inference.logLikelihood,
    nullLogLikelihood: inference.nullLogLikelihood,
    deviance: inference.deviance,
    likelihoodRatio: inference.likelihoodRatio,
    likelihoodRatioTest: inference.likelihoodRatioTest,
    aic: inference.aic,
    bic: inference.bic,
    mcFaddenR2: inference.mcFaddenR2,
    training,
    test: test ?? null,
    crossValidation: crossValidation ?? null,
    gradientCheck: { largestDifference: largestDifference(compared), parameters: compared },
    warnings,
  };
}

/** No times and no paths but the given ones: the same run gives the same bytes. */
export const toJson = (outcome: Outcome): string => `${JSON.stringify(toResult(outcome), null, 2)}\n`;

export const largestDifference = (compared: readonly Compared[]): number =>
  compared.reduce((largest, { engine, byHand }) => Math.max(largest, Math.abs(engine - byHand)), 0);

/** The mean and the standard deviation of each score over the parts. */
export function summarize(parts: readonly Evaluation[]): CrossValidation {
  const over = (combine: (values: number[]) => number): Scores => ({
    accuracy: combine(parts.map(({ accuracy }) => accuracy)),
    logLoss: combine(parts.map(({ logLoss }) => logLoss)),
    brier: combine(parts.map(({ brier }) => brier)),
    // Each part has rows of both classes, so that none is null.
    auc: combine(parts.map(({ auc }) => auc as number)),
  });
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = (values: number[]): number =>
    Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));
  return { folds: parts.length, mean: over(mean), deviation: over(deviation), parts };
}
