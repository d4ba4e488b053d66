import type { PowerOrders } from "../../kernels/power.js";
import * as e from "../../ops/elementwise.js";
import { call, type Expression, negate, number, power, product, quotient, sum } from "../formula/expression.js";
import * as q from "../formula/fraction.js";
import { isExactProduct, isExactSum } from "./exact.js";
import type { FormulaTable, NumericFacts, NumericTable } from "./facts.js";
import { reluStops, sigmoidStops, tanhStops, underflowStops } from "./stops.js";
import * as words from "./words.js";

type Ops = typeof import("../../ops/elementwise.js");

/** Integer exponents beyond this stay as they are: (x + 1)¹⁰⁰ is not for multiplying out. */
const HIGHEST_POWER = 12;

function integerPower([x, y]: readonly Expression[]): Expression | undefined {
  if (y.kind !== "number" || y.value.denominator !== 1n) return undefined;
  const exponent = q.toNumber(y.value);
  return Math.abs(exponent) <= HIGHEST_POWER ? power(x, exponent) : undefined;
}

/** c·∂ₓᵃ∂ᵧᵇ xʸ where only one of the two is differentiated; mixed derivatives stand as a call. */
function powerDerivative([c, x, y]: readonly Expression[], { byBase, byExponent }: PowerOrders): Expression | undefined {
  if (byBase > 0 && byExponent > 0) return undefined;
  const lowered = (n: number): Expression => sum([y, number(-n)]);
  const exponent = lowered(byBase);
  const base = integerPower([x, exponent]) ?? call(e.Pow, [x, exponent]);
  const logarithms = new Array<Expression>(byExponent).fill(call(e.Log, [x]));
  return product([c, ...Array.from({ length: byBase }, (_, i) => lowered(i)), base, ...logarithms]);
}

/** [x > y], and a half of [x = y] for a tie that is shared. */
function step([x, y]: readonly Expression[], { tie }: { readonly tie: number }): Expression {
  if (tie === 1) return call(e.GreaterEqual, [x, y]);
  const greater = call(e.Greater, [x, y]);
  return tie === 0 ? greater : sum([greater, quotient(call(e.Equal, [x, y]), number(2))]);
}

