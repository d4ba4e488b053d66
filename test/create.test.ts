import { eye, full, linspace, ones, ShapeError, Tensor, tensor, zeros } from "gradtape";
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
