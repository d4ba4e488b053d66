import { broadcastStrides, forEachRow, mergeAxes, type Walk } from "../base/walk.js";
import type { Kernel, NdArray } from "./kernel.js";
import * as math from "./math.js";
import { type PowerOrders, powerDerivative } from "./power.js";

// A loop over `n` places of `out` from `o`. Each input has an offset and a step: 1 to walk along, 0 to stay on
// one number. So one loop serves equal shapes, a scalar on either side, and each row of a general broadcast.
type Loop2 = (
  n: number,
  out: Float64Array,
  o: number,
  a: Float64Array,
  i: number,
  di: number,
  b: Float64Array,
  j: number,
  dj: number,
) => void;
type Loop3 = (
  n: number,
  out: Float64Array,
  o: number,
  a: Float64Array,
  i: number,
  di: number,
  b: Float64Array,
  j: number,
  dj: number,
  c: Float64Array,
  k: number,
  dk: number,
) => void;

export const unary =
  (loop: (out: Float64Array, x: Float64Array) => void): Kernel =>
  (out, inputs) =>
    loop(out.data, inputs[0].data);

// `dense` is the same loop for two inputs of the output's size, unrolled by four: for the four operations of arithmetic,
// which most passes over data are, that takes a third off the time.
export const binary =
  (loop: Loop2, dense?: (out: Float64Array, a: Float64Array, b: Float64Array) => void): Kernel =>
  (out, inputs) => {
    const a = inputs[0].data;
    const b = inputs[1].data;
    const n = out.data.length;
    if (dense !== undefined && a.length === n && b.length === n) {
      dense(out.data, a, b);
      return;
    }
    if ((a.length === n || a.length === 1) && (b.length === n || b.length === 1)) {
      loop(n, out.data, 0, a, 0, a.length === n ? 1 : 0, b, 0, b.length === n ? 1 : 0);
      return;
    }
    const { walk, n: row, steps } = broadcastRows(out, inputs);
    const [, di, dj] = steps;
    forEachRow(walk, [0, 0, 0], ([o, i, j]) => loop(row, out.data, o, a, i, di, b, j, dj));
  };

export const ternary =
  (loop: Loop3): Kernel =>
  (out, inputs) => {
    const [a, b, c] = inputs.map((input) => input.data);
    const n = out.data.length;
    if ([a, b, c].every((data) => data.length === n || data.length === 1)) {
      loop(n, out.data, 0, a, 0, a.length === n ? 1 : 0, b, 0, b.length === n ? 1 : 0, c, 0, c.length === n ? 1 : 0);
      return;
    }
    const { walk, n: row, steps } = broadcastRows(out, inputs);
    const [, di, dj, dk] = steps;
    forEachRow(walk, [0, 0, 0, 0], ([o, i, j, k]) => loop(row, out.data, o, a, i, di, b, j, dj, c, k, dk));
  };

/** The rows of a general broadcast: a walk over them, their length, and the step of the output and of each input along one. */
function broadcastRows(out: NdArray, inputs: readonly NdArray[]): { walk: Walk; n: number; steps: number[] } {
  const walk = mergeAxes(
    out.shape,
    [out, ...inputs].map(({ shape }) => broadcastStrides(shape, out.shape)),
  );
  const inner = walk.sizes.length - 1;
  return { walk, n: walk.sizes[inner], steps: walk.strides.map((strides) => strides[inner]) };
}

/**
 * Where a zero wins in a product or quotient, which is IEEE's without it, with 0·∞ = NaN: the first operand's over ∞ only
 * (`"limit"`), over ∞ and NaN (`"first"`), or either operand's (`"either"`).
 */
export interface Strength {
  readonly strong: "limit" | "first" | "either";
}

/** What a product or quotient that came out as NaN is under a strong zero. That is rare, so only then is it asked. */
function settled(x: number, y: number, { strong }: Strength): number {
  const wins = strong === "limit" ? x === 0 && !Number.isNaN(y) : x === 0 || (strong === "either" && y === 0);
  return wins ? 0 : Number.NaN;
}

export const neg = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = -x[i];
});

