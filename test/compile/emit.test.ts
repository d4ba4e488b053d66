import { compile, grad, jvp, type Tensor, tan, tensor, valueAndGrad, vjp } from "gradtape";
import { afterEach, describe, expect, test, vi } from "vitest";
import { emit } from "../../src/compile/emit/emit.js";
import { scalarsOf } from "../../src/compile/emit/scalars.js";
import { firstFree, startMachine } from "../../src/compile/machine.js";
import { names, operandsOf } from "../../src/compile/machine-words.js";
import { cases } from "../oracles/cases.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Calls until a program has been made into code. */
const CALLS = 100;

/** How many modules of WebAssembly f makes. */
function modulesOf(f: () => void): number {
  const { Module, Instance, Memory } = WebAssembly;
  let count = 0;
  const Counted = class {
    constructor(bytes: Uint8Array<ArrayBuffer>) {
      count++;
      // biome-ignore lint/correctness/noConstructorReturn: what it is called for
      return new Module(bytes);
    }
  };
  vi.stubGlobal("WebAssembly", { Module: Counted, Instance, Memory });
  f();
  vi.unstubAllGlobals();
  return count;
}

const bits = (numbers: ArrayLike<number>): string => Array.from(numbers, (x) => (Object.is(x, -0) ? "-0" : String(x))).join(" ");

const EDGES = [0, -0, 1, -1, 0.3, -2.5, 0.01, 5e-324, 1e-310, 700, -745, 1e308, -1e308, Infinity, -Infinity, Number.NaN];
/** Of these no product and no quotient is NaN, for which emitted code hands over to the machine. */
const TAME = [[0, -0, 1, -2.5, 5e-324, 3e8], [1, -1, 0.3, -2.5], [0.5]];

/** Numbers and the words of an op on all combinations of them, one after the other in the memory. */
function combinations(code: number, numbers: readonly (readonly number[])[]) {
  const flat = numbers.flat();
  const firsts = numbers.map((_, i) => numbers.slice(0, i).flat().length);
  const at = (i: number): number => firstFree + 8 * i;
  const count = numbers.reduce((product, { length }) => product * length, 1);
  const words: number[] = [];
  for (let i = 0; i < count; i++) {
    words.push(code, at(flat.length + i));
    numbers.reduce((rest, { length }, operand) => {
      words.push(at(firsts[operand] + (rest % length)));
      return Math.floor(rest / length);
    }, i);
  }
  return { flat, count, words, outAt: at(flat.length), wordsAt: at(flat.length + count) };
}

/** The bits of what an op gives for all combinations of numbers. */
function results(code: number, numbers: readonly (readonly number[])[], isEmitted: boolean): string {
  const { flat, count, words, outAt, wordsAt } = combinations(code, numbers);
  const machine = startMachine(wordsAt + 4 * words.length, () => {});
  if (machine === undefined) throw new Error("no machine");
  new Float64Array(machine.buffer, firstFree, flat.length).set(flat);
  new Uint32Array(machine.buffer, wordsAt, words.length).set(words);
  const scalars = scalarsOf(words, 0, words.length, count) ?? [];
  expect(scalars).toHaveLength(count);
  if (isEmitted) machine.start(emit(scalars, { from: 0, to: words.length }, wordsAt, () => true))?.();
  else machine.run(wordsAt, wordsAt + 4 * words.length, 0, 1);
  return bits(new Float64Array(machine.buffer, outAt, count));
}

describe("each op on single numbers gives the same as code and in the machine", () => {
  test.each(operandsOf.map((operands, code) => [names[code], operands, code] as const))("%s", (_, operands, code) => {
    for (const numbers of [Array<number[]>(operands).fill(EDGES), TAME.slice(0, operands)])
      expect(results(code, numbers, true)).toBe(results(code, numbers, false));
  });
});

