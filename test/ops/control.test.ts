import {
  checkGradients,
  checkpoint,
  cholesky,
  compile,
  derive,
  diagnose,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  record,
  requireFinite,
  scan,
  stabilize,
  type Tensor,
  tensor,
  toDot,
  toLatex,
  toMermaid,
  valueAndGrad,
  vjp,
} from "gradtape";
import { describe, expect, test } from "vitest";
import { randomTensor } from "../support/random.js";

const opNames = (f: (...x: Tensor[]) => unknown, ...at: Tensor[]): string[] => record(f, ...at).nodes.map(({ op }) => op.name);

/** A step of a damped oscillator, and the position. */
interface State {
  readonly x: Tensor;
  readonly v: Tensor;
}
const oscillate = (k: Tensor, start: State, steps: number): [State, Tensor] =>
  scan(({ x, v }) => [{ x: x.add(v.mul(0.1)), v: v.sub(x.mul(k).mul(0.1)) }, x.square()], start, steps);
/** The same, written out. */
function oscillateUnrolled(k: Tensor, { x, v }: State, steps: number): Tensor {
  let sum = tensor(0);
  for (let i = 0; i < steps; i++) {
    sum = sum.add(x.square());
    [x, v] = [x.add(v.mul(0.1)), v.sub(x.mul(k).mul(0.1))];
  }
  return sum.add(x).add(v);
}
function energy(k: Tensor, x: Tensor, v: Tensor): Tensor {
  const [last, squares] = oscillate(k, { x, v }, 40);
  return squares.sum().add(last.x).add(last.v);
}
const unrolled = (k: Tensor, x: Tensor, v: Tensor): Tensor => oscillateUnrolled(k, { x, v }, 40);
const at = [tensor(1.3), tensor(0.4), tensor(-0.2)] as const;

