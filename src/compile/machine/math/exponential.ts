import {
  at, exponentLimit, exponentShift, general, half, linear, ln2High, ln2Low, log2OfE, multiplyAdd, one, patterns, signOf, two,
} from "./shared";

/** Coefficients of (eʳ − 1 − r) / r² on |r| ≤ ½ ln 2. */
const exponential: usize = memory.data<f64>([
  0.5000000000000001, 0.16666666666666669, 0.04166666666662413, 0.008333333333330062, 0.0013888888917213717, 0.00019841269863053618,
  2.4801521295954376e-5, 2.7557268459997064e-6, 2.7620088445409746e-7, 2.510038549551032e-8,
]);

/** Coefficients in z = s² of (2 atanh s − 2s) / (s z), for |s| ≤ (√2 − 1) / (√2 + 1). */
const logarithmic: usize = memory.data<f64>([
  0.666666666666667, 0.3999999999989889, 0.28571428626253836, 0.22222211089379496, 0.1818289243253687, 0.15331611722055008,
  0.14617807153417325,
]);

/** Coefficients of the same function for 0 ≤ s ≤ 1/3; then a rough derivative of ln(1 + t) over 0 ≤ t ≤ 1. */
const wideLogarithmic: usize = memory.data<f64>([
  0.6666666666666666, 0.40000000000014585, 0.2857142856710876, 0.22222222717427864, 0.18181789436132859, 0.15385570064958623,
  0.13314144209654935, 0.12001072809590713, 0.08800738486144674, 0.1616404561194353,
  0.7,
]);

/** For logarithms: the smallest normal number, infinity, 2⁵² + 1023, 2¹⁰⁰⁰ and −1. */
const logarithmicLimits: usize = memory.data<f64>([2.2250738585072014e-308, Infinity, 4503599627371519.0, 1.0715086071862673e301, -1.0]);

/** The lower four coefficients in z = x² of the denominator, and three of the numerator, of tanh's continued fraction; then 5/8 and 20. */
const hyperbolic: usize = memory.data<f64>([2027025.0, 945945.0, 51975.0, 630.0, 675675.0, 45045.0, 594.0, 0.625, 20.0]);

/** The integer nearest to x / ln 2, still shifted, so that its low bits are the biased exponent. */
// @ts-ignore: decorator
@inline
function shiftedExponent(x: v128): v128 {
  return multiplyAdd(x, at(general, log2OfE), at(general, exponentShift));
}

/** The power of two whose exponent was shifted: a NaN may give any number here, but what that multiplies is a NaN too. */
// @ts-ignore: decorator
@inline
function powerOfTwo(shifted: v128): v128 {
  return i64x2.shl(shifted, 52);
}

/** x − n ln 2, at most ½ ln 2 in magnitude. */
// @ts-ignore: decorator
@inline
function remainderOfLn2(x: v128, exponent: v128): v128 {
  const high = f64x2.sub(x, f64x2.mul(exponent, at(general, ln2High)));
  return f64x2.sub(high, f64x2.mul(exponent, at(general, ln2Low)));
}

/** eʳ − 1 − r for |r| ≤ ½ ln 2. */
// @ts-ignore: decorator
@inline
function exponentialTail(r: v128): v128 {
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const low = multiplyAdd(linear(exponential, 2, r), r2, linear(exponential, 0, r));
  const middle = multiplyAdd(linear(exponential, 6, r), r2, linear(exponential, 4, r));
  return f64x2.mul(multiplyAdd(multiplyAdd(linear(exponential, 8, r), r4, middle), r4, low), r2);
}

/** The lanes in which 2ⁿ would not be a normal number. */
// @ts-ignore: decorator
@inline
function beyondExponents(x: v128): v128 {
  return f64x2.gt(f64x2.abs(x), at(general, exponentLimit));
}

/** eˣ for every x: the power of two is multiplied in by halves, so that it overflows or underflows gradually. */
function expAnywhere(x: v128): v128 {
  const clamped = f64x2.pmax(f64x2.pmin(x, f64x2.splat(710.0)), f64x2.splat(-746.0));
  const shift = at(general, exponentShift);
  const exponent = f64x2.sub(shiftedExponent(clamped), shift);
  const r = remainderOfLn2(clamped, exponent);
  const mantissa = f64x2.add(at(general, one), f64x2.add(r, exponentialTail(r)));
  const first = f64x2.floor(f64x2.mul(exponent, at(general, half)));
  const second = f64x2.sub(exponent, first);
  return f64x2.mul(f64x2.mul(mantissa, powerOfTwo(f64x2.add(first, shift))), powerOfTwo(f64x2.add(second, shift)));
}

