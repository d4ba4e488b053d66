import { type Tensor, tensor } from "gradtape";
import type { Dataset } from "./data.js";
import { rowAt } from "./design.js";
import { chiSquareTail, halfWidth, twoSidedP } from "./distributions.js";
import { type Encoding, parametersOf, reportOrder } from "./encoding.js";
import { type Fitted, toRaw } from "./fitting.js";
import { congruent, dot, invert, logDeterminantOf, product, submatrix, times } from "./linear.js";
import { scores } from "./model.js";
import { profileInterval, restrictedMinimum } from "./profile.js";
import type { Watcher } from "./solve.js";

/** What is known of one parameter. */
export interface Coefficient {
  readonly name: string;
  readonly estimate: number;
  readonly standardError: number;
  /** The estimate over its standard error. */
  readonly z: number;
  /** How likely an estimate as far from 0 is where the parameter is 0: by Wald's test or, with profile intervals, by the likelihood ratio. */
  readonly p: number;
  /** At `--level`. */
  readonly confidenceInterval: readonly [number, number];
  /** The factor on the odds for a step of 1. */
  readonly oddsRatio: number;
  readonly oddsRatioInterval: readonly [number, number];
}

/** A test of all coefficients of one feature together. */
export interface FeatureTest {
  readonly feature: string;
  readonly degreesOfFreedom: number;
  readonly wald: { readonly statistic: number; readonly p: number };
  /** Null with a penalty, at whose estimates it is none. */
  readonly likelihoodRatio: { readonly statistic: number; readonly p: number } | null;
}

/** How much the variances of a feature's coefficients grow because other features resemble it. */
export interface Inflation {
  readonly feature: string;
  readonly degreesOfFreedom: number;
  /** The variance inflation factor; of several coefficients the generalized one. */
  readonly vif: number;
  /** vif^(1/(2·degrees of freedom)): how much the errors grow, comparable between features. */
  readonly errorFactor: number;
}

/** What a fit says about the parameters and about itself. */
export interface Inference {
  /** On the raw scale of the data. */
  readonly coefficients: readonly Coefficient[];
  /** For a step of one standard deviation of the column. */
  readonly standardizedCoefficients: readonly Coefficient[];
  /** Whether a step of one standard deviation means something, of each coefficient. */
  readonly isContinuous: readonly boolean[];
  readonly featureTests: readonly FeatureTest[];
  readonly inflation: readonly Inflation[];
  readonly logLikelihood: number;
  /** With Jeffreys' prior; null without `--firth`. */
  readonly penalizedLogLikelihood: number | null;
  /** Of the model with nothing but the intercept, or without one of ŷ = ½. */
  readonly nullLogLikelihood: number;
  readonly deviance: number;
  readonly likelihoodRatio: number;
  readonly likelihoodRatioTest: { readonly statistic: number; readonly degreesOfFreedom: number; readonly p: number };
  readonly aic: number;
  readonly bic: number;
  readonly mcFaddenR2: number;
  /** Of θ, the parameters as the encoding has them. */
  readonly covariance: Float64Array;
  /** What the errors are: of the model, or robust in some way. */
  readonly errors: string;
  readonly clusters: number | null;
}

export const ERRORS = ["model", "HC0", "HC1"] as const;
export type ErrorsKind = (typeof ERRORS)[number];

export interface InferenceOptions {
  readonly errors: ErrorsKind;
  readonly intervals: "wald" | "profile";
  readonly level: number;
  readonly firth: boolean;
  readonly l2: number;
}

