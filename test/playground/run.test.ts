import { binaryCrossEntropyWithLogits, grad, type Node, record, type Tensor, tensor } from "gradtape";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, test } from "vitest";
import { cotangentsAt } from "../../docs/playground/cotangents.js";
import { examples } from "../../docs/playground/examples.js";
import { functionNames } from "../../docs/playground/function-names.js";
import { checkLines } from "../../docs/playground/replay.js";
import { type Run, runEdited, runOf } from "../../docs/playground/run.js";
import { shownRule } from "../../docs/playground/shown-rules.js";
import { initialState, type Value } from "../../docs/playground/state.js";
import { applyRule } from "../../docs/playground/steps.js";
import { equationOf, ruleOf } from "../../docs/playground/symbols.js";
import { titleOf } from "../../docs/playground/views/title.js";
import { type Details, detailsOf } from "../../docs/playground/worker/details.js";
import { renumbered, shownOf, withNumbers } from "../../docs/playground/worker/shown.js";

function runExample(source: string, values: (typeof examples)[number]["values"], by: string, stabilized = false): Run {
  const run = runOf({ ...initialState, source, values, by, stabilized });
  if ("error" in run) throw new Error(run.error);
  return run;
}

const details = (run: Run): Details => detailsOf(run, shownOf(run).structure, 0);

const furthest = (a: Tensor, b: Tensor): number => Math.max(...a.sub(b).abs().data);

describe.each(examples)("$title", ({ source, values, by }) => {
  const run = runExample(source, values, by);
  const last = run.moments[run.moments.length - 1];

  test("has a moment for the inputs, each node, the turn, and each rule", () => {
    const rules = run.moments.filter(({ kind }) => kind === "backward").length;
    expect(run.moments.length).toBe(1 + run.tape.nodes.length + 1 + rules);
    expect(run.moments.filter(({ kind }) => kind === "forward").map(({ node }) => node)).toEqual([...run.tape.nodes.keys()]);
  });

  test("adds up, rule by rule, to the cotangents that the engine's own sweep noted", () => {
    expect(new Set(last.cotangents.keys())).toEqual(new Set(run.tape.cotangents.keys()));
    for (const [x, g] of run.tape.cotangents) {
      const own = last.cotangents.get(x) as Tensor;
      if (g.data.every(Number.isFinite)) expect(furthest(own, g)).toBeLessThan(1e-14);
      else expect(own.data.every(Number.isFinite)).toBe(false);
    }
  });

  test("writes every node and every rule as an equation", () => {
    for (const { output, ...node } of run.tape.nodes) expect(equationOf({ ...node, output }, run.name)).toMatch(/&= ./);
    for (const moment of run.moments)
      for (const { input } of moment.parts) {
        const node = run.tape.nodes[moment.node];
        const latex = ruleOf(node, input, moment.cotangents.get(node.output) as Tensor, run.name, true);
        expect(latex).toMatch(/\\bar\{.*\} &= ./);
        expect(latex).not.toMatch(/[ǥƶ]|\+ 0/);
      }
  });
});

/** Other numbers of the same shape. */
const moved = (value: Value): Value =>
  typeof value === "number" ? value + 0.25 : ((value as readonly Value[]).map(moved) as unknown as Value);

