import { Code } from "../codes";
import { cos, sin } from "./math/circular";
import { exp, expm1, log, log1p, log1pOfUnit, sigmoid, softplus, tanh } from "./math/exponential";

// Math.pow, which JavaScript engines bring along.
// @ts-ignore: decorator
@external("math", "pow")
declare function power(x: f64, y: f64): f64;

// Each op is a class without fields: a name by which the loops below are made for it, with its arithmetic written out in them.

@unmanaged export class Neg { @inline apply(x: v128): v128 { return f64x2.neg(x); } }
@unmanaged export class Exp { @inline apply(x: v128): v128 { return exp(x); } }
@unmanaged export class Expm1 { @inline apply(x: v128): v128 { return expm1(x); } }
@unmanaged export class Log { @inline apply(x: v128): v128 { return log(x); } }
@unmanaged export class Log1p { @inline apply(x: v128): v128 { return log1p(x); } }
@unmanaged export class Sqrt { @inline apply(x: v128): v128 { return f64x2.sqrt(x); } }
@unmanaged export class Reciprocal { @inline apply(x: v128): v128 { return f64x2.div(f64x2.splat(1), x); } }
@unmanaged export class Abs { @inline apply(x: v128): v128 { return f64x2.abs(x); } }
@unmanaged export class Sign { @inline apply(x: v128): v128 { return sign(x); } }
@unmanaged export class Sin { @inline apply(x: v128): v128 { return sin(x); } }
@unmanaged export class Cos { @inline apply(x: v128): v128 { return cos(x); } }
@unmanaged export class Tanh { @inline apply(x: v128): v128 { return tanh(x); } }
@unmanaged export class Sigmoid { @inline apply(x: v128): v128 { return sigmoid(x); } }
@unmanaged export class Softplus { @inline apply(x: v128): v128 { return softplus(x); } }
@unmanaged export class Relu { @inline apply(x: v128): v128 { return f64x2.max(x, f64x2.splat(0)); } }
@unmanaged export class ExpNegAbs { @inline apply(x: v128): v128 { return exp(f64x2.neg(f64x2.abs(x))); } }
@unmanaged export class Add { @inline apply(x: v128, y: v128): v128 { return f64x2.add(x, y); } }
@unmanaged export class Sub { @inline apply(x: v128, y: v128): v128 { return f64x2.sub(x, y); } }
@unmanaged export class Mul { @inline apply(x: v128, y: v128): v128 { return f64x2.mul(x, y); } }
@unmanaged export class Div { @inline apply(x: v128, y: v128): v128 { return f64x2.div(x, y); } }
@unmanaged export class Pow { @inline apply(x: v128, y: v128): v128 { return pow(x, y); } }
@unmanaged export class Maximum { @inline apply(x: v128, y: v128): v128 { return f64x2.max(x, y); } }
@unmanaged export class Minimum { @inline apply(x: v128, y: v128): v128 { return f64x2.min(x, y); } }
@unmanaged export class Equal { @inline apply(x: v128, y: v128): v128 { return truth(f64x2.eq(x, y)); } }
@unmanaged export class NotEqual { @inline apply(x: v128, y: v128): v128 { return truth(f64x2.ne(x, y)); } }
@unmanaged export class Less { @inline apply(x: v128, y: v128): v128 { return truth(f64x2.lt(x, y)); } }
@unmanaged export class LessEqual { @inline apply(x: v128, y: v128): v128 { return truth(f64x2.le(x, y)); } }
@unmanaged export class SigmoidFromExp { @inline apply(x: v128, y: v128): v128 { return sigmoidFromExp(x, y); } }
@unmanaged export class Guard { @inline apply(x: v128, y: v128): v128 { return f64x2.add(x, truth(f64x2.eq(f64x2.add(x, y), f64x2.splat(0)))); } }
@unmanaged export class Where { @inline apply(x: v128, y: v128, z: v128): v128 { return v128.bitselect(y, z, f64x2.ne(x, f64x2.splat(0))); } }
@unmanaged export class LogisticLossFromExp { @inline apply(x: v128, y: v128, z: v128): v128 { return logisticLossFrom(x, y, log1pOfUnit(z)); } }
@unmanaged export class LogisticResidualFromExp { @inline apply(x: v128, y: v128, z: v128): v128 { return logisticResidual(x, y, z); } }

