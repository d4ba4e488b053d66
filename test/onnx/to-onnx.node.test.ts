import {
  binaryCrossEntropyWithLogits,
  compile,
  DomainError,
  defineOp,
  GradtapeError,
  grad,
  hessian,
  record,
  type Tape,
  type Tensor,
  tensor,
  valueAndGrad,
} from "gradtape";
import { toOnnx } from "gradtape/onnx";
import { describe, expect, test } from "vitest";
import { encode } from "../../src/onnx/encode.js";
import { cubeRootDefinition } from "../support/cube-root.js";
import { decode, difference, load, operatorsOf, replay } from "./runtime.js";

const square = (): Tape => record((x: Tensor) => x.square().sum(), [1, 2]);

describe("the model", () => {
  test("names its operator set and the file format that came with it, opset 18 if nothing is said", () => {
    const versions = (bytes: Uint8Array): (bigint | undefined)[] => [decode(bytes).opsetImport[0].version, decode(bytes).irVersion];
    expect(versions(toOnnx(square()))).toEqual([18n, 8n]);
    expect(versions(toOnnx(square(), { opset: 21 }))).toEqual([21n, 10n]);
    expect(decode(toOnnx(square())).producerName).toBe("gradtape");
    expect(decode(toOnnx(square(), { name: "step" })).graph?.name).toBe("step");
  });

  test("has the inputs' shapes, and double or float as the type of all numbers", () => {
    const tape = record((x: Tensor, y: Tensor) => x.mul(y).greater(0).where(x, 1), [[1, 2, 3]], 2);
    for (const [precision, type] of [
      ["float64", 11],
      ["float32", 1],
    ] as const) {
      const graph = decode(toOnnx(tape, { precision })).graph;
      const ports = [...(graph?.input ?? []), ...(graph?.output ?? [])].map((port) => {
        const tensorType = port.type?.value.case === "tensorType" ? port.type.value.value : undefined;
        return [tensorType?.elemType, tensorType?.shape?.dim.map(({ value }) => value.value)];
      });
      expect(ports).toEqual([
        [type, [1n, 3n]],
        [type, []],
        [type, [1n, 3n]],
      ]);
    }
  });

  test("consists of operators of ONNX's own set, each value made before it is read and every one of them read", () => {
    const tape = record(
      valueAndGrad((x: Tensor) => x.matmul([1, 2]).softmax().logSumExp().add(x.max())),
      [
        [1, 2],
        [3, 4],
      ],
    );
    const graph = decode(toOnnx(tape)).graph;
    const known = new Set([...(graph?.input ?? []), ...(graph?.initializer ?? [])].map(({ name }) => name));
    const read = new Set(graph?.output.map(({ name }) => name));
    for (const { domain, input, output } of graph?.node ?? []) {
      expect(domain).toBe("");
      for (const name of input) {
        expect(known.has(name), name).toBe(true);
        read.add(name);
      }
      for (const name of output) known.add(name);
    }
    expect([...known].filter((name) => !read.has(name))).toEqual([]);
  });

  test("takes e^(−|z|) once for the logistic loss and its gradient, and folds what only constants go into", () => {
    const y = tensor([1, 0]);
    const tape = record(
      valueAndGrad((z: Tensor) => binaryCrossEntropyWithLogits(z, y, { reduction: "none" }).mul(y.rsub(1).exp()).sum()),
      [1, 2],
    );
    expect(decode(toOnnx(tape)).graph?.node.filter(({ opType }) => opType === "Exp")).toHaveLength(1);
  });

  test("stores constant indices once, however often they are used", () => {
    const at = tensor(Array.from({ length: 40 }, (_, i) => i % 3));
    const tape = record((x: Tensor, y: Tensor) => x.take(at).add(y.take(at)).add(x.mul(y).take(at)), [1, 2, 3], [4, 5, 6]);
    expect(decode(toOnnx(tape)).graph?.initializer.map(({ dims }) => dims)).toEqual([[40n]]);
  });

  test("is the same each time", () => {
    expect(toOnnx(square())).toEqual(toOnnx(square()));
  });

  test("can return an input, a constant, and one value twice", async () => {
    const tape = record((x: Tensor) => {
      const doubled = x.mul(2);
      return [x, tensor([5, 6]), doubled, doubled];
    }, 3);
    expect((await replay(tape)).map((x) => x.toArray())).toEqual([3, [5, 6], 6, 6]);
  });

  test("can be of a compiled function's tape, and of second derivatives", async () => {
    const f = compile(valueAndGrad((x: Tensor) => x.exp().sum().log()));
    f(tensor([1, 2]));
    expect(difference(await replay(f.tape), f.tape.outputs)).toBeLessThan(1e-14);
    const tape = record(
      hessian((x: Tensor) => x.sigmoid().prod()),
      tensor([0.5, -1, 2]),
    );
    expect(difference(await replay(tape), tape.outputs)).toBeLessThan(1e-14);
  });

  test("takes other numbers than those it was recorded with", async () => {
    const session = await load(
      toOnnx(
        record(
          grad((x: Tensor) => x.relu().square().sum()),
          tensor([1, 2]),
        ),
      ),
    );
    expect((await session.run(tensor([-3, 5])))[0].toArray()).toEqual([0, 10]);
  });
});

