import * as gt from "gradtape";
import { type Tensor, tensor } from "gradtape";

type F = (...inputs: Tensor[]) => Tensor;

const none = { reduction: "none" } as const;
/** The same class for each row. */
const everywhere = (z: Tensor, k: number): Tensor => gt.full([z.shape[0]], k);
const scaled = (f: F): Record<string, F> =>
  Object.fromEntries([1e-300, 1e300].map((c) => [`times ${c}`, (...inputs: Tensor[]) => f(...inputs).mul(c)]));
const prefixed = (prefix: string, functions: Record<string, F>): Record<string, F> =>
  Object.fromEntries(Object.entries(functions).map(([name, f]) => [`${prefix} ${name}`, f]));

/**
 * What each name in test/references/edges.py means in the library. Inputs of their own come as tensors of shape [points], rows as
 * [points, n]; the result has shape [points].
 */
export const edgeFunctions: Record<string, F> = {
  neg: gt.neg,
  exp: gt.exp,
  expm1: gt.expm1,
  log: gt.log,
  log1p: gt.log1p,
  sqrt: gt.sqrt,
  square: gt.square,
  reciprocal: gt.reciprocal,
  abs: gt.abs,
  sin: gt.sin,
  cos: gt.cos,
  tanh: gt.tanh,
  sigmoid: gt.sigmoid,
  softplus: gt.softplus,
  relu: gt.relu,
  logSigmoid: gt.logSigmoid,
  silu: gt.silu,
  ...Object.fromEntries([0, 1, 2, 3, -1, -2, 0.5, 1.5, 2.5, -0.5].map((a) => [`pow by ${a}`, (x: Tensor) => x.pow(a)])),
  ...prefixed("reciprocal", scaled(gt.reciprocal)),
  ...prefixed(
    "pow by -1",
    scaled((x) => x.pow(-1)),
  ),
  "div of 1e-300": (x) => gt.div(1e-300, x),
  "div of 1e+300": (x) => gt.div(1e300, x),
  ...prefixed("square", scaled(gt.square)),
  ...prefixed("sqrt", scaled(gt.sqrt)),
  ...prefixed("log", scaled(gt.log)),
  "where(x > 0, sqrt(x), 0)": (x) => x.greater(0).where(x.sqrt(), 0),
  "where(x > 0, log(x), 0)": (x) => x.greater(0).where(x.log(), 0),
  "where(x > 0, x^1.5, 0)": (x) => x.greater(0).where(x.pow(1.5), 0),
  "where(x ≠ 0, 1/x, 0)": (x) => x.notEqual(0).where(x.rdiv(1), 0),
  "where(x ≠ 0, sin(x)/x, 1)": (x) => x.notEqual(0).where(x.sin().div(x), 1),
  "where(x < 1, exp(x), 1)": (x) => x.less(1).where(x.exp(), 1),
  "where(x < 1, expm1(x), 1)": (x) => x.less(1).where(x.expm1(), 1),
  "where(x > -1, log1p(x), 0)": (x) => x.greater(-1).where(x.log1p(), 0),
  "where(|x| < 1, x², 0)": (x) => x.abs().less(1).where(x.square(), 0),
  "where(|x| < ∞, sin(x), 0)": (x) => x.abs().less(Number.POSITIVE_INFINITY).where(x.sin(), 0),
  "where(|x| < ∞, cos(x), 0)": (x) => x.abs().less(Number.POSITIVE_INFINITY).where(x.cos(), 0),
  "where(|x| < ∞, x·x, 0)": (x) => x.abs().less(Number.POSITIVE_INFINITY).where(x.mul(x), 0),
  "where(|x| < 1, sqrt(1 − x²), 0)": (x) => x.abs().less(1).where(x.square().rsub(1).sqrt(), 0),
  "maximum of sqrt(x²) and 1e-10": (x) => x.square().sqrt().maximum(1e-10),
  add: gt.add,
  sub: gt.sub,
  mul: gt.mul,
  div: gt.div,
  pow: gt.pow,
  "pow, weighted": (x, y, weight) => x.pow(y).mul(weight),
  maximum: gt.maximum,
  minimum: gt.minimum,
  where: (x, y, condition) => condition.where(x, y),
  clamp: gt.clamp,
  sum: (x) => x.sum(1),
  mean: (x) => x.mean(1),
  "mean of two": (x) => x.mean(1),
  "cumsum, third place": (x) => x.cumsum(1).slice([null, 2]),
  "cumsum, second place": (x) => x.cumsum(1).slice([null, 1]),
  max: (x) => x.max(1),
  min: (x) => x.min(1),
  prod: (x) => x.prod(1),
  variance: (x) => x.variance(1),
  "variance, correction 1": (x) => x.variance(1, { correction: 1 }),
  logSumExp: (x) => x.logSumExp(1),
  "logSumExp of two": (x) => x.logSumExp(1),
  softmax: (x) => x.softmax().slice([null, 0]),
  "softmax of two": (x) => x.softmax().slice([null, 0]),
  logSoftmax: (x) => x.logSoftmax().slice([null, 0]),
  "logSoftmax of two": (x) => x.logSoftmax().slice([null, 0]),
  "max of nine": (x) => x.max(1),
  "min of nine": (x) => x.min(1),
  "sum of nine": (x) => x.sum(1),
  "mean of nine": (x) => x.mean(1),
  "prod of nine": (x) => x.prod(1),
  "logSumExp of nine": (x) => x.logSumExp(1),
  "softmax of nine": (x) => x.softmax().slice([null, 0]),
  "logSoftmax of nine": (x) => x.logSoftmax().slice([null, 0]),
  matmul: (a, x) => a.expandDims(1).matmul(x.expandDims(2)).reshape([-1]),
  "norm, at least 1e-10": (x) => x.square().sum(1).sqrt().maximum(1e-10),
  "sum of exp": (x) => x.exp().sum(1),
  "sum of expm1": (x) => x.expm1().sum(1),
  "sum of log": (x) => x.log().sum(1),
  "sum of log1p": (x) => x.log1p().sum(1),
  "sum of sqrt": (x) => x.sqrt().sum(1),
  "sum of square": (x) => x.square().sum(1),
  "sum of reciprocal": (x) => x.reciprocal().sum(1),
  "sum of x^1.5": (x) => x.pow(1.5).sum(1),
  binaryCrossEntropy: (p, y) => gt.binaryCrossEntropy(p, y, none),
  "binaryCrossEntropy, posWeight 3": (p, y) => gt.binaryCrossEntropy(p, y, { ...none, posWeight: 3 }),
  "binaryCrossEntropy, labelSmoothing 0.5": (p, y) => gt.binaryCrossEntropy(p, y, { ...none, labelSmoothing: 0.5 }),
  "binaryCrossEntropy, weight 0": (p, y) => gt.binaryCrossEntropy(p, y, { ...none, weight: 0 }),
  binaryCrossEntropyWithLogits: (z, y) => gt.binaryCrossEntropyWithLogits(z, y, none),
  "binaryCrossEntropyWithLogits, weighted": (z, y, weight) => gt.binaryCrossEntropyWithLogits(z, y, { ...none, weight }),
  "binaryCrossEntropyWithLogits, posWeight 3": (z, y) => gt.binaryCrossEntropyWithLogits(z, y, { ...none, posWeight: 3 }),
  "binaryCrossEntropyWithLogits, labelSmoothing 0.5": (z, y) => gt.binaryCrossEntropyWithLogits(z, y, { ...none, labelSmoothing: 0.5 }),
  "binaryCrossEntropyWithLogits, weight 0": (z, y) => gt.binaryCrossEntropyWithLogits(z, y, { ...none, weight: 0 }),
  "crossEntropy of class 0 of two": (z) => gt.crossEntropy(z, everywhere(z, 0), none),
  "crossEntropy of class 1 of two": (z) => gt.crossEntropy(z, everywhere(z, 1), none),
  "crossEntropy of class 0 of three": (z) => gt.crossEntropy(z, everywhere(z, 0), none),
  "crossEntropy of class 2 of three": (z) => gt.crossEntropy(z, everywhere(z, 2), none),
  "crossEntropy of class 0 of two, labelSmoothing 0.125": (z) => gt.crossEntropy(z, everywhere(z, 0), { ...none, labelSmoothing: 0.125 }),
  "crossEntropy of class 0 of two, weight 0": (z) => gt.crossEntropy(z, everywhere(z, 0), { ...none, weight: tensor([0, 1]) }),
  "crossEntropy of probabilities": (z, y) => gt.crossEntropy(z, y, none),
  meanSquaredError: (p, y) => gt.meanSquaredError(p, y, none),
  ...Object.fromEntries(
    (
      [
        ["1.0", 1],
        ["0.7", 0.7],
        ["1e-300", 1e-300],
        ["1e+300", 1e300],
        ["inf", Number.POSITIVE_INFINITY],
      ] as const
    ).map(([name, delta]) => [`huber, delta ${name}`, (p: Tensor, y: Tensor) => gt.huber(p, y, { ...none, delta })]),
  ),
  "huber, weight 0": (p, y) => gt.huber(p, y, { ...none, weight: 0 }),
  poissonNll: (r, k) => gt.poissonNll(r, k, none),
  "poissonNll, weighted": (r, k, weight) => gt.poissonNll(r, k, { ...none, weight }),
  "poissonNll, weight 0": (r, k) => gt.poissonNll(r, k, { ...none, weight: 0 }),
};

