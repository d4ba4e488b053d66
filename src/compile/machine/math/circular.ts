import { at, general, half, linear, multiplyAdd, one, patterns, signOf } from "./shared";

/**
 * Coefficients in z = r² of (sin r / r − 1) / z and of (cos r − 1 + z/2) / z², six each, on |r| ≤ ¼ π; then 2/π, π/2 in parts of 37, 37
 * and 53 bits, 3·2⁵¹, which rounds to an integer, and the largest magnitude for which three parts of π/2 suffice.
 */
const sinusoidal: usize = memory.data<f64>([
  -0.16666666666666666, 0.008333333333330936, -0.00019841269836740532, 2.7557316093198404e-6, -2.5051129896450185e-8,
  1.5917988979397435e-10, 0.041666666666666664, -0.0013888888888887389, 2.48015872987544e-5, -2.755731726587808e-7,
  2.087614504941318e-9, -1.138254464534925e-11,
  0.6366197723675814, 1.5707963267923333, 2.5633441515839558e-12, 1.0562999066987428e-23, 6755399441055744.0, 1.0e5,
]);

/** The binary digits of 1/π, after 64 zeros. */
const reciprocalOfPi: usize = memory.data<u64>([
  0, 0x517cc1b727220a94, 0xfe13abe8fa9a6ee0, 0x6db14acc9e21c820, 0xff28b1d5ef5de2b0, 0xdb92371d2126e970, 0x0324977504e8c90e,
  0x7f0ef58e5894d39f, 0x74411afa975da242, 0x74ce38135a2fbf20, 0x9cc8eb1cc1a99cfa, 0x4e422fc5defc941d, 0x8ffc4bffef02cc07,
  0xf79788c5ad05368f, 0xb69b3f6793e584db, 0xa7a31fb34f2ff516, 0xba93dd63f5f2f8bd, 0x9e839cfbc5294975, 0x35fdafd88fc6ae84,
  0x2b0198237e3db5d5,
]);

/** x − q π/2, at most ¼ π in magnitude; what the second subtraction rounds away goes into the third. */
// @ts-ignore: decorator
@inline
function remainderOfQuarters(x: v128, quarters: v128): v128 {
  const first = f64x2.sub(x, f64x2.mul(quarters, at(sinusoidal, 13)));
  const product = f64x2.mul(quarters, at(sinusoidal, 14));
  const second = f64x2.sub(first, product);
  const lost = f64x2.sub(f64x2.sub(first, second), product);
  return f64x2.sub(second, f64x2.sub(f64x2.mul(quarters, at(sinusoidal, 15)), lost));
}

/** The upper 64 bits of the product of two integers. */
function upperProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  return aHigh * bHigh + (middle >> 32) + ((aLow * bHigh + (middle & 0xffffffff)) >> 32);
}

/**
 * The remainder of a large x ≥ 0 by π/2, and, as a second lane, an integer whose last two bits are those of the multiple: the reduction
 * of Payne & Hanek (1983). Of the digits of 2/π, which are those of 1/π, the ones that would only add multiples of 4 to x · 2/π are
 * skipped, and 192 of the next are multiplied by the 53 of x, in units of 2⁻¹²⁶.
 */
