import * as elementwise from "../../../ops/elementwise.js";
import { StopGradient } from "../../../ops/movement.js";
import type { AnyOp } from "../../../ops/op.js";
import * as special from "../../../ops/special.js";
import type { Sign } from "../../facts/facts.js";
import * as q from "../../formula/fraction.js";
import {
  ABS,
  absolute,
  add,
  constantOf,
  fromAtom,
  fromMonomial,
  HALF,
  isEven,
  isNonnegative,
  isOne,
  isZero,
  leadingSign,
  logarithmOf,
  multiply,
  multiplyAll,
  negate,
  number,
  ONE,
  PI,
  power,
  primitive,
  product,
  SIGN,
  scale,
  signOf,
  subtract,
  UNIT,
  whole,
  ZERO,
} from "./arithmetic.js";
import { boundsOf, type Index, keyOfPlace, type Place, subtractPlaces } from "./places.js";
import {
  areExchangeable,
  type ElementaryFunction,
  type Polynomial,
  polynomialOf,
  type ReductionName,
  type Relation,
  raw,
} from "./terms.js";

// Functions with the identities that hold for each of them, and the derivative with respect to each argument.

type Slopes = ElementaryFunction["slopes"];

const elementary = (name: string, op: AnyOp, slopes: Slopes, more: Partial<ElementaryFunction> = {}): ElementaryFunction => ({
  name,
  sign: { text: name },
  op,
  slopes,
  ...more,
});
const sign = (text: string, latex: string): { readonly sign: Sign } => ({ sign: { text, latex } });

const square = (p: Polynomial): Polynomial => power(p, whole(2));
const inverse = (p: Polynomial): Polynomial => power(p, q.MINUS_ONE);
const inverseRoot = (p: Polynomial): Polynomial => power(p, q.negate(HALF));
/** Constant between its jumps. */
const flat: Slopes = (args) => args.map(() => ZERO);
const call = (of: ElementaryFunction, ...args: Polynomial[]): Polynomial => fromAtom(raw.function(of, args));

/** f(−u) = −f(u), f(0) = 0 */
const odd = (of: ElementaryFunction, u: Polynomial): Polynomial =>
  isZero(u) ? ZERO : leadingSign(u) < 0 ? negate(call(of, negate(u))) : call(of, u);
/** f(−u) = f(u) */
const even = (of: ElementaryFunction, u: Polynomial): Polynomial => call(of, leadingSign(u) < 0 ? negate(u) : u);

/** 2/√π */
const twoOverRootPi = (): Polynomial => multiply(number(whole(2)), product(q.ONE, [{ atom: PI, exponent: q.negate(HALF) }]));
const gaussian = (u: Polynomial): Polynomial => exponential(negate(square(u)));

/** [x > y] + ½[x = y]: equal ones share. */
const halfStep = (x: Polynomial, y: Polynomial): Polynomial =>
  add(indicator(">", subtract(x, y)), scale(indicator("=", subtract(x, y)), HALF));

type Name = Odd | Even | Plain | ("ln" | "sigmoid" | "softplus" | "relu" | "atan2" | "mod" | "stop" | "max" | "min");
type Odd = "tanh" | "sin" | "tan" | "asin" | "atan" | "sinh" | "asinh" | "atanh" | "cbrt" | "erf";
type Even = "cos" | "cosh";
type Plain = "acos" | "acosh" | "erfc" | "lgamma" | "digamma" | "floor" | "ceil" | "round" | "trunc";