/** The same functions over an axis that is not the last, for which the kernels and the machine have other loops. */
export const edgeFunctionsByColumns: Record<string, F> = {
  sum: (x) => x.transpose().sum(0),
  mean: (x) => x.transpose().mean(0),
  max: (x) => x.transpose().max(0),
  min: (x) => x.transpose().min(0),
  prod: (x) => x.transpose().prod(0),
  variance: (x) => x.transpose().variance(0),
  logSumExp: (x) => x.transpose().logSumExp(0),
  softmax: (x) => x.transpose().softmax(0).slice([0]),
  logSoftmax: (x) => x.transpose().logSoftmax(0).slice([0]),
  "cumsum, second place": (x) => x.transpose().cumsum(0).slice([1]),
  matmul: (a, x) => x.expandDims(1).matmul(a.expandDims(2)).reshape([-1]),
  "max of nine": (x) => x.transpose().max(0),
  "min of nine": (x) => x.transpose().min(0),
  "sum of nine": (x) => x.transpose().sum(0),
  "mean of nine": (x) => x.transpose().mean(0),
  "prod of nine": (x) => x.transpose().prod(0),
  "logSumExp of nine": (x) => x.transpose().logSumExp(0),
  "softmax of nine": (x) => x.transpose().softmax(0).slice([0]),
};