describe("all cases of the oracles, after so many calls that they are emitted, are the same bit for bit", () => {
  let emitted = 0;
  for (const { op, title, f, inputs } of cases) {
    test(`${op} ${title}`, () => {
      const all = (...xs: Tensor[]): Tensor[] => {
        const [output, pullback] = vjp<Tensor[], Tensor>(f, ...xs);
        const [, tangent] = jvp<Tensor[], Tensor>(f, xs, xs);
        const second = jvp<Tensor[], Tensor>(
          (...ys) => grad<Tensor[], number[]>((...zs) => f(...zs).sum(), { argnums: [0] })(...ys)[0],
          xs,
          xs,
        )[1];
        return [output, ...pullback(output), tangent, second];
      };
      const [once, often] = [compile(all), compile(all)];
      once(...inputs);
      often(...inputs);
      emitted += modulesOf(() => {
        for (let i = 1; i < CALLS; i++) often(...inputs);
      });
      // Not those in which a number says where another stands.
      const moves = !["take", "oneHot", "argmax", "segmentSum"].includes(op);
      for (const point of moves ? [inputs, inputs.map((x) => x.mul(1.01))] : [inputs])
        expect(often(...point).map(({ data }) => bits(data))).toEqual(once(...point).map(({ data }) => bits(data)));
    });
  }

  test("many of them were", () => {
    expect(emitted).toBeGreaterThan(100);
  });
});

describe("when a program is made into code", () => {
  const chain = (length: number) => (x: Tensor, y: Tensor) => {
    let z = x;
    for (let i = 0; i < length; i++) z = z.mul(y).add(0.25);
    return z;
  };
  const [x, y] = [tensor(0.5), tensor(0.999)];

  test("it is at its hundredth call, not before and not again", () => {
    const f = compile(valueAndGrad(chain(50)));
    f(x, y);
    expect(modulesOf(() => Array.from({ length: CALLS - 2 }, () => f(x, y)))).toBe(0);
    expect(modulesOf(() => f(x, y))).toBe(1);
    expect(modulesOf(() => Array.from({ length: CALLS }, () => f(x, y)))).toBe(0);
  });

  test("a long one is not", () => {
    const f = compile(chain(2_000));
    f(x, y);
    expect(modulesOf(() => Array.from({ length: CALLS }, () => f(x, y)))).toBe(0);
  });

  test("it goes on in the machine where code may no longer be compiled", () => {
    const f = compile(chain(50));
    const expected = f(x, y).item();
    const Module = class {
      constructor() {
        throw new Error("refused");
      }
    };
    vi.stubGlobal("WebAssembly", { ...WebAssembly, Module });
    for (let i = 0; i < CALLS; i++) expect(f(x, y).item()).toBe(expected);
  });

  test("a zero wins over a NaN, wherever one comes up and as long as it does", () => {
    // The gradient of √ at 0 is ∞, which the 0 of the other factor takes out; only some points have one.
    const f = compile(valueAndGrad((x: Tensor, y: Tensor) => x.mul(y).sqrt().mul(y).add(x.exp().mul(y)).add(x.add(y).log().mul(y))));
    const plain = compile(valueAndGrad((x: Tensor, y: Tensor) => x.mul(y).sqrt().mul(y).add(x.exp().mul(y)).add(x.add(y).log().mul(y))));
    plain(x, y);
    for (let i = 0; i < CALLS; i++) f(x, y);
    for (const [a, b] of [
      [0, 0],
      [1, 2],
      [0, 1],
      [1, 0],
      [-1, 1],
      [Infinity, 0],
      [3, 4],
    ] as const) {
      const point = [tensor(a), tensor(b)] as const;
      expect(f(...point).map((v) => bits(v.data))).toEqual(plain(...point).map((v) => bits(v.data)));
    }
  });

  test("changed inputs, small tensors, constants, and ops that stay with the machine or a kernel between them", () => {
    const f = (u: Tensor, a: Tensor): Tensor[] => {
      const [first, second] = [u.slice([0]), u.slice([1])];
      const angle = tan(first.mul(second));
      const moved = u.mul(angle).add(a.matmul(u)).exp();
      return [moved, moved.sum(), moved.pad([[1, 0]]), angle.sin()];
    };
    const compiled = compile(f);
    const a = tensor([
      [0.5, -1],
      [2, 0.25],
    ]);
    for (let i = 0; i < CALLS + 10; i++) {
      const u = tensor([0.3 + i / 1000, 0.7]);
      const expected = compile(f)(u, a);
      expect(compiled(u, a).map(({ data }) => bits(data))).toEqual(expected.map(({ data }) => bits(data)));
    }
  });
});