describe("scan", () => {
  test("returns the last carry and what each step gave, in trees of any form", () => {
    const [sum, sums] = scan((c, x) => [c.add(x), c.add(x)], 0, [1, 2, 3]);
    expect(sum.item()).toBe(6);
    expect(sums.toArray()).toEqual([1, 3, 6]);
    const rows = { a: tensor([[1, 2], [3, 4]]), b: [tensor([10, 20])] }; // biome-ignore format: one line
    const [[total, last], ys] = scan(
      ([t], { a, b }) => [[t.add(a.sum()), b[0]], { doubled: a.mul(2), fixed: 7 }],
      [tensor(0), tensor(0)],
      rows,
    );
    expect([total.item(), last.item()]).toEqual([10, 20]);
    expect(ys.doubled.toArray()).toEqual([[2, 4], [6, 8]]); // biome-ignore format: one line
    expect(ys.fixed.toArray()).toEqual([7, 7]);
    const [, nothing] = scan((c) => [c, undefined], 1, 3);
    expect(nothing).toBeUndefined();
  });

  test("gives the number of the step where the steps are counted", () => {
    expect(scan((c, i) => [c, i.mul(2)], 0, 4)[1].toArray()).toEqual([0, 2, 4, 6]);
  });

  test("runs the step once, however many steps there are", () => {
    let runs = 0;
    const f = (a: Tensor): Tensor =>
      scan(
        (c) => {
          runs++;
          return [c.mul(a), undefined];
        },
        1,
        100,
      )[0];
    f(tensor(1));
    expect(runs).toBe(1);
    hessian(f)(tensor(1));
    expect(runs).toBe(2);
    const compiled = compile(valueAndGrad(f));
    for (let i = 0; i < 3; i++) compiled(tensor(1));
    expect(runs).toBe(3);
  });

  test("is one node of the tape, and so is its gradient", () => {
    const f = (a: Tensor): Tensor => scan((c) => [c.mul(a).sin(), undefined], 1, 1000)[0];
    expect(opNames(f, tensor(1))).toEqual(["Scan", "Result"]);
    expect(opNames(grad(f), tensor(1)).filter((name) => name === "Scan").length).toBe(2);
  });

  test("has the value and the derivatives of the loop written out, in every transform", () => {
    expect(energy(...at).item()).toBe(unrolled(...at).item());
    const argnums = [0, 1, 2] as const;
    const close = (a: Tensor, b: Tensor): void => {
      for (const [i, value] of a.data.entries()) expect(value).toBeCloseTo(b.data[i], 10);
    };
    const both = [energy, unrolled] as const;
    const [gradients, ofUnrolled] = both.map((f) => grad(f, { argnums })(...at));
    for (const [i, g] of gradients.entries()) close(g, ofUnrolled[i]);
    const ofK = both.map((f) => (k: Tensor) => f(k, at[1], at[2]));
    for (const transform of [
      (f: (k: Tensor) => Tensor) => jvp(f, [at[0]], [tensor(1)])[1],
      (f: (k: Tensor) => Tensor) => vjp(f, at[0])[1](1)[0],
      (f: (k: Tensor) => Tensor) => hessian(f)(at[0]),
      (f: (k: Tensor) => Tensor) => hvp(f)(at[0], 1),
      (f: (k: Tensor) => Tensor) => jacobian(f)(at[0]),
      (f: (k: Tensor) => Tensor) => grad(grad(grad(f)))(at[0]),
      (f: (k: Tensor) => Tensor) => jvp((k: Tensor) => jvp(f, [k], [tensor(1)])[1], [at[0]], [tensor(1)])[1],
      (f: (k: Tensor) => Tensor) => grad((k: Tensor) => jvp(f, [k], [tensor(1)])[1])(at[0]),
      (f: (k: Tensor) => Tensor) => compile(grad(f))(at[0]),
      (f: (k: Tensor) => Tensor) => compile(hessian(f), { backend: "js" })(at[0]),
      (f: (k: Tensor) => Tensor) => grad(stabilize(f))(at[0]),
      (f: (k: Tensor) => Tensor) => grad(requireFinite(f))(at[0]),
      (f: (k: Tensor) => Tensor) => grad(checkpoint(f))(at[0]),
    ])
      close(transform(ofK[0]), transform(ofK[1]));
  });

  test("differentiates what the step takes from outside, of every enclosing transform", () => {
    const f = (a: Tensor): Tensor => {
      const inner = (b: Tensor): Tensor => scan((c) => [scan((d) => [d.mul(a).add(b), undefined], c, 2)[0], undefined], a.mul(b), 3)[0];
      return grad(inner)(a.square());
    };
    expect(checkGradients(f, [tensor(0.7)])).toBeLessThan(1e-8);
  });

  test("keeps in memory what the steps hand on, not what they compute", () => {
    const f = (a: Tensor): Tensor => scan((c) => [c.mul(a).sin().exp().log().cos(), undefined], tensor([1, 2]), 50)[0].sum();
    const sizes = record(grad(f), tensor(1)).nodes.map(({ output }) => output.size);
    expect(Math.max(...sizes)).toBe(2 + 1 + 50 * 2); // in the sweep back the carry is the two cotangents and the sum for a
    // Nothing is kept of sums, nor where no gradient can be taken.
    const sum = (x: Tensor): Tensor => scan((c, row) => [c.add(row.mul(row)), undefined], tensor([0, 0]), x)[0].sum();
    expect(record(sum, randomTensor(1, [50, 2])).nodes[0].output.size).toBe(2);
  });

  test("differentiates a scan with a large sum in its carry without keeping it at each step", () => {
    const f = (w: Tensor, x: Tensor): Tensor =>
      scan((h, row) => [w.mul(h).sum(1).add(row).tanh(), undefined], tensor([0.1, 0.2]), x)[0].sum();
    const rows = randomTensor(3, [30, 2]);
    const nodes = record(
      grad((w: Tensor) => grad(f)(w, rows).square().sum()),
      randomTensor(2, [2, 2]),
    ).nodes.filter(({ op }) => op.name === "Scan");
    // The sum of the gradient with respect to w, of 4 numbers, is in the carry of the second, and not kept.
    expect(nodes.map(({ output }) => output.size)).toEqual([2 + 30 * 2, 2 + 4 + 30 * 2, expect.any(Number), expect.any(Number)]);
  });

  test("of no steps returns the carry, and its gradient", () => {
    const f = (a: Tensor): Tensor => scan((c, x) => [c.mul(a).add(x), c], a, tensor([], [0]))[0];
    expect(f(tensor(3)).item()).toBe(3);
    expect(grad(f)(3).item()).toBe(1);
    expect(jvp(f, [tensor(3)], [tensor(2)])[1].item()).toBe(2);
    expect(hessian(f)(3).item()).toBe(0);
    expect(compile(f)(tensor(3)).item()).toBe(3);
    expect(scan((c) => [c, c], tensor([1, 2]), 0)[1].shape).toEqual([0, 2]);
    expect(scan((c: Record<string, Tensor>) => [c, 1], {}, 0)[1].shape).toEqual([0]);
    expect(jvp((a: Tensor) => scan((c: object) => [c, a], {}, 0)[1], [tensor(1)], [tensor(1)])[1].shape).toEqual([0]);
  });

  test("swaps parts of the carry, and hands on one that is returned twice", () => {
    const [[a, b], seen] = scan(([p, q]) => [[q, p], p], [tensor(1), tensor(2)], 3);
    expect([a.item(), b.item()]).toEqual([2, 1]);
    expect(seen.toArray()).toEqual([1, 2, 1]);
    const [[c, d]] = scan(([p]) => [[p.mul(2), p], undefined], [tensor(1), tensor(0)], 3);
    expect([c.item(), d.item()]).toEqual([8, 4]);
  });

  test("refuses a carry that changes", () => {
    expect(() => scan((c) => [c.expandDims(0), undefined], tensor(1), 3)).toThrow(
      "scan: the step must return a carry like the one that it gets, [], got [1]",
    );
    const step = (() => [{ a: tensor(1) }, undefined]) as never;
    expect(() => scan(step, { a: tensor(1), b: tensor([1]) }, 3)).toThrow(
      "scan: the step must return a carry like the one that it gets, [] at a, [1] at b, got [] at a",
    );
  });

  test("refuses steps that do not fit", () => {
    const step = (c: Tensor): [Tensor, undefined] => [c, undefined];
    expect(() => scan(step, 1, 2.5)).toThrow("scan: expected a whole number of steps ≥ 0, got 2.5");
    expect(() => scan(step, 1, -1)).toThrow("scan: expected a whole number of steps ≥ 0, got -1");
    expect(() => scan(step, 1, tensor(3))).toThrow("got shape [] at xs; a count of steps is a number");
    expect(() => scan(step, 1, { a: tensor([1, 2]), b: tensor([1]) })).toThrow(
      "scan: expected as many steps along axis 0 of each tensor in xs, got 2 at a, 1 at b",
    );
    expect(() => scan(step, 1, {})).toThrow("scan: expected xs with at least one tensor, or a number of steps, got a plain object");
    expect(() => scan(((c: Tensor) => c) as never, 1, 3)).toThrow("scan: the step must return [carry, y], got a tensor of shape []");
    expect(() => scan((async (c: Tensor) => [c, c]) as never, 1, 3)).toThrow("scan: the function must be synchronous");
    expect(() => scan(1 as never, 1, 3)).toThrow("scan: expected a function, got number 1");
  });

  test("refuses to read a value in the step that differs from step to step", () => {
    const message = "scan: item() of a tensor that depends on the carry or on x was read while the function was recorded";
    expect(() => scan((c) => [c.mul(c.item()), undefined], 1, 3)).toThrow(message);
    expect(() => grad((a: Tensor) => scan((c, i) => [c.mul(i.item()), undefined], a, 3)[0])(1)).toThrow(message);
    expect(() => scan((c) => [scan((d) => [d.mul(c.item()), undefined], c, 2)[0], undefined], 1, 3)).toThrow(message);
    // What is outside may be read, unless it is sealed itself.
    const power = (a: Tensor): Tensor => scan((c) => [c.mul(a.item()), undefined], 1, 3)[0];
    expect(power(tensor(2)).item()).toBe(8);
    expect(() => compile(power)(tensor(2))).toThrow("compile: item() of a tensor that depends on an input was read");
  });

  test("says in which step an error arose", () => {
    const f = (): unknown => scan((a) => [cholesky(a).sub([[0.5, 0], [0, 0.5]]), undefined], tensor([[4, 0], [0, 4]]), 9); // biome-ignore format: one line
    expect(f).toThrow("in step 5 of a scan");
  });

  test("shows the step below its line on a tape", () => {
    const f = (a: Tensor): Tensor => scan((c) => [c.mul(a).sin(), undefined], 1, 3)[0];
    expect(String(record(f, tensor(2).named("a"))).split("\n").map((line) => line.trimEnd())).toEqual([
      "   a   input                                         []  2",
      "1  %1  Scan(1, constant[3], a, carries=1, xs=1, steps=3)  [4]",
      "     │ from carry, x, a",
      "     │ 1  %1  Mul(carry, a)  []",
      "     │ 2  %2  Sin(%1)        []",
      "     │ to %2",
      expect.stringContaining("Result(%1, index=0)"),
      "returns %2",
    ].map((line) => (typeof line === "string" ? expect.stringMatching(new RegExp(line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ +/g, " +"))) : line))); // biome-ignore format: a table
  });
});

