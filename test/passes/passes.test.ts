import { binaryCrossEntropyWithLogits, grad, record, type Tape, type Tensor, tensor, valueAndGrad } from "gradtape";
import { describe, expect, test } from "vitest";
import { fold } from "../../src/passes/fold.js";
import { canonicalize, shareExponentials } from "../../src/passes/fuse.js";
import { prune } from "../../src/passes/prune.js";
import { share } from "../../src/passes/share.js";
import { simplify } from "../../src/passes/simplify.js";

const ops = (tape: Tape): string[] => tape.nodes.map(({ op }) => op.name);
/** Each node as its op and the places of its inputs: `in0`, a node's number, or `c`. */
const shapeOf = (tape: Tape): string[] => {
  const names = new Map<Tensor, string>([
    ...tape.inputs.map((x, i) => [x, `in${i}`] as const),
    ...tape.nodes.map(({ output }, i) => [output, String(i)] as const),
  ]);
  return tape.nodes.map(({ op, inputs }) => `${op.name}(${inputs.map((x) => names.get(x) ?? "c").join(", ")})`);
};

describe("prune", () => {
  test("drops what no output depends on", () => {
    const f = (x: Tensor): Tensor => {
      x.exp().log();
      return x.mul(2).add(x.sin().stopGradient().mul(0));
    };
    const before = record(f, tensor(1));
    expect(ops(before)).toEqual(["Exp", "Log", "Mul", "Sin", "StopGradient", "Mul", "Add"]);
    expect(ops(prune(before))).toEqual(["Mul", "Sin", "StopGradient", "Mul", "Add"]);
    // The gradient alone does not need the value that the forward pass ends with.
    const gradient = record(
      grad((x: Tensor) => x.square().sum()),
      [1, 2],
    );
    expect(ops(gradient)).toEqual(["Square", "Sum", "Mul", "Mul"]);
    expect(ops(prune(gradient))).toEqual(["Mul", "Mul"]);
  });

  test("keeps inputs and outputs, also an output that is an input", () => {
    const before = record((x: Tensor, y: Tensor) => [x, y.neg()], tensor(1), tensor(2));
    const after = prune(before);
    expect(after.inputs).toBe(before.inputs);
    expect(after.outputs).toBe(before.outputs);
    expect(ops(after)).toEqual(["Neg"]);
  });
});

describe("fold", () => {
  test("turns what depends on constants only into constants", () => {
    const y = tensor([0, 1]);
    const before = record((x: Tensor) => y.rsub(1).mul(x).add(y.exp().log()), tensor([1, 2]));
    expect(ops(before)).toEqual(["Sub", "Mul", "Exp", "Log", "Add"]);
    const after = fold(before);
    expect(shapeOf(after)).toEqual(["Mul(c, in0)", "Add(0, c)"]);
    expect(after.nodes[0].inputs[0].toArray()).toEqual([1, 0]);
  });

  test("folds a whole function that ignores its input", () => {
    const after = fold(record((_: Tensor) => tensor(2).exp(), tensor(1)));
    expect(after.nodes).toEqual([]);
    expect(after.outputs[0].item()).toBe(Math.exp(2));
  });
});

describe("simplify", () => {
  test("drops multiplications and divisions by 1", () => {
    const before = record(
      grad((x: Tensor) => x.sigmoid().div(1).sum()),
      [1, 2],
    );
    expect(ops(prune(before))).toEqual(["Div", "SigmoidSlope", "Mul"]);
    expect(shapeOf(prune(simplify(before)))).toEqual(["SigmoidSlope(in0)"]);
  });

  test("keeps one that broadcasts, and one by a 1 that varies", () => {
    expect(ops(simplify(record((x: Tensor) => x.mul([[1]]), [1, 2])))).toEqual(["Mul"]);
    expect(ops(simplify(record((x: Tensor, y: Tensor) => x.mul(y), [3, 2], 1)))).toEqual(["Mul"]);
    expect(simplify(record((x: Tensor) => x.mul(1), [3, 2])).outputs[0].toArray()).toEqual([3, 2]);
  });
});