describe.each(examples)("What is shown of: $title", ({ source, values, by }) => {
  const run = runExample(source, values, by);
  const shown = structuredClone(shownOf(run));

  test("is plain data, in which a value is one object wherever it stands", () => {
    expect(shown.inputs.map(({ name }) => name)).toEqual(run.tape.inputs.map(run.name));
    expect(shown.nodes.map(({ output }) => [...output.data])).toEqual(run.tape.nodes.map(({ output }) => [...output.data]));
    const values = new Set([...shown.inputs, ...shown.nodes.map(({ output }) => output)]);
    for (const { parts, value } of shown.moments)
      for (const x of [...parts.map(({ to }) => to), ...(value === undefined ? [] : [value])]) expect(values.has(x)).toBe(true);
  });

  test("comes back from its numbers and a run of the same structure", () => {
    const other = shownOf(runExample(source, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, moved(value)])), by));
    expect(other.output.data).not.toEqual(shown.output.data);
    expect(withNumbers(shown, structuredClone(renumbered(other)))).toEqual(other);
  });

  test("adds up, part by part, to the cotangents of each moment", () => {
    const all = [...shown.inputs, ...shown.nodes.map(({ output }) => output)];
    const own = [...run.tape.inputs, ...run.tape.nodes.map(({ output }) => output)];
    for (const [step, moment] of run.moments.entries()) {
      const received = cotangentsAt(shown, step);
      expect(received.size).toBe(moment.cotangents.size);
      for (const [i, x] of own.entries()) {
        const g = moment.cotangents.get(x);
        expect(received.get(all[i])?.sum.data).toEqual(g === undefined ? undefined : g.data.slice());
      }
    }
  });

  test("says of a rule that goes place by place that the local derivative times the incoming one is what goes out", () => {
    for (const [step, { parts, value }] of shown.moments.entries()) {
      const incoming = value === undefined ? undefined : cotangentsAt(shown, step).get(value)?.sum;
      for (const { local, amount } of parts) {
        if (local === undefined || incoming === undefined || local.data.length !== amount.data.length) continue;
        for (const [i, factor] of local.data.entries()) {
          const product = factor * incoming.data[i];
          if (Number.isFinite(product)) expect(Math.abs(product - amount.data[i])).toBeLessThan(1e-12 * (1 + Math.abs(product)));
        }
      }
    }
  });

  test("has a title, a formula or nothing to say at each moment, and lines of the derivation that exist", () => {
    const late = structuredClone(details(run));
    expect(late.moments).toHaveLength(shown.moments.length);
    for (const [i, moment] of shown.moments.entries()) {
      const { kind, parts } = moment;
      const { formulas, lines } = late.moments[i];
      expect(titleOf(shown, moment)).not.toBe("");
      expect(formulas).toHaveLength(kind === "backward" ? parts.length : kind === "inputs" ? shown.inputs.length : 1);
      for (const markup of formulas) expect(markup).toMatch(/^<math[\s\S]*<\/math>$/);
      for (const line of lines) expect(late.derivation.steps[line]).toBeDefined();
    }
    for (const { of } of late.check) expect(of).toBeLessThan(shown.inputs.length + shown.nodes.length);
  });
});

test.each(["x", "L = x"])("The loss %s is its own gradient's seed", (source) => {
  const run = runExample(source, { x: 3 }, "x");
  const seed = run.moments.find(({ kind }) => kind === "seed");
  expect(seed?.value).toBe(run.tape.outputs[0]);
  expect(run.gradient.item()).toBe(1);
  expect(details(run).moments).toHaveLength(run.moments.length);
});

test("Values of names that every object has are those that were given", () => {
  const product = runExample("constructor * toString", JSON.parse('{"constructor": 3}'), "constructor");
  expect(product.gradient.item()).toBe(product.inferred["toString"]);
  expect(runExample("__proto__ * 2", JSON.parse('{"__proto__": 3}'), "__proto__").tape.inputs[0].item()).toBe(3);
});

