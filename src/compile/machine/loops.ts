// How an op runs over one number, and over many.

import { Instruction } from "./instruction";

/** The base of ops of one operand whose arithmetic is long already: a loop does not write it out twice a round. */
@unmanaged export class Long {}

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

/** The op of the code on single numbers, as many as it takes: *out = op(*a, *b, *c). What it does not take is not there. */
@unmanaged class Single extends Instruction {
  out: u32;
  a: u32;
  b: u32;
  c: u32;
}

// @ts-ignore: decorator
@inline
export function single1<Op>(at: usize): usize {
  const s = changetype<Single>(at);
  v128.store64_lane(s.out, lone1<Op>(v128.load64_splat(s.a)), 0);
  return at + offsetof<Single>("b");
}

// @ts-ignore: decorator
@inline
export function single2<Op>(at: usize): usize {
  const s = changetype<Single>(at);
  v128.store64_lane(s.out, lone2<Op>(v128.load64_splat(s.a), v128.load64_splat(s.b)), 0);
  return at + offsetof<Single>("c");
}

// @ts-ignore: decorator
@inline
export function single3<Op>(at: usize): usize {
  const s = changetype<Single>(at);
  v128.store64_lane(s.out, lone3<Op>(v128.load64_splat(s.a), v128.load64_splat(s.b), v128.load64_splat(s.c)), 0);
  return at + offsetof<Single>();
}

/** Room for one number four times over, for each of three operands. */
let spreads: usize = memory.data(96, 16);

/** Gives an instance of the machine such room elsewhere: several that share a memory need one each. */
export function useRoom(at: usize): void {
  spreads = at;
}

/** The number at x four times in a row, so that a loop can read it as if it were many. */
function spread(x: usize, operand: usize): usize {
  const to = spreads + (operand << 5);
  const v = v128.load64_splat(x);
  v128.store(to, v);
  v128.store(to, v, 16);
  return to;
}

// Many numbers: out[i] = op(a[i·stepA], b[i·stepB], c[i·stepC]) for n places. A step is 1 to walk along an input, 0 to stay on one
// number. Four numbers a round, what is left one by one.

export function loop1<Op>(n: usize, out: usize, a: usize): void {
  const many = out + ((n & ~3) << 3);
  const end = out + (n << 3);
  for (; out < many; out += 32, a += 32) {
    v128.store(out, changetype<Op>(0).apply(v128.load(a)));
    v128.store(out, changetype<Op>(0).apply(v128.load(a, 16)), 16);
  }
  for (; out < end; out += 8, a += 8) v128.store64_lane(out, lone1<Op>(v128.load64_splat(a)), 0);
}

/** The same two by two, for ops that are {@link Long}. */
export function loop1Long<Op>(n: usize, out: usize, a: usize): void {
  for (const end = out + ((n & ~1) << 3); out < end; out += 16, a += 16) v128.store(out, changetype<Op>(0).apply(v128.load(a)));
  if (n & 1) v128.store64_lane(out, lone1<Op>(v128.load64_splat(a)), 0);
}

export function loop2<Op>(n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize): void {
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

export function loop3<Op>(n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize, c: usize, stepC: usize): void {
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
