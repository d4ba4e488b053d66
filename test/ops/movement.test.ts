import * as gt from "gradtape";
import { grad, linspace, ShapeError, type Tensor, tensor, zeros } from "gradtape";
import { describe, expect, test } from "vitest";

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("transpose", () => {
  test("reverses all axes, or puts them in the order given", () => {
    expect(x.transpose().toArray()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    const y = linspace(0, 23, 24).reshape([2, 3, 4]);
    expect(y.transpose().shape).toEqual([4, 3, 2]);
    expect(y.transpose([1, 2, 0]).slice([2, 3, 1]).item()).toBe(y.slice([1, 2, 3]).item());
    expect(y.transpose([-1, 0, 1]).shape).toEqual([4, 2, 3]);
    expect(tensor(1).transpose().shape).toEqual([]);
    expect(zeros([0, 3]).transpose().shape).toEqual([3, 0]);
  });

  test("refuses what is no order of the axes", () => {
    expect(() => x.transpose([0])).toThrow("transpose: expected each of the 2 axes once, got [0]");
    expect(() => x.transpose([0, -2])).toThrow(ShapeError);
    expect(() => x.transpose([0, 2])).toThrow("transpose: axis must be");
    expect(() => x.transpose(["0" as never, 1])).toThrow('transpose: expected a whole number as the axis, got string "0"');
    expect(() => x.transpose("T" as never)).toThrow('transpose: expected a list of axes such as [1, 0], got string "T"');
  });
});

describe("reshape, squeeze and expandDims", () => {
  test("keep the numbers", () => {
    expect(x.reshape([3, 2]).toArray()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(x.reshape([-1]).shape).toEqual([6]);
    expect(x.reshape([2, -1, 3]).shape).toEqual([2, 1, 3]);
    expect(tensor(3).reshape([1, 1]).toArray()).toEqual([[3]]);
    expect(
      tensor([[3]])
        .squeeze()
        .item(),
    ).toBe(3);
    expect(gt.squeeze([[[1], [2]]], [0, -1]).toArray()).toEqual([1, 2]);
    expect(gt.expandDims([1, 2], 0).shape).toEqual([1, 2]);
    expect(gt.expandDims([1, 2], 1).shape).toEqual([2, 1]);
    expect(gt.expandDims(5, -1).shape).toEqual([1]);
    expect(zeros([0, 2]).reshape([2, 0]).shape).toEqual([2, 0]);
  });

  test("refuse what does not fit", () => {
    expect(() => x.reshape([4, 2])).toThrow("reshape: the number of elements must stay the same, got [2, 3] (6) to [4, 2] (8)");
    expect(() => x.reshape([-1, -1])).toThrow("reshape: at most one size may be -1");
    expect(() => x.reshape([-1, 4])).toThrow("reshape: no size fits for -1, got [2, 3] (6 numbers) to [-1, 4]");
    expect(() => zeros([0]).reshape([0, -1])).toThrow("no size fits");
    expect(() => x.reshape([2, -3])).toThrow(ShapeError);
    expect(() => x.squeeze(0)).toThrow("squeeze: expected size 1 along axis 0, got shape [2, 3]");
    expect(() => x.expandDims(3)).toThrow("expandDims: axis must be a whole number from -3 to 2 for a result of rank 3, got 3");
    expect(() => gt.stack([x], -4)).toThrow("stack: axis must be a whole number from -3 to 2 for a result of rank 3, got -4");
    expect(() => x.reshape("6" as never)).toThrow(TypeError);
  });

  test("and what else takes a list shows how to write numbers that came one by one", () => {
    const spread = (f: (...args: never[]) => unknown, ...args: unknown[]): (() => unknown) => {
      return () => f(...(args as never[]));
    };
    const shape = (name: string): string => `${name}: expected a shape such as [2, 3], got number 2; write [2, 1]`;
    for (const f of [gt.reshape, gt.broadcastTo, gt.sumTo]) {
      const name = f.name as "reshape" | "broadcastTo" | "sumTo";
      expect(spread(f, x, 2, 1), name).toThrow(TypeError);
      expect(spread(f, x, 2, 1), name).toThrow(shape(name));
      expect(spread(x[name].bind(x) as never, 2, 1), name).toThrow(shape(name));
      expect(spread(f, x, undefined), name).toThrow(`${name}: expected a shape such as [2, 3], got undefined`);
    }
    for (const f of [zeros, gt.ones]) expect(spread(f, 2, 1), f.name).toThrow(shape(f.name));
    expect(spread(gt.full, 2, 1)).toThrow("full: expected a shape such as [2, 3], got number 2");
    const axes = "transpose: expected a list of axes such as [1, 0], got number 1; write [1, 0]";
    expect(spread(gt.transpose, x, 1, 0)).toThrow(axes);
    expect(spread(x.transpose.bind(x) as never, 1, 0)).toThrow(axes);
    expect(spread(tensor, 1, 2, 3)).toThrow("tensor: expected a list of numbers, got number 1; write [1, 2, 3]");
    expect(spread(tensor, [1, 2], 2, 1)).toThrow(shape("tensor"));
  });
});

describe("broadcastTo and sumTo", () => {
  test("undo each other up to the count of repeats", () => {
    expect(gt.broadcastTo([[1], [2]], [2, 2, 3]).toArray()).toEqual([
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
    ]);
    expect(gt.sumTo(gt.ones([4, 2, 3]), [2, 1]).toArray()).toEqual([[12], [12]]);
    expect(gt.broadcastTo(3, [0, 2]).shape).toEqual([0, 2]);
    expect(gt.sumTo(zeros([0, 2]), [2]).toArray()).toEqual([0, 0]);
    expect(x.sumTo([2, 3])).toBe(x);
  });

  test("refuse shapes that do not broadcast", () => {
    expect(() => x.broadcastTo([3, 2])).toThrow(ShapeError);
    expect(() => x.broadcastTo([3])).toThrow(
      "broadcastTo: each size must equal the target's or be 1, aligned at the last axis, got [2, 3] for [3]",
    );
    expect(() => x.sumTo([2])).toThrow("sumTo: each size must equal");
    expect(() => x.sumTo([1, 2, 3])).toThrow(ShapeError);
    expect(() => x.broadcastTo([2, 3.5])).toThrow(ShapeError);
  });
});

describe("slice", () => {
  const v = linspace(0, 5, 6);

  test("follows NumPy for starts, stops and steps of both signs", () => {
    const cases: [gt.Range, number[]][] = [
      [null, [0, 1, 2, 3, 4, 5]],
      [
        [1, 4],
        [1, 2, 3],
      ],
      [
        [-2, null],
        [4, 5],
      ],
      [
        [null, -4],
        [0, 1],
      ],
      [
        [0, 100],
        [0, 1, 2, 3, 4, 5],
      ],
      [
        [-100, 2],
        [0, 1],
      ],
      [[4, 1], []],
      [
        [0, 6, 2],
        [0, 2, 4],
      ],
      [
        [1, 6, 3],
        [1, 4],
      ],
      [
        [null, null, -1],
        [5, 4, 3, 2, 1, 0],
      ],
      [
        [4, 1, -1],
        [4, 3, 2],
      ],
      [
        [4, null, -3],
        [4, 1],
      ],
      [
        [100, -100, -2],
        [5, 3, 1],
      ],
      [[1, 4, -1], []],
    ];
    for (const [range, expected] of cases) expect(v.slice([range]).toArray(), JSON.stringify(range)).toEqual(expected);
  });

  test("drops the axis of a number and takes all of what is not named", () => {
    expect(x.slice([1]).toArray()).toEqual([4, 5, 6]);
    expect(x.slice([null, -1]).toArray()).toEqual([3, 6]);
    expect(x.slice([0, 2]).item()).toBe(3);
    expect(x.slice([[0, 1]]).shape).toEqual([1, 3]);
    expect(x.slice([]).toArray()).toEqual(x.toArray());
    expect(zeros([0, 3]).slice([null, 1]).shape).toEqual([0]);
  });

  test("has the gradient among zeros, repeated uses added", () => {
    expect(
      grad((t: Tensor) =>
        t
          .slice([[1, 6, 2]])
          .mul([1, 2, 3])
          .sum(),
      )(v).toArray(),
    ).toEqual([0, 1, 0, 2, 0, 3]);
    expect(
      grad((t: Tensor) =>
        t
          .slice([[null, null, -2]])
          .mul([1, 2, 3])
          .sum(),
      )(v).toArray(),
    ).toEqual([0, 3, 0, 2, 0, 1]);
    expect(grad((t: Tensor) => t.slice([2]).mul(t.slice([2])))(v).toArray()).toEqual([0, 0, 4, 0, 0, 0]);
  });

  test("refuses places that do not exist and ranges that are none", () => {
    expect(() => x.slice([2])).toThrow("slice: index must be a whole number from -2 to 1 along axis 0, got 2");
    expect(() => x.slice([null, -4])).toThrow(ShapeError);
    expect(() => x.slice([0.5])).toThrow(ShapeError);
    expect(() => x.slice([[0, 1, 0]])).toThrow(
      "slice: a range is [start, stop, step] of whole numbers, step not 0, got [0, 1, 0] for axis 0",
    );
    expect(() => x.slice([[0.5, 1]])).toThrow(ShapeError);
    expect(() => x.slice(["1" as never])).toThrow('slice: expected a range such as 0, null or [1, 3], got string "1"');
    expect(() => x.slice([true as never])).toThrow(TypeError);
    expect(() => x.slice([x as never])).toThrow("got a tensor of shape [2, 3]");
    expect(() => x.slice([null, null, null])).toThrow("slice: expected a list of at most 2 ranges for shape [2, 3], got an array of 3");
    expect(() => x.slice(1 as never)).toThrow(ShapeError);
  });
});

describe("pad, concat, stack and split", () => {
  test("put together and take apart", () => {
    expect(
      gt
        .pad(
          [[1]],
          [
            [1, 0],
            [0, 2],
          ],
          9,
        )
        .toArray(),
    ).toEqual([
      [9, 9, 9],
      [1, 9, 9],
    ]);
    expect(gt.concat([[1, 2], [], [3]]).toArray()).toEqual([1, 2, 3]);
    expect(gt.concat([x, x], -1).shape).toEqual([2, 6]);
    expect(gt.concat([x, x], 1).slice([1]).toArray()).toEqual([4, 5, 6, 4, 5, 6]);
    expect(gt.stack([1, 2, 3]).toArray()).toEqual([1, 2, 3]);
    expect(gt.stack([x, x], -1).shape).toEqual([2, 3, 2]);
    expect(gt.split(x, 3, 1).map((part) => part.toArray())).toEqual([
      [[1], [4]],
      [[2], [5]],
      [[3], [6]],
    ]);
    expect(gt.split([1, 2, 3], [0, 3]).map((part) => part.shape)).toEqual([[0], [3]]);
    expect(x.split([1, 1])[1].toArray()).toEqual([[4, 5, 6]]);
  });

  test("refuse what does not fit", () => {
    expect(() => gt.concat([x, zeros([2, 2])])).toThrow("concat: shapes must be equal except along axis 0, got [2, 3], [2, 2]");
    expect(() => gt.concat([])).toThrow("concat: expected a list of at least one tensor, got an array of 0");
    expect(() => gt.concat([1, 2])).toThrow(ShapeError);
    expect(() => gt.stack([x, [1]])).toThrow("stack: shapes must be equal, got [2, 3] and [1]");
    expect(() => gt.stack("ab" as never)).toThrow(TypeError);
    expect(() => gt.split(x, 2, 1)).toThrow("split: the parts must add up to 3 along axis 1 of [2, 3], got 2 equal parts");
    expect(() => gt.split(x, [1, 1], 1)).toThrow("got [1, 1]");
    expect(() => gt.split(x, 0)).toThrow(ShapeError);
    expect(() => gt.split(x, [-1, 3])).toThrow(ShapeError);
    expect(() => x.pad([[1, 1]])).toThrow("pad: expected 2 pairs [before, after] for shape [2, 3], got an array of 1");
    expect(() =>
      x.pad([
        [1, 1],
        [-1, 0],
      ]),
    ).toThrow(ShapeError);
    expect(() =>
      x.pad(
        [
          [0, 0],
          [0, 0],
        ],
        "0" as never,
      ),
    ).toThrow(TypeError);
    expect(() => x.pad([[1] as never, [0, 0]])).toThrow("pad: expected pairs [before, after], got [1]");
    expect(() => x.pad([1 as never, [0, 0]])).toThrow("pad: expected pairs [before, after], got number 1");
  });
});

describe("take and oneHot", () => {
  test("pick places by index, in the shape of the indices", () => {
    expect(gt.take([10, 20, 30], [2, 0, 2]).toArray()).toEqual([30, 10, 30]);
    expect(x.take([1, -2]).toArray()).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
    expect(x.take([[0], [2]], -1).toArray()).toEqual([
      [[1], [3]],
      [[4], [6]],
    ]);
    expect(x.take(2, 1).toArray()).toEqual([3, 6]);
    expect(x.take(zeros([0])).shape).toEqual([0, 3]);
    expect(gt.oneHot([[2, 0]], 3).toArray()).toEqual([
      [
        [0, 0, 1],
        [1, 0, 0],
      ],
    ]);
    expect(gt.oneHot(1, 2).toArray()).toEqual([0, 1]);
    expect(gt.oneHot(zeros([0]), 3).shape).toEqual([0, 3]);
  });

  test("a place named twice gets both gradients", () => {
    expect(grad((t: Tensor) => t.take([2, 0, 2]).mul([1, 10, 100]).sum())([5, 6, 7]).toArray()).toEqual([10, 0, 101]);
    expect(
      gt
        .hessian((t: Tensor) => t.take([0, 0, 1]).prod())([3, 5])
        .toArray(),
    ).toEqual([
      [10, 6],
      [6, 0],
    ]);
  });

  test("refuse indices that name no place", () => {
    expect(() => x.take([2])).toThrow(gt.DomainError);
    expect(() => x.take([2])).toThrow("take: expected whole numbers from -2 to 1 as indices, got 2");
    expect(() => x.take([0.5])).toThrow("got 0.5");
    expect(() => x.take([Number.NaN])).toThrow(gt.DomainError);
    expect(() => x.take([0], 2)).toThrow("take: axis must be");
    expect(() => gt.oneHot([3], 3)).toThrow(gt.DomainError);
    expect(() => gt.segmentSum([1], [3], 3)).toThrow("segmentSum: expected whole numbers from -3 to 2 as indices, got 3");
    expect(() => gt.segmentSum([[1]], [0.5], 3)).toThrow("segmentSum: expected whole numbers from -3 to 2 as indices, got 0.5");
    expect(() => gt.oneHot([-1], 3)).toThrow("oneHot: expected whole numbers from 0 to 2, got -1");
    expect(() => gt.oneHot([0], 1.5)).toThrow("oneHot: expected a whole depth ≥ 0, got number 1.5");
  });
});