describe("share", () => {
  test("computes equal things once", () => {
    const before = record((x: Tensor) => x.sigmoid().mul(x.sigmoid().rsub(1)).add(x.mul(3)).sub(x.mul(3)), tensor(1));
    expect(ops(before)).toEqual(["Sigmoid", "Sigmoid", "Sub", "Mul", "Mul", "Add", "Mul", "Sub"]);
    expect(shapeOf(share(before))).toEqual(["Sigmoid(in0)", "Sub(c, 0)", "Mul(0, 1)", "Mul(in0, c)", "Add(2, 3)", "Sub(4, 3)"]);
  });

  test("follows equal parts through several levels, outputs included", () => {
    const before = record((x: Tensor) => [x.exp().sum(), x.exp().sum()], tensor([1, 2]));
    const after = share(before);
    expect(ops(after)).toEqual(["Exp", "Sum"]);
    expect(after.outputs[0]).toBe(after.outputs[1]);
  });

  test("tells apart attributes that JSON writes alike: NaN, ∞, −∞ and −0", () => {
    const f = (x: Tensor): Tensor[] =>
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0].map((value) => x.pad([[0, 1]], value));
    const after = share(record(f, [1]));
    expect(ops(after)).toEqual(["Pad", "Pad", "Pad", "Pad", "Pad"]);
    expect(after.outputs.map((x) => x.data[1])).toEqual([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0]);
  });

  test("tells apart other attributes, other operands, and 0 from −0", () => {
    expect(
      ops(
        share(
          record(
            (x: Tensor) => x.sum(0).add(x.sum(1)),
            [
              [1, 2],
              [3, 4],
            ],
          ),
        ),
      ),
    ).toEqual(["Sum", "Sum", "Add"]);
    expect(ops(share(record((x: Tensor, y: Tensor) => x.sub(y).add(y.sub(x)), tensor(1), tensor(2))))).toEqual(["Sub", "Sub", "Add"]);
    expect(ops(share(record((x: Tensor) => x.div(0).add(x.div(-0)), tensor(1))))).toEqual(["Div", "Div", "Add"]);
  });
});

describe("simplify, with negations", () => {
  test("adds −x by subtracting x", () => {
    const before = record((x: Tensor, y: Tensor) => [x.neg().add(y), x.add(y.neg()), x.neg().add(y.neg())], tensor(1), tensor(2));
    expect(shapeOf(prune(simplify(before)))).toEqual(["Sub(in1, in0)", "Sub(in0, in1)", "Neg(in0)", "Sub(2, in1)"]);
  });
});

describe("shareExponentials", () => {
  test("takes e^(−|z|) once for σ(z) and σ(−z)", () => {
    const before = record((z: Tensor) => z.sigmoid().mul(z.neg().sigmoid()), tensor([1, 2]));
    expect(shapeOf(before)).toEqual(["Sigmoid(in0)", "Neg(in0)", "Sigmoid(1)", "Mul(0, 2)"]);
    expect(shapeOf(shareExponentials(before))).toEqual([
      "ExpNegAbs(in0)",
      "SigmoidFromExp(in0, 0)",
      "Neg(in0)",
      "SigmoidFromExp(2, 0)",
      "Mul(1, 3)",
    ]);
  });

  test("takes it once for the logistic loss and its gradient", () => {
    const before = record(
      (z: Tensor) => valueAndGrad((t: Tensor) => binaryCrossEntropyWithLogits(t, tensor([0, 1]), { reduction: "sum" }))(z),
      tensor([1, 2]),
    );
    const after = shareExponentials(prune(simplify(before)));
    expect(ops(after)).toEqual(["ExpNegAbs", "LogisticLossFromExp", "Sum", "LogisticResidualFromExp", "Mul"]);
  });

  test("leaves alone what is the only one of its kind", () => {
    const before = record((z: Tensor, t: Tensor) => z.sigmoid().add(t.sigmoid()), tensor(1), tensor(2));
    expect(ops(shareExponentials(before))).toEqual(["Sigmoid", "Sigmoid", "Add"]);
  });
});

test("canonicalize writes strong products as ops of their own, unless a constant sees to it that 0 meets no ∞", () => {
  const before = record((x: Tensor, y: Tensor) => grad((u: Tensor) => u.mul(y).log().mul(3).sum())(x), tensor([1, 2]), tensor([3, 4]));
  expect(ops(before).slice(-3)).toEqual(["Mul", "Div", "Mul"]);
  expect(ops(prune(canonicalize(before))).slice(-3)).toEqual(["Mul", "DivFirst", "MulFirst"]);
});

test("canonicalize keeps the sum of a mean from overflowing", () => {
  const before = record((x: Tensor) => x.mean(), tensor([1, 2, 3]));
  expect(shapeOf(canonicalize(before))).toEqual(["Mul(in0, c)", "Sum(0)", "Div(1, c)"]);
});

test("canonicalize turns > and ≥ around, and multiplies for a square", () => {
  const before = record((x: Tensor, y: Tensor) => [x.greater(y), x.greaterEqual(y), x.less(y), x.square()], tensor(1), tensor(2));
  expect(shapeOf(canonicalize(before))).toEqual(["Less(in1, in0)", "LessEqual(in1, in0)", "Less(in0, in1)", "Mul(in0, in0)"]);
});
