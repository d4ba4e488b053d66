import * as gradtape from "gradtape";
import { defineOp, derive, diagnose, ones, record, type Tensor, tensor, toLatex, vjp } from "gradtape";
import { describe, expect, test } from "vitest";
import type { NumericFacts } from "../../src/explain/facts/facts.js";
import { arithmeticOf, callFactsOf } from "../../src/explain/facts/formulas.js";
import { numericFactsOf } from "../../src/explain/facts/numerics.js";
import { symbol, Values } from "../../src/explain/formula/expression.js";
import { read } from "../../src/explain/formula/read.js";
import * as elementwise from "../../src/ops/elementwise.js";
import * as linalg from "../../src/ops/linalg.js";
import * as movement from "../../src/ops/movement.js";
import type { AnyOp, AnyRule } from "../../src/ops/op.js";
import * as reduce from "../../src/ops/reduce.js";
import type { Node } from "../../src/tape/tape.js";
import { applyAgain } from "../../src/tensor/apply.js";
import { cases } from "../oracles/cases.js";
import { numbers, randomTensor } from "../support/random.js";

// The tables of facts say what ops are. Here each fact is held against the numbers that the ops give, in both directions as far
// as numbers can tell: what is stated holds, and what is not stated does not.

const ops: readonly AnyOp[] = Object.values<AnyOp>({ ...elementwise, ...reduce, ...linalg, ...movement });

/** Every op with its attributes on real inputs: the nodes of all cases and of their gradients. */
const nodes: readonly Node[] = cases
  .filter(({ op }) => op !== "defineOp")
  .flatMap(({ f, inputs }) => {
    const withGradient = (...x: Tensor[]): Tensor[] => {
      const [output, pullback] = vjp<Tensor[], Tensor>(f, ...x);
      return [output, ...pullback(randomTensor(7, output.shape))];
    };
    return [...record(withGradient, ...inputs).nodes];
  })
  .filter(({ inputs, output }) => output.size > 0 && inputs.every(({ size }) => size > 0));
const nodesOf = (op: AnyOp): Node[] => nodes.filter((node) => node.op === op);

const isClose = (a: Tensor, b: Tensor): boolean =>
  a.data.every((value, i) => Math.abs(value - b.data[i]) <= 1e-12 * Math.max(1, Math.abs(value), Math.abs(b.data[i])));
const names = (list: readonly AnyOp[]): string[] => list.map(({ name }) => name);

test("the cases use every op", () => {
  expect(names(ops.filter((op) => op !== movement.Leaf && nodesOf(op).length === 0))).toEqual([]);
});

describe("in formulas", () => {
  test("an op reads as what it computes", () => {
    for (const node of nodes) {
      const letters = node.inputs.map((x, i) => symbol(`x${i}`, x));
      const value = new Values().of(read(node, letters)).broadcastTo(node.output.shape);
      expect(isClose(value, node.output), node.op.name).toBe(true);
    }
  });

  test("a call has a sign, or the name that the library gives to the function", () => {
    const signs = new Set(["ln", "σ", "max", "min", "scatterAdd", "logSumExp"]);
    const withoutFunction = [
      "recurrence",
      "assemble",
      "takeAlong",
      "scatterAlong",
      "triangle",
      "cofactor",
      "detSign",
      "logAbsDet",
      "polygamma",
      "result",
    ];
    for (const name of withoutFunction) signs.add(name);
    // Only rules apply these.
    const inner = new Set(["powDerivative", "heaviside", "center", "centerTranspose"]);
    for (const op of ops.filter((op) => arithmeticOf(op) === undefined)) {
      const { notation } = callFactsOf(op);
      if (notation.as === "function")
        expect(notation.name.text in gradtape || signs.has(notation.name.text) || inner.has(notation.name.text), op.name).toBe(true);
    }
  });
});

