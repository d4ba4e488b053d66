import { readFileSync } from "node:fs";
import * as gt from "gradtape";
import { GradtapeError, grad, record, type Tensor, tensor, valueAndGrad, vjp, zeros } from "gradtape";
import { toOnnx } from "gradtape/onnx";
import { describe, expect, test } from "vitest";
import { forms, formsOf } from "../../src/onnx/forms/table.js";
import { Abs, Neg, Sin } from "../../src/ops/elementwise.js";
import { type Case, cases, elementwiseNames, records } from "../oracles/cases.js";
import { functionOf } from "../oracles/families.js";
import { randomTensor } from "../support/random.js";
import { difference, replay } from "./runtime.js";
import { hasForms, TABLE_OF_FORMS, tableOfForms, tapes } from "./table.js";

/** The value of a case and its gradients by all inputs. */
const withGradients =
  ({ f }: Case) =>
  (...inputs: Tensor[]): Tensor[] => {
    const [output, pullback] = vjp<Tensor[], Tensor>(f, ...inputs);
    return [output, ...pullback(randomTensor(7, output.shape))];
  };

describe("every op and its gradient in onnxruntime, as in gradtape", () => {
  for (const op of records.keys()) {
    if (op === "defineOp") continue; // has no form, as another test says
    test(op, async () => {
      const uses = cases.filter((c) => c.op === op);
      for (const use of uses) {
        const tape = record(withGradients(use), ...use.inputs);
        if (!hasForms(tape)) {
          expect(() => toOnnx(tape)).toThrow("expected ops that have a form in ONNX");
          continue;
        }
        expect(difference(await replay(tape), tape.outputs), `${use.title}, float64`).toBeLessThan(1e-12);
        expect(difference(await replay(tape, { precision: "float32" }), tape.outputs), `${use.title}, float32`).toBeLessThan(1e-5);
        expect(difference(await replay(tape, { opset: 23 }), tape.outputs), `${use.title}, opset 23`).toBeLessThan(1e-12);
      }
    });
  }
});

test("an op without a form is refused with the reason that stands in the table", () => {
  const entries = { ...forms, Sin: { refused: "ONNX has no angles" }, Abs: { refused: "ONNX has no sizes" } };
  expect(() => formsOf([Neg, Sin, Abs, Sin], entries)).toThrow(GradtapeError);
  expect(() => formsOf([Neg, Sin, Abs, Sin], entries)).toThrow(
    "toOnnx: expected ops that have a form in ONNX, got Sin (ONNX has no angles), Abs (ONNX has no sizes)",
  );
  expect([...formsOf([Neg, Neg], entries).keys()]).toEqual([Neg]);
});

test("docs/onnx.md shows the table of forms as it is", () => {
  const page = readFileSync(new URL("../../docs/onnx.md", import.meta.url), "utf8");
  expect(TABLE_OF_FORMS.exec(page)?.[0]).toBe(tableOfForms());
});

test("docs/onnx.md counts the models of all cases: two precisions, two opsets", () => {
  const page = readFileSync(new URL("../../docs/onnx.md", import.meta.url), "utf8");
  const count = [...tapes()].filter(hasForms).length;
  expect(/^(\d+) models pass the checker$/m.exec(page)?.[1], "run npx tsx test/onnx/elsewhere.ts --fill").toBe(String(4 * count));
});

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
/** Whether an op, or one in its gradient, is refused; the table says so. */
const isRefused = (f: (...x: Tensor[]) => unknown, ...inputs: Tensor[]): boolean => !hasForms(record(f, ...inputs));
/** The functions that compute a number from so many numbers, and have a form together with their gradients. */
const withForm = (inputs: 1 | 2): string[] =>
  elementwiseNames(inputs).filter((name) => {
    const withGradient = (...x: Tensor[]): unknown => vjp<Tensor[], Tensor>(functionOf(name) as never, ...x)[1](gt.tensor(1));
    return !isRefused(withGradient, ...Array.from({ length: inputs }, () => gt.tensor(0.5)));
  });
const [unary, binary] = [withForm(1), withForm(2)];
const edges = [0, -0, 1e-10, -1e-10, 1e-5, 0.5, -0.5, 1, -1, 3, 20, -20, 40, -40, 700, -700, 1000, -1000, inf, -inf, nan];

/** Differences relative to the numbers themselves, however small they are. */
function relative(found: readonly Tensor[], expected: readonly Tensor[]): number {
  const scaled = expected.map((x) => x.abs().greater(1e-290).where(x.abs(), 1).mul(x.equal(x)).add(x.notEqual(x)));
  const finite = (x: Tensor, i: number): Tensor => expected[i].abs().less(inf).where(x.div(scaled[i]), x);
  return difference(found.map(finite), expected.map(finite));
}

