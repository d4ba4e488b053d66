import { Code } from "../codes";
import { cos, exp, expm1, log, log1p, sigmoid, sin, softplus, tanh } from "./math";

// Math.pow, which JavaScript engines bring along.
// @ts-ignore: decorator
@external("math", "pow")
declare function power(x: f64, y: f64): f64;

// `code` and `many` are constants wherever these three are called; the compiler keeps the one branch that they name. With
// `many` the functions are written out in the loop; without it they are called, which for a single number takes less code.

// @ts-ignore: decorator
@inline
export function apply1(code: Code, x: v128, many: bool): v128 {
  if (code == Code.Neg) return f64x2.neg(x);
  if (code == Code.Exp) return many ? exp(x) : callExp(x);
  if (code == Code.Expm1) return many ? expm1(x) : callExpm1(x);
  if (code == Code.Log) return many ? log(x) : callLog(x);
  if (code == Code.Log1p) return many ? log1p(x) : callLog1p(x);
  if (code == Code.Sqrt) return f64x2.sqrt(x);
  if (code == Code.Square) return f64x2.mul(x, x);
  if (code == Code.Reciprocal) return f64x2.div(f64x2.splat(1), x);
  if (code == Code.Abs) return f64x2.abs(x);
  if (code == Code.Sign) return sign(x);
  if (code == Code.Sin) return many ? sin(x) : callSin(x);
  if (code == Code.Cos) return many ? cos(x) : callCos(x);
  if (code == Code.Tanh) return many ? tanh(x) : callTanh(x);
  if (code == Code.Sigmoid) return many ? sigmoid(x) : callSigmoid(x);
  if (code == Code.Softplus) return many ? softplus(x) : callSoftplus(x);
  return f64x2.max(x, f64x2.splat(0)); // Relu
}

function callExp(x: v128): v128 {
  return exp(x);
}

function callExpm1(x: v128): v128 {
  return expm1(x);
}

function callLog(x: v128): v128 {
  return log(x);
}

function callLog1p(x: v128): v128 {
  return log1p(x);
}

function callSin(x: v128): v128 {
  return sin(x);
}

function callCos(x: v128): v128 {
  return cos(x);
}

function callTanh(x: v128): v128 {
  return tanh(x);
}

function callSigmoid(x: v128): v128 {
  return sigmoid(x);
}

function callSoftplus(x: v128): v128 {
  return softplus(x);
}

// @ts-ignore: decorator
@inline
export function apply2(code: Code, x: v128, y: v128, many: bool): v128 {
  if (code == Code.Add) return f64x2.add(x, y);
  if (code == Code.Sub) return f64x2.sub(x, y);
  if (code == Code.Mul) return f64x2.mul(x, y);
  if (code == Code.Div) return f64x2.div(x, y);
  if (code == Code.Pow) return pow(x, y);
  if (code == Code.Maximum) return f64x2.max(x, y);
  if (code == Code.Minimum) return f64x2.min(x, y);
  if (code == Code.Equal) return truth(f64x2.eq(x, y));
  if (code == Code.NotEqual) return truth(f64x2.ne(x, y));
  if (code == Code.Less) return truth(f64x2.lt(x, y));
  if (code == Code.LessEqual) return truth(f64x2.le(x, y));
  if (code == Code.Greater) return truth(f64x2.gt(x, y));
  if (code == Code.GreaterEqual) return truth(f64x2.ge(x, y));
  return many ? logisticLoss(x, y) : callLogisticLoss(x, y);
}

