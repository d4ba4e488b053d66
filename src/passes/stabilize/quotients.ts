import * as k from "../../kernels/quotients.js";
import type { Op, UnaryOp } from "../../ops/op.js";
import type { Tensor } from "../../tensor/tensor.js";

// Functions with a hole at 0 that is filled, and their derivatives: each is an op, and its derivative is the next one. What the
// derivative of sin(x)/x would be by the rules of a quotient, cos(x)/x − sin(x)/x², keeps no digit near 0.

function derivatives(name: string, f: k.Quotient): UnaryOp {
  const made: UnaryOp[] = [];
  const ofOrder = (order: number): UnaryOp => {
    const known = made[order];
    if (known !== undefined) return known;
    const rule = (g: Tensor, _: Tensor, x: Tensor): Tensor => g.times(x.run(ofOrder(order + 1), [x]));
    const op: Op<readonly [x: Tensor]> = { name: name + "′".repeat(order), kernel: k.quotient(f, order), vjp: [rule], jvp: [rule] };
    made[order] = op;
    return op;
  };
  return ofOrder(0);
}

/** (eˣ − 1)/x, and 1 at 0. */
export const Expm1Quotient = /* @__PURE__ */ derivatives("Expm1Quotient", k.expm1Quotient);
/** (eˣ − 1 − x)/x², and ½ at 0. */
export const ExpRemainder = /* @__PURE__ */ derivatives("ExpRemainder", k.expRemainder);
/** ln(1 + x)/x, and 1 at 0. */
export const Log1pQuotient = /* @__PURE__ */ derivatives("Log1pQuotient", k.log1pQuotient);
/** (ln(1 + x) − x)/x², and −½ at 0. */
export const Log1pRemainder = /* @__PURE__ */ derivatives("Log1pRemainder", k.log1pRemainder);
/** sin(x)/x, and 1 at 0. */
export const SineQuotient = /* @__PURE__ */ derivatives("SineQuotient", k.sineQuotient);
/** (x − sin x)/x³, and 1/6 at 0. */
export const SineRemainder = /* @__PURE__ */ derivatives("SineRemainder", k.sineRemainder);
/** sinh(x)/x, and 1 at 0. */
export const SinhQuotient = /* @__PURE__ */ derivatives("SinhQuotient", k.sinhQuotient);
/** tanh(x)/x, and 1 at 0. */
export const TanhQuotient = /* @__PURE__ */ derivatives("TanhQuotient", k.tanhQuotient);
/** (tan x − x)/x³, and 1/3 at 0. */
export const TangentRemainder = /* @__PURE__ */ derivatives("TangentRemainder", k.tangentRemainder);
/** (1/x − cot x)/x, and 1/3 at 0. */
export const CotangentRemainder = /* @__PURE__ */ derivatives("CotangentRemainder", k.cotangentRemainder);
/** (coth x − 1/x)/x, and 1/3 at 0. */
export const LangevinQuotient = /* @__PURE__ */ derivatives("LangevinQuotient", k.langevinQuotient);
