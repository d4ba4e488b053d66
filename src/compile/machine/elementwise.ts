import { Long } from "./loops";
import { cos, sin } from "./math/circular";
import { exp, expm1, log, log1p, log1pOfUnit, sigmoid, softplus, tanh } from "./math/exponential";

// Math.pow, which JavaScript engines bring along.
// @ts-ignore: decorator
@external("math", "pow")
declare function power(x: f64, y: f64): f64;

// Each op is a class without fields: a name by which the loops of loops.ts are made for it, with its arithmetic written out in
// them. To write one here is all that the machine needs to have it: build-machine.mjs gives it a code and its cases.

@unmanaged export class Neg { @inline apply(x: v128): v128 { return f64x2.neg(x); } }
@unmanaged export class Exp extends Long { @inline apply(x: v128): v128 { return exp(x); } }
@unmanaged export class Expm1 extends Long { @inline apply(x: v128): v128 { return expm1(x); } }
@unmanaged export class Log extends Long { @inline apply(x: v128): v128 { return log(x); } }
@unmanaged export class Log1p extends Long { @inline apply(x: v128): v128 { return log1p(x); } }
@unmanaged export class Sqrt { @inline apply(x: v128): v128 { return f64x2.sqrt(x); } }
@unmanaged export class Reciprocal { @inline apply(x: v128): v128 { return f64x2.div(f64x2.splat(1), x); } }
@unmanaged export class Abs { @inline apply(x: v128): v128 { return f64x2.abs(x); } }
@unmanaged export class Sign { @inline apply(x: v128): v128 { return sign(x); } }
@unmanaged export class Sin extends Long { @inline apply(x: v128): v128 { return sin(x); } }
@unmanaged export class Cos extends Long { @inline apply(x: v128): v128 { return cos(x); } }
@unmanaged export class Tanh extends Long { @inline apply(x: v128): v128 { return tanh(x); } }
@unmanaged export class TanhSlope extends Long { @inline apply(x: v128): v128 { return f64x2.mul(f64x2.splat(4), slopeFromExp(exp(f64x2.mul(f64x2.splat(-2), f64x2.abs(x))))); } }
@unmanaged export class SigmoidSlopeFromExp { @inline apply(e: v128): v128 { return slopeFromExp(e); } }
@unmanaged export class Silu extends Long { @inline apply(x: v128): v128 { return zeroWhere(f64x2.mul(x, sigmoid(x)), f64x2.eq(x, f64x2.splat(-Infinity))); } }
@unmanaged export class Sigmoid extends Long { @inline apply(x: v128): v128 { return sigmoid(x); } }
@unmanaged export class Softplus extends Long { @inline apply(x: v128): v128 { return softplus(x); } }
@unmanaged export class Relu { @inline apply(x: v128): v128 { return f64x2.max(x, f64x2.splat(0)); } }
@unmanaged export class ExpNegAbs extends Long { @inline apply(x: v128): v128 { return exp(f64x2.neg(f64x2.abs(x))); } }
@unmanaged export class Add { @inline apply(x: v128, y: v128): v128 { return f64x2.add(x, y); } }
@unmanaged export class Sub { @inline apply(x: v128, y: v128): v128 { return f64x2.sub(x, y); } }
@unmanaged export class Mul { @inline apply(x: v128, y: v128): v128 { return f64x2.mul(x, y); } }
@unmanaged export class Div { @inline apply(x: v128, y: v128): v128 { return f64x2.div(x, y); } }
@unmanaged export class MulLimit { @inline apply(x: v128, y: v128): v128 { return zeroWhere(f64x2.mul(x, y), v128.and(isZero(x), f64x2.eq(y, y))); } }
@unmanaged export class MulFirst { @inline apply(x: v128, y: v128): v128 { return zeroWhere(f64x2.mul(x, y), isZero(x)); } }
@unmanaged export class MulEither { @inline apply(x: v128, y: v128): v128 { return zeroWhere(f64x2.mul(x, y), v128.or(isZero(x), isZero(y))); } }
@unmanaged export class DivFirst { @inline apply(x: v128, y: v128): v128 { return zeroWhere(f64x2.div(x, y), isZero(x)); } }
@unmanaged export class Pow { @inline apply(x: v128, y: v128): v128 { return pow(x, y); } }
@unmanaged export class Maximum { @inline apply(x: v128, y: v128): v128 { return f64x2.max(x, y); } }
@unmanaged export class Minimum { @inline apply(x: v128, y: v128): v128 { return f64x2.min(x, y); } }
@unmanaged export class Equal { @inline apply(x: v128, y: v128): v128 { return truth(f64x2.eq(x, y)); } }
@unmanaged export class NotEqual { @inline apply(x: v128, y: v128): v128 { return truth(f64x2.ne(x, y)); } }
@unmanaged export class Less { @inline apply(x: v128, y: v128): v128 { return truth(f64x2.lt(x, y)); } }
@unmanaged export class LessEqual { @inline apply(x: v128, y: v128): v128 { return truth(f64x2.le(x, y)); } }
@unmanaged export class SigmoidFromExp { @inline apply(x: v128, y: v128): v128 { return sigmoidFromExp(x, y); } }
@unmanaged export class Step { @inline apply(x: v128, y: v128, z: v128): v128 { return heaviside(x, y, z); } }
@unmanaged export class Where { @inline apply(x: v128, y: v128, z: v128): v128 { return v128.bitselect(y, z, f64x2.ne(x, f64x2.splat(0))); } }
@unmanaged export class LogisticLossFromExp { @inline apply(x: v128, y: v128, z: v128): v128 { return logisticLossFrom(x, y, log1pOfUnit(z)); } }
@unmanaged export class LogisticResidualFromExp { @inline apply(x: v128, y: v128, z: v128): v128 { return logisticResidual(x, y, z); } }

