/** ψ(x) = ψ(x + 1) − 1/x, and Stirling's series where x is large. */
function digamma(x: number): number {
  if (x < 12) return digamma(x + 1) - 1 / x;
  const square = x * x;
  return Math.log(x) - 1 / (2 * x) - (1 / 12 - (1 / 120 - (1 / 252 - 1 / (240 * square)) / square) / square) / square;
}

/** Functions of numbers that formulas are made of, by the names that are printed. */
export const ELEMENTARY_VALUES: Readonly<Record<string, (...xs: number[]) => number>> = {
  ln: Math.log,
  σ: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  relu: (x) => Math.max(x, 0),
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  sinh: Math.sinh,
  cosh: Math.cosh,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  cbrt: Math.cbrt,
  sign: Math.sign,
  digamma,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  atan2: Math.atan2,
  mod: (x, y) => x - y * Math.floor(x / y),
  max: Math.max,
  min: Math.min,
};
