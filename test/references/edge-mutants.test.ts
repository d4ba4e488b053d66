import { record, type Tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import * as elementwise from "../../src/ops/elementwise.js";
import { MatMul } from "../../src/ops/linalg.js";
import type { AnyOp, AnyRule } from "../../src/ops/op.js";
import * as reduce from "../../src/ops/reduce.js";
import { edgeFunctions } from "./edge-functions.js";
import { checkEdges, describeFailure, edgeInputs, edgeProgram, type Word, wordsOf } from "./edges.js";

// Does the oracle notice a rule that is right in the middle and wrong at an edge? Rules are put back to what a textbook has, and
// every rule is made wrong in the twelfth digit; the oracle has to object to each.

type Rule = NonNullable<AnyRule>;
type Mutable = AnyOp & { vjp: AnyOp["vjp"]; jvp: AnyOp["jvp"] };

/** Functions that use an op, in themselves or in their derivatives, by its name; those of few nodes first. */
const users = new Map<string, string[]>();
for (const name of Object.keys(edgeFunctions)) {
  const program = edgeProgram(name, wordsOf(name).includes("RRR") ? "RRR" : "R", edgeFunctions[name]);
  const tape = record((...inputs: Tensor[]) => program(...inputs).map(([, value]) => value), ...edgeInputs(name));
  for (const op of new Set(tape.nodes.map((node) => node.op.name))) users.set(op, [...(users.get(op) ?? []), name]);
}
const ops = Object.values<unknown>({ ...elementwise, ...reduce, MatMul }).filter(
  (op) => typeof op === "object" && users.has((op as AnyOp).name),
) as Mutable[];

const failuresOf = (name: string, word: Word): string[] => checkEdges(name, "eager", word).failures.map(describeFailure);
/** What the oracle finds wrong without a mutant, looked up before there is one. */
const known = new Map<string, ReadonlySet<string>>();
function knownOf(name: string, word: Word): ReadonlySet<string> {
  const key = `${name} ${word}`;
  const found = known.get(key) ?? new Set(failuresOf(name, word));
  known.set(key, found);
  return found;
}

/** Whether the oracle objects while an op has other rules. */
function isCaught(op: Mutable, rules: Partial<Pick<Mutable, "vjp" | "jvp">>): boolean {
  const { vjp, jvp } = op;
  const objects = (name: string, word: Word): boolean => {
    const before = knownOf(name, word);
    Object.assign(op, rules);
    try {
      return failuresOf(name, word).some((failure) => !before.has(failure));
    } catch {
      return true;
    } finally {
      Object.assign(op, { vjp, jvp });
    }
  };
  return (users.get(op.name) ?? []).some((name) => wordsOf(name).some((word) => word !== "" && objects(name, word)));
}

const slightlyWrong = (x: Tensor): Tensor => x.mul(1 + 1e-12);

/** The same rules, the one at a place wrong in the twelfth digit; joint rules wrong as a whole. */
function imprecise(rules: Mutable["vjp"], place: number): Mutable["vjp"] {
  if (typeof rules === "function") return (...args) => rules(...args).map((g) => g && slightlyWrong(g));
  return rules.map((rule, i) => (i !== place || rule === null ? rule : (...args: Parameters<Rule>) => slightlyWrong(rule(...args))));
}

describe("a rule that is wrong in the twelfth digit is noticed", () => {
  for (const op of ops) {
    const { vjp, jvp } = op;
    const places = typeof vjp === "function" ? [0] : vjp.flatMap((rule, i) => (rule === null ? [] : [i]));
    for (const place of places) {
      test(`${op.name}, input ${place}`, () => {
        expect(isCaught(op, { vjp: imprecise(vjp, place) }), "reverse").toBe(true);
        const forward =
          typeof jvp === "function" ? (...args: Parameters<typeof jvp>) => slightlyWrong(jvp(...args)) : imprecise(jvp, place);
        expect(isCaught(op, { jvp: forward } as Partial<Mutable>), "forward").toBe(true);
      });
    }
  }
});

describe("the rule of a textbook, which is right only in the middle, is noticed", () => {
  const textbook: Record<string, readonly ((g: Tensor, out: Tensor, x: Tensor, y: Tensor) => Tensor)[]> = {
    Exp: [(g, out) => g.mul(out)],
    Expm1: [(g, _, x) => g.mul(x.exp())],
    Log: [(g, _, x) => g.div(x)],
    Log1p: [(g, _, x) => g.div(x.add(1))],
    Sqrt: [(g, root) => g.div(root.mul(2))],
    Square: [(g, _, x) => g.mul(x.mul(2))],
    Reciprocal: [(g, out) => g.mul(out.square()).neg()],
    Sin: [(g, _, x) => g.mul(x.cos())],
    Cos: [(g, _, x) => g.mul(x.sin()).neg()],
    Tanh: [(g, t) => g.mul(t.square().rsub(1))],
    Sigmoid: [(g, s) => g.mul(s).mul(s.rsub(1))],
    Relu: [(g, _, x) => g.mul(x.greaterEqual(0))],
    Abs: [(g, _, x) => x.less(0).where(g.neg(), g)],
    Mul: [(g, _, _x, y) => g.mul(y), (g, _, x) => g.mul(x)],
    Div: [(g, _, _x, y) => g.div(y), (g, _, x, y) => g.mul(x).div(y.square()).neg()],
    Pow: [(g, _, x, y) => g.mul(y).mul(x.pow(y.sub(1))), (g, out, x) => g.mul(out).mul(x.log())],
    Maximum: [(g, _, x, y) => g.mul(x.greaterEqual(y)), (g, _, x, y) => g.mul(y.greater(x))],
    Minimum: [(g, _, x, y) => g.mul(x.lessEqual(y)), (g, _, x, y) => g.mul(y.less(x))],
  };
  for (const [name, rules] of Object.entries(textbook)) {
    const op = ops.find((candidate) => candidate.name === name) as Mutable;
    rules.forEach((rule, place) => {
      test(`${name}, input ${place}`, () => {
        const changed = (op.vjp as readonly AnyRule[]).map((own, i) => (i === place ? (rule as Rule) : own));
        expect(isCaught(op, { vjp: changed }), "reverse").toBe(true);
        // Forward mode meets no zero before sin ∞ and cos ∞, which are NaN whatever follows.
        if (name !== "Sin" && name !== "Cos") expect(isCaught(op, { jvp: changed }), "forward").toBe(true);
      });
    });
  }
});
