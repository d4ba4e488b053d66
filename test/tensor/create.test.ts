import { defineOp, eye, full, grad, linspace, ones, ShapeError, Tensor, tensor, zeros } from "gradtape";
import { describe, expect, test } from "vitest";

describe("tensor", () => {
  test("takes a number, nested arrays, typed arrays with a shape, and tensors", () => {
    expect(tensor(5).shape).toEqual([]);
    expect(tensor([[1, 2, 3]]).shape).toEqual([1, 3]);
    expect(tensor(new Int8Array([1, -2])).toArray()).toEqual([1, -2]);
    expect(tensor(new Float32Array(6), [2, 3]).shape).toEqual([2, 3]);
    expect(tensor([1, 2, 3, 4], [2, 2]).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(tensor(7, [1, 1]).shape).toEqual([1, 1]);
    expect(tensor(tensor([1, 2, 3, 4]), [2, 2]).shape).toEqual([2, 2]);
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  test("copies its input", () => {
    const values = new Float64Array([1, 2]);
    const x = tensor(values);
    values[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
  });

  test("keeps NaN, infinities and the sign of zero", () => {
    expect(tensor([Number.NaN, Number.POSITIVE_INFINITY, -0]).toArray()).toEqual([Number.NaN, Number.POSITIVE_INFINITY, -0]);
  });

  test("refuses ragged arrays and says where", () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(ShapeError);
    expect(() => tensor([[1, 2], [3]])).toThrow("tensor: arrays must not be ragged, expected 2 places at [1], got an array of 1");
    expect(() => tensor([[1], 2])).toThrow("tensor: arrays must not be ragged, expected 1 places at [1], got number 2");
    expect(() => tensor([1, [2]])).toThrow("tensor: expected a number at [1], as in the places before it, got an array of 1");
  });

  test("refuses what is not a number and says what came", () => {
    for (const value of ["1", true, null, undefined, 1n, {}, () => 1, new BigInt64Array(1), new DataView(new ArrayBuffer(8))]) {
      expect(() => tensor(value as never)).toThrow(TypeError);
      expect(() => tensor([[1, value]] as never)).toThrow(TypeError);
    }
    expect(() => tensor([[1], ["a"]] as never)).toThrow('tensor: expected a number at [1][0], got string "a"');
    expect(() => tensor([[1], "a"] as never)).toThrow('tensor: expected an array of 1 at [1], got string "a"');
    expect(() => tensor("x".repeat(50) as never)).toThrow("…");
    expect(() => tensor((() => 1) as never)).toThrow("got a function");
    expect(() => tensor(function named() {} as never)).toThrow("got a function (named)");
    expect(() => tensor(Symbol("s") as never)).toThrow("got symbol Symbol(s)");
  });

  test("says of an object what it is", () => {
    class Model {}
    for (const [value, words] of [
      [{}, "a plain object with no keys"],
      [{ a: 1, b: 2 }, "a plain object with keys a, b"],
      [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }, "a plain object with keys a, b, c, d, e, …"],
      [Object.create(null), "a plain object with no keys"],
      [new Model(), "an instance of Model"],
      [Promise.resolve(1), "a Promise"],
      [new Map(), "a Map"],
      [new Error("e"), "an Error"],
      [new BigInt64Array(3), "a BigInt64Array of 3"],
      [new DataView(new ArrayBuffer(8)), "a DataView"],
    ] as const)
      expect(() => tensor(value as never)).toThrow(`tensor: expected a number or nested arrays of numbers, got ${words}`);
    expect(() => zeros(new Float64Array(3) as never)).toThrow("zeros: expected a shape such as [2, 3], got a Float64Array of 3");
    expect(() => zeros(new Int8Array(3) as never)).toThrow("got an Int8Array of 3");
  });

  test("points to stack where an array holds tensors", () => {
    const advice = "stack() makes one tensor of several";
    expect(() => tensor([tensor(1), tensor(2)] as never)).toThrow(`tensor: expected a number at [0], got a tensor of shape []; ${advice}`);
    expect(() => tensor([[1, 2], tensor([3, 4])] as never)).toThrow(
      `tensor: expected an array of 2 at [1], got a tensor of shape [2]; ${advice}`,
    );
    expect(() => tensor(1).add([tensor(2)] as never)).toThrow(`add: expected a number at [0], got a tensor of shape []; ${advice}`);
  });

  test("refuses a shape that does not fit, or is none", () => {
    expect(() => tensor(new Float64Array(5), [2, 3])).toThrow(ShapeError);
    expect(() => tensor([1, 2, 3], [2])).toThrow("tensor: the number of elements must stay the same, got [3] (3) to [2] (2)");
    expect(() => tensor([1], [-2])).toThrow(ShapeError);
    expect(() => tensor([1], [1.5])).toThrow(ShapeError);
    expect(() => tensor([1], "x" as never)).toThrow(TypeError);
  });
});

describe("constants", () => {
  test("have the shape and the numbers they say", () => {
    expect(zeros([2, 1]).toArray()).toEqual([[0], [0]]);
    expect(ones([]).item()).toBe(1);
    expect(full([2], -3).toArray()).toEqual([-3, -3]);
    expect(eye(2).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(eye(0).shape).toEqual([0, 0]);
    expect(linspace(0, 1, 3).toArray()).toEqual([0, 0.5, 1]);
    expect(linspace(0, 0.7, 8).data[7]).toBe(0.7);
    expect(linspace(2, 5, 1).toArray()).toEqual([2]);
    expect(linspace(2, 5, 0).shape).toEqual([0]);
  });

  test("refuse impossible sizes and values", () => {
    expect(() => zeros([-1])).toThrow("zeros: a shape holds whole numbers ≥ 0, got [-1]");
    expect(() => ones([1.5])).toThrow(ShapeError);
    expect(() => zeros(3 as never)).toThrow("zeros: expected a shape such as [2, 3], got number 3");
    expect(() => full([2], "1" as never)).toThrow(TypeError);
    expect(() => eye(-1)).toThrow(ShapeError);
    expect(() => linspace(0, 1, -1)).toThrow(ShapeError);
    expect(() => linspace(0, 1, 1.5)).toThrow(ShapeError);
    expect(() => linspace("0" as never, 1, 2)).toThrow(TypeError);
  });
});

describe("a Tensor", () => {
  test("knows its rank and size", () => {
    const x = zeros([2, 3]);
    expect([x.rank, x.size, tensor(1).rank, tensor(1).size, zeros([0, 3]).size]).toEqual([2, 6, 0, 1, 0]);
  });

  test("gives its only number, and refuses where there are more or none", () => {
    expect(tensor([[4]]).item()).toBe(4);
    expect(() => tensor([1, 2]).item()).toThrow("item: expected a tensor of size 1, got shape [2]");
    expect(() => zeros([0]).item()).toThrow(ShapeError);
  });

  test("gives nested arrays, empty ones too", () => {
    expect(tensor(1).toArray()).toBe(1);
    expect(zeros([2, 0]).toArray()).toEqual([[], []]);
    expect(zeros([0, 2]).toArray()).toEqual([]);
    expect(tensor([[[1, 2]], [[3, 4]]]).toArray()).toEqual([[[1, 2]], [[3, 4]]]);
  });

  test("prints label, shape and values, long axes cut", () => {
    expect(String(tensor([[1, 2.5]]))).toBe("Tensor[1, 2] [[1, 2.5]]");
    expect(String(tensor(1 / 3).named("p"))).toBe("p[] 0.333333");
    expect(String(linspace(0, 9, 10))).toBe("Tensor[10] [0, 1, 2, …, 7, 8, 9]");
    expect(String(tensor([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]))).toBe("Tensor[3] [NaN, ∞, -∞]");
  });

  test("shows itself to console.log by its own text", () => {
    const inspect = Symbol.for("nodejs.util.inspect.custom");
    const x = tensor([1, 2]);
    expect((x as unknown as Record<symbol, () => string>)[inspect]()).toBe(String(x));
  });

  test("goes through JSON as nested arrays", () => {
    const x = tensor([
      [1, 2.5],
      [-3, 4],
    ]);
    const text = JSON.stringify({ w: x, b: tensor(7).named("b") });
    expect(text).toBe('{"w":[[1,2.5],[-3,4]],"b":7}');
    expect(tensor(JSON.parse(text).w).toArray()).toEqual(x.toArray());
    expect(tensor(JSON.parse(text).b).item()).toBe(7);
    expect(JSON.stringify(tensor([Number.NaN, Number.POSITIVE_INFINITY]))).toBe("[null,null]");
    expect(() => tensor(JSON.parse("[1,null]"))).toThrow("tensor: expected a number at [1], got null");
  });

  test("refuses JavaScript's operators, which would make NaN of it, and a gradient of 0", () => {
    // biome-ignore lint/suspicious/noExplicitAny: the type checker knows better for most of these
    const x: any = tensor(3).named("x");
    const uses: Record<string, () => unknown> = {
      "-x": () => -x,
      "+x": () => +x,
      "~x": () => ~x,
      "x + 1": () => x + 1,
      // biome-ignore lint/style/useTemplate: a sum of a text is what is refused
      '"a" + x': () => "a" + x,
      "x * 2": () => x * 2,
      "2 - x": () => 2 - x,
      "x / x": () => x / x,
      "x ** 2": () => x ** 2,
      "x > 0": () => x > 0,
      "0 <= x": () => 0 <= x,
      // biome-ignore lint/suspicious/noDoubleEquals: it would compare with what the tensor turns into
      "x == 1": () => x == 1,
      "Number(x)": () => Number(x),
      "Math.exp(x)": () => Math.exp(x),
      "Math.max(x, 0)": () => Math.max(x, 0),
      "new Date(x)": () => new Date(x),
    };
    for (const [use, run] of Object.entries(uses)) {
      expect(run, use).toThrow(TypeError);
      expect(run, use).toThrow("Tensor: JavaScript operators do not work on tensors; write a.add(b), a.neg(), a.greater(b)");
    }
    expect(() => grad(((t: Tensor) => (t as never) * (t as never)) as never)(3 as never)).toThrow("JavaScript operators");
    expect(() => grad((p: Tensor) => -p.log() as never)(0.5)).toThrow("JavaScript operators");
    const cube = defineOp({
      name: "Cube",
      forward: (out, { data }) => out.data.set(data.map((v) => v ** 3)),
      vjp: (g, _, t) => [((g as never) * 3 * (t as never) ** 2) as never],
      jvp: ([dt], _, t) => dt.mul(t.square()).mul(3),
    });
    expect(() => grad((t: Tensor) => cube(t))(2)).toThrow("JavaScript operators");
  });

  test("is text where text is asked for, and itself where tensors are compared", () => {
    const x = tensor(3).named("x");
    expect(`${x}`).toBe("x[] 3");
    expect(String(x)).toBe("x[] 3");
    expect([x, x].join("; ")).toBe("x[] 3; x[] 3");
    expect("loss: ".concat(x as never)).toBe("loss: x[] 3");
    expect(Object.keys({ [x as never]: 1 })).toEqual(["x[] 3"]);
    expect([10, 20, 30, 40][x as never]).toBeUndefined();
    expect([x === x.neg(), (x as unknown) == null, !x, x && 1]).toEqual([false, false, false, 1]);
  });

  test("is not made by new", () => {
    const Class = Tensor as unknown as new (values: unknown) => Tensor;
    expect(() => new Class([1, 2])).toThrow("Tensor: made with new; write tensor(values)");
  });

  test("is a value: naming makes another one", () => {
    const x = tensor([1]);
    const named = x.named("x");
    expect(named.label).toBe("x");
    expect(x.label).toBeUndefined();
    expect(named.toArray()).toEqual([1]);
    expect(() => x.named("")).toThrow(TypeError);
    expect(() => x.named(3 as never)).toThrow("named: expected a non-empty string, got number 3");
  });

  test("has a shape that cannot be changed", () => {
    for (const x of [
      tensor([1, 2]),
      zeros([2]),
      tensor([1, 2]).add(1),
      tensor([[1, 2]]).sum(0),
      tensor([1, 2]).reshape([2, 1]),
      tensor(3),
    ]) {
      expect(Object.isFrozen(x.shape)).toBe(true);
    }
  });

  test("is what instanceof sees", () => {
    expect(tensor(1)).toBeInstanceOf(Tensor);
  });
});
