import { grad, record, Tape, type Tensor, tensor, zeros } from "gradtape";
import { describe, expect, test } from "vitest";

describe("record", () => {
  test("keeps ops, inputs, outputs and attributes in execution order", () => {
    const tape = record((x: Tensor) => x.mul(2).sum(0, true), [1, 2]);
    expect(tape).toBeInstanceOf(Tape);
    expect([...tape].map((node) => node.op.name)).toEqual(["Mul", "Sum"]);
    expect(tape.nodes[0].inputs[0]).toBe(tape.inputs[0]);
    expect(tape.nodes[0].inputs[1].item()).toBe(2);
    expect(tape.nodes[1].inputs).toEqual([tape.nodes[0].output]);
    expect(tape.nodes[1].attributes).toEqual({ axes: [0], keepDims: true });
    expect(tape.outputs[0]).toBe(tape.nodes[1].output);
    expect(tape.outputs[0].toArray()).toEqual([6]);
  });

  test("takes trees and returns trees, one tensor after the other", () => {
    const tape = record((p: { a: Tensor; b: Tensor[] }) => ({ sum: p.a.add(p.b[0]), same: p.a }), { a: tensor(1), b: [tensor(2)] });
    expect(tape.inputs.map((x) => x.item())).toEqual([1, 2]);
    expect(tape.outputs.map((x) => x.item())).toEqual([3, 1]);
    expect(tape.outputs[1]).toBe(tape.inputs[0]);
  });

  test("calls tensors of a tree by their path, unless they have a label", () => {
    const tape = record(
      (p: { w: Tensor; layers: Tensor[] }, x: Tensor) => p.w.mul(p.layers[0]).add(x),
      { w: tensor(1), layers: [tensor(2).named("b")] },
      3,
    );
    expect(tape.inputs.map(({ label }) => label)).toEqual(["w", "b", undefined]);
    const nested = record((p: Tensor[][]) => p[0][1].exp(), [[tensor(1), tensor(2)]]);
    expect(nested.inputs.map(({ label }) => label)).toEqual(["[0][0]", "[0][1]"]);
  });

  test("shows a gradient's backward pass when the gradient is recorded, without the aliases of the inner transform", () => {
    const tape = record(
      grad((x: Tensor) => x.sin()),
      tensor(0.5),
    );
    expect(tape.nodes.map((node) => node.op.name)).toEqual(["Sin", "Cos", "Mul"]);
    expect(tape.nodes[0].inputs[0]).toBe(tape.inputs[0]);
    expect(tape.nodes[1].inputs[0]).toBe(tape.inputs[0]);
  });

  test("records constants' ops as well, and an empty function as no node", () => {
    expect(record(() => tensor(1).add(2)).nodes.length).toBe(1);
    const empty = record((x: Tensor) => x, 1);
    expect(empty.nodes).toEqual([]);
    expect(empty.outputs).toEqual(empty.inputs);
  });

  test("keeps a tape apart from the runs after it", () => {
    const tape = record((x: Tensor) => x.exp(), tensor(1));
    const before = String(tape);
    grad((x: Tensor) => x.mul(3))(2);
    expect(String(tape)).toBe(before);
  });
});

describe("Tape.toString", () => {
  test("is what console.log shows in Node", () => {
    const tape = record((x: Tensor) => x.square(), tensor(3));
    const inspect = Symbol.for("nodejs.util.inspect.custom");
    expect((tape as unknown as Record<symbol, () => string>)[inspect]()).toBe(String(tape));
  });

  test("prints one numbered line a node: label or number, op, inputs, shape, small values", () => {
    const loss = (W: Tensor, x: Tensor): Tensor => W.matmul(x).named("z").sigmoid().mul(2).sum();
    expect(String(record(loss, tensor([1, -1]).named("W"), tensor([0.5, 0.5]).named("x")))).toBe(
      [
        "   W   input             [2]  [1, -1]",
        "   x   input             [2]  [0.5, 0.5]",
        "1  z   MatMul(W, x)      []   0",
        "2  %2  Sigmoid(z)        []   0.5",
        "3  %3  Mul(%2, 2)        []   1",
        "4  %4  Sum(%3, axes=[])  []   1",
        "returns %4",
      ].join("\n"),
    );
  });

  test("shows attributes that are set, large constants by shape, and leaves out large values", () => {
    const text = String(
      record(
        (x: Tensor) =>
          x
            .matmul(zeros([3, 9]), { transposeA: true })
            .sum([0], true)
            .reshape([-1]),
        zeros([3, 2]),
      ),
    );
    expect(text).toContain("MatMul(input1, constant[3, 9], transposeA)  [2, 9]\n");
    expect(text).toContain("Sum(%1, axes=[0], keepDims)");
    expect(text).toContain("Reshape(%2)");
  });

  test("tells two nodes of one label apart", () => {
    const text = String(record((x: Tensor) => x.mul(2).named("a").mul(3).named("a"), tensor(1).named("x")));
    expect(text).toContain("1  a    Mul(x, 2)");
    expect(text).toContain("2  a%2  Mul(a, 3)");
  });

  test("keeps the label when a labeled tensor is used under its old name too", () => {
    const tape = record((x: Tensor) => {
      const y = x.mul(2);
      const z = y.named("z");
      return y.add(z);
    }, tensor(3));
    expect(tape.nodes[1].inputs[0]).toBe(tape.nodes[1].inputs[1]);
    expect(tape.nodes[0].output.label).toBe("z");
    expect(tape.outputs[0].item()).toBe(12);
  });
});
