import { checkpoint, compile, erf, eye, grad, inv, record, scan, solve, sort, type Tensor, tensor, valueAndGrad } from "gradtape";
import { describe, expect, test } from "vitest";
import { fuse } from "../../src/compile/assemble.js";
import { tidy } from "../../src/passes/tidy.js";
import { byHand, lossByScan, lossUnrolled, PARAMETERS } from "../bench/lotka-volterra.js";
import { randomTensor } from "../support/random.js";

const numbersOf = (result: unknown): number[] =>
  (Array.isArray(result) ? result : [result]).flatMap((x) => (Array.isArray(x) ? numbersOf(x) : [...(x as Tensor).data]));
const close = (found: readonly number[], expected: readonly number[]): void => {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of found.entries()) {
    if (Number.isNaN(expected[i])) expect(value).toBeNaN();
    else expect(Math.abs(value - expected[i])).toBeLessThan(1e-11 * Math.max(1, Math.abs(expected[i])));
  }
};
/** The instructions of a compiled function, as its listing names them. */
const instructionsOf = (f: unknown): string[] => [...String(f).matchAll(/^ *\d+ +(?:b\d+ +)?(\w+)/gm)].map(([, name]) => name);
/** The tape of a function as it is when it is about to run. */
const prepared = (f: (...x: Tensor[]) => unknown, ...at: Tensor[]) => fuse(tidy(record(f, ...at)));
const bodiesOf = (f: (...x: Tensor[]) => unknown, ...at: Tensor[]): { outputs: number; inputs: number; ops: string[] }[] =>
  prepared(f, ...at).nodes.flatMap(({ attributes }) => {
    const { body } = (attributes ?? {}) as { body?: { tape: ReturnType<typeof record> } };
    return body === undefined
      ? []
      : [{ outputs: body.tape.outputs.length, inputs: body.tape.inputs.length, ops: body.tape.nodes.map(({ op }) => op.name) }];
  });

/** So many calls that a program has been made into code, however few steps its loops have. */
const CALLS = 101;

