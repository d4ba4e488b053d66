import { broadcastStrides, forEachRow, mergeAxes, type Walk } from "../base/walk.js";
import type { Kernel, NdArray } from "./kernel.js";
import * as math from "./math.js";

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

// The numbers below choose no branch by the sign of z or y: on real data such a branch is a coin toss, and the processor
// that guesses it wrong loses more time than the arithmetic takes.

// Below −700 e^(−z) comes near overflow; σ(z) is e^z there, down to the smallest number.
export const sigmoid = unary((out, z) => {
  for (let i = 0; i < out.length; i++) out[i] = z[i] < -700 ? math.exp(z[i]) : 1 / (1 + math.exp(-z[i]));
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

export const mul = binary(
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

export const div = binary(
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

export const pow = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] ** b[j];
});

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
export function residual(z: number, y: number, e: number): number {
  const sign = Math.sign(z);
  return 0.5 + 0.5 * sign - y - (sign * e) / (1 + e);
}

export const logisticLoss = binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = loss(a[i], b[j], math.exp(-Math.abs(a[i])));
});

export const logisticGradient = ternary((n, out, o, a, i, di, b, j, dj, c, k, dk) => {
  for (const end = o + n; o < end; o++, i += di, j += dj, k += dk) out[o] = a[i] * residual(b[j], c[k], math.exp(-Math.abs(b[j])));
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

export const where = ternary((n, out, o, a, i, di, b, j, dj, c, k, dk) => {
  for (const end = o + n; o < end; o++, i += di, j += dj, k += dk) out[o] = a[i] !== 0 ? b[j] : c[k];
});
