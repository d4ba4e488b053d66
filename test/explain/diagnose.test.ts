import {
  adam,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  compile,
  concat,
  crossEntropy,
  type Diagnosis,
  defineOp,
  diagnose,
  grad,
  hessian,
  minimize,
  type NdArray,
  type OpDefinition,
  ones,
  record,
  rewriteRules,
  stabilize,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from "gradtape";
import { describe, expect, test } from "vitest";
import { KINDS } from "../../src/explain/diagnose/finding.js";
import { callerIn } from "../../src/explain/diagnose/source.js";
import { cases } from "../oracles/cases.js";
import { randomTensor } from "../support/random.js";
import { wdbc } from "../support/wdbc.js";
import { planted } from "./planted.js";
import { randomExpression } from "./random-expression.js";

const report = (d: Diagnosis): string => (d.healthy ? "" : String(d));

describe("diagnose finds each planted fault and nothing else", () => {
  for (const { title, f, at, kind, op, label, backward, instead } of planted) {
    test(`${kind}: ${title}`, () => {
      const { findings } = diagnose(f, at);
      expect(findings.map((finding) => [finding.kind, finding.op, finding.label])).toEqual([[kind, op, label]]);
      const [finding] = findings;
      expect(finding.backward).toBe(backward);
      expect(finding.instead).toContain(instead);
      expect(finding.why.length).toBeGreaterThan(10);
      // The number is that of the line on the tape of f.
      if (op !== "input") {
        const node = record(f, at).nodes[finding.node - 1];
        expect([node.op.name, node.output.label]).toEqual([op, label]);
      }
    });
  }

  test("there are many of them, of every kind", () => {
    expect(planted.length).toBeGreaterThanOrEqual(60);
    expect(new Set(planted.map(({ kind }) => kind))).toEqual(new Set(KINDS));
  });
});

describe("diagnose reports nothing on healthy runs", () => {
  test.each(cases.map((c) => [`${c.op} ${c.title}`, c] as const))("%s", (_, { f, inputs }) => {
    expect(report(diagnose(f as (...xs: Tensor[]) => Tensor, ...(inputs as Tensor[])))).toBe("");
    // The same by all arguments.
    expect(report(diagnose((xs: Tensor[]) => f(...xs), [...inputs] as Tensor[]))).toBe("");
  });

  test("1,000 random well-scaled expressions", () => {
    const alarms: string[] = [];
    for (let seed = 1; seed <= 1000; seed++) {
      const { f, inputs } = randomExpression(seed);
      const d = diagnose(f, inputs);
      if (!d.healthy) alarms.push(`seed ${seed}: ${d}`);
    }
    expect(alarms).toEqual([]);
  });

  test("logistic regression on real data, from the first step to the optimum, with and without a penalty", () => {
    const { X, y } = wdbc();
    const design = concat([ones([X.shape[0], 1]), X], 1);
    for (const l2 of [0, 0.01]) {
      const loss = (W: Tensor): Tensor => binaryCrossEntropyWithLogits(design.matmul(W), y).add(W.square().sum().mul(l2));
      expect(report(diagnose(loss, zeros([31])))).toBe("");
      const visited: Tensor[] = [];
      const fit = minimize(loss, zeros([31]), {
        maxIterations: 100,
        gradientTolerance: 1e-12,
        onStep: ({ params }) => {
          visited.push(params);
        },
      });
      for (const W of [...visited.filter((_, i) => i % 10 === 0), fit.params]) expect(report(diagnose(loss, W))).toBe("");
      // The gradient as a function: at the optimum it is next to 0.
      expect(report(diagnose(grad(loss), fit.params))).toBe("");
      expect(report(diagnose(hessian(loss), visited[3]))).toBe("");
    }
  });

  test("the losses of probabilities at sane predictions, trained", () => {
    const { X, y } = wdbc(["mean_radius", "mean_texture"]);
    const loss = (p: { w: Tensor; b: Tensor }): Tensor => binaryCrossEntropy(X.matmul(p.w).add(p.b).sigmoid(), y);
    const { params } = minimize(loss, { w: zeros([2]), b: tensor(0) });
    expect(report(diagnose(loss, params))).toBe("");
    const naive = (p: { w: Tensor; b: Tensor }): Tensor => {
      const ŷ = X.matmul(p.w).add(p.b).sigmoid();
      return y
        .mul(ŷ.log())
        .add(y.rsub(1).mul(ŷ.rsub(1).log()))
        .mean()
        .neg();
    };
    expect(report(diagnose(naive, params))).toBe("");
    expect(report(diagnose(stabilize(naive), params))).toBe("");
  });

  test("a network that learns, relu and tanh, up to a loss of next to nothing", () => {
    for (const activate of [(x: Tensor) => x.relu(), (x: Tensor) => x.tanh()]) {
      const X = randomTensor(1, [40, 6], -1, 1);
      const target = X.matmul(randomTensor(2, [6, 3])).argmax(1);
      const loss = (p: { W1: Tensor; b1: Tensor; W2: Tensor }): Tensor =>
        crossEntropy(activate(X.matmul(p.W1).add(p.b1)).matmul(p.W2), target);
      let params = { W1: randomTensor(3, [6, 16], -1, 1), b1: zeros([16]), W2: randomTensor(4, [16, 3], -1, 1) };
      const optimizer = adam({ learningRate: 0.05 });
      let state = optimizer.init(params);
      const objective = compile(valueAndGrad(loss));
      for (let step = 0; step <= 600; step++) {
        if (step % 100 === 0) expect(report(diagnose(loss, params))).toBe("");
        const [, gradient] = objective(params);
        [params, state] = optimizer.update(gradient, state, params);
      }
      expect(loss(params).item()).toBeLessThan(1e-2);
    }
  });

  test("residuals of a fit that is as good as numbers allow, of a line and of a curve", () => {
    const x = randomTensor(5, [30], -1, 1);
    for (const curve of [
      (p: Tensor) => x.mul(p.slice([0])).add(p.slice([1])),
      (p: Tensor) =>
        x
          .mul(p.slice([0]))
          .exp()
          .mul(p.slice([1])),
    ]) {
      const target = curve(tensor([0.7, 1.3])).stopGradient();
      const loss = (p: Tensor): Tensor => curve(p).sub(target).square().mean();
      for (const off of [1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 0]) expect(report(diagnose(loss, tensor([0.7 + off, 1.3 - off])))).toBe("");
      const fit = minimize(loss, tensor([0.1, 1]), { gradientTolerance: 1e-14 });
      expect(report(diagnose(loss, fit.params))).toBe("");
    }
  });

  test("Rosenbrock's function at its minimum, and next to it", () => {
    const rosenbrock = (p: Tensor): Tensor => {
      const [x, y] = [p.slice([0]), p.slice([1])];
      return x.rsub(1).square().add(y.sub(x.square()).square().mul(100));
    };
    for (const at of [
      [-1.2, 1],
      [1, 1],
      [1 + 1e-9, 1 - 1e-9],
    ])
      expect(report(diagnose(rosenbrock, tensor(at)))).toBe("");
    expect(report(diagnose(rosenbrock, minimize(rosenbrock, tensor([-1.2, 1]), { gradientTolerance: 1e-12 }).params))).toBe("");
  });

  test("what looks like a fault and is none", () => {
    const healthy: [string, (x: Tensor) => Tensor, number | number[]][] = [
      ["a sigmoid of 0.9999", (x) => x.sigmoid().sum(), [9.2, -9.2]],
      ["a certain and right prediction", (x) => x.logSigmoid().neg().sum(), [100, 800]],
      ["a stable loss at logits of 1000", (x) => binaryCrossEntropyWithLogits(x, tensor([1, 0])), [-1000, 1000]],
      ["a few dead units", (x) => x.relu().square().sum(), [-1, 2, -3, 4]],
      ["one unit that is off", (x) => x.relu().add(1), -1],
      ["a softmax with tiny probabilities", (x) => x.softmax().slice([1]).log(), [1, -50, -700]],
      ["a log softmax far out", (x) => x.logSoftmax().slice([0]), [-1000, 0, 1000]],
      ["a difference of exact numbers", (x) => x.sub(tensor([1, 2])).sum(), [1 + 1e-9, 2]],
      [
        "x − x and |x| − x",
        (x) => {
          const a = x.mul(0.1);
          return a.sub(a).add(a.abs().sub(a)).sum();
        },
        [0.3, 0.7],
      ],
      [
        "masks of −∞",
        (x) =>
          x
            .add(tensor([0, Number.NEGATIVE_INFINITY]))
            .softmax()
            .slice([0])
            .square(),
        [0.2, 0.5],
      ],
      ["max pooling over padding of −∞", (x) => x.pad([[1, 1]], Number.NEGATIVE_INFINITY).max(), [1, 2]],
      ["where with a safe argument", (x) => x.greater(0).where(x.greater(0).where(x, 1).log(), 0).sum(), [0, 2]],
      ["where around a logarithm", (x) => x.greater(0).where(x.log(), 0).sum(), [2, 0]],
      ["where around a logarithm of a root", (x) => x.greater(0).where(x.sqrt().log(), 0).sum(), [2, -1, 0]],
      ["where around a division", (x) => x.notEqual(0).where(x.rdiv(1), 0).sum(), [2, 0]],
      ["a distance of a point to itself that has no part", (x) => x.sub(x.stopGradient()).square().sum().sqrt().mul(0), [1, 2]],
      ["small units", (x) => x.mul(1e-30).square().sum().mul(1e30), [1, 2]],
      ["large units", (x) => x.mul(1e30).sum(), [1, 2]],
      ["small numbers that underflow in one place", (x) => x.exp().sum(), [-800, 1]],
      ["a variance with a large mean", (x) => x.variance(), [1e8 + 0.3, 1e8 + 1.4, 1e8 + 5.9]],
      ["2·sin²(x/2)", (x) => x.mul(0.5).sin().square().mul(2), 1e-6],
      ["log1p and expm1 near 0", (x) => x.log1p().add(x.expm1()), 1e-12],
      ["a product with a 0 in it", (x) => x.prod(), [0, 2, 3]],
      ["a parabola at its bottom", (x) => x.square().sum(), [0, 0]],
    ];
    for (const [title, f, at] of healthy) expect(`${title}: ${report(diagnose(f, tensor(at)))}`).toBe(`${title}: `);
  });
});

describe("diagnose", () => {
  const naive = (z: Tensor, y: Tensor): Tensor => {
    const ŷ = z.sigmoid().named("ŷ");
    return y
      .mul(ŷ.log())
      .add(y.rsub(1).mul(ŷ.rsub(1).log().named("log(1−ŷ)")))
      .neg();
  };

  test("tells node, label, op, numbers, reason and advice, and prints them as a report", () => {
    const d = diagnose(naive, tensor(1000), tensor(1));
    expect(d.findings).toHaveLength(1);
    expect(d.findings[0]).toMatchObject({
      kind: "domain edge",
      node: 6,
      name: "log(1−ŷ)",
      label: "log(1−ŷ)",
      op: "Log",
      expression: "Log(%5)",
      backward: false,
      numbers: { index: [], count: 1, inputs: [0], output: Number.NEGATIVE_INFINITY, cotangent: -0 },
      relativeError: Number.POSITIVE_INFINITY,
      resultError: undefined,
    });
    const text = String(d);
    expect((d as unknown as Record<symbol, () => string>)[Symbol.for("nodejs.util.inspect.custom")]()).toBe(text);
    expect(text).toMatch(/^1 finding: 9 nodes forward, 9 backward\n\n1\. domain edge: node 6 {2}log\(1−ŷ\) = Log\(%5\)/);
    expect(text).toContain("0 → -∞; cotangent 0");
    expect(text).toContain("stabilize(f) does it for you. For a loss, give the logits to binaryCrossEntropyWithLogits(z, y)");
    expect(text).toContain("Accuracy is judged once everything is finite.");
    expect([...d]).toEqual(d.findings);
    expect(String(diagnose(naive, tensor(2), tensor(1)))).toBe("nothing unsafe found: 9 nodes forward, 9 backward");
    expect(diagnose(stabilize(naive), tensor(1000), tensor(1)).healthy).toBe(true);
  });

  test("estimates the error that a node adds as it is, within a small factor", () => {
    for (const [f, x, exact] of [
      [(x: Tensor) => x.cos().rsub(1), 3e-6, 4.49999999999663e-12],
      [(x: Tensor) => x.add(1).log(), 7.3e-11, 7.2999999997335e-11],
      [(x: Tensor) => x.sigmoid().rsub(1), 31.3, 2.5502862014420946e-14],
    ] as const) {
      const [{ relativeError, resultError = 0 }] = diagnose(f, tensor(x));
      const error = Math.abs(f(tensor(x)).item() - exact) / exact;
      expect(error).toBeLessThan(4 * relativeError);
      expect(error).toBeGreaterThan(relativeError / 1000);
      expect(resultError).toBeGreaterThan(relativeError / 4);
    }
  });

  test("names the place in a tensor, and how many places there are", () => {
    const [{ numbers }] = diagnose(
      (x: Tensor) => x.log().sum(),
      tensor([
        [1, 2, 3],
        [4, 0, 0],
      ]),
    ); // prettier lines
    expect(numbers).toMatchObject({ index: [1, 1], count: 2, inputs: [0], output: Number.NEGATIVE_INFINITY });
    const [broadcast] = diagnose(
      (x: Tensor) =>
        x
          .expandDims(1)
          .div(tensor([1, 2, 0]))
          .sum(),
      tensor([0.5, 3]),
    );
    expect(broadcast.numbers).toMatchObject({ index: [0, 2], count: 2, inputs: [0.5, 0] });
    const [backward] = diagnose((x: Tensor) => x.sqrt().sum(), tensor([4, 1, 0]));
    expect(backward.numbers).toMatchObject({ index: [2], inputs: [0], output: 0, cotangent: 1 });
  });

  test("puts the worst first, and does not repeat what follows from it", () => {
    const d = diagnose((x: Tensor) => x.log().named("a").mul(0).add(x.sub(2).sqrt().named("b")).add(x.exp()).sum(), tensor([0, 1000]));
    expect(d.findings.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["domain error b", "domain edge a", "overflow %6"]);
    const two = diagnose((x: Tensor) => x.add(1).log().named("a").add(x.cos().rsub(1).named("b").mul(1e-3)), tensor(1e-9));
    expect(two.findings.map(({ name }) => name)).toEqual(["a"]); // the rounding error of cos x is 10⁻¹⁶, a thousandth of it no matter beside 10⁻⁹
  });

  test("takes the first argument as grad does, the others as they are, and outputs of any form", () => {
    const f = (p: { w: Tensor; b: Tensor }, options: { scale: number }, name: string) => ({
      z: p.w.mul(options.scale).add(p.b).log(),
      n: p.b.mul(name.length),
    });
    expect(diagnose(f, { w: tensor([1, -1]), b: 1 }, { scale: 1 }, "abc").findings.map(({ kind, node }) => [kind, node])).toEqual([
      ["domain edge", 3],
    ]);
    expect(diagnose(f, { w: tensor([1, 2]), b: 1 }, { scale: 1 }, "abc").healthy).toBe(true);
    expect(diagnose(() => tensor(1).log()).healthy).toBe(true);
    expect(diagnose(() => tensor(0).log()).findings[0].kind).toBe("domain edge");
    // By y this would be log of a negative number.
    expect(diagnose((x: Tensor, y: Tensor) => x.pow(y), tensor(-2), tensor(3)).healthy).toBe(true);
  });

  test("refuses what is no function, no tensor, or asynchronous", () => {
    expect(() => diagnose(3 as never)).toThrow("diagnose: expected a function, got number 3");
    expect(() => diagnose((x: Tensor) => x, "x" as never)).toThrow(
      'diagnose: expected a tensor, a number, or arrays and plain objects of them, got string "x"',
    );
    expect(() => diagnose((async (x: Tensor) => x) as never, 1 as never)).toThrow("diagnose: the function must be synchronous");
    expect(() => diagnose(((x: Tensor) => `${x}`) as never, 1 as never)).toThrow("diagnose: expected a tensor");
  });

  test("works on gradients, in other transforms, in compiled functions and with them, and leaves nothing behind", () => {
    const [finding] = diagnose(
      grad((x: Tensor) => x.square().sum().sqrt().named("norm")),
      tensor([0, 0]),
    );
    expect([finding.kind, finding.name, finding.backward]).toEqual(["domain edge", "norm", true]);
    let inside: Diagnosis | undefined;
    const g = grad((x: Tensor) => {
      inside = diagnose((t: Tensor) => t.mul(x).log(), tensor(0));
      return x.square();
    });
    expect(g(3).item()).toBe(6);
    expect(inside?.findings[0].kind).toBe("domain edge");
    expect(
      diagnose(
        compile((x: Tensor) => x.log()),
        tensor(0),
      ).findings[0].op,
    ).toBe("Log");
    expect(() => compile((x: Tensor) => x.mul(diagnose((t: Tensor) => t.log(), x).findings.length))(tensor(1))).toThrow(
      "diagnose: it reads values, which no function may while compile records it",
    );
    const limit = (Error as { stackTraceLimit?: number }).stackTraceLimit;
    expect(() =>
      diagnose(() => {
        throw new Error("own");
      }),
    ).toThrow("own");
    expect((Error as { stackTraceLimit?: number }).stackTraceLimit).toBe(limit);
    expect(record((x: Tensor) => x.log(), 1).nodes).toHaveLength(1);
  });

  test("points to every rule of stabilize where the pattern is at fault", () => {
    const pointed = planted
      .flatMap(({ f, at }) => diagnose(f, at).findings.map(({ instead }) => instead))
      .filter((text) => text.includes("stabilize(f)"));
    const isKnown = (text: string): boolean =>
      rewriteRules.some(
        ({ pattern, replacement }) => text.startsWith(replacement) || text.includes(`stabilize(f) rewrites ${pattern} for you`),
      );
    expect(pointed.filter((text) => !isKnown(text))).toEqual([]);
    expect(new Set(pointed).size).toBeGreaterThanOrEqual(9);
  });

  test("judges accuracy across an op of the caller's own, which needs no forward rule", () => {
    const definition = {
      name: "Double",
      forward: (out: NdArray, x: NdArray) =>
        x.data.forEach((v, i) => {
          out.data[i] = 2 * v;
        }),
      vjp: (g: Tensor) => [g.mul(2)],
    };
    const f = (double: (x: Tensor) => Tensor) => (x: Tensor) => double(x).cos().rsub(1);
    expect(diagnose(f(defineOp({ ...definition, jvp: ([dx]) => dx.mul(2) })), tensor(1e-6)).findings[0].kind).toBe("cancellation");
    expect(diagnose(f(defineOp(definition as unknown as OpDefinition)), tensor(1e-6)).findings[0].kind).toBe("cancellation");
  });
});

describe("the line of the caller's code", () => {
  test("is that of the op, also when a method of the library is in between", () => {
    const [direct] = diagnose((x: Tensor) => x.log(), tensor(0));
    const [composed] = diagnose((x: Tensor) => binaryCrossEntropy(x, tensor(1)), tensor(0));
    const [backward] = diagnose((x: Tensor) => x.sqrt(), tensor(0));
    for (const { source } of [direct, composed, backward]) expect(source).toMatch(/test\/explain\/diagnose\.test\.ts:\d+:\d+$/);
    expect(String(diagnose((x: Tensor) => x.log(), tensor(0)))).toMatch(/ at diagnose\.test\.ts:\d+:\d+\n/);
  });

  const v8 = (...frames: string[]): string => ["Error", ...frames.map((frame) => `    at ${frame}`)].join("\n");
  const others = (...frames: string[]): string => frames.join("\n");
  test.each([
    [
      "one file in node_modules",
      v8(
        "Notebook.applied (file:///app/node_modules/gradtape/dist/index.js:9:1)",
        "apply (file:///app/node_modules/gradtape/dist/index.js:5:1)",
        "Tensor.log (file:///app/node_modules/gradtape/dist/index.js:7:3)",
        "loss (file:///app/src/model.js:12:20)",
      ),
      "/app/src/model.js:12:20",
    ],
    [
      "many files",
      v8(
        "Notebook.applied (/lib/src/explain/diagnose/run.ts:9:1)",
        "apply (/lib/src/tensor.ts:5:1)",
        "crossEntropy (/lib/src/losses.ts:7:3)",
        "/lib/examples/a (b).ts:12:20",
      ),
      "/lib/examples/a (b).ts:12:20",
    ],
    [
      "a page in Firefox",
      others(
        "applied@http://localhost:5173/src/explain/diagnose/run.ts?t=1:9:1",
        "apply@http://localhost:5173/src/tensor.ts?v=2:5:1",
        "log@http://localhost:5173/src/tensor.ts?v=2:7:3",
        "loss@http://localhost:5173/app/@scope/model.ts:12:20",
      ),
      "http://localhost:5173/app/@scope/model.ts:12:20",
    ],
    [
      "a page in Chromium, the library bundled ahead",
      v8(
        "Notebook.applied (http://localhost/node_modules/.vite/deps/gradtape.js?v=1:9:1)",
        "apply (http://localhost/node_modules/.vite/deps/gradtape.js?v=1:5:1)",
        "http://localhost/main.js:3:4",
      ),
      "http://localhost/main.js:3:4",
    ],
    [
      "Windows",
      v8(
        "Notebook.applied (file:///C:/lib/dist/index.js:9:1)",
        "apply (file:///C:/lib/dist/index.js:5:1)",
        "loss (file:///C:/app/model.js:12:20)",
      ),
      "/C:/app/model.js:12:20",
    ],
    [
      "an anonymous function and a method with an alias",
      v8("Notebook.applied (/n/index.js:9:1)", "apply (/n/index.js:5:1)", "Object.<anonymous> [as f] (/app/m.js:1:2)"),
      "/app/m.js:1:2",
    ],
    [
      "code made by eval",
      v8(
        "Notebook.applied (/n/index.js:9:1)",
        "apply (/n/index.js:5:1)",
        "eval (eval at run (/app/m.js:1:2), <anonymous>:3:4)",
        "run (/app/m.js:1:2)",
      ),
      undefined,
    ],
    [
      "everything in one file",
      v8("Notebook.applied (/app/all.js:9:1)", "apply (/app/all.js:5:1)", "loss (/app/all.js:12:20)", "node:internal/main:1:1"),
      undefined,
    ],
    ["no stack", undefined, undefined],
  ] as [string, string | undefined, string | undefined][])("is found in the stack of %s", (_, stack, expected) => {
    expect(callerIn(stack)).toBe(expected);
  });
});
