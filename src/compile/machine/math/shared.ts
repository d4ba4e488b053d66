/**
 * Elementary functions of two doubles at once, within two units in the last place over all doubles.
 *
 * WebAssembly has vectors of two doubles but no functions of them, and neither a fused multiply-add nor a gather, so every function here
 * is a reduction to a short range, a polynomial on it in Estrin's form (whose terms do not wait for one another) and at most one division.
 * Ordinary arguments take no branch but one: a test, for both lanes together, that sends arguments for which the quick path would
 * overflow, underflow or lose digits to slower code that is right everywhere.
 *
 * Constants are read from tables in memory, because an engine may build a vector constant anew, in three instructions, wherever it is
 * used. The polynomials were interpolated at Chebyshev points in 60-digit arithmetic.
 */

/** Constants that several functions use. */
export const general: usize = memory.data<f64>([
  0.5, 1.0, 2.0, 1.4426950408889634, 0.6931471805598903, 5.497923018708371e-14, 6755399441056767.0, 708.0,
]);

// Places in that table. The two parts of ln 2 have 42 and 53 bits, so that the product of the first with an exponent is exact (Cody &
// Waite 1980); adding the exponent shift, 3·2⁵¹ + 1023, rounds to an integer and leaves it, biased, in the low bits.
export const half: usize = 0;
export const one: usize = 1;
export const two: usize = 2;
export const log2OfE: usize = 3;
export const ln2High: usize = 4;
export const ln2Low: usize = 5;
export const exponentShift: usize = 6;
export const exponentLimit: usize = 7;

/**
 * Patterns of bits: the sign; 1 less √½, which moves the exponent field to count from √½; the exponent of 2⁵²; the fraction; √½; the
 * exponent field; twice the bias; 1.
 */
export const patterns: usize = memory.data<u64>([
  0x8000000000000000, 0x00095f619980c433, 0x4330000000000000, 0x000fffffffffffff, 0x3fe6a09e667f3bcd, 0x7ff0000000000000,
  0x7fe0000000000000, 1,
]);

/** One number of a table, in both lanes. */
// @ts-ignore: decorator
@inline
export function at(table: usize, index: usize): v128 {
  return v128.load_splat<f64>(table + (index << 3));
}

// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
}

/** c₀ + c₁ x for two neighbors in a table. */
// @ts-ignore: decorator
@inline
export function linear(table: usize, index: usize, x: v128): v128 {
  return multiplyAdd(at(table, index + 1), x, at(table, index));
}

// @ts-ignore: decorator
@inline
export function signOf(x: v128): v128 {
  return v128.and(x, at(patterns, 0));
}
