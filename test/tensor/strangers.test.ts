import { add, compile, defineOp, grad, hessian, jacobian, oneHot, type Tensor, tensor, variance, vjp, vmap, zeros } from "gradtape";
import { parseMath } from "gradtape/math";
import { describe, expect, test } from "vitest";

// What comes from outside may be built to hurt: each of these once ended the process, hung, or gave wrong numbers without a word.

/** Runs `body` and returns its error; fails if it takes longer than anything that is checked before it is done. */
function refusal(body: () => unknown): Error {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a refusal");
}

const cyclic: unknown[] = [];
cyclic[0] = cyclic;
const cyclicObject: Record<string, unknown> = {};
cyclicObject["self"] = cyclicObject;

describe("sizes, counts and depths from outside are checked before anything is allocated", () => {
  test("a number of parts", () => {
    expect(refusal(() => parseMath("split(x, 1000000000)")({ x: [1] })).message).toContain("split: the parts must add up to 1");
    expect(refusal(() => tensor([1, 2]).split(new Array(1e6).fill(0))).message).toContain("got 1000000 parts");
    expect(zeros([0]).split(3)).toHaveLength(3);
    expect(refusal(() => zeros([0]).split(1e9)).message).toContain("1000000000 equal parts");
  });

  test("the numbers of a Jacobian and of a Hessian", () => {
    const x = zeros([100_000]);
    expect(refusal(() => jacobian((x: Tensor) => x.square())(x)).message).toBe(
      "jacobian: expected a tensor that fits into memory, got shape [100000, 100000] (10000000000 numbers)",
    );
    expect(refusal(() => hessian((x: Tensor) => x.square().sum())(x)).message).toContain(
      "hessian: expected a tensor that fits into memory",
    );
  });

  test("arrays and objects that hold themselves", () => {
    const deep = "arrays nested at most 64 deep, got deeper ones; does one hold itself?";
    expect(refusal(() => tensor(cyclic as never)).message).toBe(`tensor: expected ${deep}`);
    expect(refusal(() => add(1, cyclic as never)).message).toBe(`add: expected ${deep}`);
    expect(refusal(() => parseMath("x + 1")({ x: cyclic as never })).message).toContain(deep);
    expect(refusal(() => compile((x: Tensor) => x)(cyclic as never)).message).toContain("does a part of one hold itself?");
    expect(refusal(() => compile((_: unknown) => tensor(1))(cyclicObject)).message).toContain("does a part of one hold itself?");
    expect(refusal(() => grad((x: Tensor) => x)(cyclicObject as never)).message).toContain("does a part of it hold itself?");
    expect(refusal(() => vjp((x: Tensor) => x, cyclic as never)).message).toContain("hold itself?");
  });

  test("shapes that no memory holds, and more axes than there can be", () => {
    expect(refusal(() => zeros([2 ** 31, 2 ** 31])).message).toMatch(/^zeros: expected a tensor that fits into memory, got shape/);
    expect(refusal(() => oneHot([1], 2 ** 40)).message).toMatch(/^oneHot: expected a tensor that fits into memory, got shape/);
    const long = zeros([200_000]);
    expect(refusal(() => long.expandDims(1).mul(long)).message).toMatch(/^mul: .*\[200000, 200000\] \(40000000000 numbers\)$/);
    expect(refusal(() => tensor(1).reshape(new Array(65).fill(1))).message).toBe("reshape: expected at most 64 axes, got 65");
    expect(refusal(() => JSON.stringify(zeros([2 ** 30, 0]))).message).toContain("toArray: expected at most 1000000 empty arrays");
    expect(zeros([3, 0]).toArray()).toEqual([[], [], []]);
  });

  test("formulas have limits", () => {
    const error = refusal(() => parseMath(`a${"\u0301".repeat(99_000)}`));
    expect(error.message).toMatch(/^parseMath: expected names of at most 100 characters, got one of 99001\n/);
    expect(error.message.length).toBeLessThan(500);
    expect(refusal(() => parseMath("1+1", { limits: { length: 2 } })).message).toContain("a formula of at most 2 characters, got 3");
    expect(refusal(() => parseMath("1+1", { limits: { nodes: 2 } })).message).toContain("at most 2 numbers, names, signs and calls, got 3");
    const outer = parseMath("sum(x * x')".replace("'", "ᵀ"), { limits: { numbers: 1000 } });
    expect(outer({ x: [[1, 2]] }).item()).toBe(9);
    expect(refusal(() => outer({ x: [Array.from({ length: 40 }, () => 1)] })).message).toContain("at most 1000 numbers in all");
    expect(outer({ x: [[3]] }).item()).toBe(9);
    expect(refusal(() => parseMath("1", { limits: { name: -1 } })).message).toContain("as the limit of name, got number -1");
    expect(refusal(() => parseMath("1", { limits: { names: 1 } as never })).message).toContain('did you mean "name"?');
  });
});