describe("a loop", () => {
  const programs: Record<string, (a: Tensor, b: Tensor) => unknown> = {
    "of single numbers": (a, b) =>
      scan(
        ([x, y], i) => {
          const met = x.mul(y);
          return [[x.add(met.mul(0.1)), y.sub(met.mul(0.2)).add(i.mul(0.01))], met];
        },
        [a.sum(), b.sum()],
        7,
      ),
    "that swaps": (a, b) => scan(([x, y]) => [[y, x], x.sub(y)], [a, b], 5),
    "that turns three parts around": (a, b) => scan(([x, y, z]) => [[y, z, x], x], [a.sum(), b.sum(), a.mul(b).sum()], 4),
    "that returns a part twice": (a, b) => scan(([x, y]) => [[x.mul(1.5), x], y], [a, b], 4),
    "whose carry stays, and is returned": (a, b) => scan(([x, y]) => [[x, y.add(x)], x], [a, b], 4),
    "that returns what is outside": (a, b) => scan(() => [b, a], a, 3),
    "with a reshaped carry": (a, b) => scan((x) => [x.reshape([3, 1]).transpose().reshape([3]).mul(b), x], a, 4),
    "in reverse, with rows": (a, b) =>
      grad((p: Tensor) => scan((x, row) => [x.mul(p).add(row), x.sin()], a, b.expandDims(1).mul(a))[1].sum())(b),
    "in a loop": (a, b) => scan((x, i) => [scan((y, row) => [y.mul(row).add(i), y], x, b)[0], x], a, 3),
    "of no steps": (a, b) => scan((x) => [x.mul(b), x], a, 0),
    "of one step": (a, b) => scan((x) => [x.mul(b), x], a, 1),
    "with NaN in its derivative": (a, b) =>
      grad((p: Tensor) => scan((x) => [x.mul(p).sub(p).abs().sqrt(), undefined], a.mul(0), 3)[0].sum())(b.mul(0)),
  };
  for (const [title, f] of Object.entries(programs))
    test(`${title} is on the machine, as code and on kernels what it is eagerly`, () => {
      const inputs = [randomTensor(1, [3]), randomTensor(2, [3])] as const;
      const expected = numbersOf(f(...inputs));
      const compiled = compile(f);
      const first = numbersOf(compiled(...inputs));
      close(first, expected);
      for (let i = 0; i < CALLS; i++) compiled(...inputs);
      expect(numbersOf(compiled(...inputs))).toEqual(first);
      close(numbersOf(compile(f, { backend: "js" })(...inputs)), expected);
      // Other inputs of the same shapes, and nothing is left of the last run.
      const others = [randomTensor(5, [3]), randomTensor(6, [3])] as const;
      close(numbersOf(compiled(...others)), numbersOf(f(...others)));
    });

  test("of matrices runs its regions in each step", () => {
    const f = (w: Tensor, x: Tensor): Tensor => scan((h, row) => [h.matmul(w).add(row).tanh(), h.sum()], x.slice([0]), x)[1].sum();
    const [w, x] = [randomTensor(1, [40, 40]).mul(0.1), randomTensor(2, [6, 3000, 40])];
    const compiled = compile(grad(f));
    close(numbersOf(compiled(w, x)), numbersOf(grad(f)(w, x)));
    expect(instructionsOf(compiled)).toContain("Loop");
  });

  describe("with ops that the machine does not know", () => {
    const a = tensor([[2, 1], [0, 3]]); // biome-ignore format: one line
    const programs: Record<string, (a: Tensor) => Tensor> = {
      "calls their kernels": (a) => scan((c) => [solve(a, c), c], tensor([1, 2]), 4)[1].sum(),
      "calls them beside its own instructions": (a) =>
        scan((c, i) => [solve(a.add(c.expandDims(1).tanh()), c.exp().sub(i)), inv(a.add(i)).sum()], tensor([1, 2]), 4)[1].sum(),
      "calls them in a loop within": (a) =>
        scan((c, i) => [scan((d, j) => [solve(a.mul(j.add(1)), d), d.sum()], c, 3)[0].sin(), c.mul(i)], tensor([1, 2]), 4)[1].sum(),
      "calls them in a checkpoint": (a) =>
        scan((c) => [checkpoint((d: Tensor) => solve(a, d).sin())(c), c], tensor([1, 2]), 3)[1]
          .sum()
          .add(checkpoint(inv)(a).sum()),
      "on single numbers": (a) => scan((c) => [sort(c).mul(a.sum()).add(erf(c)), c], tensor([0.2]), 5)[1].sum(),
    };
    for (const [title, f] of Object.entries(programs))
      test(title, () => {
        const step = valueAndGrad(f);
        const compiled = compile(step);
        const first = numbersOf(compiled(a));
        close(first, numbersOf(step(a)));
        for (let i = 0; i < CALLS; i++) compiled(a);
        expect(numbersOf(compiled(a))).toEqual(first);
        close(numbersOf(compile(step, { backend: "js" })(a)), first);
        close(numbersOf(compiled(a.mul(3))), numbersOf(step(a.mul(3))));
        if (compiled.backend === "wasm") expect(instructionsOf(compiled)).toContain("Loop");
      });

    test("says in which step of which loop an error was raised, and goes on with other numbers", () => {
      const f = (x: Tensor): Tensor =>
        scan((c, i) => [scan((d, j) => [d.add(inv(x.sub(eye(2).mul(i.mul(10).add(j))))), undefined], c, 3)[0], c], eye(2), 4)[0];
      const compiled = compile(f);
      expect(() => f(eye(2).mul(21))).toThrow("in step 1 of a scan, in step 2 of a scan");
      for (let i = 0; i < 3; i++) expect(() => compiled(eye(2).mul(21))).toThrow("in step 1 of a scan, in step 2 of a scan");
      close(numbersOf(compiled(eye(2).mul(0.5))), numbersOf(f(eye(2).mul(0.5))));
    });
  });

  test("along other axes than the last, and with parts that meet, is on the machine", () => {
    const f = (a: Tensor, b: Tensor): Tensor =>
      scan(
        (c) => {
          const steps = c
            .slice([[1, 3]])
            .sub(c.slice([[0, 2]]))
            .square();
          const next = c.add(a).logSumExp(0).add(b.softmax(0).mul(c)).add(steps.sum());
          return [next, c.logSoftmax(0).mul(b)];
        },
        a,
        4,
      )[1].sum();
    const inputs = [randomTensor(1, [3, 3]), randomTensor(2, [3, 3])] as const;
    const compiled = compile(grad(f, { argnums: [0, 1] }));
    close(numbersOf(compiled(...inputs)), numbersOf(grad(f, { argnums: [0, 1] })(...inputs)));
    expect(instructionsOf(compiled)).toContain("Loop");
    expect(instructionsOf(compiled)).not.toContain("kernel");
  });

  test("keeps nothing, and computes nothing, that nobody reads", () => {
    const f = (a: Tensor): Tensor => scan((c, x) => [c.mul(a), { large: x.exp().mul(c), small: c.sin() }], 1, randomTensor(1, [9, 50]))[0];
    expect(bodiesOf(f as never, tensor(2))).toEqual([{ outputs: 1, inputs: 2, ops: ["Mul"] }]);
    // The sweep back reads the carry that is kept, the cotangent of the last one, and a: x and y are gone.
    expect(bodiesOf(grad(f as never) as never, tensor(2)).map(({ inputs }) => inputs)).toEqual([2, 4]);
  });

  test("computes once what is the same in each step", () => {
    const f = (a: Tensor): Tensor => scan((c) => [c.mul(a.exp().sin()).add(a.cos()), undefined], 1, 5)[0];
    const { nodes } = prepared(f, tensor(2));
    expect(nodes.map(({ op }) => op.name)).toEqual(["Exp", "Sin", "Cos", "Scan", "Result"]);
    expect(compile(f)(tensor(2)).item()).toBeCloseTo(f(tensor(2)).item(), 13);
  });

  test("by the method of Runge and Kutta has the gradient of the adjoint that is written by hand", () => {
    const parameters = PARAMETERS.map((x) => tensor(x));
    const steps = 500;
    const hand = [...byHand(steps)(PARAMETERS)];
    for (const f of [lossByScan(steps), compile(lossByScan(steps))]) close(numbersOf(valueAndGrad(f)(parameters)), hand);
    close(numbersOf(compile(valueAndGrad(lossByScan(steps)))(parameters)), hand);
    close(numbersOf(compile(valueAndGrad(lossByScan(steps)), { backend: "js" })(parameters)), hand);
    close(numbersOf(valueAndGrad(lossUnrolled(steps))(parameters)), hand);
  });

  test("takes memory for its carry in each step, and no more", () => {
    const bytes = (steps: number): number => {
      const step = compile(valueAndGrad(lossByScan(steps)));
      step(PARAMETERS.map((x) => tensor(x)));
      return step.memory.total;
    };
    const perStep = (bytes(2000) - bytes(1000)) / 1000;
    // Two kept numbers, the x that is returned, what becomes of it and its cotangent; each once more where it is taken out of the results.
    expect(perStep).toBeLessThanOrEqual(8 * 10);
    expect(bytes(4000) - bytes(3000)).toBeCloseTo(1000 * perStep, -3);
  });
});

describe("a checkpoint", () => {
  const layer = checkpoint((x: Tensor, w: Tensor) => x.mul(w).tanh().add(x).sin());
  const deep = (w: Tensor): Tensor => layer(layer(layer(w, w), w), w).sum();

  test("is run again in a compiled gradient, in the same room", () => {
    const w = randomTensor(1, [1000]);
    const compiled = compile(grad(deep));
    close(numbersOf(compiled(w)), numbersOf(grad(deep)(w)));
    close(numbersOf(compile(grad(deep), { backend: "js" })(w)), numbersOf(grad(deep)(w)));
    expect(bodiesOf(grad(deep) as never, w).length).toBe(5); // the last of the forward pass is not needed for the gradient
  });
});