describe("in numbers", () => {
  const kindOf = (op: AnyOp): NumericFacts["rounding"]["kind"] => numericFactsOf(op).rounding.kind;

  test("steps are the ops without a derivative, and give whole numbers", () => {
    const flat = ops.filter(({ vjp }) => typeof vjp !== "function" && vjp.every((rule) => rule === null));
    expect(names(flat.filter((op) => op !== movement.StopGradient))).toEqual(names(ops.filter((op) => kindOf(op) === "steps")));
    for (const op of ops.filter((op) => kindOf(op) === "steps"))
      for (const { output } of nodesOf(op)) expect(output.data.every(Number.isInteger), op.name).toBe(true);
  });

  test("exact ops give numbers that they were given, but for signs, zeros and what is filled in; others do not", () => {
    for (const op of ops.filter((op) => kindOf(op) !== "steps" && op !== movement.Leaf)) {
      const isExact = nodesOf(op).every(({ inputs, output, attributes }) => {
        const given = new Set([0, ...inputs.flatMap(({ data }) => [...data].map(Math.abs))]);
        if (op === movement.Pad) given.add(Math.abs((attributes as { value: number }).value));
        return output.data.every((value) => given.has(Math.abs(value)));
      });
      expect(kindOf(op) === "exact", op.name).toBe(isExact);
    }
  });

  test("what is called exact at a place is, by fractions of whole numbers, and what is rounded is not", () => {
    const exactly: Record<string, (values: readonly Fraction[], out: Fraction) => boolean> = {
      Add: ([x, y], out) => isSame(plus(x, y), out),
      Sub: ([x, [n, d]], out) => isSame(plus(x, [-n, d]), out),
      Mul: ([x, y], out) => isSame(times(x, y), out),
      Square: ([x], out) => isSame(times(x, x), out),
      Sqrt: ([x], out) => isSame(times(out, out), x),
      Div: ([x, y], out) => isSame(times(out, y), x),
      Reciprocal: ([x], out) => isSame(times(out, x), [1n, 1n]),
    };
    const next = numbers(11);
    const short = (): number => Math.round(next(-64, 64)) / 2 ** Math.round(next(0, 5)) || 1;
    const long = (): number => next(-64, 64) * next(0.1, 1);
    for (const [name, isExact] of Object.entries(exactly)) {
      const op = ops.find((other) => other.name === name) as AnyOp;
      const { rounding } = numericFactsOf(op);
      if (rounding.kind !== "places") throw new Error(`${name} is ${rounding.kind}`);
      const seen = new Set<boolean>();
      for (let i = 0; i < 400; i++) {
        const draw = i % 2 === 0 ? short : long;
        let values = Array.from({ length: op.vjp.length }, () => (name === "Sqrt" ? Math.abs(draw()) : draw()));
        if (name === "Sqrt" && i % 4 === 0) values = values.map((x) => x * x);
        const out = applyAgain(
          op,
          values.map((x) => tensor(x)),
          undefined,
        ).item();
        const expected = isExact(values.map(fractionOf), fractionOf(out));
        expect(rounding.isExactAt(values, out), `${name}(${values.join(", ")})`).toBe(expected);
        seen.add(expected);
      }
      expect(seen.size, name).toBe(2);
    }
  });

  test("a derivative is infinite just where an op is said to be steep", () => {
    const grid = [-2, -1, -0.5, 0, 0.5, 1, 2];
    const rest = (count: number): number[][] => (count === 0 ? [[]] : grid.flatMap((x) => rest(count - 1).map((tail) => [x, ...tail])));
    for (const op of Object.values<AnyOp>(elementwise)) {
      const { steep } = numericFactsOf(op);
      const isAtEdge = typeof steep === "function" ? steep : () => false;
      const edges: boolean[] = [];
      for (const values of rest(op.vjp.length)) {
        const slopes = slopesAt(op, values);
        if (slopes.some((slope) => Math.abs(slope) === Number.POSITIVE_INFINITY)) {
          expect(isAtEdge(values), `${op.name} at ${values}`).toBe(true);
          edges.push(true);
        }
      }
      expect(edges.length > 0, op.name).toBe(typeof steep === "function");
    }
  });

  test("and beyond measure far out just where it is said to be", () => {
    for (const op of Object.values<AnyOp>(elementwise).filter(({ vjp }) => vjp.length === 1)) {
      const largest = Math.max(
        ...[-700, 700]
          .flatMap((x) => slopesAt(op, [x]))
          .filter((slope) => !Number.isNaN(slope))
          .map(Math.abs),
      );
      expect(numericFactsOf(op).steep === "far out", op.name).toBe(largest > 1e100);
    }
  });
});

test("of an op that a user defined nothing is taken for granted, though it has the name of another one", () => {
  const shifted = defineOp({
    name: "Log", // ln(x + 3), which is fine at 0
    forward: (out, x) => {
      for (let i = 0; i < out.data.length; i++) out.data[i] = Math.log(x.data[i] + 3);
    },
    vjp: (g, _, x) => [g.div(x.add(3))],
    jvp: ([dx], _, x) => dx.div(x.add(3)),
  });
  const { gradients, largestDifference, steps } = derive((x: Tensor) => shifted(x).sub(x.log()).named("L"), tensor(2));
  expect(steps[0].right).toBe("Log(x) − ln(x)");
  expect(gradients.get("x")).toBe("−3/(x(x + 3))");
  expect(largestDifference).toBeLessThan(1e-15);
  expect(toLatex(record((x: Tensor) => shifted(x), tensor(2)))).toContain("\\operatorname{Log}\\left(x_{1}\\right)");
  expect(diagnose((x: Tensor) => shifted(x), tensor(0)).healthy).toBe(true);
  // −∞ of a finite number is an overflow of this op, not the edge of a domain that nobody knows.
  expect(diagnose((x: Tensor) => shifted(x), tensor(-3)).findings[0].kind).toBe("overflow");
  expect(diagnose((x: Tensor) => x.log(), tensor(0)).findings[0].kind).toBe("domain edge");
});

/** For elementwise ops that have any. */
const someAttributes: Readonly<Record<string, unknown>> = { PowDerivative: { byBase: 1, byExponent: 0 }, Heaviside: { tie: 0.5 } };

/** The derivative with respect to each input at a point, by the op's own rules. */
function slopesAt(op: AnyOp, values: readonly number[]): number[] {
  const inputs = values.map((x) => tensor(x));
  const attributes = someAttributes[op.name];
  const output = applyAgain(op, inputs, attributes);
  return (op.vjp as readonly AnyRule[]).map((rule) => rule?.(ones([]), output, ...inputs, attributes).item() ?? 0);
}

type Fraction = readonly [numerator: bigint, denominator: bigint];

/** A float64 number as the fraction that it is. */
function fractionOf(value: number): Fraction {
  let denominator = 1n;
  let scaled = value;
  for (; !Number.isInteger(scaled); denominator *= 2n) scaled *= 2;
  return [BigInt(scaled), denominator];
}
const plus = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d];
const times = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * c, b * d];
const isSame = ([a, b]: Fraction, [c, d]: Fraction): boolean => a * d === c * b;