/** eˣ = 2ⁿ eʳ with x = n ln 2 + r. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  if (i64x2.bitmask(beyondExponents(x))) return expAnywhere(x);
  const shifted = shiftedExponent(x);
  const r = remainderOfLn2(x, f64x2.sub(shifted, at(general, exponentShift)));
  return f64x2.mul(f64x2.add(at(general, one), f64x2.add(r, exponentialTail(r))), powerOfTwo(shifted));
}

/**
 * eˣ − 1 = (2ⁿ − 1) + 2ⁿ r + 2ⁿ (eʳ − 1 − r). The first two terms can cancel, so what their sum rounds away (Dekker 1971), and what r
 * did, is added to the third. The sign is that of x, which only the sum for −0 loses.
 */
// @ts-ignore: decorator
@inline
function expm1Ordinary(x: v128): v128 {
  const shifted = shiftedExponent(x);
  const exponent = f64x2.sub(shifted, at(general, exponentShift));
  const high = f64x2.sub(x, f64x2.mul(exponent, at(general, ln2High)));
  const low = f64x2.mul(exponent, at(general, ln2Low));
  const r = f64x2.sub(high, low);
  const tail = f64x2.add(exponentialTail(r), f64x2.sub(f64x2.sub(high, r), low));
  const power = powerOfTwo(shifted);
  const first = f64x2.sub(power, at(general, one));
  const second = f64x2.mul(power, r);
  const sum = f64x2.add(first, second);
  const lost = f64x2.sub(second, f64x2.sub(sum, first));
  return v128.or(f64x2.add(sum, multiplyAdd(power, tail, lost)), signOf(x));
}

/** Beyond e⁷⁰⁸ the 1 does not matter, and before e⁻⁷⁰⁸ nothing else does. */
function expm1Anywhere(x: v128): v128 {
  return v128.bitselect(f64x2.sub(expAnywhere(x), at(general, one)), expm1Ordinary(x), beyondExponents(x));
}

/** eˣ − 1, accurate for small x too. */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  if (i64x2.bitmask(beyondExponents(x))) return expm1Anywhere(x);
  return expm1Ordinary(x);
}

/**
 * ln(1 + f) + n ln 2 for 1 + f in [√½, √2): with s = f / (2 + f), ln(1 + f) = 2 atanh s, and 2s = f − s f, so that f itself, the
 * largest term, is not rounded (the form of fdlibm).
 */
// @ts-ignore: decorator
@inline
function logarithmOf(f: v128, exponent: v128): v128 {
  const s = f64x2.div(f, f64x2.add(at(general, two), f));
  const z = f64x2.mul(s, s);
  const z2 = f64x2.mul(z, z);
  const z4 = f64x2.mul(z2, z2);
  const low = multiplyAdd(linear(logarithmic, 2, z), z2, linear(logarithmic, 0, z));
  const high = multiplyAdd(at(logarithmic, 6), z2, linear(logarithmic, 4, z));
  const tail = f64x2.mul(z, multiplyAdd(high, z4, low));
  const small = f64x2.sub(f64x2.mul(s, f64x2.sub(f, tail)), f64x2.mul(exponent, at(general, ln2Low)));
  return f64x2.sub(f64x2.mul(exponent, at(general, ln2High)), f64x2.sub(small, f));
}

/** The bits of x, moved so that their exponent field counts from √½: the field is 1023 for √½ ≤ x < √2. */
// @ts-ignore: decorator
@inline
function centered(x: v128): v128 {
  return i64x2.add(x, at(patterns, 1));
}

/** That exponent field as a number without its bias, by way of 2⁵² + field. */
// @ts-ignore: decorator
@inline
function centeredExponent(bits: v128): v128 {
  return f64x2.sub(v128.or(i64x2.shr_u(bits, 52), at(patterns, 2)), at(logarithmicLimits, 2));
}

/** x divided by the power of two that leaves it in [√½, √2), less 1. */
// @ts-ignore: decorator
@inline
function centeredFraction(bits: v128): v128 {
  const mantissa = v128.and(bits, at(patterns, 3));
  return f64x2.sub(i64x2.add(mantissa, at(patterns, 4)), at(general, one));
}