describe("a scan, like other nodes,", () => {
  const naive = (a: Tensor): Tensor => scan((c) => [c.mul(a).sigmoid().log(), undefined], tensor(1), 2)[0];

  test("has its step rewritten to a stable one, also within others", () => {
    const once = (a: Tensor): Tensor => scan((c) => [c.mul(a).sigmoid().log(), undefined], tensor(1), 1)[0];
    expect(once(tensor(-1000)).item()).toBe(Number.NEGATIVE_INFINITY);
    expect(stabilize(once)(tensor(-1000)).item()).toBe(-1000);
    expect(grad(stabilize(once))(tensor(-1000)).item()).toBe(1);
    expect(
      grad(stabilize((a: Tensor) => scan((c) => [checkpoint(once)(c.mul(a)), undefined], tensor(1), 1)[0]))(tensor(-1000)).item(),
    ).toBe(1);
    expect(compile(grad(stabilize(once)))(tensor(-1000)).item()).toBe(1);
    expect(stabilize(naive).rewrites(tensor(1)).map(({ node, pattern }) => [node, pattern])).toEqual([[1, "log(σ(z))"]]); // biome-ignore format: one line
    // Nothing to rewrite: the node stays as it is.
    const sound = (a: Tensor): Tensor => scan((c) => [c.mul(a).sin(), undefined], tensor(1), 3)[0];
    expect(record(stabilize(sound), tensor(2)).nodes.map(({ op }) => op.name)).toEqual(["Scan", "Result"]);
    expect(stabilize(sound)(tensor(2)).item()).toBe(sound(tensor(2)).item());
  });

  test("is diagnosed where the trouble begins: the step, and the op in it", () => {
    const [finding] = diagnose(naive, tensor(-4000)).findings;
    expect(finding.kind).toBe("domain edge");
    expect(finding.expression).toMatch(/^Scan\(.*\), in step 0, Log\(%2\)$/);
    expect(finding.numbers.inputs).toEqual([0]);
    expect(diagnose(naive, tensor(2)).healthy).toBe(true);
    const inner = (a: Tensor): Tensor => scan((c) => [checkpoint((x: Tensor) => x.sub(2).log())(c.add(a)), undefined], tensor(1), 4)[0];
    expect(diagnose(inner, tensor(1)).findings[0].expression).toMatch(/in step 0, Checkpoint\(%1\), inside, Log\(%1\)$/);
  });

  test("is drawn with its step, and written as a formula", () => {
    const tape = record(naive, tensor(2).named("a"));
    for (const text of [toDot(tape), toMermaid(tape)]) {
      expect(text).toContain("from carry, x, a");
      expect(text).toMatch(/1 +%1 +Mul\(carry, a\)/);
    }
    expect(toLatex(tape)).toContain("scan");
    expect(String(derive(naive, tensor(2).named("a")))).toContain("h_t = [t = 0] + ln(σ(a · h_{t−1})) · [t ≥ 1]");
  });
});