describe("The rule that is shown", () => {
  /** All rules of a loss, from the last node on. */
  function rulesOf(source: string, values: Readonly<Record<string, Value>> = { x: [1, 2, 3], a: 0.5 }): string[] {
    const run = runExample(source, values, "x");
    return run.moments.flatMap(({ node, parts, cotangents }) =>
      parts.map(({ input }) => {
        const of = run.tape.nodes[node];
        const latex = ruleOf(of, input, cotangents.get(of.output) as Tensor, run.name, true);
        return latex.replaceAll(/\\(begin|end)\{aligned\}\n?/g, "").trim();
      }),
    );
  }
  const taken = (bar: string): string => `\\frac{${bar} \\, u_{1}}{\\sum\\left(u_{1}\\right)}`;

  test("calls what it computes on its way u, and nothing else", () => {
    expect(rulesOf("max(x)")).toEqual([`u_{1} &= \\left[x = v_{1}\\right] \\\\\n\\bar{x} &= ${taken("\\bar{v_{1}}")}`]);
    expect(rulesOf("min(x*2)+max(x*3)")).toEqual([
      "\\bar{v_{2}} &= \\bar{v_{5}}",
      "\\bar{v_{4}} &= \\bar{v_{5}}",
      `u_{1} &= \\left[v_{3} = v_{4}\\right] \\\\\n\\bar{v_{3}} &= ${taken("\\bar{v_{4}}")}`,
      "\\bar{x} &= 3 \\, \\bar{v_{3}}",
      `u_{1} &= \\left[v_{1} = v_{2}\\right] \\\\\n\\bar{v_{1}} &= ${taken("\\bar{v_{2}}")}`,
      "\\bar{x} &= 2 \\, \\bar{v_{1}}",
    ]);
  });

  test("is that of a textbook, without what guards its code", () => {
    expect(rulesOf("sum(softmax(2*x)^2)")).toEqual([
      "\\bar{v_{3}} &= \\bar{v_{4}}",
      "\\bar{v_{2}} &= 2 \\, \\bar{v_{3}} \\odot v_{2}",
      "\\bar{v_{1}} &= v_{2} \\odot \\left(\\bar{v_{2}} - \\sum\\left(\\bar{v_{2}} \\odot v_{2}\\right)\\right)",
      "\\bar{x} &= 2 \\, \\bar{v_{1}}",
    ]);
    expect(rulesOf("x^3", { x: 2 })).toEqual(["\\bar{x} &= 3 \\, \\bar{v_{1}} \\, x^{2}"]);
    expect(rulesOf("2^x", { x: 2 })).toEqual(["\\bar{x} &= \\bar{v_{1}} \\, v_{1} \\, \\ln\\left(2\\right)"]);
    expect(rulesOf("sigmoid(x)", { x: 2 })).toEqual(["\\bar{x} &= \\bar{v_{1}} \\, v_{1} \\, \\left(1 - v_{1}\\right)"]);
    expect(rulesOf("prod(x)")).toEqual(["\\bar{x} &= \\frac{\\bar{v_{1}} \\, v_{1}}{x}"]);
  });

  test.each([
    ["Pow", (x: Tensor, y: Tensor) => x.abs().pow(y)],
    ["Pow", (x: Tensor) => x.abs().pow(2)],
    ["Pow", (x: Tensor) => x.abs().pow(1)],
    ["Pow", (x: Tensor) => x.abs().pow(-3)],
    ["Softmax", (x: Tensor) => x.softmax(0)],
    ["Softmax", (x: Tensor) => x.softmax(1)],
    ["Sigmoid", (x: Tensor) => x.sigmoid()],
    ["LogisticLoss", (x: Tensor, y: Tensor) => binaryCrossEntropyWithLogits(x, y.sigmoid())],
    ["Prod", (x: Tensor) => x.prod(1)],
    ["Prod", (x: Tensor) => x.prod(0)],
    ["Max", (x: Tensor) => x.max()],
    ["Max", (x: Tensor) => x.max(0)],
    ["Min", (x: Tensor) => x.min(1)],
    ["Min", (x: Tensor) => x.min(1, true)],
    ["Relu", (x: Tensor) => x.relu()],
    ["Maximum", (x: Tensor, y: Tensor) => x.maximum(y)],
    ["Maximum", (x: Tensor) => x.maximum(x)],
    ["Minimum", (x: Tensor, y: Tensor) => x.minimum(y)],
    ["Minimum", (x: Tensor) => x.minimum(x)],
  ] as const)("of %s agrees with the engine's own on random numbers: %s", (name, f) => {
    const generator = xoroshiro128plus(7);
    const random = (shape: readonly number[]): Tensor =>
      tensor(
        Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 4 * uniformFloat64(generator) - 2),
        shape,
      );
    const tape = record(f, random([3, 4]), random([3, 4]));
    const node = tape.nodes.find(({ op }) => op.name === name) as Node;
    const g = random(node.output.shape);
    for (const input of node.inputs.keys()) {
      const own = applyRule(node, input, g, node.output, node.inputs) as Tensor;
      expect(furthest(shownRule(node, input, g, node.output, node.inputs), own)).toBeLessThan(1e-12 * (1 + Math.max(...own.abs().data)));
    }
  });

  test("gives no value a name that the user has given to another one", () => {
    const run = runExample("L = v2 * sin(x) * 2", { v2: 3, x: 1 }, "x");
    const names = [...run.tape.inputs, ...run.tape.nodes.map(({ output }) => output)].map(run.name);
    expect(new Set(names).size).toBe(names.length);
  });
});

test("The last cotangent is the gradient that grad gives", () => {
  const { source, values, by } = examples[0];
  const run = runExample(source, values, by);
  const [W, x, y] = [tensor([0.5, -1, 2]), tensor([1, 0.3, 0.8]), tensor(1)];
  const expected = grad((w: Tensor) => run.loss.f(w, x, y))(W);
  expect(run.moments[run.moments.length - 1].cotangents.get(run.tape.inputs[0])?.toArray()).toEqual(expected.toArray());
  expect(run.gradient.toArray()).toEqual(expected.toArray());
});

test("The check moves every value of the tape and agrees with its cotangents", () => {
  for (const { source, values, by } of examples.filter(({ title }) => !title.startsWith("The same"))) {
    const run = runExample(source, values, by);
    const lines = checkLines(run.tape);
    expect(new Set(lines.map(({ of }) => of))).toEqual(new Set(run.tape.cotangents.keys()));
    for (const { of, place, difference } of lines)
      expect(Math.abs((run.tape.cotangents.get(of) as Tensor).data[place] - difference)).toBeLessThan(1e-8);
  }
});

