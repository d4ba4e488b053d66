import type { Advice } from "./facts.js";

// What is said of several ops.

export const SUM_OF_INFINITIES: Advice = {
  why: "∞ − ∞ has no value",
  instead: "keep infinite numbers out of sums: select with where(condition, x, 0) before adding",
};

export const ZERO_TIMES_INFINITY: Advice = {
  why: "0·∞ has no value",
  instead: "select with where(mask, x, 0); multiplying by a mask of 0 does not remove an infinite number",
};

export const DIVISION_BY_ZERO: Advice = {
  why: "a division by 0",
  instead:
    "choose another divisor where it is 0, before dividing: a.div(where(b.equal(0), 1, b)), and where(b.equal(0), …) around the result",
};

export const EXPONENTIAL_TOO_LARGE: Advice = {
  why: "eˣ is larger than the largest number, 1.8·10³⁰⁸, from x = 709.8 on",
  instead: "work with logarithms, or subtract the largest x first, which softmax(x), logSumExp(x), softplus(x) and sigmoid(x) do",
};

export const EXPONENTIAL_EXPLODES: Advice = {
  why: "eˣ is its own derivative, and enormous",
  instead: "work with the logarithm, x itself, or scale the exponent",
};

export const PRODUCT_TOO_LARGE: Advice = {
  why: "the result is larger than the largest number, 1.8·10³⁰⁸",
  instead: "scale the numbers to about 1 first; for a norm take out the largest: m·√Σ(x/m)² with m = max|x|; or work with logarithms",
};

export const NEARLY_EQUAL: Advice = {
  why: "two rounded numbers are nearly equal, and their difference keeps only the rounding errors",
  instead:
    "rearrange so that the subtraction comes first, of numbers that are still exact, or cancels on paper; close to 0 a series does: sin x − x is −x³/6 + x⁵/120",
};

export const TERMS_CANCEL: Advice = {
  why: "large terms of both signs cancel, and the rounding errors of the large ones remain",
  instead:
    "take out on paper what cancels, subtract a common part before adding (x.sub(c).sum() with c near the mean), or add the large terms to each other first",
};

export const ANGLE_TOO_LARGE: Advice = {
  why: "the argument is so large that its rounding error is a good part of a turn",
  instead: "reduce the argument while it is small and exact: count whole turns apart, and multiply by 2π last",
};
