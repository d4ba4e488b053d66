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
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  atan2: Math.atan2,
  mod: (x, y) => x - y * Math.floor(x / y),
  max: Math.max,
  min: Math.min,
  lgamma: (x) => logGamma(x),
  digamma: (x) => digamma(x),
  trigamma: (x) => trigamma(x),
  erf: (x) => erf(x),
  erfc: (x) => 1 - erf(x),
};

/** ln Γ(x) for x > 0: Stirling's series beyond 12, and Γ(x) = Γ(x + 1)/x up to there. */
function logGamma(x: number): number {
  if (x < 12) return logGamma(x + 1) - Math.log(x);
  const r = 1 / (x * x);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}

/** ψ(x), the derivative of ln Γ, in the same way. */
function digamma(x: number): number {
  if (x < 12) return digamma(x + 1) - 1 / x;
  const r = 1 / (x * x);
  return Math.log(x) - 0.5 / x - r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r / 132))));
}

/** ψ′(x) */
function trigamma(x: number): number {
  if (x < 12) return trigamma(x + 1) + 1 / (x * x);
  const r = 1 / (x * x);
  return 1 / x + r / 2 + (r * (1 / 6 - r * (1 / 30 - r * (1 / 42 - r * (1 / 30 - (5 * r) / 66))))) / x;
}

/** 2/√π · e^(−x²) · Σ 2ⁿx²ⁿ⁺¹/(2n + 1)!!, all of whose terms have one sign. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