/** One number, in both lanes: not written out but called, which takes less code where there is no loop. */
export function lone1<Op>(x: v128): v128 {
  return changetype<Op>(0).apply(x);
}
export function lone2<Op>(x: v128, y: v128): v128 {
  return changetype<Op>(0).apply(x, y);
}
export function lone3<Op>(x: v128, y: v128, z: v128): v128 {
  return changetype<Op>(0).apply(x, y, z);
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
  return f64x2.sub(f64x2.sub(f64x2.add(half, f64x2.mul(half, s)), y), t);
}

/** Room for one number four times over, for each of three operands. */
const spreads: usize = memory.data(96, 16);

/** The number at x four times in a row, so that a loop can read it as if it were many. */
function spread(x: usize, operand: usize): usize {
  const to = spreads + (operand << 5);
  const v = v128.load64_splat(x);
  v128.store(to, v);
  v128.store(to, v, 16);
  return to;
}

// The loops. A step is 1 to walk along an input, 0 to stay on one number. Four numbers a round, what is left one by one.

function loop1<Op>(n: usize, out: usize, a: usize): void {
  const many = out + ((n & ~3) << 3);
  const end = out + (n << 3);
  for (; out < many; out += 32, a += 32) {
    v128.store(out, changetype<Op>(0).apply(v128.load(a)));
    v128.store(out, changetype<Op>(0).apply(v128.load(a, 16)), 16);
  }
  for (; out < end; out += 8, a += 8) v128.store64_lane(out, lone1<Op>(v128.load64_splat(a)), 0);
}

/** The same two by two, for what is long already. */
function loop1Long<Op>(n: usize, out: usize, a: usize): void {
  for (const end = out + ((n & ~1) << 3); out < end; out += 16, a += 16) v128.store(out, changetype<Op>(0).apply(v128.load(a)));
  if (n & 1) v128.store64_lane(out, lone1<Op>(v128.load64_splat(a)), 0);
}

function loop2<Op>(n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize): void {
  const many = out + ((n & ~3) << 3);
  const end = out + (n << 3);
  if (out < many) {
    let i = stepA == 0 ? spread(a, 0) : a;
    let j = stepB == 0 ? spread(b, 1) : b;
    for (; out < many; out += 32, i += stepA << 5, j += stepB << 5) {
      v128.store(out, changetype<Op>(0).apply(v128.load(i), v128.load(j)));
      v128.store(out, changetype<Op>(0).apply(v128.load(i, 16), v128.load(j, 16)), 16);
    }
    if (stepA != 0) a = i;
    if (stepB != 0) b = j;
  }
  for (; out < end; out += 8, a += stepA << 3, b += stepB << 3)
    v128.store64_lane(out, lone2<Op>(v128.load64_splat(a), v128.load64_splat(b)), 0);
}

function loop3<Op>(n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize, c: usize, stepC: usize): void {
  const end = out + ((n & ~1) << 3);
  if (out < end) {
    let i = stepA == 0 ? spread(a, 0) : a;
    let j = stepB == 0 ? spread(b, 1) : b;
    let k = stepC == 0 ? spread(c, 2) : c;
    for (; out < end; out += 16, i += stepA << 4, j += stepB << 4, k += stepC << 4)
      v128.store(out, changetype<Op>(0).apply(v128.load(i), v128.load(j), v128.load(k)));
    if (stepA != 0) a = i;
    if (stepB != 0) b = j;
    if (stepC != 0) c = k;
  }
  if (n & 1) v128.store64_lane(out, lone3<Op>(v128.load64_splat(a), v128.load64_splat(b), v128.load64_splat(c)), 0);
}