// @ts-ignore: decorator
@inline
function isZero(x: v128): v128 {
  return f64x2.eq(x, f64x2.splat(0));
}

/** A result with 0 in the place of a NaN that a zero made. */
// @ts-ignore: decorator
@inline
function zeroWhere(result: v128, wins: v128): v128 {
  return v128.andnot(result, v128.and(wins, f64x2.ne(result, result)));
}

/** 1 where x > y, 0 where x < y, `tie` where they are equal, NaN where either is. */
// @ts-ignore: decorator
@inline
function heaviside(x: v128, y: v128, tie: v128): v128 {
  const step = v128.or(truth(f64x2.gt(x, y)), v128.and(f64x2.eq(x, y), tie));
  const ordered = v128.and(f64x2.eq(x, x), f64x2.eq(y, y));
  return v128.bitselect(step, f64x2.splat(NaN), ordered);
}

/** e/(1 + e)² from e = e^(−|z|): σ(z)(1 − σ(z)). */
// @ts-ignore: decorator
@inline
function slopeFromExp(e: v128): v128 {
  const below = f64x2.add(f64x2.splat(1), e);
  return f64x2.div(e, f64x2.mul(below, below));
}

/** A mask as numbers: 1 where it is set, else 0. */
// @ts-ignore: decorator
@inline
function truth(mask: v128): v128 {
  return v128.and(mask, f64x2.splat(1));
}

/** −1 or 1 with the sign of x; ±0 and NaN stay what they are. */
// @ts-ignore: decorator
@inline
function sign(x: v128): v128 {
  const signed = v128.or(v128.and(x, f64x2.splat(-0.0)), f64x2.splat(1));
  const ordinary = v128.or(f64x2.lt(x, f64x2.splat(0)), f64x2.gt(x, f64x2.splat(0)));
  return v128.bitselect(signed, x, ordinary);
}

function pow(x: v128, y: v128): v128 {
  const first = power(f64x2.extract_lane(x, 0), f64x2.extract_lane(y, 0));
  const second = power(f64x2.extract_lane(x, 1), f64x2.extract_lane(y, 1));
  return f64x2.replace_lane(f64x2.splat(first), 1, second);
}

/** σ(z) from e = e^(−|z|): 1/(1 + e) for z ≥ 0 and e/(1 + e) for z < 0. */
// @ts-ignore: decorator
@inline
function sigmoidFromExp(z: v128, e: v128): v128 {
  const one = f64x2.splat(1);
  return f64x2.div(v128.bitselect(e, one, f64x2.lt(z, f64x2.splat(0))), f64x2.add(one, e));
}

/**
 * softplus(z) − y·z from ln(1 + e^(−|z|)), as that and ½z + ½|z| − y·z: for y = 0 or 1 the latter is exactly 0 or |z|, so that
 * a loss that is tiny, because the prediction is right, keeps all its digits.
 */
// @ts-ignore: decorator
@inline
function logisticLossFrom(z: v128, y: v128, logarithm: v128): v128 {
  const size = f64x2.abs(z);
  const half = f64x2.splat(0.5);
  const bracket = f64x2.sub(f64x2.add(f64x2.mul(half, z), f64x2.mul(half, size)), f64x2.mul(y, z));
  const loss = f64x2.add(bracket, logarithm);
  const infinite = f64x2.eq(size, f64x2.splat(Infinity));
  if (!v128.any_true(infinite)) return loss;
  // How much of the target is on the other side: nothing costs nothing, anything costs ∞.
  const wrong = v128.bitselect(f64x2.sub(f64x2.splat(1), y), y, f64x2.gt(z, f64x2.splat(0)));
  const cost = v128.bitselect(f64x2.splat(0), f64x2.mul(wrong, size), f64x2.eq(wrong, f64x2.splat(0)));
  return v128.bitselect(cost, loss, infinite);
}

/**
 * σ(z) − y from e = e^(−|z|), with t = e/(1 + e) = σ(−|z|), the smaller of σ(z) and σ(−z): σ(z) is t for z < 0 and 1 − t for
 * z > 0. The 1 meets y before t is taken away, so that nothing cancels where the result is −t.
 */
// @ts-ignore: decorator
@inline
function logisticResidual(z: v128, y: v128, e: v128): v128 {
  const half = f64x2.splat(0.5);
  const s = sign(z);
  const t = f64x2.div(f64x2.mul(s, e), f64x2.add(f64x2.splat(1), e));
  const plain = f64x2.sub(f64x2.sub(f64x2.add(half, f64x2.mul(half, s)), y), t);
  const small = f64x2.lt(f64x2.abs(z), f64x2.splat(SMALL_LOGIT));
  if (!v128.any_true(small)) return plain;
  const z2 = f64x2.mul(z, z);
  let series = f64x2.sub(f64x2.splat(1.0 / 480), f64x2.mul(z2, f64x2.splat(17.0 / 80640)));
  series = f64x2.sub(f64x2.splat(1.0 / 48), f64x2.mul(z2, series));
  series = f64x2.mul(z, f64x2.sub(f64x2.splat(0.25), f64x2.mul(z2, series)));
  return v128.bitselect(f64x2.add(f64x2.sub(half, y), series), plain, small);
}

/** Up to here σ(z) − ½ is taken by its series, which keeps its digits where y is ½: the next term is below 10⁻¹⁶ of the sum. */
const SMALL_LOGIT: f64 = 0.03;