// @ts-ignore: decorator
@inline
export function apply3(code: Code, x: v128, y: v128, z: v128, many: bool): v128 {
  if (code == Code.Where) return v128.bitselect(y, z, f64x2.ne(x, f64x2.splat(0)));
  return many ? logisticGradient(x, y, z) : callLogisticGradient(x, y, z);
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

/**
 * softplus(z) − y·z as ln(1 + e^(−|z|)) + (½z + ½|z| − y·z): for y = 0 or 1 the bracket is exactly 0 or |z|, so that a
 * loss that is tiny, because the prediction is right, keeps all its digits.
 */
// @ts-ignore: decorator
@inline
function logisticLoss(z: v128, y: v128): v128 {
  const size = f64x2.abs(z);
  const half = f64x2.splat(0.5);
  const bracket = f64x2.sub(f64x2.add(f64x2.mul(half, z), f64x2.mul(half, size)), f64x2.mul(y, z));
  const loss = f64x2.add(bracket, softplus(f64x2.neg(size)));
  const infinite = f64x2.eq(size, f64x2.splat(Infinity));
  if (!v128.any_true(infinite)) return loss;
  // How much of the target is on the other side: nothing costs nothing, anything costs ∞.
  const wrong = v128.bitselect(f64x2.sub(f64x2.splat(1), y), y, f64x2.gt(z, f64x2.splat(0)));
  const cost = v128.bitselect(f64x2.splat(0), f64x2.mul(wrong, size), f64x2.eq(wrong, f64x2.splat(0)));
  return v128.bitselect(cost, loss, infinite);
}

/**
 * g·(σ(z) − y) with t = σ(−|z|), the smaller of σ(z) and σ(−z): σ(z) is t for z < 0 and 1 − t for z > 0. The 1 meets y
 * before t is taken away, so that nothing cancels where the result is −t.
 */
// @ts-ignore: decorator
@inline
function logisticGradient(g: v128, z: v128, y: v128): v128 {
  const e = exp(f64x2.neg(f64x2.abs(z)));
  const half = f64x2.splat(0.5);
  const s = sign(z);
  const t = f64x2.div(f64x2.mul(s, e), f64x2.add(f64x2.splat(1), e));
  return f64x2.mul(g, f64x2.sub(f64x2.sub(f64x2.add(half, f64x2.mul(half, s)), y), t));
}

function callLogisticLoss(z: v128, y: v128): v128 {
  return logisticLoss(z, y);
}
function callLogisticGradient(g: v128, z: v128, y: v128): v128 {
  return logisticGradient(g, z, y);
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

// @ts-ignore: decorator
@inline
function loop1(code: Code, n: usize, out: usize, a: usize): void {
  const many = out + ((n & ~3) << 3);
  const end = out + (n << 3);
  for (; out < many; out += 32, a += 32) {
    v128.store(out, apply1(code, v128.load(a), true));
    v128.store(out, apply1(code, v128.load(a, 16), true), 16);
  }
  for (; out < end; out += 8, a += 8) v128.store64_lane(out, apply1(code, v128.load64_splat(a), false), 0);
}

// @ts-ignore: decorator
@inline
function loop2(code: Code, n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize): void {
  const many = out + ((n & ~3) << 3);
  const end = out + (n << 3);
  if (out < many) {
    let i = stepA == 0 ? spread(a, 0) : a;
    let j = stepB == 0 ? spread(b, 1) : b;
    for (; out < many; out += 32, i += stepA << 5, j += stepB << 5) {
      v128.store(out, apply2(code, v128.load(i), v128.load(j), true));
      v128.store(out, apply2(code, v128.load(i, 16), v128.load(j, 16), true), 16);
    }
    if (stepA != 0) a = i;
    if (stepB != 0) b = j;
  }
  for (; out < end; out += 8, a += stepA << 3, b += stepB << 3)
    v128.store64_lane(out, apply2(code, v128.load64_splat(a), v128.load64_splat(b), false), 0);
}

// @ts-ignore: decorator
@inline
function loop3(code: Code, n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize, c: usize, stepC: usize): void {
  const many = out + ((n & ~3) << 3);
  const end = out + (n << 3);
  if (out < many) {
    let i = stepA == 0 ? spread(a, 0) : a;
    let j = stepB == 0 ? spread(b, 1) : b;
    let k = stepC == 0 ? spread(c, 2) : c;
    for (; out < many; out += 32, i += stepA << 5, j += stepB << 5, k += stepC << 5) {
      v128.store(out, apply3(code, v128.load(i), v128.load(j), v128.load(k), true));
      v128.store(out, apply3(code, v128.load(i, 16), v128.load(j, 16), v128.load(k, 16), true), 16);
    }
    if (stepA != 0) a = i;
    if (stepB != 0) b = j;
    if (stepC != 0) c = k;
  }
  for (; out < end; out += 8, a += stepA << 3, b += stepB << 3, c += stepC << 3)
    v128.store64_lane(out, apply3(code, v128.load64_splat(a), v128.load64_splat(b), v128.load64_splat(c), false), 0);
}

/** out[i] = op(a[i·stepA], b[i·stepB], c[i·stepC]) for n places; the steps are 0 or 1, that of a lone input is 1. */
export function elements(code: Code, n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize, c: usize, stepC: usize): void {
  switch (code) {
    case Code.Neg: return loop1(Code.Neg, n, out, a);
    case Code.Exp: return loop1(Code.Exp, n, out, a);
    case Code.Expm1: return loop1(Code.Expm1, n, out, a);
    case Code.Log: return loop1(Code.Log, n, out, a);
    case Code.Log1p: return loop1(Code.Log1p, n, out, a);
    case Code.Sqrt: return loop1(Code.Sqrt, n, out, a);
    case Code.Square: return loop1(Code.Square, n, out, a);
    case Code.Reciprocal: return loop1(Code.Reciprocal, n, out, a);
    case Code.Abs: return loop1(Code.Abs, n, out, a);
    case Code.Sign: return loop1(Code.Sign, n, out, a);
    case Code.Sin: return loop1(Code.Sin, n, out, a);
    case Code.Cos: return loop1(Code.Cos, n, out, a);
    case Code.Tanh: return loop1(Code.Tanh, n, out, a);
    case Code.Sigmoid: return loop1(Code.Sigmoid, n, out, a);
    case Code.Softplus: return loop1(Code.Softplus, n, out, a);
    case Code.Relu: return loop1(Code.Relu, n, out, a);
    case Code.Add: return loop2(Code.Add, n, out, a, stepA, b, stepB);
    case Code.Sub: return loop2(Code.Sub, n, out, a, stepA, b, stepB);
    case Code.Mul: return loop2(Code.Mul, n, out, a, stepA, b, stepB);
    case Code.Div: return loop2(Code.Div, n, out, a, stepA, b, stepB);
    case Code.Pow: return loop2(Code.Pow, n, out, a, stepA, b, stepB);
    case Code.Maximum: return loop2(Code.Maximum, n, out, a, stepA, b, stepB);
    case Code.Minimum: return loop2(Code.Minimum, n, out, a, stepA, b, stepB);
    case Code.Equal: return loop2(Code.Equal, n, out, a, stepA, b, stepB);
    case Code.NotEqual: return loop2(Code.NotEqual, n, out, a, stepA, b, stepB);
    case Code.Less: return loop2(Code.Less, n, out, a, stepA, b, stepB);
    case Code.LessEqual: return loop2(Code.LessEqual, n, out, a, stepA, b, stepB);
    case Code.Greater: return loop2(Code.Greater, n, out, a, stepA, b, stepB);
    case Code.GreaterEqual: return loop2(Code.GreaterEqual, n, out, a, stepA, b, stepB);
    case Code.LogisticLoss: return loop2(Code.LogisticLoss, n, out, a, stepA, b, stepB);
    case Code.Where: return loop3(Code.Where, n, out, a, stepA, b, stepB, c, stepC);
    default: return loop3(Code.LogisticGradient, n, out, a, stepA, b, stepB, c, stepC);
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