describe("at 0, at tiny and large numbers, ±∞ and NaN", () => {
  test.for(unary)("%s keeps all digits", async (op) => {
    const tape = record(functionOf(op), tensor(edges));
    const tolerance = op === "sin" || op === "cos" ? 1e-12 : 1e-14;
    expect(relative(await replay(tape), tape.outputs)).toBeLessThan(tolerance);
  });

  /** What float32 makes of numbers, as float64 has them. */
  const rounded = (x: Tensor): Tensor => tensor(Float64Array.from(x.data, Math.fround), x.shape);

  test.for(unary)("%s and its gradient keep the digits of float32", async (op) => {
    const f = (x: Tensor): Tensor[] => [functionOf(op)(x), grad((z: Tensor) => functionOf(op)(z).sum())(x)];
    const tape = record(f, rounded(tensor(edges)));
    const found = await replay(tape, { precision: "float32" });
    // 1 − tanh² loses the digits of tanh near 1 that float32 has not.
    expect(relative(found, tape.outputs.map(rounded))).toBeLessThan(op === "tanh" ? 1e-5 : 1e-6);
  });

  test.for(unary)("the gradient of %s is the same", async (op) => {
    const tape = record(
      grad((x: Tensor) => functionOf(op)(x).sum()),
      tensor(edges.filter((x) => !Number.isNaN(x))),
    );
    expect(difference(await replay(tape), tape.outputs)).toBeLessThan(1e-12);
  });

  test.for(binary)("%s and its gradients are the same", async (op) => {
    const columns = tensor(edges).expandDims(1);
    const tape = record((x: Tensor, y: Tensor) => functionOf(op)(x, y), columns, tensor(edges));
    const [found] = await replay(tape);
    // C, which runtimes follow, has 1 for 1 to the power NaN and for ±1 to the power ±∞, where JavaScript has NaN.
    const isLimit = (x: number, y: number): boolean => (x === 1 && !Number.isFinite(y)) || (x === -1 && Math.abs(y) === inf);
    const mask = tensor(edges.map((x) => edges.map((y) => (op === "pow" && isLimit(x, y) ? 1 : 0))));
    expect(relative([mask.where(0, found)], [mask.where(0, tape.outputs[0])])).toBeLessThan(1e-14);
    const finite = tensor(edges.filter((x) => Math.abs(x) <= 40));
    const gradients = record(
      grad((x: Tensor, y: Tensor) => functionOf(op)(x, y).sum(), { argnums: [0, 1] }),
      op === "pow" ? finite.abs().expandDims(1) : finite.expandDims(1),
      finite,
    );
    expect(difference(await replay(gradients), gradients.outputs)).toBeLessThan(1e-12);
  });

  test("where takes what is not 0 for true, NaN too", async () => {
    const tape = record((c: Tensor) => c.where(1, 2), tensor(edges));
    expect(difference(await replay(tape), tape.outputs)).toBe(0);
  });

  test("the logistic loss keeps all digits of value and gradient", async () => {
    const logits = tensor(edges.filter((z) => !Number.isNaN(z))).expandDims(1);
    const tape = record(
      (z: Tensor, y: Tensor) => gt.binaryCrossEntropyWithLogits(z, y, { reduction: "none" }),
      logits.broadcastTo([20, 3]),
      tensor([0, 1, 0.3]).broadcastTo([20, 3]),
    );
    expect(relative(await replay(tape), tape.outputs)).toBeLessThan(1e-14);
    const gradient = record(
      grad((z: Tensor, y: Tensor) => gt.binaryCrossEntropyWithLogits(z, y, { reduction: "sum" })),
      tape.inputs[0],
      tape.inputs[1],
    );
    expect(relative(await replay(gradient), gradient.outputs)).toBeLessThan(1e-13);
  });

  test("reductions agree, and let no NaN vanish", async () => {
    const rows = tensor([
      [1, 1000, -1000, 1000],
      [0, nan, 5, nan],
      [-inf, -inf, -inf, -inf],
      [inf, 1, nan, inf],
      [30, 0, -10, -20],
      [inf, 1, 2, -inf],
    ]);
    const f = (x: Tensor): Tensor[] => [
      ...[x.sum(1), x.max(1), x.min(1), x.max([0, 1]), x.prod(1), x.logSumExp(1), x.argmax(1), x.argmax()],
      ...[x.softmax(1), x.cumsum(1), x.cumsum(0, { reverse: true }), x.mean()],
    ];
    const tape = record(f, rows);
    expect(difference(await replay(tape), tape.outputs)).toBeLessThan(1e-14);
  });

  test("log Σ eˣ keeps a small rest", async () => {
    const tape = record(
      (x: Tensor) => x.logSumExp(1),
      [
        [0, -40, -50],
        [-40, 0, -1000],
      ],
    );
    expect(relative(await replay(tape), tape.outputs)).toBeLessThan(1e-14);
  });
});

