import { binary, unary } from "./elementwise.js";
import type { Kernel } from "./kernel.js";

// Functions that are right on their whole domain where the usual formula overflows, cancels, or is 0·∞ at an edge.

/** A number of two, place by place. */
const ofTwo = (f: (x: number, y: number) => number): Kernel<undefined> =>
  binary((n, out, o, a, i, di, b, j, dj) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = f(a[i], b[j]);
  });

export const logAddExp = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj)
    out[o] = a[i] === b[j] ? a[i] + Math.LN2 : Math.max(a[i], b[j]) + Math.log1p(Math.exp(-Math.abs(a[i] - b[j])));
});

/** ln(1 − eˣ): expm1 is right near 0, log1p far from it (Mächler 2012). */
export const log1mExp = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = x[i] > -Math.LN2 ? Math.log(-Math.expm1(x[i])) : Math.log1p(-Math.exp(x[i]));
});

export const reciprocalExpm1 = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = x[i] > 700 ? Math.exp(-x[i]) : 1 / Math.expm1(x[i]);
});

/** e^(x + y). What the sum loses by rounding is made good (Knuth's two-sum): of a large sum it would be many digits. */
export const expOfSum = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) {
    const sum = a[i] + b[j];
    const part = sum - a[i];
    const lost = a[i] - (sum - part) + (b[j] - part);
    const power = Math.exp(sum);
    out[o] = Number.isFinite(power) && Number.isFinite(sum) ? power + power * lost : power;
  }
});

export const xLogX = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = x[i] === 0 ? 0 : x[i] * Math.log(x[i]);
});

export const onePlusLog = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = x[i] === -1 ? 0 : (1 + x[i]) * Math.log1p(x[i]);
});

export const relativeEntropy = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) {
    const p = a[i];
    const q = b[j];
    // Near each other, p/q is rounded and p − q is not.
    const ratio = Math.abs(p - q) < Math.abs(q) / 2 ? Math.log1p((p - q) / q) : Math.log(p / q);
    out[o] = p === 0 && q >= 0 ? 0 : p * ratio;
  }
});

export const hypot = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) {
    const x = Math.abs(a[i]);
    const y = Math.abs(b[j]);
    const large = Math.max(x, y);
    // Scaled only where squares would leave the range of numbers: else two roundings less.
    const isSafe = large < 1e150 && Math.min(x, y) > 1e-140;
    const small = Math.min(x, y) / large;
    out[o] = large === Infinity ? Infinity : isSafe ? Math.sqrt(x * x + y * y) : large === 0 ? 0 : large * Math.sqrt(1 + small * small);
  }
});

/** ln cosh x: near 0 as ½ log1p(sinh² x), since cosh² = 1 + sinh². */
export const logCosh = unary((out, x) => {
  for (let i = 0; i < out.length; i++) {
    const size = Math.abs(x[i]);
    out[i] = size < 1 ? 0.5 * Math.log1p(Math.sinh(size) ** 2) : size - Math.LN2 + Math.log1p(Math.exp(-2 * size));
  }
});

export const sech = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = sechOf(x[i]);
});

export const sinh = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.sinh(x[i]);
});
export const cosh = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.cosh(x[i]);
});
export const asinh = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.asinh(x[i]);
});
export const acosh = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.acosh(x[i]);
});
export const atanh = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.atanh(x[i]);
});

/** (1 + x)ⁿ with what 1 + x loses by rounding made good. */
export const compound = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) {
    const x = a[i];
    const base = 1 + x;
    const part = base - 1;
    const lost = 1 - (base - part) + (x - part);
    const power = base ** b[j];
    const factor = (b[j] * lost) / base;
    out[o] = Number.isFinite(factor) && Number.isFinite(power) ? power + power * Math.expm1(factor) : power;
  }
});

/** n(1 + x)ⁿ⁻¹, and 0 where the power is, however large n is. */
export const compoundSlope = ofTwo((x, n) => {
  const power = (1 + x) ** (n - 1);
  return power === 0 ? 0 : n * power;
});

export const differenceOfSquares = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) {
    const product = (a[i] - b[j]) * (a[i] + b[j]);
    out[o] = Number.isNaN(product) ? a[i] * a[i] - b[j] * b[j] : product;
  }
});

// f(x) − f(y) where the two are near each other, from x − y, which is exact by then.

/** 2 sin((x − y)/2) cos((x + y)/2). The mean is rounded, which for large x does more harm than the difference. */
export const sineDifference = ofTwo((x, y) =>
  Math.abs(x - y) * Math.max(Math.abs(x), 1) < 0.5 ? 2 * Math.sin((x - y) / 2) * Math.cos((x + y) / 2) : Math.sin(x) - Math.sin(y),
);
/** −2 sin((x − y)/2) sin((x + y)/2). */
export const cosineDifference = ofTwo((x, y) =>
  Math.abs(x - y) * Math.max(Math.abs(x), 1) < 0.5 ? -2 * Math.sin((x - y) / 2) * Math.sin((x + y) / 2) : Math.cos(x) - Math.cos(y),
);
/** e^y (e^(x − y) − 1). */
export const expDifference = ofTwo((x, y) => (Math.abs(x - y) < 1 ? Math.exp(y) * Math.expm1(x - y) : Math.exp(x) - Math.exp(y)));
/** ln(1 + (x − y)/y). */
export const logDifference = ofTwo((x, y) =>
  Math.abs(x - y) < Math.abs(y) / 2 ? (x > 0 ? Math.log1p((x - y) / y) : Number.NaN) : Math.log(x) - Math.log(y),
);
/** (x − y)/(√x + √y). */
export const rootDifference = ofTwo((x, y) =>
  Math.abs(x - y) < Math.abs(y) / 2 ? (x - y) / (Math.sqrt(x) + Math.sqrt(y)) : Math.sqrt(x) - Math.sqrt(y),
);
/** (y − x)/(xy). */
export const reciprocalDifference = ofTwo((x, y) => (Math.abs(x - y) < Math.abs(y) / 2 ? (y - x) / x / y : 1 / x - 1 / y));
/** sinh(x − y) sech x sech y. */
export const tanhDifference = ofTwo((x, y) =>
  Math.abs(x - y) < 2 ? Math.sinh(x - y) * sechOf(x) * sechOf(y) : Math.tanh(x) - Math.tanh(y),
);
/** ½ sinh((x − y)/2) sech(x/2) sech(y/2). */
export const sigmoidDifference = ofTwo((x, y) =>
  Math.abs(x - y) < 4 ? 0.5 * Math.sinh((x - y) / 2) * sechOf(x / 2) * sechOf(y / 2) : sigmoidOf(x) - sigmoidOf(y),
);
const sechOf = (x: number): number => {
  const e = Math.exp(-Math.abs(x));
  return (2 * e) / (1 + e * e);
};
const sigmoidOf = (z: number): number => (z < -700 ? Math.exp(z) : 1 / (1 + Math.exp(-z)));

/** x/√(x² + y²), and 0 where both are 0. */
export const directionCosine = ofTwo((x, y) => {
  const large = Math.max(Math.abs(x), Math.abs(y));
  if (large === 0) return 0;
  if (large === Number.POSITIVE_INFINITY) return Math.abs(x) < large ? 0 : Math.sign(x) * (Math.abs(y) === large ? Math.SQRT1_2 : 1);
  return x / large / Math.hypot(x / large, y / large);
});