/** out[i] = op(a[i·stepA], b[i·stepB], c[i·stepC]) for n places; the steps are 0 or 1, that of a lone input is 1. */
export function elements(code: Code, n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize, c: usize, stepC: usize): void {
  switch (code) {
    case Code.Neg: return loop1<Neg>(n, out, a);
    case Code.Exp: return loop1Long<Exp>(n, out, a);
    case Code.Expm1: return loop1Long<Expm1>(n, out, a);
    case Code.Log: return loop1Long<Log>(n, out, a);
    case Code.Log1p: return loop1Long<Log1p>(n, out, a);
    case Code.Sqrt: return loop1<Sqrt>(n, out, a);
    case Code.Reciprocal: return loop1<Reciprocal>(n, out, a);
    case Code.Abs: return loop1<Abs>(n, out, a);
    case Code.Sign: return loop1<Sign>(n, out, a);
    case Code.Sin: return loop1Long<Sin>(n, out, a);
    case Code.Cos: return loop1Long<Cos>(n, out, a);
    case Code.Tanh: return loop1Long<Tanh>(n, out, a);
    case Code.Sigmoid: return loop1Long<Sigmoid>(n, out, a);
    case Code.Softplus: return loop1Long<Softplus>(n, out, a);
    case Code.Relu: return loop1<Relu>(n, out, a);
    case Code.ExpNegAbs: return loop1Long<ExpNegAbs>(n, out, a);
    case Code.Add: return loop2<Add>(n, out, a, stepA, b, stepB);
    case Code.Sub: return loop2<Sub>(n, out, a, stepA, b, stepB);
    case Code.Mul: return loop2<Mul>(n, out, a, stepA, b, stepB);
    case Code.Div: return loop2<Div>(n, out, a, stepA, b, stepB);
    case Code.Pow: return loop2<Pow>(n, out, a, stepA, b, stepB);
    case Code.Maximum: return loop2<Maximum>(n, out, a, stepA, b, stepB);
    case Code.Minimum: return loop2<Minimum>(n, out, a, stepA, b, stepB);
    case Code.Equal: return loop2<Equal>(n, out, a, stepA, b, stepB);
    case Code.NotEqual: return loop2<NotEqual>(n, out, a, stepA, b, stepB);
    case Code.Less: return loop2<Less>(n, out, a, stepA, b, stepB);
    case Code.LessEqual: return loop2<LessEqual>(n, out, a, stepA, b, stepB);
    case Code.SigmoidFromExp: return loop2<SigmoidFromExp>(n, out, a, stepA, b, stepB);
    case Code.Guard: return loop2<Guard>(n, out, a, stepA, b, stepB);
    case Code.Where: return loop3<Where>(n, out, a, stepA, b, stepB, c, stepC);
    case Code.LogisticLossFromExp: return loop3<LogisticLossFromExp>(n, out, a, stepA, b, stepB, c, stepC);
    default: return loop3<LogisticResidualFromExp>(n, out, a, stepA, b, stepB, c, stepC);
  }
}

/**
 * The same over the outer axes of a broadcast. `axes` holds four words an axis: its size, and the bytes from one place to
 * the next in a, b and c. The output is contiguous; returns where it goes on.
 */
export function broadcast(
  code: Code, axes: usize, count: u32, n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize, c: usize, stepC: usize,
): usize {
  if (count == 0) {
    elements(code, n, out, a, stepA, b, stepB, c, stepC);
    return out + (n << 3);
  }
  const size = load<u32>(axes);
  for (let i: u32 = 0; i < size; i++) {
    out = broadcast(code, axes + 16, count - 1, n, out, a, stepA, b, stepB, c, stepC);
    a += load<u32>(axes, 4);
    b += load<u32>(axes, 8);
    c += load<u32>(axes, 12);
  }
  return out;
}