describe("shapes", () => {
  const agree = async (f: (...x: Tensor[]) => unknown, ...inputs: Tensor[]): Promise<void> => {
    const tape = record(f, ...inputs);
    for (const precision of ["float64", "float32"] as const)
      expect(difference(await replay(tape, { precision }), tape.outputs), precision).toBeLessThan(1e-6);
  };

  test("slices and their gradients, with steps forwards and backwards, on several axes", async () => {
    const f = (x: Tensor): Tensor =>
      x
        .slice([
          [null, null, -2],
          [1, 8, 3],
          [null, null, -1],
        ])
        .square()
        .sum();
    await agree(valueAndGrad(f), randomTensor(1, [5, 9, 4]));
    await agree(
      valueAndGrad((x: Tensor) =>
        x
          .slice([[6, 1, -2], 2])
          .square()
          .sum(),
      ),
      randomTensor(2, [8, 3]),
    );
    await agree(
      valueAndGrad((x: Tensor) => x.slice([[4, 5, -3]]).sum()),
      randomTensor(3, [8]),
    );
    await agree(
      valueAndGrad((x: Tensor) =>
        x
          .slice([[7, null, -7]])
          .square()
          .sum(),
      ),
      randomTensor(4, [8]),
    );
  });

  test("padding with any number", async () => {
    for (const value of [0, 7, -inf, nan])
      await agree(
        (x) =>
          x.pad(
            [
              [2, 0],
              [0, 3],
            ],
            value,
          ),
        randomTensor(1, [2, 3]),
      );
  });

  test("tensors without numbers, as inputs, on the way and as outputs", async () => {
    const empty = zeros([0, 3]);
    for (const op of unary) await agree(functionOf(op), empty);
    await agree((x) => [x.sum(), x.sum(0), x.sum(1), x.prod(0), x.logSumExp(0), x.softmax(1), x.transpose(), x.reshape([3, 0])], empty);
    await agree(
      (x, y) => [x.matmul(y), y.matmul(x), gt.concat([x, y.transpose(), x])],
      empty,
      randomTensor(1, [3, 2]).matmul(zeros([2, 0])),
    );
    await agree((x, y) => gt.concat([x, y]).sum(0), empty, randomTensor(1, [2, 3]));
    await agree(
      valueAndGrad((x: Tensor) => x.take(zeros([0])).sum()),
      randomTensor(1, [4]),
    );
    await agree((x) => x.slice([[0, 0]]).pad([[1, 2]], 4), randomTensor(1, [4]));
  });

  test("a single number, sliced, padded, transposed and repeated along no axis", async () => {
    await agree((x) => [x.slice([]), x.pad([], 7), x.transpose(), x.sum(), x.max(), x.broadcastTo([])], tensor(3));
  });

  test("indices that are inputs, and negative ones", async () => {
    const rows = (x: Tensor, at: Tensor): Tensor => x.take(at, 1).square().sum();
    await agree(
      valueAndGrad(rows),
      randomTensor(1, [2, 4, 3]),
      tensor([
        [0, -1],
        [-4, 3],
      ]),
    );
    await agree(
      (at) => at.oneHot(5),
      tensor([
        [0, 4],
        [2, 2],
      ]),
    );
    await agree(
      valueAndGrad((x: Tensor, at: Tensor) => x.take(at).square()),
      randomTensor(1, [4]),
      tensor(-2),
    );
  });

  test("transposes in front of products, which a runtime may fuse", async () => {
    const [square, batch, vector] = [randomTensor(1, [3, 3]), randomTensor(2, [2, 3, 3]), randomTensor(3, [3])];
    await agree((a, v) => [a.transpose().matmul(v), v.matmul(a.transpose()), a.transpose([0, 1]).matmul(a).add(v)], square, vector);
    await agree(
      (a, v) => [a.transpose([0, 2, 1]).matmul(v), v.matmul(a.transpose([0, 2, 1])), a.transpose([1, 0, 2]).matmul(v)],
      batch,
      vector,
    );
    await agree((a, v) => [a.transpose().mul(2).matmul(v), a.matmul(a, { transposeA: true }).transpose().matmul(a)], square, vector);
  });
});