// biome-ignore format: one function a line
const FUNCTIONS: Readonly<Record<Name, ElementaryFunction>> = /* @__PURE__ */ (() => ({
  ln: elementary("ln", elementwise.Log, ([u]) => [inverse(u)], sign("ln", "\\ln")),
  sigmoid: elementary("σ", elementwise.Sigmoid, (_, s) => [multiply(s, subtract(ONE, s))], { ...sign("σ", "\\sigma"), isNonnegative: true }),
  tanh: elementary("tanh", elementwise.Tanh, (_, t) => [subtract(ONE, square(t))], { ...sign("tanh", "\\tanh"), parity: "odd" }),
  sin: elementary("sin", elementwise.Sin, ([u]) => [call(FUNCTIONS.cos, u)], { ...sign("sin", "\\sin"), parity: "odd" }),
  cos: elementary("cos", elementwise.Cos, ([u]) => [negate(call(FUNCTIONS.sin, u))], { ...sign("cos", "\\cos"), parity: "even" }),
  tan: elementary("tan", special.Tan, (_, t) => [add(ONE, square(t))], { ...sign("tan", "\\tan"), parity: "odd" }),
  asin: elementary("asin", special.Asin, ([u]) => [inverseRoot(subtract(ONE, square(u)))], { ...sign("asin", "\\arcsin"), parity: "odd" }),
  acos: elementary("acos", special.Acos, ([u]) => [negate(inverseRoot(subtract(ONE, square(u))))], sign("acos", "\\arccos")),
  atan: elementary("atan", special.Atan, ([u]) => [inverse(add(ONE, square(u)))], { ...sign("atan", "\\arctan"), parity: "odd" }),
  sinh: elementary("sinh", special.Sinh, ([u]) => [call(FUNCTIONS.cosh, u)], { ...sign("sinh", "\\sinh"), parity: "odd" }),
  cosh: elementary("cosh", special.Cosh, ([u]) => [call(FUNCTIONS.sinh, u)], { ...sign("cosh", "\\cosh"), isNonnegative: true, parity: "even" }),
  asinh: elementary("asinh", special.Asinh, ([u]) => [inverseRoot(add(ONE, square(u)))], { ...sign("asinh", "\\operatorname{arsinh}"), parity: "odd" }),
  acosh: elementary("acosh", special.Acosh, ([u]) => [inverseRoot(subtract(square(u), ONE))], sign("acosh", "\\operatorname{arcosh}")),
  atanh: elementary("atanh", special.Atanh, ([u]) => [inverse(subtract(ONE, square(u)))], { ...sign("atanh", "\\operatorname{artanh}"), parity: "odd" }),
  cbrt: elementary("cbrt", special.Cbrt, (_, r) => [inverse(scale(square(r), whole(3)))], { parity: "odd" }),
  erf: elementary("erf", special.Erf, ([u]) => [multiply(twoOverRootPi(), gaussian(u))], { parity: "odd" }),
  erfc: elementary("erfc", special.Erfc, ([u]) => [negate(multiply(twoOverRootPi(), gaussian(u)))], { isNonnegative: true }),
  lgamma: elementary("lgamma", special.Lgamma, ([u]) => [call(FUNCTIONS.digamma, u)], sign("lgamma", "\\ln\\Gamma")),
  digamma: elementary("digamma", special.Digamma, ([u]) => [call(polygamma(1), u)], sign("digamma", "\\psi")),
  softplus: elementary("softplus", elementwise.Softplus, ([u]) => [sigmoid(u)], { isNonnegative: true }),
  relu: elementary("relu", elementwise.Relu, ([u]) => [indicator(">", u)], { isNonnegative: true }),
  atan2: elementary("atan2", special.Atan2, ([y, x]) => {
    const length = inverse(add(square(x), square(y)));
    return [multiply(x, length), negate(multiply(y, length))];
  }),
  mod: elementary("mod", special.Mod, ([x, y], self) => [ONE, multiply(subtract(self, x), inverse(y))]),
  floor: elementary("floor", special.Floor, flat),
  ceil: elementary("ceil", special.Ceil, flat),
  round: elementary("round", special.Round, flat),
  trunc: elementary("trunc", special.Trunc, flat),
  stop: elementary("stop", StopGradient, flat),
  max: elementary("max", elementwise.Maximum, ([x, y]) => [indicator(">", subtract(x, y)), indicator("≥", subtract(y, x))], { ...sign("max", "\\max"), slopesAtTies: ([x, y]) => [halfStep(x, y), halfStep(y, x)] }),
  min: elementary("min", elementwise.Minimum, ([x, y]) => [indicator(">", subtract(y, x)), indicator("≥", subtract(x, y))], { ...sign("min", "\\min"), slopesAtTies: ([x, y]) => [halfStep(y, x), halfStep(x, y)] }),
}))();