/** Standard errors, tests and intervals at the fitted θ. `undefined` where the Hessian has no inverse. */
export async function infer(fitted: Fitted, data: Dataset, options: InferenceOptions, watcher: Watcher): Promise<Inference | undefined> {
  const { encoding, solution, likelihood, objective, n } = fitted;
  const { level } = options;
  const gamma = solution.theta;
  const p = gamma.length;
  const information = options.firth ? likelihood.hessian(tensor(gamma)) : objective.hessian(gamma).map((h) => h * n);
  const bread = invert(information, p);
  if (bread === undefined) return undefined;
  await watcher.breathe();
  const clusters = data.cluster === undefined ? undefined : clustersOf(fitted, data.cluster.values);
  const covariance = sandwich(fitted, bread, options.errors, clusters);
  await watcher.breathe();

  const map = toRaw(fitted);
  const parameters = parametersOf(encoding);
  const order = reportOrder(encoding);
  const estimates = times(map, gamma);
  const rawCovariance = congruent(map, covariance, p);
  const toDeviations = deviationsMap(encoding);
  const raw = order.map((j) => describe(parameters[j].name, estimates[j], Math.sqrt(rawCovariance[j * p + j]), level));
  const standardizedEstimates = times(toDeviations, estimates);
  const standardizedCovariance = congruent(toDeviations, rawCovariance, p);
  const standardized = order.map((j) =>
    describe(parameters[j].name, standardizedEstimates[j], Math.sqrt(standardizedCovariance[j * p + j]), level),
  );
  if (options.intervals === "profile") {
    for (const [list, rows] of [
      [raw, map],
      [standardized, product(toDeviations, map, p)],
    ] as const)
      for (const [i, j] of order.entries()) list[i] = await profiled(list[i], rows.slice(j * p, (j + 1) * p), fitted, level, watcher);
  }

  const logLikelihood = -likelihood.lossAndGradient(tensor(gamma)).value;
  const penalized = options.firth ? -solution.loss * n : undefined;
  const nullLogLikelihood = -nullLoss(fitted);
  const free = encoding.intercept ? [0] : [];
  const nullPenalized = penalized === undefined ? undefined : -(await restrictedMinimum(objective, free, new Float64Array(p), watcher)) * n;
  const statistic = 2 * (penalized === undefined ? logLikelihood - nullLogLikelihood : penalized - (nullPenalized as number));
  const degreesOfFreedom = p - free.length;
  return {
    coefficients: raw,
    standardizedCoefficients: standardized,
    isContinuous: order.map((j) => parameters[j].isContinuous),
    featureTests: await testFeatures(fitted, data, covariance, options, watcher),
    inflation: inflationOf(fitted, data),
    logLikelihood,
    penalizedLogLikelihood: penalized ?? null,
    nullLogLikelihood,
    deviance: -2 * logLikelihood,
    likelihoodRatio: statistic,
    likelihoodRatioTest: { statistic, degreesOfFreedom, p: chiSquareTail(statistic, degreesOfFreedom) },
    aic: 2 * p - 2 * logLikelihood,
    bic: Math.log(n) * p - 2 * logLikelihood,
    mcFaddenR2: 1 - logLikelihood / nullLogLikelihood,
    covariance: fitted.basis === undefined ? covariance : congruent(fitted.basis, covariance, p),
    errors: clusters === undefined ? options.errors : "clustered",
    clusters: clusters?.count ?? null,
  };
}

/** From raw coefficients to those for a step of one deviation: βⱼ·sⱼ, and the intercept where every column is at its mean. */
function deviationsMap(encoding: Encoding): Float64Array {
  const parameters = parametersOf(encoding);
  const n = parameters.length;
  const map = new Float64Array(n * n);
  parameters.forEach(({ deviation, mean, feature }, j) => {
    map[j * n + j] = feature < 0 ? 1 : deviation;
    if (encoding.intercept && j > 0) map[j] = mean;
  });
  return map;
}

interface Clusters {
  readonly count: number;
  /** [clusters, p]: the sum of each cluster's scores times their rows. */
  readonly sums: Tensor;
}

/** H⁻¹, or H⁻¹·M·H⁻¹ with the products M of the scores of rows (Huber 1967; White 1982) or of clusters (Liang and Zeger 1986). */
function sandwich(
  { likelihood, solution, weights, rows }: Fitted,
  bread: Float64Array,
  errors: ErrorsKind,
  clusters: Clusters | undefined,
): Float64Array {
  const p = solution.theta.length;
  if (errors === "model" && clusters === undefined) return bread;
  const around = (meat: Float64Array, factor: number): Float64Array =>
    product(product(bread, meat, p), bread, p).map((value) => value * factor);
  if (clusters !== undefined) {
    const { sums, count } = clusters;
    return around(sums.transpose().matmul(sums).data, count / (count - 1));
  }
  const { frequency } = weights;
  // A row that stands for f rows adds f times the product of the score of one.
  const meat = likelihood.gram(tensor(solution.theta), (z, { y, w }, start) => {
    const squares = scores(z, y, w).square();
    return frequency === undefined
      ? squares
      : squares.div(tensor(Float64Array.from(rows.subarray(start, start + y.size), (row) => frequency[row] || 1)));
  });
  const count = frequency === undefined ? rows.length : rows.reduce((sum, row) => sum + frequency[row], 0);
  return around(meat, errors === "HC1" ? count / (count - p) : 1);
}

function clustersOf({ solverParts, encoding, solution, rows, likelihood }: Fitted, of: Float64Array): Clusters {
  const p = solution.theta.length;
  const places = new Map<number, number>();
  for (const row of rows) if (!places.has(of[row])) places.set(of[row], places.size);
  const sums = new Float64Array(places.size * p);
  const z = likelihood.logits(tensor(solution.theta));
  let start = 0;
  for (const part of solverParts) {
    const score = scores(tensor(z.slice(start, start + part.y.size)), part.y, part.w).data;
    for (let i = 0; i < part.y.size; i++) {
      const cluster = (places.get(of[rows[start + i]]) as number) * p;
      const { at, values } = rowAt(part, encoding, i);
      for (let k = 0; k < at.length; k++) sums[cluster + at[k]] += score[i] * values[k];
    }
    start += part.y.size;
  }
  return { count: places.size, sums: tensor(sums, [places.size, p]) };
}