/** What formulas know of the elementwise ops. */
export const formulas: FormulaTable<Ops> = {
  Neg: { reads: ([x]) => negate(x) },
  Exp: { notation: { as: "exponential" } },
  Expm1: { reads: ([x]) => sum([call(e.Exp, [x]), number(-1)]) },
  Log: { notation: { as: "function", name: { text: "ln", latex: "\\ln" } } },
  Log1p: { reads: ([x]) => call(e.Log, [sum([number(1), x])]) },
  Sqrt: { notation: { as: "root" } },
  Square: { reads: ([x]) => power(x, 2) },
  Reciprocal: { reads: ([x]) => quotient(number(1), x) },
  Abs: { notation: { as: "absolute value" } },
  Sign: { notation: { as: "function", name: { text: "sign" } } },
  Sin: { notation: { as: "function", name: { text: "sin", latex: "\\sin" } } },
  Cos: { notation: { as: "function", name: { text: "cos", latex: "\\cos" } } },
  Tanh: { notation: { as: "function", name: { text: "tanh", latex: "\\tanh" } } },
  TanhSlope: { reads: ([x]) => sum([number(1), negate(power(call(e.Tanh, [x]), 2))]) },
  Sigmoid: { notation: { as: "function", name: { text: "σ", latex: "\\sigma" } } },
  SigmoidSlope: { reads: ([z]) => product([call(e.Sigmoid, [z]), sum([number(1), negate(call(e.Sigmoid, [z]))])]) },
  Silu: { reads: ([x]) => product([x, call(e.Sigmoid, [x])]) },
  Softplus: { notation: { as: "function", name: { text: "softplus" } } },
  Relu: { notation: { as: "function", name: { text: "relu" } } },
  Add: { reads: ([x, y]) => sum([x, y]) },
  Sub: { reads: ([x, y]) => sum([x, negate(y)]) },
  Mul: { reads: ([x, y]) => product([x, y]) },
  Div: { reads: ([x, y]) => quotient(x, y) },
  Pow: { readsSometimes: integerPower, notation: { as: "power" } },
  PowDerivative: {
    readsSometimes: powerDerivative,
    notation: { as: "function", name: { text: "powDerivative" } },
  },
  Maximum: { notation: { as: "function", name: { text: "max", latex: "\\max" } } },
  Minimum: { notation: { as: "function", name: { text: "min", latex: "\\min" } } },
  LogisticLoss: { reads: ([z, y]) => sum([call(e.Softplus, [z]), negate(product([y, z]))]) },
  LogisticGradient: { reads: ([g, z, y]) => product([g, sum([call(e.Sigmoid, [z]), negate(y)])]) },
  PoissonLoss: { reads: ([r, count]) => sum([call(e.Exp, [r]), negate(product([count, r]))]) },
  PoissonResidual: { reads: ([r, count]) => sum([call(e.Exp, [r]), negate(count)]) },
  Heaviside: {
    readsSometimes: step,
    notation: { as: "function", name: { text: "heaviside" } },
  },
  Where: { notation: { as: "cases" } },
  Equal: { notation: { as: "relation", sign: { text: "=", latex: "=" } } },
  NotEqual: { notation: { as: "relation", sign: { text: "≠", latex: "\\ne" } } },
  Less: { notation: { as: "relation", sign: { text: "<", latex: "<" } } },
  LessEqual: { notation: { as: "relation", sign: { text: "≤", latex: "\\le" } } },
  Greater: { notation: { as: "relation", sign: { text: ">", latex: ">" } } },
  GreaterEqual: { notation: { as: "relation", sign: { text: "≥", latex: "\\ge" } } },
};

const atZero = ([x]: readonly number[]): boolean => x === 0;
const never = (): boolean => false;

/** What picks one of its operands, perhaps with another sign. */
const PICKS: NumericFacts = { rounding: { kind: "exact" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} };
const JUMPS: NumericFacts = { rounding: { kind: "steps" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} };

