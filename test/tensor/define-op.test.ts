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
  tensor,
} from "gradtape";
import { describe, expect, test } from "vitest";
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
    expect(() => cubeRoot()).toThrow("CubeRoot: expected at least one tensor, got none");
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

  test("finds a wrong rule by checkGradients", () => {
    const wrong = defineOp({ ...definition, vjp: (g, root) => [g.div(root.square().mul(2))] });
    expect(() => checkGradients((x: Tensor) => wrong(x), [tensor([1, 2])])).toThrow(/reverse mode disagrees/);
    const wrongForward = defineOp({ ...definition, jvp: ([dx], root) => dx.div(root.square().mul(-3)) });
    expect(() => checkGradients((x: Tensor) => wrongForward(x), [tensor([1, 2])])).toThrow(/forward mode disagrees/);
  });
});