test("What overflows is found, and stabilize mends it", () => {
  const { source, values, by } = examples[1];
  const broken = runExample(source, values, by);
  expect(details(broken).findings.map(({ kind }) => kind)).toContain("domain edge");
  expect(details(broken).rewrites.length).toBeGreaterThan(0);
  const sound = runExample(source, values, by, true);
  expect(details(sound).findings).toEqual([]);
  expect(sound.gradient.item()).toBeCloseTo(-Math.exp(-40), 30);
});

describe("After the text has changed", () => {
  const typed = (source: string, values = initialState.values) => runEdited({ ...initialState, source, values });

  test("a name of the example may mean something else", () => {
    const { state, found } = typed("L = (x - 3)²");
    expect("error" in found).toBe(false);
    expect(state.values).toEqual({});
  });

  test("values stay where the loss can be run with them, and where the user has set them", () => {
    expect(typed("L = sum(W * x) * 2").state.values).toEqual(initialState.values);
    const own = { ...initialState.values, x: [4, 5] };
    const { state, found } = typed("L = (x - 3)²", own);
    expect(state.values).toEqual(own);
    expect("error" in found && found.error).toMatch(/menu beside its name/);
  });
});

test("A formula that is nested too deeply is refused in words", () => {
  const run = runOf({ ...initialState, source: `${"(".repeat(4000)}x${")".repeat(4000)}` });
  expect("error" in run && run.error).toMatch(/at most 400 levels/);
});

test.each(["x == 3", "stopGradient(x)"])("That there is no backward pass of %s is told", (source) => {
  const run = shownOf(runExample(source, {}, "x"));
  expect(titleOf(run, run.moments[run.moments.length - 1])).toMatch(/No gradient flows back/);
});

test("A formula can call what the parser knows", () => {
  expect(functionNames).toContain("softmax");
  expect(functionNames).toContain("ln");
  expect(functionNames).not.toContain("grad");
  expect(new Set(functionNames).size).toBe(functionNames.length);
});

test("A loss of many numbers is refused with the advice to sum", () => {
  const run = runOf({ ...initialState, source: "L = x * 2", values: { x: [1, 2] }, by: "x" });
  expect("error" in run && run.error).toMatch(/single number.*\[2\].*sum/);
});

describe("A failure offers what one click can do", () => {
  const failure = (source: string, values: Readonly<Record<string, Value>> = {}) => {
    const run = runOf({ ...initialState, source, values, by: "x" });
    if (!("error" in run)) throw new Error(`${source} is run`);
    return run;
  };

  /** Each repair is tried, and then the loss can be run. */
  function tried(source: string, values: Readonly<Record<string, Value>> = {}): string[] {
    const { repairs } = failure(source, values);
    for (const repair of repairs) {
      const run = runOf({ ...initialState, by: "x", source: repair.source ?? source, values: repair.values ?? values });
      expect("error" in run ? run.error : "").toBe("");
    }
    return repairs.map((repair) => repair.source ?? repair.label);
  }

  test("for what could mean two things", () => {
    expect(tried("z = wx + b\nz²")).toEqual(["z = w * x + b\nz²", "z = w @ x + b\nz²", "z = w_x + b\nz²"]);
  });

  test("for a loss of many numbers", () => {
    expect(tried("L = x * 2", { x: [1, 2] })).toEqual(["L = sum(x * 2)", "L = mean(x * 2)", "L = slice(x * 2, [0])"]);
    // No shapes make softmax a single number; the likeliest ones are taken.
    expect(tried("softmax(z)", {})).toEqual(["sum(softmax(z))", "mean(softmax(z))", "slice(softmax(z), [0])"]);
  });

  test("for shapes that do not fit: another product, or other values", () => {
    const X = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    expect(tried("L = sum(X @ w)", { X, w: [1, 2, 3] })).toEqual(["L = sum(Xᵀ @ w)", "L = sum(w @ X)", "other shapes: X 3 × 2, w of 2"]);
    expect(tried("L = sum(u * v)", { u: [1, 2], v: [1, 2, 3] })).toEqual(["other shapes: u of 3, v of 3"]);
  });
});