function largeRemainder(x: f64): v128 {
  const bits = reinterpret<u64>(x);
  const exponent = <i32>(bits >> 52);
  if (exponent < 1023) return i64x2.splat(0);
  if (exponent == 0x7ff) return f64x2.splat(NaN);
  const integer = (bits & 0x000fffffffffffff) | 0x0010000000000000;
  const position = exponent - 1075 + 63;
  const word = reciprocalOfPi + (<usize>(position >> 6) << 3);
  const offset = <u64>(position & 63);
  // A shift by 64 has to give zero, hence the two shifts.
  const digits0 = (load<u64>(word) << offset) | ((load<u64>(word, 8) >> 1) >> (63 - offset));
  const digits1 = (load<u64>(word, 8) << offset) | ((load<u64>(word, 16) >> 1) >> (63 - offset));
  const digits2 = (load<u64>(word, 16) << offset) | ((load<u64>(word, 24) >> 1) >> (63 - offset));
  const carried = upperProduct(integer, digits2);
  const lower = integer * digits1 + carried;
  const upper = integer * digits0 + upperProduct(integer, digits1) + u64(lower < carried);
  // The fraction, in units of 2⁻¹²⁸, taken from −½ to ½.
  let high = (upper << 2) | (lower >> 62);
  let low = lower << 2;
  const negative = high >> 63;
  if (negative) {
    low = 0 - low;
    high = ~high + u64(low == 0);
  }
  const zeros = clz(high | 1);
  high = (high << zeros) | ((low >> 1) >> (63 - zeros));
  // Its product with π/2, whose first part has 21 bits, so that the product with the upper 32 bits of the fraction is exact.
  const leading = <f64>(high >> 32);
  const trailing = <f64>(high & 0xffffffff) * 2.3283064365386963e-10;
  const product = leading * 1.57079601287841796875 + (leading * 3.139164786504813e-7 + trailing * 1.5707963267948966);
  const scaled = product * reinterpret<f64>((991 - zeros) << 52);
  return i64x2.replace_lane(f64x2.splat(negative ? -scaled : scaled), 1, (upper >> 62) + negative);
}

/**
 * sin(x + q π/2) for x ≥ 0: with x = n π/2 + r, it is ± sin r for even n + q and ± cos r for odd, and the sign changes with bit 1 of n + q.
 * Both are evaluated and each lane picks one. Lanes too large for π/2 in three parts take their r and n from largeRemainder.
 */
function circular(x: v128, q: i64): v128 {
  const shift = at(sinusoidal, 16);
  let quadrant = multiplyAdd(x, at(sinusoidal, 12), shift);
  let r = remainderOfQuarters(x, f64x2.sub(quadrant, shift));
  const beyond = v128.not(f64x2.le(x, at(sinusoidal, 17)));
  if (i64x2.bitmask(beyond)) {
    const first = largeRemainder(f64x2.extract_lane(x, 0));
    const second = largeRemainder(f64x2.extract_lane(x, 1));
    r = v128.bitselect(v128.shuffle<f64>(first, second, 0, 2), r, beyond);
    quadrant = v128.bitselect(v128.shuffle<f64>(first, second, 1, 3), quadrant, beyond);
  }
  if (q) quadrant = i64x2.add(quadrant, at(patterns, 7));
  const z = f64x2.mul(r, r);
  const z2 = f64x2.mul(z, z);
  const z4 = f64x2.mul(z2, z2);
  const sineLow = multiplyAdd(linear(sinusoidal, 2, z), z2, linear(sinusoidal, 0, z));
  const sine = multiplyAdd(f64x2.mul(r, z), multiplyAdd(linear(sinusoidal, 4, z), z4, sineLow), r);
  const cosineLow = multiplyAdd(linear(sinusoidal, 8, z), z2, linear(sinusoidal, 6, z));
  const cosineTail = f64x2.mul(z2, multiplyAdd(linear(sinusoidal, 10, z), z4, cosineLow));
  const cosine = f64x2.sub(at(general, one), f64x2.sub(f64x2.mul(at(general, half), z), cosineTail));
  const even = i64x2.eq(v128.and(quadrant, at(patterns, 7)), i64x2.splat(0));
  const sign = i64x2.shl(i64x2.shr_u(quadrant, 1), 63);
  return v128.xor(v128.bitselect(sine, cosine, even), sign);
}

/** The sine of |x| with the sign of x. */
// @ts-ignore: decorator
@inline
export function sin(x: v128): v128 {
  return v128.xor(circular(f64x2.abs(x), 0), signOf(x));
}

/** The sine a quarter turn on. */
// @ts-ignore: decorator
@inline
export function cos(x: v128): v128 {
  return circular(f64x2.abs(x), 1);
}