/** The functions of one argument that stand as they are, whatever it is. */
export const plain = (name: Plain, u: Polynomial): Polynomial => call(FUNCTIONS[name], u);
/** The odd functions, of which f(−u) = −f(u). */
export const oddFunction = (name: Odd, u: Polynomial): Polynomial => odd(FUNCTIONS[name], u);
/** The even functions, of which f(−u) = f(u). */
export const evenFunction = (name: Even, u: Polynomial): Polynomial => even(FUNCTIONS[name], u);
export const angle = (y: Polynomial, x: Polynomial): Polynomial => call(FUNCTIONS.atan2, y, x);
export const remainder = (x: Polynomial, y: Polynomial): Polynomial => call(FUNCTIONS.mod, x, y);
export const softplus = (u: Polynomial): Polynomial => call(FUNCTIONS.softplus, u);

/** ψ⁽ⁿ⁾, the derivatives of digamma. */
export function polygamma(order: number): ElementaryFunction {
  const name = order === 1 ? "trigamma" : `polygamma${order}`;
  return elementary(name, special.Polygamma, ([u]) => [call(polygamma(order + 1), u)], {
    attributes: { order },
    ...sign(name, `\\psi^{(${order})}`),
  });
}

/** relu(c·u) = c·relu(u) for c > 0. */
export function relu(u: Polynomial): Polynomial {
  const known = constantOf(u);
  if (known !== undefined) return q.isNegative(known) ? ZERO : u;
  const { coefficient, monomial } = u.terms.length === 1 ? u.terms[0] : { coefficient: q.ONE, monomial: undefined };
  return monomial !== undefined && !q.isNegative(coefficient)
    ? scale(call(FUNCTIONS.relu, fromMonomial(monomial)), coefficient)
    : call(FUNCTIONS.relu, u);
}

/** max(x, x) = x */
export const maximum = (x: Polynomial, y: Polynomial): Polynomial => (x.key === y.key ? x : call(FUNCTIONS.max, x, y));
export const minimum = (x: Polynomial, y: Polynomial): Polynomial => (x.key === y.key ? x : call(FUNCTIONS.min, x, y));

/** A value that is cut off from differentiation. A number is one anyway. */
export const stopped = (u: Polynomial): Polynomial => (constantOf(u) === undefined ? call(FUNCTIONS.stop, u) : u);

/** σ(−u) = 1 − σ(u), σ(0) = ½ */
export function sigmoid(u: Polynomial): Polynomial {
  if (isZero(u)) return number(HALF);
  return leadingSign(u) < 0 ? subtract(ONE, call(FUNCTIONS.sigmoid, negate(u))) : call(FUNCTIONS.sigmoid, u);
}

/** e^(a + b) = eᵃ·eᵇ, e^(c·m) = (e^m)ᶜ, e^(k·ln x) = xᵏ */
export function exponential(p: Polynomial): Polynomial {
  return p.terms.reduce((result, { coefficient, monomial }) => {
    const [first] = monomial.factors;
    const { atom } = first ?? {};
    if (monomial.factors.length === 1 && atom?.kind === "function" && atom.of === FUNCTIONS.ln && q.isOne(first.exponent))
      return multiply(result, power(atom.args[0], coefficient));
    return multiply(
      result,
      product(q.ONE, [{ atom: raw.exponential(monomial.factors.length === 0 ? UNIT : monomial), exponent: coefficient }]),
    );
  }, ONE);
}

