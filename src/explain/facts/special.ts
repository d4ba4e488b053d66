import { Exp, Log, Pow, Sqrt } from "../../ops/elementwise.js";
import { call, type Expression, negate, number, power, product, quotient, sum } from "../formula/expression.js";
import type { Advice, CallFacts, FormulaTable, NumericFacts, NumericTable, Steepness } from "./facts.js";
import * as words from "./words.js";

type Ops = typeof import("../../ops/special.js");

/** A call by its name. */
const named = (text: string, latex?: string): CallFacts => ({
  notation: { as: "function", name: latex === undefined ? { text } : { text, latex } },
});

const lengthOf = ([x, y]: readonly Expression[]): Expression => call(Sqrt, [sum([power(x, 2), power(y, 2)])]);

/** e^(−x²) and its first derivative −2x·e^(−x²). */
function gaussian(x: Expression, order: number): Expression | undefined {
  const power2 = call(Exp, [negate(power(x, 2))]);
  return order === 0 ? power2 : order === 1 ? product([number(-2), x, power2]) : undefined;
}

/** What formulas know of elementary and special functions. */
export const formulas: FormulaTable<Ops> = /* @__PURE__ */ (() => ({
  Tan: named("tan", "\\tan"),
  OneMinusSquare: { reads: ([x]) => sum([number(1), negate(power(x, 2))]) },
  Asin: named("asin", "\\arcsin"),
  Acos: named("acos", "\\arccos"),
  Atan: named("atan", "\\arctan"),
  AtanSlope: { reads: ([x]) => quotient(number(1), sum([number(1), power(x, 2)])) },
  Atan2: named("atan2"),
  Hypot: { reads: lengthOf },
  DirectionCosine: { reads: ([x, y]) => quotient(x, lengthOf([x, y])) },
  Sinh: named("sinh", "\\sinh"),
  Cosh: named("cosh", "\\cosh"),
  Asinh: named("asinh", "\\operatorname{arsinh}"),
  Acosh: named("acosh", "\\operatorname{arcosh}"),
  Atanh: named("atanh", "\\operatorname{artanh}"),
  Cbrt: named("cbrt"),
  Exp2: { reads: ([x]) => call(Pow, [number(2), x]) },
  Log2: named("log2", "\\log_2"),
  Log10: named("log10", "\\log_{10}"),
  Erf: named("erf"),
  Erfc: named("erfc"),
  Gaussian: { readsSometimes: ([x], { order }) => gaussian(x, order), ...named("gaussian") },
  Lgamma: named("lgamma", "\\ln\\Gamma"),
  Digamma: named("digamma", "\\psi"),
  Polygamma: named("polygamma"),
  LogAddExp: { reads: ([x, y]) => call(Log, [sum([call(Exp, [x]), call(Exp, [y])])]) },
  Xlogy: { reads: ([x, y]) => product([x, call(Log, [y])]) },
  Mod: named("mod"),
  Floor: named("floor"),
  Ceil: named("ceil"),
  Round: named("round"),
  Trunc: named("trunc"),
}))();

const atZero = ([x]: readonly number[]): boolean => x === 0;
const atOne = ([x]: readonly number[]): boolean => Math.abs(x) === 1;
const never = (): boolean => false;
const isWhole = ([x]: readonly number[]): boolean => Number.isInteger(x);

/** A function that rounds, but at places where its value is known to be exact. */
const rounds = (
  isExactAt: (values: readonly number[], out: number) => boolean,
  advice: NumericFacts["advice"] = {},
  steep: Steepness = "nowhere",
): NumericFacts => ({
  rounding: { kind: "places", isExactAt, loses: "ill-conditioned" },
  summarizes: false,
  steep,
  stops: undefined,
  advice,
});

const JUMPS: NumericFacts = { rounding: { kind: "steps" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} };

const BEYOND_ONE: Advice = {
  why: "the function is defined from −1 to 1 only",
  instead: "divide by the length before, or cut what rounding put beyond: clamp(x, -1, 1); an angle between vectors is best had from atan2",
};
const AT_ONE: Advice = {
  why: "the derivative is infinite at ±1",
  instead: "take the angle from atan2 of its sine and cosine, whose derivative stays finite",
};
const LOGARITHM: Readonly<Record<"domain error" | "domain edge", Advice>> = {
  "domain error": {
    why: "the logarithm of a negative number does not exist",
    instead: "find out why the argument is negative; make it positive by its form: exp(u) or softplus(u) of a free parameter u",
  },
  "domain edge": { why: "log 0 is −∞, with a derivative of 1/0", instead: "keep the argument away from 0, or use xlogy for x·log(y)" },
};

/** What is known of the numbers of elementary and special functions. */
export const numerics: NumericTable<Ops> = /* @__PURE__ */ (() => ({
  Tan: rounds(atZero, { "ill-conditioned": words.ANGLE_TOO_LARGE }),
  OneMinusSquare: rounds(atZero),
  Asin: rounds(atZero, { "domain error": BEYOND_ONE, "domain edge": AT_ONE }, atOne),
  Acos: rounds(([x]) => x === 1, { "domain error": BEYOND_ONE, "domain edge": AT_ONE }, atOne),
  Atan: rounds(atZero),
  AtanSlope: rounds(atZero),
  Atan2: rounds(([y, x]) => y === 0 && x > 0),
  Hypot: rounds(([x, y]) => x === 0 || y === 0),
  DirectionCosine: rounds(([x, y]) => x === 0 || y === 0),
  Sinh: rounds(atZero, { overflow: words.EXPONENTIAL_TOO_LARGE, "exploding gradient": words.EXPONENTIAL_EXPLODES }, "far out"),
  Cosh: rounds(atZero, { overflow: words.EXPONENTIAL_TOO_LARGE, "exploding gradient": words.EXPONENTIAL_EXPLODES }, "far out"),
  Asinh: rounds(atZero),
  Acosh: rounds(
    ([x]) => x === 1,
    {},
    ([x]) => x === 1,
  ),
  Atanh: rounds(atZero, { "domain error": BEYOND_ONE }, atOne),
  Cbrt: rounds(([x], root) => Number.isInteger(root) && root ** 3 === x, {}, atZero),
  Exp2: rounds(isWhole, { overflow: words.EXPONENTIAL_TOO_LARGE, "exploding gradient": words.EXPONENTIAL_EXPLODES }, "far out"),
  Log2: rounds((_, out) => Number.isInteger(out), LOGARITHM, atZero),
  Log10: rounds(([x]) => x === 1, LOGARITHM, atZero),
  Erf: rounds(atZero),
  Erfc: rounds(atZero),
  Gaussian: rounds(never),
  Lgamma: rounds(
    ([x]) => x === 1 || x === 2,
    {},
    ([x]) => x <= 0 && Number.isInteger(x),
  ),
  Digamma: rounds(never, {}, ([x]) => x <= 0 && Number.isInteger(x)),
  Polygamma: rounds(never, {}, ([x]) => x <= 0 && Number.isInteger(x)),
  LogAddExp: rounds(never),
  Xlogy: rounds(
    ([x, y]) => x === 0 || y === 1,
    LOGARITHM,
    ([, y]) => y === 0,
  ),
  Mod: rounds(([x, y], out) => out === x % y),
  Floor: JUMPS,
  Ceil: JUMPS,
  Round: JUMPS,
  Trunc: JUMPS,
}))();
