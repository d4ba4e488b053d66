import { type DerivationStep, derive, type Tensor, tensor } from "gradtape";
import { derivative, type MathNode } from "mathjs";
import { describe, expect, test } from "vitest";
import { numbers } from "../../support/random.js";
import { identifier, parsePrinted } from "./printed.js";

// Every line that derive prints is read back as text by mathjs, which shares no code with our algebra, and evaluated at
// points that derive has not seen. The derivatives that it should find are mathjs' own.

type Scalar = (x: Tensor, y: Tensor) => Tensor;
type Next = (low: number, high: number) => number;

const UNARY: readonly ((a: Tensor) => Tensor)[] = [
  (a) => a.neg(),
  (a) => a.exp(),
  (a) => a.square().add(1).log(),
  (a) => a.square().add(0.5).sqrt(),
  (a) => a.square(),
  (a) => a.pow(3),
  (a) => a.square().add(1).pow(-1),
  (a) => a.sigmoid(),
  (a) => a.neg().sigmoid(),
  (a) => a.tanh(),
  (a) => a.softplus(),
  (a) => a.sin(),
  (a) => a.cos(),
  (a) => a.neg().exp().add(1).reciprocal(),
  (a) => a.rsub(1),
  (a) => a.mul(2).exp(),
  (a) => a.mul(0.3).add(1.5),
];
const BINARY: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  (a, b) => a.add(b),
  (a, b) => a.sub(b),
  (a, b) => a.mul(b),
  (a, b) => a.div(b.square().add(1)),
];

/** A random function of two numbers in which some values have names. */
function randomFunction(next: Next, depth: number, names: string[]): Scalar {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next(0, list.length))];
  if (depth === 0) return pick<Scalar>([(x) => x, (_, y) => y]);
  const [a, b] = [randomFunction(next, depth - 1, names), randomFunction(next, depth - 1, names)];
  const [one, two] = [pick(UNARY), pick(BINARY)];
  const f: Scalar = next(0, 1) < 0.5 ? (x, y) => one(a(x, y)) : (x, y) => two(a(x, y), b(x, y));
  const label = next(0, 1) < 0.3 ? names.pop() : undefined;
  return label === undefined ? f : (x, y) => f(x, y).named(label);
}

/** The total derivatives of L by every named value, and the partial ones between them, as mathjs finds them at a point. */
function expectedDerivatives(definitions: ReadonlyMap<string, MathNode>, scope: Readonly<Record<string, number>>): Map<string, number> {
  const partial = new Map<string, number>();
  const total = new Map<string, number>();
  // Definitions stand from the output to the inputs: whoever reads a value stands before it.
  for (const name of [...definitions.keys(), "x", "y"]) {
    let sum = name === "L" ? 1 : 0;
    for (const [reader, definition] of definitions) {
      if (definition.filter((node) => node.toString() === identifier(name)).length === 0) continue;
      const value: number = derivative(definition, identifier(name), { simplify: false }).evaluate({ ...scope });
      partial.set(`∂${reader}/∂${name}`, value);
      sum += (total.get(reader) ?? 0) * value;
    }
    total.set(name, sum);
  }
  for (const [name, value] of total) {
    partial.set(`∂L/∂${name}|`, partial.get(`∂L/∂${name}`) ?? 0);
    partial.set(`∂L/∂${name}`, value);
  }
  return partial;
}

describe("what derive prints is true", () => {
  for (let seed = 1; seed <= 200; seed++) {
    test(`each line about random function ${seed} holds by mathjs at points that derive has not seen`, () => {
      const next = numbers(seed);
      const f = randomFunction(next, 1 + Math.floor(next(0, 3)), ["a", "b", "c", "d"]);
      const inputs = [tensor(next(-1, 1)).named("x"), tensor(next(-1, 1)).named("y")] as const;
      const { steps, largestDifference } = derive((x: Tensor, y: Tensor) => f(x, y).named("L"), ...inputs, { wrt: [0, 1] });
      expect(largestDifference).toBeLessThan(1e-9);
      const lines = equations(steps);
      const definitions = new Map(
        lines.filter(({ section }) => section === "definitions").map(({ left, right }) => [left, parsePrinted(right)]),
      );
      for (let trial = 0; trial < 3; trial++) {
        const scope: Record<string, number> = { [identifier("x")]: next(-1, 1), [identifier("y")]: next(-1, 1) };
        for (const [name, definition] of [...definitions].reverse()) scope[identifier(name)] = definition.evaluate({ ...scope });
        const expected = expectedDerivatives(definitions, scope);
        for (const [name, value] of expected) scope[identifier(name)] = value;
        for (const { left, right, section } of lines) {
          if (section === "definitions" || right.startsWith("…")) continue; // not written out: too long
          const wanted = expected.get(left) ?? 0; // what does not occur in a definition has derivative 0
          const found: number = rightSide(right).evaluate({ ...scope });
          expect(Math.abs(found - wanted) / Math.max(1, Math.abs(wanted)), `${left} = ${right}`).toBeLessThan(1e-8);
        }
      }
    });
  }
});

/** The right side of a line; ∂/∂z [formula] is differentiated. */
function rightSide(text: string): MathNode {
  const [, by, formula] = /^∂\/∂(.+?) \[(.*)\]$/u.exec(text) ?? [];
  return by === undefined ? parsePrinted(text) : derivative(parsePrinted(formula), identifier(by), { simplify: false });
}

/** The lines, with the left side repeated where one continues the line before. */
function equations(steps: readonly DerivationStep[]): { left: string; right: string; section: string }[] {
  let last = "";
  return steps.map(({ left, right, section }) => {
    last = left === "" ? last : left;
    return { left: last, right, section };
  });
}