/** ln 1 = 0, ln eᵘ = u, ln(eᵘ·x) = u + ln x, ln xᵏ = k·ln x, for even k k·ln|x| */
export function logarithm(p: Polynomial): Polynomial {
  const known = constantOf(p);
  if (known !== undefined && known.numerator > 0n) {
    if (q.isOne(known)) return ZERO;
    if (known.denominator === 1n && known.numerator < 1_000_000n) return logarithmOf(Number(known.numerator));
    if (known.numerator === 1n && known.denominator < 1_000_000n) return negate(logarithmOf(Number(known.denominator)));
  }
  if (p.terms.length !== 1) return call(FUNCTIONS.ln, p);
  const [{ coefficient, monomial }] = p.terms;
  const linear: Polynomial[] = [];
  const rest = monomial.factors.filter(({ atom, exponent }) => {
    if (atom.kind !== "exponential") return true;
    linear.push(scale(fromMonomial(atom.exponent), exponent));
    return false;
  });
  const sum = add(...linear);
  if (rest.length === 0)
    return q.isOne(coefficient) ? sum : linear.length === 0 ? call(FUNCTIONS.ln, p) : add(sum, logarithm(number(coefficient)));
  const [{ atom, exponent }] = rest;
  if (q.isOne(coefficient) && rest.length === 1 && !q.isOne(exponent)) {
    const inner = atom.kind === "group" ? atom.body : fromAtom(atom);
    const isSafe = !isEven(exponent) || isNonnegative(atom);
    return add(sum, scale(call(FUNCTIONS.ln, isSafe ? inner : absolute(inner)), exponent));
  }
  if (linear.length === 0) return call(FUNCTIONS.ln, p);
  return add(sum, logarithm(product(coefficient, rest)));
}

/** x^(a + b) = xᵃ·xᵇ, x^(c·m) = (x^m)ᶜ for numbers c, 1ᵏ = 1 */
export function powerOf(x: Polynomial, exponent: Polynomial): Polynomial {
  if (isOne(x)) return ONE;
  return exponent.terms.reduce((result, { coefficient, monomial }) => {
    if (monomial.factors.length === 0) return multiply(result, power(x, coefficient));
    return multiply(result, product(q.ONE, [{ atom: raw.power(x, fromMonomial(monomial)), exponent: coefficient }]));
  }, ONE);
}

/** [p > 0], [p ≥ 0] or [p = 0], for p with a positive leading sign: [−p > 0] = 1 − [p ≥ 0]. */
export function indicator(relation: Relation, p: Polynomial): Polynomial {
  const known = constantOf(p);
  if (known !== undefined) {
    const holds = q.isZero(known) ? relation !== ">" : relation !== "=" && !q.isNegative(known);
    return holds ? ONE : ZERO;
  }
  const { coefficient, body } = primitive(p);
  if (relation !== "=" && q.isNegative(coefficient)) return subtract(ONE, indicator(relation === ">" ? "≥" : ">", body));
  return fromAtom(raw.indicator(relation, body));
}

// Places

/** δ: 1 where two places are the same. Apart, 0; of row-major places 3i + j = 3k + l with j, l < 3 it is that of both parts. */
export function delta(a: Place, b: Place): Polynomial {
  const parts = splitPlaces(a, b);
  if (parts !== undefined) return multiplyAll(...parts.map(([x, y]) => delta(x, y)));
  const difference = subtractPlaces(a, b);
  if (difference.steps.length === 0) return difference.offset === 0 ? ONE : ZERO;
  const [low, high] = boundsOf(difference);
  return low > 0 || high < 0 ? ZERO : fromAtom(raw.delta(a, b));
}