export const exp = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.exp(x[i]);
});

export const expm1 = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.expm1(x[i]);
});

export const log = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.log(x[i]);
});

export const log1p = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.log1p(x[i]);
});

export const sqrt = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(x[i]);
});

export const square = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = x[i] * x[i];
});

export const reciprocal = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = 1 / x[i];
});

export const abs = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.abs(x[i]);
});

export const sign = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.sign(x[i]);
});

export const sin = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.sin(x[i]);
});

export const cos = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.cos(x[i]);
});

export const tanh = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.tanh(x[i]);
});

// 1 − tanh² x = sech² x = 4e/(1 + e)² with e = e^(−2|x|): no 1 that swallows the rest.
export const tanhSlope = unary((out, x) => {
  for (let i = 0; i < out.length; i++) {
    const e = math.exp(-2 * Math.abs(x[i]));
    out[i] = (4 * e) / ((1 + e) * (1 + e));
  }
});

// The numbers below choose no branch by the sign of z or y: on real data such a branch is a coin toss, and the processor
// that guesses it wrong loses more time than the arithmetic takes.

// Below −700 e^(−z) comes near overflow; σ(z) is e^z there, down to the smallest number.
export const sigmoid = unary((out, z) => {
  for (let i = 0; i < out.length; i++) out[i] = z[i] < -700 ? math.exp(z[i]) : 1 / (1 + math.exp(-z[i]));
});

// σ(z)(1 − σ(z)) = e/(1 + e)² with e = e^(−|z|).
export const sigmoidSlope = unary((out, z) => {
  for (let i = 0; i < out.length; i++) out[i] = slope(math.exp(-Math.abs(z[i])));
});

export const slope = (e: number): number => e / ((1 + e) * (1 + e));

// x·σ(x), which at −∞ is 0.
export const silu = unary((out, x) => {
  for (let i = 0; i < out.length; i++) {
    const s = x[i] < -700 ? math.exp(x[i]) : 1 / (1 + math.exp(-x[i]));
    out[i] = s === 0 ? 0 : x[i] * s;
  }
});

// ln(1 + e^z) = max(z, 0) + ln(1 + e^(−|z|)): no overflow, and no 1 that swallows a small e^z. max(z, 0) is ½z + ½|z|,
// except at −∞.
export const softplus = unary((out, z) => {
  for (let i = 0; i < out.length; i++) {
    const size = Math.abs(z[i]);
    out[i] = z[i] === Number.NEGATIVE_INFINITY ? 0 : 0.5 * z[i] + 0.5 * size + math.log1p(math.exp(-size));
  }
});

export const relu = unary((out, x) => {
  for (let i = 0; i < out.length; i++) out[i] = Math.max(x[i], 0);
});

export const add = binary(
  (n, out, o, a, i, di, b, j, dj) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] + b[j];
  },
  (out, a, b) => {
    const n = out.length;
    let i = 0;
    for (; i + 3 < n; i += 4) {
      out[i] = a[i] + b[i];
      out[i + 1] = a[i + 1] + b[i + 1];
      out[i + 2] = a[i + 2] + b[i + 2];
      out[i + 3] = a[i + 3] + b[i + 3];
    }
    for (; i < n; i++) out[i] = a[i] + b[i];
  },
);

export const sub = binary(
  (n, out, o, a, i, di, b, j, dj) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] - b[j];
  },
  (out, a, b) => {
    const n = out.length;
    let i = 0;
    for (; i + 3 < n; i += 4) {
      out[i] = a[i] - b[i];
      out[i + 1] = a[i + 1] - b[i + 1];
      out[i + 2] = a[i + 2] - b[i + 2];
      out[i + 3] = a[i + 3] - b[i + 3];
    }
    for (; i < n; i++) out[i] = a[i] - b[i];
  },
);

const plainMul = binary(
  (n, out, o, a, i, di, b, j, dj) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] * b[j];
  },
  (out, a, b) => {
    const n = out.length;
    let i = 0;
    for (; i + 3 < n; i += 4) {
      out[i] = a[i] * b[i];
      out[i + 1] = a[i + 1] * b[i + 1];
      out[i + 2] = a[i + 2] * b[i + 2];
      out[i + 3] = a[i + 3] * b[i + 3];
    }
    for (; i < n; i++) out[i] = a[i] * b[i];
  },
);