describe("names", () => {
  const ports = (tape: Tape, options?: Parameters<typeof toOnnx>[1]): [unknown, unknown] => {
    const graph = decode(toOnnx(tape, options)).graph;
    return [graph?.input.map(({ name }) => name), graph?.output.map(({ name }) => name)];
  };

  test("are labels and paths in trees; a gradient is called after its input; the rest is numbered", () => {
    const loss = (p: { w: Tensor; layers: Tensor[] }, x: Tensor, y: Tensor): Tensor =>
      p.w.mul(x).add(p.layers[0]).mul(y).sum().named("loss");
    const tape = record(valueAndGrad(loss), { w: tensor([1, 2]), layers: [tensor(1)] }, tensor([1, 2]).named("x"), tensor(2));
    expect(ports(tape)).toEqual([
      ["w", "layers_0", "x", "input4"],
      ["loss", "grad_w", "grad_layers_0"],
    ]);
  });

  test("of outputs in a tree are their paths, apart from inputs and from places in lists", () => {
    const update = (p: { w: Tensor }, x: Tensor) => {
      const [loss, gradient] = valueAndGrad((q: { w: Tensor }) => q.w.mul(x).sum())(p);
      const w = p.w.sub(gradient.w);
      return { loss, next: { w, layers: [w.exp()] }, w: w.neg() };
    };
    expect(ports(record(update, { w: tensor([1, 2]) }, tensor([3, 4]).named("x")))[1]).toEqual([
      "loss",
      "next_w",
      "next_layers_0",
      "output_w",
    ]);
    const lists = record((x: Tensor) => [x.exp(), { minus: x.neg() }, [x.sin()]], tensor(1));
    expect(ports(lists)[1]).toEqual(["output1", "minus", "output3"]);
    const compiled = compile((x: Tensor) => ({ value: x.exp() }));
    compiled(tensor(1));
    expect(ports(compiled.tape)[1]).toEqual(["value"]);
  });

  test("of a compiled function are those of its recording", () => {
    const loss = (p: { w: Tensor; b: Tensor }, x: Tensor): Tensor => p.w.mul(x).sum().add(p.b).square().named("loss");
    const step = compile(valueAndGrad(loss));
    const args = [{ w: tensor([1, 2]).named("W"), b: tensor(3) }, tensor([4, 5]).named("x")] as const;
    step(...args);
    expect(ports(step.tape)).toEqual([
      ["W", "b", "x"],
      ["loss", "grad_W", "grad_b"],
    ]);
    expect(ports(record(valueAndGrad(loss), ...args))).toEqual(ports(step.tape));
  });

  test("of gradients that are one value differ as their inputs do", () => {
    const tape = record(
      grad((a: Tensor, b: Tensor) => a.add(b).square().sum(), { argnums: [1, 0] }),
      tensor([1, 2]).named("a"),
      tensor([3, 4]).named("b"),
    );
    expect(tape.outputs[0]).toBe(tape.outputs[1]);
    expect(ports(tape)).toEqual([
      ["a", "b"],
      ["grad_a", "grad_b"],
    ]);
  });

  test("are made identifiers, and distinct", () => {
    const [a, b] = [tensor(1).named("ŷ 1"), tensor(2).named("3rd")];
    const tape = record((x: Tensor, y: Tensor, z: Tensor) => [x.mul(y).add(z).named("3rd"), x.exp()], a, b, tensor(3).named("3rd"));
    expect(ports(tape)).toEqual([
      ["_1", "_3rd", "_3rd_2"],
      ["_3rd_3", "output2"],
    ]);
  });

  test("do not meet those of values on the way", async () => {
    const tape = record((x: Tensor) => x.exp().mul(2).add(x.mul(3)), tensor(1).named("Exp_1"));
    expect(difference(await replay(tape, { outputNames: ["constant_2"] }), tape.outputs)).toBeLessThan(1e-14);
  });

  test("can be given", () => {
    expect(ports(square(), { inputNames: ["x"], outputNames: ["x squared"] })).toEqual([["x"], ["x squared"]]);
  });
});