/** ln x for every x: denormal numbers are scaled by 2⁵⁴ first, and what has no finite logarithm is set apart after. */
function logAnywhere(x: v128): v128 {
  const denormal = f64x2.lt(x, at(logarithmicLimits, 0));
  const bits = centered(v128.bitselect(f64x2.mul(x, f64x2.splat(18014398509481984.0)), x, denormal));
  const exponent = f64x2.sub(centeredExponent(bits), v128.and(denormal, f64x2.splat(54.0)));
  const zero = f64x2.splat(0.0);
  let result = logarithmOf(centeredFraction(bits), exponent);
  result = v128.bitselect(result, x, f64x2.lt(x, at(logarithmicLimits, 1)));
  result = v128.bitselect(f64x2.splat(-Infinity), result, f64x2.eq(x, zero));
  return v128.bitselect(f64x2.splat(NaN), result, f64x2.lt(x, zero));
}

/** ln x = n ln 2 + ln m with x = 2ⁿ m and m in [√½, √2), which integer operations on the bits of x find. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const ordinary = v128.and(f64x2.ge(x, at(logarithmicLimits, 0)), f64x2.lt(x, at(logarithmicLimits, 1)));
  if (i64x2.bitmask(ordinary) != 3) return logAnywhere(x);
  const bits = centered(x);
  return logarithmOf(centeredFraction(bits), centeredExponent(bits));
}

/** The lanes in which −1 < x < 2¹⁰⁰⁰. */
// @ts-ignore: decorator
@inline
function ordinaryForLog1p(x: v128): v128 {
  return v128.and(f64x2.gt(x, at(logarithmicLimits, 4)), f64x2.lt(x, at(logarithmicLimits, 3)));
}

/**
 * ln(1 + x) as the logarithm of u = 1 + x rounded, whose fraction has what was rounded away (Dekker 1971) added back, in u's scale. For n
 * = 0 that sum is x itself, exactly. The sign is that of x, which only the sum for −0 loses.
 */
// @ts-ignore: decorator
@inline
function log1pOrdinary(x: v128): v128 {
  const unit = at(general, one);
  const larger = f64x2.pmax(unit, x);
  const smaller = f64x2.pmin(unit, x);
  const u = f64x2.add(larger, smaller);
  const lost = f64x2.sub(smaller, f64x2.sub(u, larger));
  const bits = centered(u);
  const scale = i64x2.sub(at(patterns, 6), v128.and(bits, at(patterns, 5)));
  const f = multiplyAdd(lost, scale, centeredFraction(bits));
  return v128.or(logarithmOf(f, centeredExponent(bits)), signOf(x));
}

/** Elsewhere it is ln(1 + x): 1 + x is x for the large ones, 0 or negative for the others. */
function log1pAnywhere(x: v128): v128 {
  return v128.bitselect(log1pOrdinary(x), logAnywhere(f64x2.add(at(general, one), x)), ordinaryForLog1p(x));
}

/** ln(1 + x), accurate for small x too. */
// @ts-ignore: decorator
@inline
export function log1p(x: v128): v128 {
  if (i64x2.bitmask(ordinaryForLog1p(x)) != 3) return log1pAnywhere(x);
  return log1pOrdinary(x);
}

/**
 * 1 / (1 + e⁻ˣ), with e⁻ˣ and the sum in two parts each, since the errors of three roundings and of the division would add up to more
 * than two units: 1 / (d + δ) = 1/d − δ/d².
 */
// @ts-ignore: decorator
@inline
function sigmoidOrdinary(x: v128): v128 {
  const unit = at(general, one);
  const opposite = f64x2.neg(x);
  const shifted = shiftedExponent(opposite);
  const r = remainderOfLn2(opposite, f64x2.sub(shifted, at(general, exponentShift)));
  const power = powerOfTwo(shifted);
  const growth = f64x2.add(r, exponentialTail(r));
  const mantissa = f64x2.add(unit, growth);
  const mantissaLost = f64x2.sub(growth, f64x2.sub(mantissa, unit));
  const exponentialHigh = f64x2.mul(mantissa, power);
  const larger = f64x2.pmax(unit, exponentialHigh);
  const smaller = f64x2.pmin(unit, exponentialHigh);
  const sum = f64x2.add(larger, smaller);
  const lost = multiplyAdd(mantissaLost, power, f64x2.sub(smaller, f64x2.sub(sum, larger)));
  const quotient = f64x2.div(unit, sum);
  return f64x2.sub(quotient, f64x2.mul(quotient, f64x2.mul(quotient, lost)));
}

/** Beyond 708, the sigmoid is 1 or eˣ. */
function sigmoidAnywhere(x: v128): v128 {
  return v128.bitselect(f64x2.pmin(expAnywhere(x), at(general, one)), sigmoidOrdinary(x), beyondExponents(x));
}