/** Both places in the number system of a step n, where the lower digits stay below n: 3i + j = 4k with j, k < 3 is i = k and j = k. */
function splitPlaces(a: Place, b: Place): readonly (readonly [Place, Place])[] | undefined {
  if (a.steps.length < 2 && b.steps.length < 2) return undefined;
  for (const [, n] of [...a.steps, ...b.steps]) {
    if (n < 2) continue;
    const [x, y] = [digits(a, n), digits(b, n)];
    if (x !== undefined && y !== undefined)
      return [
        [x.high, y.high],
        [x.low, y.low],
      ];
  }
  return undefined;
}

function digits({ offset, steps }: Place, n: number): { readonly high: Place; readonly low: Place } | undefined {
  const part = (of: (step: number) => number): Place => ({
    offset: of(offset),
    steps: steps.flatMap(([base, step]) => (of(step) === 0 ? [] : [[base, of(step)] as const])),
  });
  const high = part((step) => Math.floor(step / n));
  const low = part((step) => step - n * Math.floor(step / n));
  const [least, most] = boundsOf(low);
  return least >= 0 && most < n && high.steps.length > 0 ? { high, low } : undefined;
}

/** [place ≥ 0] */
export function guard(place: Place): Polynomial {
  const [low, high] = boundsOf(place);
  return low >= 0 ? ONE : high < 0 ? ZERO : fromAtom(raw.guard(place));
}

// Reductions

/** A shift that does not depend on the index cancels in a softmax. */
export function softmax(index: Index, body: Polynomial, at: Place): Polynomial {
  const kept = polynomialOf(body.terms.filter(({ monomial }) => monomial.free.has(index)));
  return fromAtom(raw.reduction("softmax", [index], kept, [at]));
}

/** ln Σ e^(a + b) = b + ln Σ eᵃ for a b that does not depend on the index. */
export function logSumExp(index: Index, body: Polynomial): Polynomial {
  const kept = body.terms.filter(({ monomial }) => monomial.free.has(index));
  const outside = body.terms.filter(({ monomial }) => !monomial.free.has(index));
  return add(polynomialOf(outside), fromAtom(raw.reduction("logSumExp", [index], polynomialOf(kept), [])));
}

/** A maximum, minimum, product, or a function of a matrix; of nothing that varies, of the thing itself. */
export function reduction(
  name: Exclude<ReductionName, "softmax" | "logSumExp">,
  bound: readonly Index[],
  body: Polynomial,
  at: readonly Place[] = [],
): Polynomial {
  // The inverse of a symmetric matrix is symmetric.
  if (name === "inverse" && keyOfPlace(at[1]) < keyOfPlace(at[0]) && isSymmetric(bound, body))
    return fromAtom(raw.reduction(name, bound, body, [at[1], at[0]]));
  if ((name === "max" || name === "min") && !bound.some((index) => body.free.has(index))) return body;
  return fromAtom(raw.reduction(name, bound, body, at));
}

/** Whether a matrix is its transpose: its formula is the same with rows and columns changed over. */
export function isSymmetric([row, column]: readonly (Index | undefined)[], body: Polynomial): boolean {
  if (row === undefined || column === undefined || row.range.root !== column.range.root) return false;
  return areExchangeable(body, row, column);
}

/** An elementary function with its identities; one that has none as it is. */
export function apply(of: ElementaryFunction, args: readonly Polynomial[]): Polynomial {
  const [u, v] = args;
  switch (of) {
    case FUNCTIONS.ln:
      return logarithm(u);
    case FUNCTIONS.sigmoid:
      return sigmoid(u);
    case FUNCTIONS.relu:
      return relu(u);
    case FUNCTIONS.stop:
      return stopped(u);
    case FUNCTIONS.max:
      return maximum(u, v);
    case FUNCTIONS.min:
      return minimum(u, v);
    case ABS:
      return absolute(u);
    case SIGN:
      return signOf(u);
    default:
      return of.parity === "odd" ? odd(of, u) : of.parity === "even" ? even(of, u) : call(of, ...args);
  }
}