describe("what is refused", () => {
  test("an op of a user's own, by name, unless only constants go into it", () => {
    const cubeRoot = defineOp(cubeRootDefinition);
    const other = defineOp({ ...cubeRootDefinition, name: "Add" });
    const tape = record((x: Tensor) => other(cubeRoot(x)).add(cubeRoot(x.exp())), 8);
    expect(() => toOnnx(tape)).toThrow(GradtapeError);
    expect(() => toOnnx(tape)).toThrow(
      `toOnnx: expected ops that have a form in ONNX, got ${cubeRootDefinition.name} (an op of your own: compose it from others to export it), ` +
        "Add (an op of your own: compose it from others to export it)",
    );
    expect(operatorsOf(toOnnx(record((x: Tensor) => x.mul(cubeRoot(8)), 1)))).toEqual(["Mul"]);
  });

  test("what is not a tape, and impossible options", () => {
    const aName = "expected a text that is not empty, without control characters and lone surrogates, as";
    const refusals: [() => unknown, string][] = [
      [() => toOnnx(((x: Tensor) => x) as never), "expected a tape from record, got a function"],
      [() => toOnnx(square(), { precision: "float16" as never }), 'expected "float64" or "float32" as the precision, got string "float16"'],
      [() => toOnnx(square(), { opset: 17 }), "expected an opset from 18 to 23, got number 17"],
      [() => toOnnx(square(), { opset: "18" as never }), 'expected an opset from 18 to 23, got string "18"'],
      [() => toOnnx(square(), null as never), "expected options such as { precision: … }, got null"],
      [() => toOnnx(square(), { name: "" }), `${aName} name, got string ""`],
      [() => toOnnx(square(), { name: "\ud800" }), `${aName} name, got string ""`],
      [() => toOnnx(square(), { inputNames: ["a\nb"] }), `${aName} inputNames[0], got string "a b"`],
      [() => toOnnx(square(), { outputNames: ["x\udc00"] }), `${aName} outputNames[0], got string "x"`],
      [() => toOnnx(square(), { outputNames: [3 as never] }), `${aName} outputNames[0], got number 3`],
      [() => toOnnx(square(), { inputNames: "x" as never }), 'expected a list of names as inputNames, got string "x"'],
      [() => toOnnx(square(), { inputNames: ["x", "y"] }), "expected 1 inputNames, one a tensor, got 2"],
      [() => toOnnx(square(), { outputNames: [""] }), `${aName} outputNames[0], got string ""`],
      [
        () => toOnnx(square(), { inputNames: ["x"], outputNames: ["x"] }),
        'expected names that differ among inputs and outputs, got "x" twice',
      ],
    ];
    for (const [call, message] of refusals) {
      expect(call, message).toThrow(TypeError);
      expect(call).toThrow(`toOnnx: ${message}`);
    }
  });

  test("a tape that returns nothing", () => {
    expect(() => toOnnx(record((_: Tensor) => ({}), 1))).toThrow(GradtapeError);
    expect(() => toOnnx(record((_: Tensor) => ({}), 1))).toThrow("toOnnx: expected at least one output, got a tape that returns nothing");
  });

  test("a constant that would be 0 in float32", () => {
    const tape = record((x: Tensor) => x.mul([0, -0, 1e-40, 1e-300]), 2);
    expect(() => toOnnx(tape, { precision: "float32" })).toThrow(DomainError);
    expect(() => toOnnx(tape, { precision: "float32" })).toThrow("toOnnx: expected constants within the range of float32, got 1e-300");
    expect(
      toOnnx(
        record((x: Tensor) => x.mul([0, -0, 1e-40]), 2),
        { precision: "float32" },
      ),
    ).toBeInstanceOf(Uint8Array);
  });

  test("a constant that float32 cannot hold", () => {
    const tape = record((x: Tensor) => x.mul([1, 1e300]), 2);
    expect(() => toOnnx(tape, { precision: "float32" })).toThrow(DomainError);
    expect(() => toOnnx(tape, { precision: "float32" })).toThrow("toOnnx: expected constants within the range of float32, got 1e+300");
    expect(toOnnx(tape)).toBeInstanceOf(Uint8Array);
  });

  test("constants beyond the 2 GiB of the format", () => {
    // An array of that size cannot be had everywhere; its length is all that is looked at.
    const initializers = [{ name: "data", shape: [2 ** 28], data: { byteLength: 2 ** 31 } as Float64Array }];
    const model = {
      name: "large",
      precision: "float64",
      opset: 18,
      irVersion: 8,
      inputs: [],
      outputs: [],
      nodes: [],
      initializers,
    } as const;
    expect(() => encode(model)).toThrow(GradtapeError);
    expect(() => encode(model)).toThrow(
      "toOnnx: expected constants of at most 2 GiB, the limit of the format, got 2147483648 bytes; make the largest ones arguments of the function",
    );
  });
});
