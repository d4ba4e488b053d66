/** An exact rational number in lowest terms; the denominator is positive. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const magnitude = (n: bigint): bigint => (n < 0n ? -n : n);

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [magnitude(a), magnitude(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

export function fraction(numerator: bigint, denominator = 1n): Fraction {
  if (denominator === 0n) throw new RangeError("fraction: the denominator is 0");
  const common = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  return { numerator: numerator / common, denominator: denominator / common };
}

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };
export const ONE: Fraction = { numerator: 1n, denominator: 1n };
export const MINUS_ONE: Fraction = { numerator: -1n, denominator: 1n };

export const add = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
export const subtract = (a: Fraction, b: Fraction): Fraction => add(a, negate(b));
export const multiply = (a: Fraction, b: Fraction): Fraction => fraction(a.numerator * b.numerator, a.denominator * b.denominator);
export const divide = (a: Fraction, b: Fraction): Fraction => fraction(a.numerator * b.denominator, a.denominator * b.numerator);
export const negate = (a: Fraction): Fraction => ({ numerator: -a.numerator, denominator: a.denominator });
export const isZero = (a: Fraction): boolean => a.numerator === 0n;
export const isOne = (a: Fraction): boolean => a.numerator === 1n && a.denominator === 1n;
export const isNegative = (a: Fraction): boolean => a.numerator < 0n;
export const equal = (a: Fraction, b: Fraction): boolean => a.numerator === b.numerator && a.denominator === b.denominator;

/** An integer power; a negative one of 0 is a `RangeError`. */
export const power = (a: Fraction, exponent: number): Fraction =>
  exponent >= 0
    ? { numerator: a.numerator ** BigInt(exponent), denominator: a.denominator ** BigInt(exponent) }
    : fraction(a.denominator ** BigInt(-exponent), a.numerator ** BigInt(-exponent));

/** Exponents beyond this make numbers of more digits than anybody reads. */
const MOST_DIGITS = 40;

/**
 * What the shortest decimal notation of a float64 number says: 0.1 is 1/10, as its writer meant it. Nothing for NaN, ∞, and
 * numbers of an extreme size.
 */
export function fractionOf(value: number): Fraction | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (match === null) return undefined;
  const [, sign, whole, decimals = "", exponent = "0"] = match;
  const shift = Number(exponent) - decimals.length;
  if (Math.abs(shift) > MOST_DIGITS) return undefined;
  const digits = BigInt(`${sign}${whole}${decimals}`);
  return shift >= 0 ? fraction(digits * 10n ** BigInt(shift)) : fraction(digits, 10n ** BigInt(-shift));
}

/** Bits of a quotient that decide how it rounds to the 53 of a float64 number, and some more. */
const BITS = 70;

/** The nearest float64 number. */
export function toNumber({ numerator, denominator }: Fraction): number {
  const length = (n: bigint): number => n.toString(2).length;
  const shift = Math.max(0, BITS + length(denominator) - length(magnitude(numerator)));
  const scaled = magnitude(numerator) << BigInt(shift);
  const quotient = scaled / denominator;
  // What was cut off counts only where the rest lies halfway between two numbers: one bit says that there was something.
  const rounded = Number(scaled % denominator === 0n ? quotient : quotient | 1n);
  return (numerator < 0n ? -1 : 1) * rounded * 2 ** -shift;
}

/** Quotients of larger numbers are written as decimals, to the precision of float64. */
export const LARGEST_DENOMINATOR = 1_000_000n;

/** Whether a number is written as a decimal: if that is exact and short, or else if the quotient would be long. */
export function isDecimal(a: Fraction): boolean {
  if (a.denominator === 1n || a.denominator > LARGEST_DENOMINATOR) return true;
  const decimal = fractionOf(toNumber(a));
  return decimal !== undefined && equal(decimal, a);
}

/** The decimal notation, or p/q. */
export function toText(a: Fraction): string {
  const { numerator, denominator } = a;
  if (denominator === 1n) return String(numerator);
  return isDecimal(a) ? String(toNumber(a)) : `${numerator}/${denominator}`;
}

/** The same text for the same number, and for no other. */
export const keyOf = ({ numerator, denominator }: Fraction): string => `${numerator}/${denominator}`;
