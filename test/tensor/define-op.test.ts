import {
  checkGradients,
  defineOp,
  GradientError,
  GradtapeError,
  grad,
  jvp,
  type NdArray,
  type OpDefinition,
  record,
  ShapeError,
  type Tensor,
  type TensorLike,
  tensor,
} from "gradtape";
import { describe, expect, expectTypeOf, test } from "vitest";
import { cubeRootDefinition } from "../support/cube-root.js";

const definition = cubeRootDefinition;
const cubeRoot = defineOp(definition);
/** The definition as a caller from JavaScript might write it, with parts missing. */
const without = (...keys: (keyof OpDefinition)[]): OpDefinition =>
  Object.fromEntries(Object.entries(definition).filter(([key]) => !keys.includes(key as never))) as never;

describe("defineOp", () => {
  test("makes an op that computes, differentiates to any order, and shows on the tape", () => {
    expect(cubeRoot([8, 27]).toArray()).toEqual([2, 3]);
    expect(cubeRoot(8).item()).toBe(2);
    expect(grad((x: Tensor) => cubeRoot(x))(8).item()).toBeCloseTo(1 / 12, 15);
    expect(grad(grad((x: Tensor) => cubeRoot(x)))(8).item()).toBeCloseTo((-2 / 9) * 8 ** (-5 / 3), 14);
    expect(checkGradients((x: Tensor) => cubeRoot(x), [[1, 2, 3]])).toBeLessThan(1e-9);
    expect(record((x: Tensor) => cubeRoot(x.mul(2)).named("r"), [4]).nodes.map((node) => node.op.name)).toEqual(["Mul", "CubeRoot"]);
  });

  test("broadcasts inputs to the output's shape where there is no shape rule", () => {
    const product = defineOp({
      name: "Product",
      forward: (out, x, y) => {
        expect(x.shape).toEqual(out.shape);
        expect(y.shape).toEqual(out.shape);
        x.data.forEach((v, i) => {
          out.data[i] = v * y.data[i];
        });
      },
      vjp: (g, _, x, y) => [g.mul(y), g.mul(x)],
      jvp: ([dx, dy], _, x, y) => dx.mul(y).add(dy.mul(x)),
    });
    expect(product([[1], [2]], [10, 20]).toArray()).toEqual([
      [10, 20],
      [20, 40],
    ]);
    expect(grad((x: Tensor) => product(x, [10, 20]).sum())([[1], [2]]).toArray()).toEqual([[30], [30]]);
    expect(() => product([1, 2], [1, 2, 3])).toThrow("Product: shapes must broadcast");
  });

  test("takes a function that returns constants for its rules", () => {
    const step = defineOp({
      name: "Step",
      forward: (out, x) => out.data.set(x.data.map((v) => (v > 0 ? 1 : 0))),
      vjp: () => [null],
      jvp: () => 0,
    });
    expect(grad((x: Tensor) => step(x).add(x))(3).item()).toBe(1);
    expect(jvp((x: Tensor) => step(x), [3], [1])[1].item()).toBe(0);
  });

  test("a rule that is missing does not compile, and in JavaScript the transform that needs it says so", () => {
    const neverCalled = (): void => {
      // @ts-expect-error no vjp
      defineOp({ name: "A", forward: () => {}, jvp: () => 0 });
      // @ts-expect-error no jvp
      defineOp({ name: "A", forward: () => {}, vjp: () => [] });
      // @ts-expect-error no forward
      defineOp({ name: "A", vjp: () => [], jvp: () => 0 });
    };
    expect(neverCalled).toBeTypeOf("function");
    const noReverse = defineOp(without("vjp"));
    expect(noReverse(8).item()).toBe(2);
    expect(jvp((x: Tensor) => noReverse(x), [8], [12])[1].item()).toBe(1);
    expect(() => grad((x: Tensor) => noReverse(x))(8)).toThrow(GradtapeError);
    expect(() => grad((x: Tensor) => noReverse(x))(8)).toThrow(
      "CubeRoot: reverse mode needs a vjp rule, which its definition does not have",
    );
    const noForward = defineOp(without("jvp"));
    expect(grad((x: Tensor) => noForward(x))(8).item()).toBeCloseTo(1 / 12, 15);
    expect(() => jvp((x: Tensor) => noForward(x), [8], [1])).toThrow(
      "CubeRoot: forward mode needs a jvp rule, which its definition does not have",
    );
  });

  test("refuses what is no definition", () => {
    expect(() => defineOp(without("name"))).toThrow("defineOp: expected a name, got undefined");
    expect(() => defineOp(without("forward"))).toThrow("defineOp: CubeRoot needs a forward function, got undefined");
  });

  test("refuses keys that it does not know, and rules that are no functions, at once", () => {
    const backward = { ...definition, backward: definition.vjp };
    expect(() => defineOp(backward as never)).toThrow(
      'defineOp: a definition has name, shape, forward, vjp and jvp; got string "backward" in that of CubeRoot',
    );
    expect(() => defineOp({ ...definition, vjp: [] as never })).toThrow(
      "defineOp: expected a function as vjp of CubeRoot, got an array of 0",
    );
    expect(() => defineOp({ ...definition, shape: [1] as never })).toThrow("defineOp: expected a function as shape of CubeRoot");
    for (const wrong of [undefined, null, "CubeRoot", definition.forward])
      expect(() => defineOp(wrong as never)).toThrow("defineOp: expected a definition { name, forward, vjp, jvp }, got");
  });

  test("refuses a forward that returns something instead of writing it", () => {
    const returns = (forward: (...args: never[]) => unknown) => defineOp({ ...definition, forward: forward as never });
    const message = "CubeRoot: forward must write its result into out.data and return nothing, got";
    expect(() => returns((_, x: NdArray) => Math.cbrt(x.data[0]))(8)).toThrow(`${message} number 2`);
    expect(() => returns((_, x: NdArray) => x.data.map(Math.cbrt))([8, 27])).toThrow(`${message} a Float64Array of 2`);
    expect(() => returns(async () => {})(8)).toThrow(`${message} a Promise`);
    expect(returns((out: NdArray) => out.data.fill(2))([8, 8]).toArray()).toEqual([2, 2]);
    expect(returns((out: NdArray) => out)(8).item()).toBe(0);
  });

  test("refuses inputs and rule results that do not fit, by name", () => {
    expect(() => cubeRoot("8" as never)).toThrow("CubeRoot: expected a number");
    const twoCotangents = defineOp({ ...definition, vjp: (g) => [g, g] });
    expect(() => grad((x: Tensor) => twoCotangents(x))(8)).toThrow(GradientError);
    expect(() => grad((x: Tensor) => twoCotangents(x))(8)).toThrow(
      "CubeRoot: vjp must return a list with one cotangent an input, 1 in all, got an array of 2",
    );
    const wrongShape = defineOp({ ...definition, vjp: (g) => [g.sum()] });
    expect(() => grad((x: Tensor) => wrongShape(x).sum())([1, 2])).toThrow("CubeRoot: the cotangent must have shape [2], got []");
    const wrongTangent = defineOp({ ...definition, jvp: ([dx]) => dx.expandDims(0) });
    expect(() => jvp((x: Tensor) => wrongTangent(x), [[1, 2]], [[1, 1]])).toThrow("CubeRoot: the tangent must have shape [2], got [1, 2]");
    const wrongOutput = defineOp({ ...definition, shape: () => [-1] });
    expect(() => wrongOutput([1])).toThrow(ShapeError);
  });

  describe("takes as many inputs as forward takes after out", () => {
    const rules = { vjp: (g: Tensor) => [g], jvp: ([dx]: readonly Tensor[]) => dx };
    /** Any number of inputs to an op, as JavaScript may give them. */
    const call = (forward: unknown, ...inputs: number[]): number =>
      (defineOp({ name: "Own", forward: forward as OpDefinition["forward"], ...rules }) as (...x: number[]) => Tensor)(...inputs).item();

    test("and says so where it gets fewer or more", () => {
      const cbrt = cubeRoot as (...x: number[]) => Tensor;
      expect(() => cbrt(8, 3)).toThrow(new TypeError("CubeRoot: expected 1 input, as many as forward takes after out, got 2"));
      expect(() => cbrt()).toThrow(new TypeError("CubeRoot: expected 1 input, as many as forward takes after out, got 0"));
      const two = (out: NdArray, x: NdArray, y: NdArray): void => out.data.set([x.data[0] + y.data[0]]);
      expect(call(two, 1, 2)).toBe(3);
      expect(() => call(two, 1)).toThrow("Own: expected 2 inputs, as many as forward takes after out, got 1");
      expect(() => call(two, 1, 2, 3)).toThrow("Own: expected 2 inputs, as many as forward takes after out, got 3");
    });

    test("however the function is written", () => {
      const shapes: Record<string, [unknown, ...number[]]> = {
        method: [
          {
            forward(out: NdArray, x: NdArray) {
              out.data.set(x.data);
            },
          }.forward,
          1,
        ],
        function: [
          function forward(out: NdArray, x: NdArray) {
            out.data.set(x.data);
          },
          1,
        ],
        "parameters in parts": [({ data }: NdArray, { data: values }: NdArray) => data.set(values), 1],
        "a comment that looks like a rest parameter": [new Function("out, x /* and no ...rest) */", "out.data.set(x.data)"), 1],
        "a body that spreads": [(out: NdArray, x: NdArray) => out.data.set([...x.data]), 1],
      };
      for (const [what, [forward, ...inputs]] of Object.entries(shapes)) {
        expect(call(forward, ...inputs), what).toBe(1);
        expect(() => call(forward, 1, 2), what).toThrow("Own: expected 1 input, as many as forward takes after out, got 2");
      }
    });

    test("and any number where it collects them, has a default, or declares none", () => {
      const total = (out: NdArray, all: readonly NdArray[]): void => out.data.set([all.reduce((sum, x) => sum + x.data[0], 0)]);
      const rest = (out: NdArray, ...all: NdArray[]): void => total(out, all);
      const oneAndRest = (out: NdArray, first: NdArray, ...others: NdArray[]): void => total(out, [first, ...others]);
      const withDefault = (out: NdArray, x: NdArray, y: NdArray = { shape: [], data: Float64Array.of((1 + 1) * 2) }): void =>
        total(out, [x, y]);
      const commented = new Function("out", "x /* the first) */", "...more", "out.data[0] = x.data[0] + more.length");
      const bound = oneAndRest.bind(null);
      // What a compiler to older JavaScript makes of a rest parameter.
      const old = new Function("out", "out.data[0] = arguments.length - 1");
      for (const forward of [rest, oneAndRest, bound])
        for (const inputs of [[1], [1, 2], [1, 2, 4, 8]]) expect(call(forward, ...inputs)).toBe(2 ** inputs.length - 1);
      expect([call(withDefault, 1), call(withDefault, 1, 2)]).toEqual([5, 3]);
      expect([call(commented, 5), call(commented, 5, 6, 7)]).toEqual([5, 7]);
      expect([call(old, 1), call(old, 1, 1, 1)]).toEqual([1, 3]);
      for (const forward of [rest, oneAndRest, bound, withDefault, old])
        expect(() => call(forward)).toThrow("Own: expected at least 1 input, as many as forward takes after out, got 0");
    });

    test("in its types as well, in whatever order the definition's parts stand", () => {
      const one = defineOp({ name: "One", forward: (out, x) => out.data.set(x.data), ...rules });
      expectTypeOf(one).toEqualTypeOf<(x: TensorLike) => Tensor>();
      const two = defineOp({
        name: "Two",
        jvp: ([dx], _, x) => dx.mul(x),
        vjp: (g, _, x) => [g.mul(x), null],
        forward: (out, x, y) => out.data.set(x.data.map((v, i) => v + y.data[i])),
      });
      expectTypeOf(two).toEqualTypeOf<(x: TensorLike, y: TensorLike) => Tensor>();
      // Where an index may find nothing, the tangents are there all the same: test/project/documents.ts compiles rules that name two.
      expectTypeOf<Parameters<OpDefinition["jvp"]>[0]>().toExtend<readonly [Tensor, Tensor, ...Tensor[]]>();
      const oneOrMore = defineOp({ name: "More", forward: (out, x, ..._rest) => out.data.set(x.data), ...rules });
      expectTypeOf<[TensorLike, TensorLike, TensorLike]>().toExtend<Parameters<typeof oneOrMore>>();
      expectTypeOf<[]>().not.toExtend<Parameters<typeof oneOrMore>>();
      // A definition whose forward the types do not know takes any number.
      expectTypeOf(defineOp(definition)).toEqualTypeOf<(...inputs: readonly TensorLike[]) => Tensor>();
      const neverCalled = (): void => {
        // @ts-expect-error one input too many
        one(1, 2);
        // @ts-expect-error one input is missing
        two(1);
      };
      expect(neverCalled).toBeTypeOf("function");
    });
  });

  test("finds a wrong rule by checkGradients", () => {
    const wrong = defineOp({ ...definition, vjp: (g, root) => [g.div(root.square().mul(2))] });
    expect(() => checkGradients((x: Tensor) => wrong(x), [tensor([1, 2])])).toThrow(/reverse mode disagrees/);
    const wrongForward = defineOp({ ...definition, jvp: ([dx], root) => dx.div(root.square().mul(-3)) });
    expect(() => checkGradients((x: Tensor) => wrongForward(x), [tensor([1, 2])])).toThrow(/forward mode disagrees/);
  });
});