/** What is known of the numbers of the elementwise ops. */
export const numerics: NumericTable<Ops> = {
  Neg: PICKS,
  Exp: {
    rounding: { kind: "places", isExactAt: atZero, loses: "ill-conditioned" },
    summarizes: false,
    steep: "far out",
    stops: underflowStops,
    advice: {
      overflow: words.EXPONENTIAL_TOO_LARGE,
      "vanishing gradient": {
        why: "eˣ underflows to 0 from x = −745 on, and it is its own derivative",
        instead: "work with the logarithm, x itself: logSumExp(x) or logSoftmax(x); else scale the exponent",
      },
      "exploding gradient": words.EXPONENTIAL_EXPLODES,
    },
  },
  Expm1: {
    rounding: { kind: "places", isExactAt: atZero, loses: "ill-conditioned" },
    summarizes: false,
    steep: "far out",
    stops: undefined,
    advice: { overflow: words.EXPONENTIAL_TOO_LARGE, "exploding gradient": words.EXPONENTIAL_EXPLODES },
  },
  Log: {
    rounding: { kind: "places", isExactAt: ([x]) => x === 1, loses: "cancellation" },
    summarizes: false,
    steep: atZero,
    stops: undefined,
    advice: {
      "domain error": {
        why: "the logarithm of a negative number does not exist",
        instead:
          "find out why the argument is negative; if it stands for something positive, make it so by its form: exp(u) or softplus(u) of a free parameter u",
      },
      "domain edge": {
        why: "log 0 is −∞, with a derivative of 1/0",
        instead:
          "take the logarithm of what cannot be 0, from what the argument was made of: logSigmoid, logSoftmax, logSumExp, a sum of logarithms; x·log(x) is 0 at 0: where(x.equal(0), 0, x.mul(where(x.equal(0), 1, x).log()))",
      },
      cancellation: {
        why: "the argument is close to 1, and was rounded before: what it differs by from 1 is lost, and the logarithm is just that",
        instead: "log1p(d) of the difference d from 1, computed without going through 1",
      },
    },
  },
  Log1p: {
    rounding: { kind: "places", isExactAt: atZero, loses: "ill-conditioned" },
    summarizes: false,
    steep: ([x]) => x === -1,
    stops: undefined,
    advice: {
      "domain error": {
        why: "log(1 + x) does not exist for x < −1",
        instead: "keep x above −1 by its form, as in expm1(u) of a free parameter u",
      },
      "domain edge": {
        why: "1 + x is 0 at x = −1, and log 0 is −∞",
        instead: "keep x above −1, by where(ok, x, 0) before the logarithm or by its form",
      },
    },
  },
  Sqrt: {
    rounding: { kind: "places", isExactAt: ([x], root) => isExactProduct(root, root, x), loses: "ill-conditioned" },
    summarizes: false,
    steep: atZero,
    stops: undefined,
    advice: {
      "domain error": {
        why: "the square root of a negative number does not exist",
        instead:
          "find out why the argument is negative; make it positive by its form, such as a square or softplus(u), or cut it with maximum(x, 0) if rounding did it",
      },
      "zero times infinity": {
        why: "√x has the derivative 1/(2√x), which is ∞ at 0, and the cotangent 0 that arrives times ∞ is NaN",
        instead:
          "take the root of a safe argument where the result is not used, where(x.greater(0), sqrt(where(x.greater(0), x, 1)), 0); or leave the root out: compare squares",
      },
      "domain edge": {
        why: "√x has the derivative 1/(2√x), which is ∞ at 0; a norm has no gradient at the zero vector",
        instead:
          "leave the root out (compare squares), add a small square under it, √(x² + ε²) with ε on the scale that counts as 0, or select a safe argument: where(s.greater(0), s, 1)",
      },
    },
  },
  Square: {
    rounding: { kind: "places", isExactAt: ([x], out) => isExactProduct(x, x, out), loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: underflowStops,
    advice: { overflow: words.PRODUCT_TOO_LARGE },
  },
  Reciprocal: {
    rounding: { kind: "places", isExactAt: ([x], out) => isExactProduct(out, x, 1), loses: "ill-conditioned" },
    summarizes: false,
    steep: atZero,
    stops: undefined,
    advice: { "domain edge": words.DIVISION_BY_ZERO },
  },
  Abs: PICKS,
  Sign: JUMPS,
  Sin: {
    rounding: { kind: "places", isExactAt: atZero, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: { "ill-conditioned": words.ANGLE_TOO_LARGE },
  },
  Cos: {
    rounding: { kind: "places", isExactAt: atZero, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: { "ill-conditioned": words.ANGLE_TOO_LARGE },
  },
  Tanh: {
    rounding: { kind: "places", isExactAt: atZero, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: tanhStops,
    advice: {
      saturation: {
        why: "tanh rounds to ±1 from |x| = 19.1 on, and its derivative 1 − tanh² is 0",
        instead: "scale the inputs or start from smaller weights; a linear output does not saturate",
      },
    },
  },
  TanhSlope: {
    rounding: { kind: "places", isExactAt: never, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: {},
  },
  Sigmoid: {
    rounding: { kind: "places", isExactAt: atZero, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: sigmoidStops,
    advice: {
      saturation: {
        why: "σ is flat there: its derivative σ(1 − σ) is 0 or next to it, so nothing that feeds it can learn",
        instead:
          "give the logit itself to the loss, binaryCrossEntropyWithLogits(z, y) or logSigmoid(z), whose gradient stays; else scale the inputs and start from smaller weights",
      },
    },
  },
  SigmoidSlope: {
    rounding: { kind: "places", isExactAt: never, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: {},
  },
  Silu: {
    rounding: { kind: "places", isExactAt: never, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: {},
  },
  Softplus: {
    rounding: { kind: "places", isExactAt: never, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: {},
  },
  Relu: {
    rounding: { kind: "exact" },
    summarizes: false,
    steep: "nowhere",
    stops: reluStops,
    advice: {
      "vanishing gradient": {
        why: "every unit of the tensor is off, and relu has the derivative 0 there",
        instead: "start from other weights or biases, lower the learning rate, or use softplus or silu, which always let something through",
      },
    },
  },
  Add: {
    rounding: { kind: "places", isExactAt: ([x, y]) => isExactSum(x, y), loses: "cancellation" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: { "domain error": words.SUM_OF_INFINITIES, cancellation: words.NEARLY_EQUAL },
  },
  Sub: {
    rounding: { kind: "places", isExactAt: ([x, y]) => isExactSum(x, -y), loses: "cancellation" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: { "domain error": words.SUM_OF_INFINITIES, cancellation: words.NEARLY_EQUAL },
  },
  Mul: {
    rounding: { kind: "places", isExactAt: ([x, y], out) => isExactProduct(x, y, out), loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: underflowStops,
    advice: { "domain error": words.ZERO_TIMES_INFINITY, overflow: words.PRODUCT_TOO_LARGE },
  },
  Div: {
    rounding: { kind: "places", isExactAt: ([x, y], out) => isExactProduct(out, y, x), loses: "ill-conditioned" },
    summarizes: true,
    steep: ([, y]) => y === 0,
    stops: undefined,
    advice: {
      "domain error": {
        why: "0/0 and ∞/∞ have no value",
        instead:
          "choose another divisor where it is 0, before dividing: a.div(where(b.equal(0), 1, b)); or divide numerator and denominator by what makes both small or large",
      },
      "domain edge": words.DIVISION_BY_ZERO,
    },
  },
  Pow: {
    rounding: {
      kind: "places",
      isExactAt: ([x, y], out) => Number.isSafeInteger(out) && Number.isSafeInteger(x) && Number.isInteger(y),
      loses: "ill-conditioned",
    },
    summarizes: false,
    steep: atZero,
    stops: underflowStops,
    advice: {
      "domain error": {
        why: "a negative base has no real power with a fraction as the exponent, and no derivative with respect to the exponent",
        instead: "use a whole exponent, abs(x).pow(y) with sign(x) as a factor, or keep the base positive by its form",
      },
      "domain edge": {
        why: "xʸ is ∞ at x = 0 for y < 0, and its derivative y·xʸ⁻¹ for y < 1",
        instead: "keep the base away from 0, or select a safe one before the power: where(x.equal(0), 1, x).pow(y)",
      },
      overflow: words.PRODUCT_TOO_LARGE,
      "ill-conditioned": {
        why: "a base close to 1 was rounded, and a large exponent enlarges that error as many times",
        instead: "(1 + x)ⁿ is exp(n·log1p(x))",
      },
    },
  },
  PowDerivative: {
    rounding: { kind: "places", isExactAt: never, loses: "ill-conditioned" },
    summarizes: false,
    steep: ([, x]) => x === 0,
    stops: undefined,
    advice: {},
  },
  Maximum: PICKS,
  Minimum: PICKS,
  LogisticLoss: {
    rounding: { kind: "places", isExactAt: never, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: {},
  },
  LogisticGradient: {
    rounding: { kind: "places", isExactAt: never, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: {},
  },
  PoissonLoss: {
    rounding: { kind: "places", isExactAt: never, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: {},
  },
  PoissonResidual: {
    rounding: { kind: "places", isExactAt: never, loses: "ill-conditioned" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: {},
  },
  Heaviside: JUMPS,
  Where: PICKS,
  Equal: JUMPS,
  NotEqual: JUMPS,
  Less: JUMPS,
  LessEqual: JUMPS,
  Greater: JUMPS,
  GreaterEqual: JUMPS,
};
