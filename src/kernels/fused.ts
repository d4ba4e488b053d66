// Kernels of the ops that only compiled programs have.
import { binary, loss, residual, slope, ternary, unary } from "./elementwise.js";
import { exp } from "./math.js";

/** x + 1 where x + y is 0, else x. */
export const guard = /* @__PURE__ */ binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = a[i] + (a[i] + b[j] === 0 ? 1 : 0);
});

/** e^(−|z|). */
export const expNegAbs = /* @__PURE__ */ unary((out, z) => {
  for (let i = 0; i < out.length; i++) out[i] = exp(-Math.abs(z[i]));
});

// From an e^(−|z|) that is known already: σ(z), the loss, the residual.

export const sigmoidFromExp = /* @__PURE__ */ binary((n, out, o, a, i, di, b, j, dj) => {
  for (const end = o + n; o < end; o++, i += di, j += dj) out[o] = (a[i] < 0 ? b[j] : 1) / (1 + b[j]);
});

export const sigmoidSlopeFromExp = /* @__PURE__ */ unary((out, e) => {
  for (let i = 0; i < out.length; i++) out[i] = slope(e[i]);
});

export const logisticLossFromExp = /* @__PURE__ */ ternary((n, out, o, a, i, di, b, j, dj, c, k, dk) => {
  for (const end = o + n; o < end; o++, i += di, j += dj, k += dk) out[o] = loss(a[i], b[j], c[k]);
});

export const logisticResidualFromExp = /* @__PURE__ */ ternary((n, out, o, a, i, di, b, j, dj, c, k, dk) => {
  for (const end = o + n; o < end; o++, i += di, j += dj, k += dk) out[o] = residual(a[i], b[j], c[k]);
});
