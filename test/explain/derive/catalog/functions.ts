import { abs, cbrt, erf, gamma, lgamma, sign } from "mathjs";
import * as v from "./values.js";

// The functions that printed formulas call.

export type Value = v.Value;
export type Values = ReadonlyMap<string, Value>;

const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
/** ln Γ has its derivatives by Stirling's series behind recurrences. */
const digamma = (x: number): number =>
  x < 12
    ? digamma(x + 1) - 1 / x
    : Math.log(x) - 1 / (2 * x) - 1 / (12 * x ** 2) + 1 / (120 * x ** 4) - 1 / (252 * x ** 6) + 1 / (240 * x ** 8);
const trigamma = (x: number): number =>
  x < 12
    ? trigamma(x + 1) + 1 / x ** 2
    : 1 / x + 1 / (2 * x ** 2) + 1 / (6 * x ** 3) - 1 / (30 * x ** 5) + 1 / (42 * x ** 7) - 1 / (30 * x ** 9);

const POINTWISE: Readonly<Record<string, (x: number) => number>> = {
  ...{ ln: Math.log, sin: Math.sin, cos: Math.cos, tan: Math.tan, sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh },
  ...{ asin: Math.asin, acos: Math.acos, atan: Math.atan, asinh: Math.asinh, acosh: Math.acosh, atanh: Math.atanh },
  ...{ abs: (x: number) => abs(x), sign: (x: number) => sign(x), floor: Math.floor, cbrt: (x: number) => cbrt(x), stop: (x: number) => x },
  ...{ erf: (x: number) => erf(x), erfc: (x: number) => 1 - erf(x), lgamma: (x: number) => (x < 1 ? Math.log(gamma(x)) : lgamma(x)) },
  ...{ digamma, trigamma },
  "√": Math.sqrt,
  σ: sigma,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  relu: (x) => Math.max(x, 0),
};

const total = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const logSumExp = (list: readonly number[]): number => {
  const most = Math.max(...list);
  return most + Math.log(total(list.map((x) => Math.exp(x - most))));
};

const OVER: Readonly<Record<string, (list: readonly number[]) => number>> = {
  Σ: total,
  mean: (list) => total(list) / list.length,
  prod: (list) => list.reduce((a, b) => a * b, 1),
  max: (list) => Math.max(...list),
  min: (list) => Math.min(...list),
  logSumExp,
};

/** What a function makes of its arguments, perhaps along an axis. */
export function callOf(name: string, args: readonly Value[], axis: number | undefined, values: Values): Value {
  const [x, y] = args;
  if (args.length === 2 && (name === "max" || name === "min")) return v.placeByPlace(x, y, name === "max" ? Math.max : Math.min);
  if (name === "atan2") return v.placeByPlace(x, y, Math.atan2);
  if (name in OVER) return v.along(x, axis, OVER[name]);
  if (name in POINTWISE) return v.each(x, POINTWISE[name]);
  switch (name) {
    case "tril":
    case "triu":
      return v.triangle(x, name === "tril");
    case "tr":
      return v.scalar(total(v.diagonal(x).data));
    case "diag":
      return v.diagonal(x);
    case "det":
      return v.scalar(v.eliminated(x).determinant);
    case "logAbsDet":
      return v.scalar(Math.log(Math.abs(v.eliminated(x).determinant)));
    case "softmax": {
      if (x.shape.length < 2) return v.placeByPlace(x, v.scalar(logSumExp(x.data)), (a, b) => Math.exp(a - b));
      const turned = axis === 0 ? v.transpose(x) : x;
      const sums = v.along(turned, 1, logSumExp);
      const found = v.transpose(v.placeByPlace(v.transpose(turned), sums, (a, b) => Math.exp(a - b)));
      return axis === 0 ? v.transpose(found) : found;
    }
    default:
      throw new Error(`${name} is not known to the reader, nor to ${values.size} values`);
  }
}
