import upperGamma from "@stdlib/math-base-special-gammainc";
import normalCdf from "@stdlib/stats-base-dists-normal-cdf";
import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import { hessian, type Tensor } from "gradtape";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { type Chunk, type Encoding, parameterNames } from "./design.js";
import { type LossOptions, meanLoss, negativeLogLikelihood, scoreProducts } from "./model.js";

/** What is known of one parameter. */
export interface Coefficient {
  readonly name: string;
  readonly estimate: number;
  readonly standardError: number;
  /** The estimate over its standard error. */
  readonly z: number;
  /** How likely a |z| as large as this is where the parameter is 0. */
  readonly p: number;
  /** Of 95 %. */
  readonly confidenceInterval: readonly [number, number];
  /** The factor on the odds for a step of 1. */
  readonly oddsRatio: number;
  /** Of 95 %. */
  readonly oddsRatioInterval: readonly [number, number];
}

/** What a fit says about the parameters and about itself. */
export interface Inference {
  /** On the raw scale of the data. */
  readonly coefficients: readonly Coefficient[];
  /** For a step of one standard deviation of the feature. */
  readonly standardizedCoefficients: readonly Coefficient[];
  readonly logLikelihood: number;
  /** Of the model with nothing but the intercept, or without one of ŷ = ½. */
  readonly nullLogLikelihood: number;
  readonly deviance: number;
  readonly likelihoodRatio: number;
  readonly likelihoodRatioTest: { readonly statistic: number; readonly degreesOfFreedom: number; readonly p: number };
  readonly aic: number;
  readonly bic: number;
  readonly mcFaddenR2: number;
}

/** Φ⁻¹(0.975): half the width of an interval of 95 %, in standard errors. */
export const NORMAL_975 = normalQuantile(0.975, 0, 1);

/** P(|Z| ≥ |z|) of a standard normal Z, from the tail itself: 1 − Φ would be 0 from z = 8.3 on. */
export const twoSidedP = (z: number): number => 2 * normalCdf(-Math.abs(z), 0, 1);

/** P(X ≥ x) of a χ² variable, Q(k/2, x/2), from the tail itself. */
export const chiSquareTail = (x: number, degreesOfFreedom: number): number =>
  degreesOfFreedom === 0 ? 1 : upperGamma(Math.max(x, 0) / 2, degreesOfFreedom / 2, true, true);

/** Standard errors, tests and intervals at the fitted θ. `undefined` where the Hessian has no inverse. */
export function infer(
  theta: Tensor,
  chunks: readonly Chunk[],
  encoding: Encoding,
  options: LossOptions & { readonly robust: boolean },
): Inference | undefined {
  const covariance = covarianceOf(theta, chunks, encoding, options);
  if (covariance === undefined) return undefined;
  const names = parameterNames(encoding);
  const standardized = Matrix.columnVector(theta.data);
  const toRaw = rawFromStandardized(encoding);
  const describe = (values: Matrix, variances: Matrix): Coefficient[] =>
    names.map((name, i) => describeCoefficient(name, values.get(i, 0), Math.sqrt(variances.get(i, i))));

  const rows = chunks.reduce((sum, { y }) => sum + y.size, 0);
  const logLikelihood = -negativeLogLikelihood(chunks, options)(theta).item();
  const nullLogLikelihood = -nullLoss(chunks, encoding.intercept, options);
  const degreesOfFreedom = encoding.terms.length;
  const statistic = 2 * (logLikelihood - nullLogLikelihood);
  return {
    coefficients: describe(toRaw.mmul(standardized), toRaw.mmul(covariance).mmul(toRaw.transpose())),
    standardizedCoefficients: describe(standardized, covariance),
    logLikelihood,
    nullLogLikelihood,
    deviance: -2 * logLikelihood,
    likelihoodRatio: statistic,
    likelihoodRatioTest: { statistic, degreesOfFreedom, p: chiSquareTail(statistic, degreesOfFreedom) },
    aic: 2 * theta.size - 2 * logLikelihood,
    bic: Math.log(rows) * theta.size - 2 * logLikelihood,
    mcFaddenR2: 1 - logLikelihood / nullLogLikelihood,
  };
}

/**
 * H⁻¹, with the Hessian H of what is minimized, n times its mean, at θ. Robust: H⁻¹·(Σ gᵢgᵢᵀ)·H⁻¹ with the gradient gᵢ of each
 * row's loss (Huber 1967, White 1982), without a factor for small samples, known as HC0.
 */
function covarianceOf(
  theta: Tensor,
  chunks: readonly Chunk[],
  encoding: Encoding,
  options: LossOptions & { robust: boolean },
): Matrix | undefined {
  const rows = chunks.reduce((sum, { y }) => sum + y.size, 0);
  const hessianOf = hessian(meanLoss(chunks, encoding, options))(theta).mul(rows);
  // The engine computes both halves, which differ by rounding.
  const H = matrixOf(hessianOf.add(hessianOf.transpose()).div(2));
  const cholesky = new CholeskyDecomposition(H);
  if (!cholesky.isPositiveDefinite()) return undefined;
  const inverse = cholesky.solve(Matrix.eye(theta.size));
  if (!options.robust) return inverse;
  return inverse.mmul(matrixOf(scoreProducts(theta, chunks, options))).mmul(inverse);
}

const matrixOf = (x: Tensor): Matrix => Matrix.from1DArray(x.shape[0], x.shape[1], x.data);

/** The linear map from θ to the raw scale: βⱼ = θⱼ/sⱼ, and the intercept is θ₀ − Σ θⱼ·mⱼ/sⱼ. */
function rawFromStandardized({ intercept, terms }: Encoding): Matrix {
  const first = intercept ? 1 : 0;
  const map = Matrix.eye(terms.length + first);
  terms.forEach(({ mean, deviation }, j) => {
    map.set(first + j, first + j, 1 / deviation);
    if (intercept) map.set(0, first + j, -mean / deviation);
  });
  return map;
}

function describeCoefficient(name: string, estimate: number, standardError: number): Coefficient {
  const z = estimate / standardError;
  const confidenceInterval = [estimate - NORMAL_975 * standardError, estimate + NORMAL_975 * standardError] as const;
  return {
    name,
    estimate,
    standardError,
    z,
    p: twoSidedP(z),
    confidenceInterval,
    oddsRatio: Math.exp(estimate),
    oddsRatioInterval: [Math.exp(confidenceInterval[0]), Math.exp(confidenceInterval[1])],
  };
}

/** Minus the log-likelihood where every row has the same ŷ: the share of the positive class, or ½ without an intercept. */
function nullLoss(chunks: readonly Chunk[], intercept: boolean, { weights }: LossOptions): number {
  let [positive, negative] = [0, 0];
  for (const { y } of chunks) for (const label of y.data) label === 1 ? positive++ : negative++;
  const [a, b] = [positive * weights.positive, negative * weights.negative];
  return intercept ? -(a * Math.log(a / (a + b)) + b * Math.log(b / (a + b))) : (a + b) * Math.LN2;
}