describe("surroundings", () => {
  test("a property on Object.prototype is nobody's option and in no tree", () => {
    const prototype = Object.prototype as unknown as Record<string, unknown>;
    prototype["foreign"] = 1;
    try {
      const f = compile((p: { w: Tensor }) => p.w.sum());
      expect(f({ w: tensor([1, 2]) }).item()).toBe(3);
      expect(f({ w: tensor([3, 4]) }).item()).toBe(7);
      expect(variance([1, 2, 3, 4], 0, { correction: 1 }).item()).toBe(5 / 3);
      expect(grad((p: { w: Tensor }) => p.w.sum())({ w: tensor([1, 2]) }).w.toArray()).toEqual([1, 1]);
    } finally {
      delete prototype["foreign"];
    }
  });

  test("a tensor of another copy of the library, or of another realm, is refused by name", () => {
    class Foreign {
      readonly shape = [2];
      readonly data = new Float64Array(2);
      readonly [Symbol.toStringTag] = "Tensor";
    }
    const foreign = new Foreign() as never;
    expect(refusal(() => tensor([1, 2]).add(foreign)).message).toMatch(
      /^add: .*it comes from another copy of the library, or another realm/,
    );
    expect(refusal(() => grad((x: Tensor) => x)({ w: foreign } as never)).message).toContain("another copy of the library");
    expect(refusal(() => compile((x: Tensor) => x)(foreign)).message).toMatch(/^compile: .*another copy of the library/);
    expect(refusal(() => compile((x: { w: Tensor }) => x.w)({ w: foreign })).message).toMatch(/^compile: .*another copy of the library/);
  });

  test("a clone of a tensor is refused by name, alone and in a tree", () => {
    const clone = structuredClone({ ...tensor([1, 2]) }) as never;
    for (const use of [
      () => tensor([1, 2]).add(clone),
      () => grad((x: Tensor) => x.sum())(clone),
      () => grad((p: { w: Tensor }) => p.w.sum())({ w: clone }),
      () => compile((x: Tensor) => x.sum())(clone),
      () => compile((p: Tensor[]) => p[0].sum())([clone]),
      () => vmap((x: Tensor) => x.sum())(clone),
    ])
      expect(refusal(use).message).toMatch(/got a clone of a tensor.*; make a new one from x\.shape and x\.data$/);
  });

  test("plain objects of another realm are plain objects: trees and options", () => {
    // What JSON.parse of a frame gives: its prototype is one that nobody here knows, and has none itself.
    const foreign = <T extends object>(fields: T): T => Object.assign(Object.create(Object.create(null)), fields);
    const f = (p: { w: Tensor }): Tensor => p.w.sum();
    expect(grad(f)(foreign({ w: tensor([1, 2]) })).w.toArray()).toEqual([1, 1]);
    expect(compile(f)(foreign({ w: tensor([1, 2]) })).item()).toBe(3);
    expect((grad((x: Tensor) => x, foreign({ argnums: [0] as const }))(3) as Tensor[])[0].item()).toBe(1);
    class Own {
      readonly w = tensor([1, 2]);
    }
    expect(refusal(() => compile(f)(new Own())).message).toContain("an instance of Own");
  });

  test("a tensor can be frozen, and shapes of broadcasts are", () => {
    const frozen = Object.freeze(tensor(3));
    expect(frozen.data[0]).toBe(3);
    expect(grad((x: Tensor) => x.mul(frozen as Tensor))(2).item()).toBe(3);
    expect(Object.isFrozen(tensor([[1], [2]]).add([1, 2]).shape)).toBe(true);
  });

  test("a tensor whose numbers were transferred says so", () => {
    const x = tensor([1, 2, 3]).named("x");
    const f = compile((t: Tensor) => t.sum());
    expect(f(x).item()).toBe(6);
    const y = tensor([4, 5, 6]).named("x");
    structuredClone(y.data, { transfer: [y.data.buffer] });
    expect(refusal(() => f(y)).message).toContain("the buffer of x of shape [3] was transferred");
    expect(refusal(() => y.sum()).message).toContain("was transferred");
  });
});

describe("compiled functions", () => {
  test("one that is entered again from its own kernel is refused", () => {
    let again: (x: Tensor) => Tensor = (x) => x;
    const nested = defineOp({
      name: "Nested",
      forward: (out, x) => {
        out.data[0] = x.data[0] > 5 ? again(tensor(1)).item() : 1;
      },
      vjp: (g) => [g],
      jvp: ([dx]) => dx,
    });
    again = compile((x: Tensor) => nested(x).add(x));
    expect(again(tensor(1)).item()).toBe(2);
    expect(refusal(() => again(tensor(10))).message).toContain("expected no call of a compiled function while it runs");
    expect(again(tensor(2)).item()).toBe(3);
  });

  test("numbers that a function returns are numbers", () => {
    const f = compile((x: Tensor) => ({ x: x.mul(2), step: 3, list: [1, x] as const }));
    for (const value of [1, 5]) {
      const result = f(tensor(value));
      expect(result.step).toBe(3);
      expect(result.list[0]).toBe(1);
      expect(result.x.item()).toBe(2 * value);
    }
  });
});

test("a plain number in a tree that is differentiated must be used as a tensor", () => {
  const f = ((p: { w: Tensor; mode: number }) => (p.mode === 2 ? p.w.mul(3) : p.w)) as never as (p: { w: Tensor; mode: Tensor }) => Tensor;
  expect(refusal(() => grad(f)({ w: 1, mode: 2 })).message).toMatch(/^grad: .* got a number at mode that the function never used as one/);
  expect(grad((p: { w: Tensor; b: Tensor }) => p.w.mul(p.b))({ w: 2, b: 3 }).b.item()).toBe(2);
  expect(grad((p: { w: Tensor; b: Tensor }) => p.w)({ w: 2, b: tensor(3) }).b.item()).toBe(0);
});