function describe(name: string, estimate: number, standardError: number, level: number): Coefficient {
  const z = estimate / standardError;
  const half = halfWidth(level) * standardError;
  return withInterval({ name, estimate, standardError, z, p: twoSidedP(z) }, [estimate - half, estimate + half]);
}

const withInterval = (
  about: Pick<Coefficient, "name" | "estimate" | "standardError" | "z" | "p">,
  confidenceInterval: readonly [number, number],
): Coefficient => ({
  ...about,
  confidenceInterval,
  oddsRatio: Math.exp(about.estimate),
  oddsRatioInterval: [Math.exp(confidenceInterval[0]), Math.exp(confidenceInterval[1])],
});

/** The interval of those values at which the likelihood, maximized over all else, is not much lower; its p is that of 0. */
async function profiled(
  about: Coefficient,
  functional: Float64Array,
  fitted: Fitted,
  level: number,
  watcher: Watcher,
): Promise<Coefficient> {
  const { interval, statisticAtZero } = await profileInterval(fitted, functional, about.standardError, level, watcher);
  return withInterval({ ...about, p: chiSquareTail(statisticAtZero, 1) }, interval);
}

/** Minus the log-likelihood where every row has the same ŷ: the share of y = 1, or ½ without an intercept. */
function nullLoss({ weights: { y, w }, rows, encoding }: Fitted): number {
  let [a, b] = [0, 0];
  for (const row of rows) {
    const weight = w?.[row] ?? 1;
    a += weight * y[row];
    b += weight * (1 - y[row]);
  }
  return encoding.intercept ? -(a * Math.log(a / (a + b)) + b * Math.log(b / (a + b))) : (a + b) * Math.LN2;
}

/** Of each feature with categories, all of its coefficients together: whether it matters at all. */
async function testFeatures(
  fitted: Fitted,
  data: Dataset,
  covariance: Float64Array,
  options: InferenceOptions,
  watcher: Watcher,
): Promise<FeatureTest[]> {
  const { encoding, objective, solution, n } = fitted;
  const p = solution.theta.length;
  const parameters = parametersOf(encoding);
  const tests: FeatureTest[] = [];
  for (const { feature } of encoding.blocks) {
    const places = [...parameters.keys()].filter((j) => parameters[j].feature === feature);
    const estimates = Float64Array.from(places, (j) => solution.theta[j]);
    const inverse = invert(submatrix(covariance, p, places), places.length);
    const wald = inverse === undefined ? Number.NaN : dot(estimates, times(inverse, estimates));
    const k = places.length;
    const free = [...parameters.keys()].filter((j) => !places.includes(j));
    const statistic =
      options.l2 === 0
        ? Math.max(2 * n * ((await restrictedMinimum(objective, free, solution.theta, watcher)) - solution.loss), 0)
        : undefined;
    tests.push({
      feature: data.features[feature].name,
      degreesOfFreedom: k,
      wald: { statistic: wald, p: chiSquareTail(wald, k) },
      likelihoodRatio: statistic === undefined ? null : { statistic, p: chiSquareTail(statistic, k) },
    });
  }
  return tests;
}

/** 1/(1 − R²) of each column among the others; of several coefficients together det R₁₁·det (R⁻¹)₁₁ (Fox and Monette 1992). */
function inflationOf({ encoding, likelihood, theta, basis, weights, rows, gram: known }: Fitted, data: Dataset): Inflation[] {
  const parameters = parametersOf(encoding);
  const p = parameters.length;
  if (!encoding.intercept || p < 3 || basis !== undefined) return [];
  const { counts } = weights;
  const gram =
    (counts === undefined ? known : undefined) ??
    likelihood.gram(tensor(theta), (z, part, start) =>
      counts === undefined ? z.mul(0).add(1) : tensor(Float64Array.from(rows.subarray(start, start + part.y.size), (row) => counts[row])),
    );
  const total = gram[0];
  const others = Array.from({ length: p - 1 }, (_, i) => i + 1);
  const covarianceOf = (i: number, j: number): number => gram[i * p + j] / total - (gram[i] * gram[j]) / total ** 2;
  const m = others.length;
  const correlation = Float64Array.from({ length: m * m }, (_, at) => {
    const [i, j] = [others[Math.floor(at / m)], others[at % m]];
    return i === j ? 1 : covarianceOf(i, j) / Math.sqrt(covarianceOf(i, i) * covarianceOf(j, j));
  });
  const inverse = invert(correlation, m);
  if (inverse === undefined) return [];
  const features = [...new Set(others.map((j) => parameters[j].feature))].sort((a, b) => a - b);
  return features.map((feature) => {
    const places = others.filter((j) => parameters[j].feature === feature).map((j) => j - 1);
    const k = places.length;
    const vif = Math.exp(logDeterminantOf(submatrix(correlation, m, places), k) + logDeterminantOf(submatrix(inverse, m, places), k));
    return { feature: data.features[feature].name, degreesOfFreedom: k, vif, errorFactor: vif ** (1 / (2 * k)) };
  });
}