describe("Shapes and values are found for variables without any", () => {
  const shapeOf = (value: Value): readonly number[] =>
    typeof value === "number" ? [] : Array.isArray(value[0]) ? [value.length, value[0].length] : [value.length];
  const found = (source: string): Readonly<Record<string, readonly number[]>> =>
    Object.fromEntries(Object.entries(runExample(source, {}, "").inferred).map(([name, value]) => [name, shapeOf(value)]));

  test.each<[string, Readonly<Record<string, readonly number[]>>]>([
    ["L = (w x + b - y)²", { w: [], x: [], b: [], y: [] }],
    ["L = mean((X @ w + b - y)²)", { X: [3, 2], w: [2], b: [], y: [3] }],
    ["L = sum((X @ w - y)²) / n", { X: [3, 2], w: [2], y: [3], n: [] }],
    ["p = softmax(z)\nL = -sum(y * log(p))", { z: [3], y: [3] }],
    ["L = crossEntropy(W @ x + b, y)", { W: [3, 2], x: [2], b: [], y: [3] }],
    ["h = tanh(W₁ @ x + b₁)\nŷ = W₂ @ h + b₂\nL = sum((ŷ - y)²)", { "W₁": [3, 2], x: [2], "b₁": [], "W₂": [2, 3], "b₂": [], y: [2] }],
    ["L = xᵀ @ A @ x", { x: [2], A: [2, 2] }],
    ["L = log(det(A))", { A: [2, 2] }],
    ["L = mean((pred - target)²)", { pred: [3], target: [3] }],
    ["\\frac{1}{n}\\sum_{i=1}^n (y_i - \\hat{y}_i)^2", { n: [], y: [3], ŷ: [3] }],
    ["L = ‖X @ w - y‖² + λ‖w‖²", { X: [3, 2], w: [2], y: [3], λ: [] }],
    ["L = sum(softmax(Q @ Kᵀ) @ V)", { Q: [3, 2], K: [3, 2], V: [3, 2] }],
  ])("%s", (source, shapes) => {
    expect(found(source)).toEqual(shapes);
  });

  test("distinct ones, so that nothing cancels: the gradient of a squared difference is not 0", () => {
    const run = runExample("L = mean((pred - target)²)", {}, "pred");
    expect(run.gradient.data.every((value) => value !== 0)).toBe(true);
    const numbers = Object.values(run.inferred).flat(2);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test("that the loss can be run with: a count is that of the entries, classes are whole, logarithms get positive numbers", () => {
    expect(runExample("L = sum(x) / n", {}, "x").inferred["n"]).toBe(3);
    expect(runExample("L = crossEntropy(z, y)", {}, "z").inferred["y"]).toEqual([0, 1, 0]);
    expect(Number.isFinite(runExample("L = sum(log(W))", {}, "W").tape.outputs[0].item())).toBe(true);
  });

  test("and stay while numbers change", () => {
    const before = runExample("L = sum((x - y)²)", {}, "x").inferred;
    const after = runOf({ ...initialState, source: "L = sum((x - y)²)", values: { y: [1, 2, 3] }, by: "x" }, before);
    expect("error" in after ? after.error : after.inferred).toEqual({ x: before["x"] });
  });
});

test("Values that a text gives are those of its variables", () => {
  const run = runExample("x = 3\nw = [1, 2]\nL = sum(w) * x²", { x: 7 }, "x");
  expect(run.tape.inputs.map((x) => x.toArray())).toEqual([3, [1, 2]]);
  expect(run.gradient.item()).toBe(18);
});

test("A number may be reshaped on its way: the median of a vector is stepped through", () => {
  const { moments, tape } = runExample("L = median(x)", { x: [0.5, 0.8, -0.3] }, "x");
  expect(tape.nodes.map(({ op }) => op.name)).toContain("Reshape");
  expect(moments[moments.length - 1].cotangents.get(tape.inputs[0])?.toArray()).toEqual([1, 0, 0]);
});

test("Where the tape and the differences do not say the same, the reason is told", () => {
  const notes = (source: string, values: Readonly<Record<string, Value>>): string[] =>
    details(runExample(source, values, "x")).check.flatMap(({ note }) => (note === "" ? [] : [note]));
  expect(notes("3 relu(x) + x²", { x: 0 })[0]).toMatch(/^a kink: the slope is \S+ to the left and 3 to the right; the tape takes 0$/);
  expect(notes("stopGradient(x) * x", { x: 2 })[0]).toMatch(/stopGradient: the tape treats what is inside as a constant/);
  expect(notes("x² + relu(x)", { x: 2 })).toEqual([]);
});

test("The curve goes through the loss, and its slope there is the gradient", () => {
  const run = runExample("L = x * sin(x)", { x: 2 }, "x");
  const { curve } = details(run);
  const points = curve?.points ?? [];
  for (const [x, y] of points) expect(y).toBeCloseTo(x * Math.sin(x), 12);
  expect(points[0][0]).toBe(-5);
  expect(points[points.length - 1][0]).toBe(5);
});