/** 1 / (1 + e⁻ˣ). */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  if (i64x2.bitmask(beyondExponents(x))) return sigmoidAnywhere(x);
  return sigmoidOrdinary(x);
}

/** t − ln(1 + t) for 0 ≤ t ≤ 1, as {@link logarithmOf} has it, with a longer polynomial. */
// @ts-ignore: decorator
@inline
function unitLoss(t: v128): v128 {
  const s = f64x2.div(t, f64x2.add(at(general, two), t));
  const z = f64x2.mul(s, s);
  const z2 = f64x2.mul(z, z);
  const z4 = f64x2.mul(z2, z2);
  const low = multiplyAdd(linear(wideLogarithmic, 2, z), z2, linear(wideLogarithmic, 0, z));
  const middle = multiplyAdd(linear(wideLogarithmic, 6, z), z2, linear(wideLogarithmic, 4, z));
  const tail = f64x2.mul(z, multiplyAdd(multiplyAdd(linear(wideLogarithmic, 8, z), z4, middle), z4, low));
  return f64x2.mul(s, f64x2.sub(t, tail));
}

/** ln(1 + t) for 0 ≤ t ≤ 1. */
// @ts-ignore: decorator
@inline
export function log1pOfUnit(t: v128): v128 {
  return f64x2.sub(t, unitLoss(t));
}

/**
 * ln(1 + eᶻ) = max(z, 0) + ln(1 + t) with t = e^(−|z|) in [0, 1], whose logarithm takes no further reduction. What
 * rounding took from t is added back, times a derivative that need only be rough.
 */
// @ts-ignore: decorator
@inline
function softplusOrdinary(x: v128): v128 {
  const unit = at(general, one);
  const opposite = f64x2.neg(f64x2.abs(x));
  const shifted = shiftedExponent(opposite);
  const r = remainderOfLn2(opposite, f64x2.sub(shifted, at(general, exponentShift)));
  const power = powerOfTwo(shifted);
  const growth = f64x2.add(r, exponentialTail(r));
  const mantissa = f64x2.add(unit, growth);
  const lost = f64x2.mul(f64x2.sub(growth, f64x2.sub(mantissa, unit)), power);
  const t = f64x2.mul(mantissa, power);
  const logarithm = f64x2.sub(t, f64x2.sub(unitLoss(t), f64x2.mul(lost, at(wideLogarithmic, 10))));
  return f64x2.add(f64x2.pmax(x, f64x2.splat(0.0)), logarithm);
}

/** Beyond 708, ln(1 + t) is t. */
function softplusAnywhere(x: v128): v128 {
  const positivePart = f64x2.pmax(x, f64x2.splat(0.0));
  const tail = expAnywhere(f64x2.neg(f64x2.abs(x)));
  return v128.bitselect(f64x2.add(positivePart, tail), softplusOrdinary(x), beyondExponents(x));
}

/** ln(1 + eˣ). */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  if (i64x2.bitmask(beyondExponents(x))) return softplusAnywhere(x);
  return softplusOrdinary(x);
}

/**
 * Up to 5/8, tanh x = x − x z N(z) / D(z) with z = x², the eighth convergent of Lambert's continued fraction; from there on,
 * 1 − 2 / (e²ˣ + 1). Each lane picks its numerator and denominator, and one division serves both. The magnitude is clamped to 20,
 * where tanh is 1 already, so that no argument is out of range.
 */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const unit = at(general, one);
  const a = f64x2.pmin(f64x2.abs(x), at(hyperbolic, 8));
  const twice = f64x2.add(a, a);
  const shifted = shiftedExponent(twice);
  const r = remainderOfLn2(twice, f64x2.sub(shifted, at(general, exponentShift)));
  const exponentialOfTwice = f64x2.mul(f64x2.add(unit, f64x2.add(r, exponentialTail(r))), powerOfTwo(shifted));
  const z = f64x2.mul(a, a);
  const z2 = f64x2.mul(z, z);
  const numerator = f64x2.mul(f64x2.mul(a, z), multiplyAdd(f64x2.add(at(hyperbolic, 6), z), z2, linear(hyperbolic, 4, z)));
  const upper = f64x2.add(linear(hyperbolic, 2, z), z2);
  const denominator = multiplyAdd(upper, z2, linear(hyperbolic, 0, z));
  const small = f64x2.lt(a, at(hyperbolic, 7));
  const fraction = f64x2.div(
    v128.bitselect(numerator, at(general, two), small),
    v128.bitselect(denominator, f64x2.add(exponentialOfTwice, unit), small),
  );
  return v128.or(f64x2.sub(v128.bitselect(a, unit, small), fraction), signOf(x));
}
