import { checkpoint, cholesky, grad, hessian, jvp, record, scan, type Tensor, tensor, valueAndGrad } from "gradtape";
import { toOnnx } from "gradtape/onnx";
import type { GraphProto, NodeProto } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { randomTensor } from "../support/random.js";
import { decode, difference, load, replay } from "./runtime.js";

/** A pendulum that is slowed down: the mean of its squared angles, and its last angle. */
const swing =
  (steps: number) =>
  (p: { length: Tensor; friction: Tensor }): Tensor => {
    const [[last], angles] = scan(
      ([angle, speed]: [Tensor, Tensor]): [[Tensor, Tensor], Tensor] => {
        const pull = angle.sin().mul(9.81).div(p.length).add(speed.mul(p.friction.exp()));
        const faster = speed.sub(pull.mul(0.01));
        return [[angle.add(faster.mul(0.01)), faster], angle];
      },
      [tensor(0.5), tensor(0)],
      steps,
    );
    return angles.square().mean().add(last);
  };
const p = { length: tensor(1.3), friction: tensor(-2) };

const bodyOf = (loop: NodeProto): GraphProto => loop.attribute.find(({ name }) => name === "body")?.g as GraphProto;
const graphOf = (bytes: Uint8Array): GraphProto => decode(bytes).graph as GraphProto;
const loopsOf = ({ node }: GraphProto): NodeProto[] => node.filter(({ opType }) => opType === "Loop");
const operatorsOf = ({ node }: GraphProto): string[] => node.map(({ opType }) => opType);

describe("a scan in onnxruntime, as in gradtape", () => {
  test("is one Loop, and its gradient another one that goes backwards", async () => {
    const tape = record(valueAndGrad(swing(500)), p);
    const bytes = toOnnx(tape);
    expect(loopsOf(graphOf(bytes))).toHaveLength(2);
    expect(bytes.length).toBeLessThan(20_000);
    expect(difference(await replay(tape), tape.outputs)).toBeLessThan(1e-12);
    expect(difference(await replay(tape, { precision: "float32" }), tape.outputs)).toBeLessThan(1e-4);
  });

  test("takes other numbers than those of the recording", async () => {
    const f = valueAndGrad(swing(50));
    const session = await load(toOnnx(record(f, p)));
    const [value, { length, friction }] = f({ length: tensor(0.4), friction: tensor(1) });
    expect(difference(await session.run(tensor(0.4), tensor(1)), [value, length, friction])).toBeLessThan(1e-12);
  });

  test("in second order and forward mode", async () => {
    const f = (x: Tensor): Tensor => swing(20)({ length: x.slice([0]), friction: x.slice([1]) });
    const tape = record((x: Tensor) => [hessian(f)(x), jvp(f, [x], [tensor([1, -2])])[1]], tensor([1.3, -2]));
    expect(difference(await replay(tape), tape.outputs)).toBeLessThan(1e-11);
  });

  test("of matrices, rows from outside, and within another one", async () => {
    const network = (w: Tensor, xs: Tensor): Tensor => {
      const step = (h: Tensor, x: Tensor): [Tensor, Tensor] => {
        const [inner] = scan((c, k) => [c.matmul(w).add(x.mul(k)).tanh(), undefined], h, 3);
        return [inner, inner.square().sum()];
      };
      const [last, sizes] = scan(step, xs.slice([0]).mul(0), xs);
      return last.sum().add(sizes.mean());
    };
    const tape = record(valueAndGrad(network), randomTensor(1, [4, 4]), randomTensor(2, [7, 2, 4]));
    const [first] = loopsOf(graphOf(toOnnx(tape)));
    expect(operatorsOf(bodyOf(first))).toContain("Loop");
    expect(difference(await replay(tape), tape.outputs)).toBeLessThan(1e-12);
  });

  test("of no steps, of rows without numbers, and with a carry that stays", async () => {
    const f = (x: Tensor): unknown[] => {
      const none = scan((c, k) => [c.mul(x), c.add(k)], x.exp(), 0);
      const empty = scan((c, row) => [c.mul(x), row], x, tensor(new Float64Array(0), [3, 0]));
      const still = scan((c: [Tensor, Tensor], k) => [[c[0], c[0].mul(k)] as [Tensor, Tensor], c[1]], [x, x.neg()] as [Tensor, Tensor], 3);
      const constant = scan((c, _row) => [c, tensor(7)], tensor(new Float64Array(0), [0]), tensor(new Float64Array(0), [2, 0]));
      return [none, empty, still, constant];
    };
    const tape = record(f, tensor([0.5, 2]));
    expect(difference(await replay(tape), tape.outputs)).toBe(0);
  });
});

describe("the model of a scan", () => {
  test("computes before the loop what is the same in each step", () => {
    const graph = graphOf(toOnnx(record(swing(10), p)));
    const [loop] = loopsOf(graph);
    expect(operatorsOf(graph)).toContain("Exp");
    expect(operatorsOf(bodyOf(loop))).not.toContain("Exp");
    expect(operatorsOf(bodyOf(loop))).toContain("Sin");
  });

  test("collects nothing that nobody reads", () => {
    const last = (x: Tensor): Tensor => scan((c, k) => [c.mul(x).sin(), c.add(k).exp()], x, 10)[0];
    const [loop] = loopsOf(graphOf(toOnnx(record(last, 0.5))));
    expect(loop.output).toHaveLength(1);
    expect(operatorsOf(bodyOf(loop))).not.toContain("Exp");
    // The gradient reads what the carry was in each step, and nothing else.
    expect(loopsOf(graphOf(toOnnx(record(grad(last), 0.5))))[0].output).toHaveLength(2);
  });

  test("is refused with the ops in its step that have no form", () => {
    const f = (x: Tensor): Tensor => scan((c, _k) => [cholesky(c.mul(2)), c], x, 2)[0];
    expect(() =>
      toOnnx(
        record(f, [
          [1, 0],
          [0, 1],
        ]),
      ),
    ).toThrow("toOnnx: expected ops that have a form in ONNX, got Cholesky (");
  });

  test("has a checkpoint as what it does, and computes it once", async () => {
    const layer = checkpoint((x: Tensor, w: Tensor) => x.mul(w).tanh());
    const tape = record(
      valueAndGrad((w: Tensor) => scan((c, _k) => [layer(layer(c, w), w), undefined], w, 3)[0].add(layer(w, w))),
      0.7,
    );
    expect(difference(await replay(tape), tape.outputs)).toBeLessThan(1e-13);
    expect(operatorsOf(graphOf(toOnnx(tape))).filter((name) => name === "Tanh")).toHaveLength(1);
  });
});
