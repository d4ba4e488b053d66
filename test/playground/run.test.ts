import { grad, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import { examples } from "../../docs/playground/examples.js";
import { checkLines } from "../../docs/playground/replay.js";
import { type Run, runOf } from "../../docs/playground/run.js";
import { initialState } from "../../docs/playground/state.js";
import { equationOf, ruleOf } from "../../docs/playground/symbols.js";

function runExample(source: string, values: (typeof examples)[number]["values"], by: string, stabilized = false): Run {
  const run = runOf({ ...initialState, source, values, by, stabilized });
  if ("error" in run) throw new Error(run.error);
  return run;
}

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
  expect(broken.findings.map(({ kind }) => kind)).toContain("domain edge");
  expect(broken.rewrites.length).toBeGreaterThan(0);
  const sound = runExample(source, values, by, true);
  expect(sound.findings).toEqual([]);
  expect(sound.gradient.item()).toBeCloseTo(-Math.exp(-40), 30);
});

test("A loss of many numbers is refused with the advice to sum", () => {
  const run = runOf({ ...initialState, source: "L = x * 2", values: { x: [1, 2] }, by: "x" });
  expect("error" in run && run.error).toMatch(/single number.*\[2\].*sum/);
});