// The same with strong zeros. NaN is looked for in four products at once, before they are written over what they may have come from: a test
// for each would take twice the time.
function strongMul(strength: Strength): Kernel {
  const oneByOne: Loop2 = (n, out, o, a, i, di, b, j, dj) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) {
      const product = a[i] * b[j];
      out[o] = Number.isNaN(product) ? settled(a[i], b[j], strength) : product;
    }
  };
  return binary((n, out, o, a, i, di, b, j, dj) => {
    const end = o + n;
    for (; o + 3 < end; o += 4, i += 4 * di, j += 4 * dj) {
      const p0 = a[i] * b[j];
      const p1 = a[i + di] * b[j + dj];
      const p2 = a[i + 2 * di] * b[j + 2 * dj];
      const p3 = a[i + 3 * di] * b[j + 3 * dj];
      if (Number.isNaN(p0 + p1 + (p2 + p3))) oneByOne(4, out, o, a, i, di, b, j, dj);
      else {
        out[o] = p0;
        out[o + 1] = p1;
        out[o + 2] = p2;
        out[o + 3] = p3;
      }
    }
    oneByOne(end - o, out, o, a, i, di, b, j, dj);
  });
}
const STRONG_MUL = /* @__PURE__ */ (() => ({
  limit: strongMul({ strong: "limit" }),
  first: strongMul({ strong: "first" }),
  either: strongMul({ strong: "either" }),
}))();

/** x·y. */
export const mul: Kernel<Strength | undefined> = (out, inputs, strength) =>
  (strength === undefined ? plainMul : STRONG_MUL[strength.strong])(out, inputs, undefined);

const plainDiv = binary(
  (n, out, o, a, i, di, b, j, dj) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] / b[j];
  },
  (out, a, b) => {
    const n = out.length;
    let i = 0;
    for (; i + 3 < n; i += 4) {
      out[i] = a[i] / b[i];
      out[i + 1] = a[i + 1] / b[i + 1];
      out[i + 2] = a[i + 2] / b[i + 2];
      out[i + 3] = a[i + 3] / b[i + 3];
    }
    for (; i < n; i++) out[i] = a[i] / b[i];
  },
);

const strongDiv = /* @__PURE__ */ binary((n, out, o, a, i, di, b, j, dj) => {
  const end = o + n;
  for (; o + 3 < end; o += 4, i += 4 * di, j += 4 * dj) {
    const q0 = a[i] / b[j];
    const q1 = a[i + di] / b[j + dj];
    const q2 = a[i + 2 * di] / b[j + 2 * dj];
    const q3 = a[i + 3 * di] / b[j + 3 * dj];
    if (Number.isNaN(q0 + q1 + (q2 + q3))) divideOneByOne(4, out, o, a, i, di, b, j, dj);
    else {
      out[o] = q0;
      out[o + 1] = q1;
      out[o + 2] = q2;
      out[o + 3] = q3;
    }
  }
  divideOneByOne(end - o, out, o, a, i, di, b, j, dj);
});
const divideOneByOne: Loop2 = (n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) {
    const quotient = a[i] / b[j];
    out[o] = Number.isNaN(quotient) ? settled(a[i], b[j], FIRST) : quotient;
  }
};
const FIRST: Strength = { strong: "first" };

/** x/y. */
export const div: Kernel<Strength | undefined> = (out, inputs, strength) =>
  (strength === undefined ? plainDiv : strongDiv)(out, inputs, undefined);

export const pow = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] ** b[j];
});

export const powDerivative: Kernel<PowerOrders> = (out, inputs, orders) =>
  ternary((n, to, o, a, i, di, b, j, dj, c, k, dk) => {
    for (const end = o + n; o < end; o++, i += di, j += dj, k += dk) to[o] = powerDerivative(a[i], b[j], c[k], orders);
  })(out, inputs, undefined);

