import { type Complex, complex, create, all as everything } from "mathjs";

// Functions over complex numbers, from their definitions and mathjs: they share nothing with the library.

const math = create(everything);

export type Z = Complex;
export const number = (re: number, im = 0): Z => complex(re, im);

const one = number(1);
export const neg = (x: Z): Z => math.unaryMinus(x) as Z;
export const add = (x: Z, y: Z): Z => math.add(x, y) as Z;
export const sub = (x: Z, y: Z): Z => math.subtract(x, y) as Z;
export const mul = (x: Z, y: Z): Z => math.multiply(x, y) as Z;
export const div = (x: Z, y: Z): Z => math.divide(x, y) as Z;
export const exp = (x: Z): Z => math.exp(x) as Z;
export const log = (x: Z): Z => math.log(x) as Z;
export const sqrt = (x: Z): Z => math.sqrt(x) as Z;
export const sin = (x: Z): Z => math.sin(x) as Z;
export const cos = (x: Z): Z => math.cos(x) as Z;
export const sinh = (x: Z): Z => math.sinh(x) as Z;
export const cosh = (x: Z): Z => math.cosh(x) as Z;
export const tanh = (x: Z): Z => math.tanh(x) as Z;
export const pow = (x: Z, y: Z): Z => exp(mul(y, log(x)));
export const square = (x: Z): Z => mul(x, x);
export const reciprocal = (x: Z): Z => div(one, x);
export const expm1 = (x: Z): Z => sub(exp(x), one);
export const log1p = (x: Z): Z => log(add(one, x));
export const sigmoid = (x: Z): Z => reciprocal(add(one, exp(neg(x))));
export const softplus = (x: Z): Z => log1p(exp(x));
/** −y·ln p − (1 − y)·ln(1 − p). */
export const crossEntropy = (p: Z, y: Z): Z => neg(add(mul(y, log(p)), mul(sub(one, y), log(sub(one, p)))));