const quotientOfPowers = (power: Tensor): Tensor => power.sub(1).div(power.add(1));

/**
 * Formulas that go wrong as they stand and that \`stabilize\` mends, under the names of what they mean in test/references/edges.py: stabilized
 * they have to be as right as a function of the library.
 */
export const edgeFormulas: Record<string, readonly F[]> = {
  logSigmoid: [(z) => z.sigmoid().log(), (z) => z.neg().exp().add(1).reciprocal().log(), (z) => z.neg().sigmoid().rsub(1).log()],
  softplus: [(z) => z.exp().add(1).log(), (z) => z.exp().log1p()],
  sigmoid: [(z) => z.neg().exp().add(1).reciprocal(), (z) => z.neg().exp().add(1).rdiv(1), (z) => z.exp().div(z.exp().add(1))],
  "1 − sigmoid(x)": [(z) => z.sigmoid().rsub(1), (z) => gt.sub(1, z.neg().exp().add(1).reciprocal())],
  expm1: [(x) => x.exp().sub(1)],
  log1p: [(x) => x.add(1).log()],
  abs: [(x) => x.square().sqrt()],
  tanh: [(x) => x.exp().sub(x.neg().exp()).div(x.exp().add(x.neg().exp())), (x) => quotientOfPowers(x.mul(2).exp())],
  "1 − tanh²(x)": [(x) => x.tanh().square().rsub(1)],
  "exp(x) − exp(−x)": [(x) => x.exp().sub(x.neg().exp())],
  "1 − cos(x)": [(x) => x.cos().rsub(1)],
  "log(1 − exp(x))": [(x) => x.exp().rsub(1).log()],
  "log(exp(x) − 1)": [(x) => x.exp().sub(1).log()],
  "log(1 − x)": [(x) => x.rsub(1).log()],
  "log(exp(x))": [(x) => x.exp().log()],
  "log(exp(x) + exp(y))": [(x, y) => x.exp().add(y.exp()).log()],
  "sqrt(x + 1) − sqrt(x)": [(x) => x.add(1).sqrt().sub(x.sqrt())],
  "1/(x + 1) − 1/x": [(x) => x.add(1).reciprocal().sub(x.reciprocal())],
  "x·log(x)": [(x) => x.mul(x.log())],
  "y·log(p) + (1 − y)·log(1 − p)": [
    (p, y) => gt.binaryCrossEntropy(p, y, none).neg(),
    (p, y) => y.mul(p.log()).add(y.rsub(1).mul(p.rsub(1).log())),
  ],
  logSumExp: [(x) => x.exp().sum(1).log()],
  softmax: [(x) => x.exp().div(x.exp().sum(1, true)).slice([null, 0])],
  logSoftmax: [(x) => x.softmax().log().slice([null, 0]), (x) => x.exp().div(x.exp().sum(1, true)).log().slice([null, 0])],
  binaryCrossEntropyWithLogits: [
    (z, y) => gt.binaryCrossEntropy(z.sigmoid(), y, none),
    (z, y) =>
      y
        .mul(z.sigmoid().log())
        .add(y.rsub(1).mul(z.sigmoid().rsub(1).log()))
        .neg(),
  ],
};