export const maximum = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = Math.max(a[i], b[j]);
});

export const minimum = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = Math.min(a[i], b[j]);
});

// softplus(z) − y·z = ln(1 + e^(−|z|)) + (max(z, 0) − y·z). For y = 0 or 1 the bracket is exactly 0 or |z|: a loss that is
// tiny, because the prediction is right, keeps all its digits. e is e^(−|z|).
export function loss(z: number, y: number, e: number): number {
  const size = Math.abs(z);
  if (size === Number.POSITIVE_INFINITY) {
    const wrong = z > 0 ? 1 - y : y; // how much of the target is on the other side
    return wrong === 0 ? 0 : wrong * size;
  }
  return 0.5 * z + 0.5 * size - y * z + math.log1p(e);
}

// σ(z) − y, with t = σ(−|z|), the smaller of σ(z) and σ(−z): σ(z) is t for z < 0 and 1 − t for z > 0. The 1 meets y
// before t is taken away, so that for y = 1 and large z, where the result is −t, nothing cancels. e is e^(−|z|).
// Near 0 it is (½ − y) + ½ tanh(z/2), with the series of the second: at y = ½ the ½ cancels.
export function residual(z: number, y: number, e: number): number {
  if (Math.abs(z) < SMALL_LOGIT) {
    const z2 = z * z;
    return 0.5 - y + z * (1 / 4 - z2 * (1 / 48 - z2 * (1 / 480 - z2 * (17 / 80640))));
  }
  const sign = Math.sign(z);
  return 0.5 + 0.5 * sign - y - (sign * e) / (1 + e);
}

/** Up to here the next term of the series is below 10⁻¹⁶ of the sum. */
const SMALL_LOGIT = 0.03;

export const logisticLoss = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = loss(a[i], b[j], math.exp(-Math.abs(a[i])));
});

export const logisticGradient = ternary((n, out, o, a, i, di, b, j, dj, c, k, dk) => {
  for (const end = o + n; o < end; o++, i += di, j += dj, k += dk) {
    const slope = residual(b[j], c[k], math.exp(-Math.abs(b[j])));
    const product = a[i] * slope;
    out[o] = Number.isNaN(product) ? settled(a[i], slope, FIRST) : product;
  }
});

// e^r − k·r; where e^r decides, −k·r does not make NaN of it, nor a count of 0 at −∞.
export const poissonLoss = /* @__PURE__ */ binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) {
    const rate = math.exp(a[i]);
    out[o] = rate === Number.POSITIVE_INFINITY || b[j] === 0 ? rate : rate - b[j] * a[i];
  }
});

// e^r − k; near r = 0 as (e^r − 1) + (1 − k), which does not cancel at k = 1.
export const poissonResidual = /* @__PURE__ */ binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj)
    out[o] = Math.abs(a[i]) < 1 ? Math.expm1(a[i]) + (1 - b[j]) : math.exp(a[i]) - b[j];
});

export const equal = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] === b[j] ? 1 : 0;
});

export const notEqual = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] !== b[j] ? 1 : 0;
});

export const less = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] < b[j] ? 1 : 0;
});

export const lessEqual = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] <= b[j] ? 1 : 0;
});

export const greater = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] > b[j] ? 1 : 0;
});

export const greaterEqual = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] >= b[j] ? 1 : 0;
});

/** 1 where x > y, 0 where x < y, `tie` where they are equal, NaN where either is. */
export const heaviside: Kernel<{ readonly tie: number }> = (out, inputs, { tie }) =>
  binary((n, to, o, a, i, di, b, j, dj) => {
    for (const end = o + n; o < end; o++, i += di, j += dj) to[o] = a[i] > b[j] ? 1 : a[i] < b[j] ? 0 : a[i] === b[j] ? tie : Number.NaN;
  })(out, inputs, undefined);

export const where = ternary((n, out, o, a, i, di, b, j, dj, c, k, dk) => {
  for (const end = o + n; o < end; o++, i += di, j += dj, k += dk) out[o] = a[i] !== 0 ? b[j] : c[k];
});