describe("checkpoint", () => {
  const tower = (x: Tensor): Tensor => x.sin().exp().cos().mul(x);

  test("is f, as one node that keeps its arguments", () => {
    const f = checkpoint(tower);
    expect(f(tensor(0.3)).item()).toBe(tower(tensor(0.3)).item());
    expect(f.name).toBe("checkpointed tower");
    expect(opNames(f, tensor(0.3))).toEqual(["Checkpoint", "Result"]);
    expect(grad(f)(tensor(0.3)).item()).toBe(grad(tower)(0.3).item());
    expect(grad(grad(grad(f)))(tensor(0.3)).item()).toBeCloseTo(grad(grad(grad(tower)))(0.3).item(), 12);
    expect(compile(grad(f))(tensor(0.3)).item()).toBeCloseTo(grad(tower)(0.3).item(), 14);
  });

  test("runs f again for its gradient", () => {
    const sizes = (f: (x: Tensor) => Tensor): number =>
      record(f, randomTensor(1, [100])).nodes.reduce((sum, { output, backward }) => sum + (backward ? 0 : output.size), 0);
    const deep = (layer: (x: Tensor) => Tensor) => (x: Tensor) => layer(layer(layer(x))).sum();
    expect(sizes(deep(tower))).toBe(3 * 4 * 100 + 1);
    expect(sizes(deep(checkpoint(tower)))).toBe(3 * 2 * 100 + 1);
  });

  test("takes and returns trees, and numbers", () => {
    const f = checkpoint((p: { a: Tensor; b: Tensor[] }, x: Tensor) => ({ sum: p.a.add(p.b[0]), list: [x, 3] }));
    const { sum, list } = f({ a: tensor(1), b: [tensor(2)] }, tensor(5));
    expect([sum.item(), (list[0] as Tensor).item(), (list[1] as unknown as Tensor).item()]).toEqual([3, 5, 3]);
    expect(checkpoint(() => tensor(4))().item()).toBe(4);
  });

  test("refuses to read a value that depends on its arguments", () => {
    expect(() => checkpoint((x: Tensor) => x.mul(x.item()))(tensor(1))).toThrow(
      "checkpoint: item() of a tensor that depends on an argument was read while the function was recorded",
    );
    expect(() => checkpoint(3 as never)).toThrow("checkpoint: expected a function, got number 3");
  });
});
