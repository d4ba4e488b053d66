import { Decimal } from "decimal.js";
import { compile, grad, jvp, record, rewriteRules, stabilize, type Tensor, tensor } from "gradtape";
import { parseMath } from "gradtape/math";
import { describe, expect, test } from "vitest";
import { digitsFor, exactly } from "../accuracy/exact.js";

// Each rule is held to its own text: where its pattern stands, the rule fires, and nothing gets worse. The value and the derivatives
// to order 3, along each variable and along all at once, are compared with exact arithmetic on the tape of the pattern, at ordinary
// points, small and large ones, equal ones and neighbors.

const ORDER = 3;
type F = (v: Record<string, Tensor>) => Tensor;

/** What a pattern's variables stand for where a condition asks for more than a variable. */
const BY_CONDITION: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "cancels(a, b)": { a: "(u + v)", b: "u" },
  "cancels(a, b²)": { a: "(u^2 + v)", b: "u" },
  "cancels(x, y)": { x: "(u + v)", y: "u" },
  "divides(c, a − b²)": { a: "(u^2 - 4*v*w)", b: "u", c: "(2*v)" },
  "number(c)": { c: "3" },
  "number(n)": { n: "5" },
  "even(n)": { n: "4" },
  "number(p)": { p: "(1/3)" },
};

/** A rule's pattern as a formula that gradtape/math reads. */
function formulaOf({ pattern, condition }: (typeof rewriteRules)[number]): string {
  const chosen = condition.split(" and ").flatMap((part) => Object.entries(BY_CONDITION[part] ?? {}));
  const text = pattern.replaceAll("sechSquared(x)", "(1 − tanh(x)²)");
  return [...new Map(chosen)].reduce(
    (formula, [name, instead]) => formula.replace(new RegExp(`(?<![\\p{L}])${name}(?![\\p{L}(])`, "gu"), instead),
    text,
  );
}

const ALONE = [0.3, -0.7, 2.5, -3, 1e-10, -1e-10, 1e-3, 1e10, -1e10, 40, -40, 400, -800, 1, 0.5];
const PAIRS = [
  ...[
    [0.3, 0.7],
    [0.7, 0.3],
    [2.5, -1.5],
    [-0.4, -0.9],
    [0.6, 0.6],
    [1.5, 1.5000000001],
    [3, 1e-10],
    [1e-10, 3],
    [1e10, 1],
    [40, 39],
    [-40, 1],
    [700, 701],
    [12, 1e-12],
  ],
];
const TRIPLES = [
  ...[
    [0.3, 0.7, 0.2],
    [2.5, -1.5, 0.4],
    [0.6, 0.6, 0.6],
    [1e5, 1, 1],
    [40, 39, 1],
    [1, 1e-8, 2],
  ],
];

function pointsFor(count: number): readonly (readonly number[])[] {
  if (count === 1) return ALONE.map((x) => [x]);
  if (count === 2) return PAIRS;
  return TRIPLES.map((triple) => Array.from({ length: count }, (_, i) => triple[i % 3] * (i < 3 ? 1 : 1.25)));
}

/** Value and derivatives along a line, by the engine. */
function derivatives(f: F, names: readonly string[], at: readonly Tensor[], along: readonly Tensor[]): number[] {
  const onList = (...xs: Tensor[]): Tensor => f(Object.fromEntries(names.map((name, i) => [name, xs[i]])));
  // Each adds the next derivative to those before: (f, f′), (f, f′, f″), …, all from one run of f.
  let all = (...xs: Tensor[]): Tensor[] => [onList(...xs)];
  for (let k = 0; k < ORDER; k++) {
    const before = all;
    all = (...xs) => {
      const [values, slopes] = jvp(before, xs as never, along as never) as unknown as [Tensor[], Tensor[]];
      return [...values, slopes[k]];
    };
  }
  return all(...at).map((x) => x.item());
}

const EPSILON = Number.EPSILON;
const factorial = [1, 1, 2, 6];

/** How far off a number is. What lies outside of the range of numbers is ∞ or 0. */
function distance(found: number, exact: Decimal): number {
  if (Number.isNaN(found)) return Number.POSITIVE_INFINITY;
  const wanted = exact.toNumber();
  if (!Number.isFinite(wanted) || !Number.isFinite(found))
    return wanted === found || (Math.abs(wanted) > 1e307 && Math.sign(wanted) === Math.sign(found) && Math.abs(found) > 1e307)
      ? 0
      : Number.POSITIVE_INFINITY;
  return exact.minus(found).abs().toNumber();
}

function check(formula: string, isVector: boolean): { complaints: string[]; compared: number; fired: Set<string> } {
  const f = parseMath(formula) as unknown as F & { variables: readonly string[] };
  const plain: F = (v) => f(v);
  const names = f.variables;
  const complaints: string[] = [];
  const fired = new Set<string>();
  let compared = 0;
  for (const point of pointsFor(names.length)) {
    const values = point.map((x, i) => (isVector ? [x, x + 0.25 * (i + 1), x * 0.5] : [x]));
    const at = values.map((row) => tensor(isVector ? row : (row[0] as never)));
    const tape = record(plain, Object.fromEntries(names.map((name, i) => [name, at[i]])));
    const scalar = tape.outputs[0].size === 1 ? plain : (v: Record<string, Tensor>): Tensor => plain(v).slice([0]);
    const digits = digitsFor(values.flat());
    const directions =
      names.length === 1 ? [[1]] : [...names.map((_, i) => names.map((__, j) => (i === j ? 1 : 0))), names.map((_, i) => 1 - 0.75 * i)];
    const rows = directions.map((direction) => values.map((row, i) => row.map((_, j) => direction[i] * (1 - 0.5 * j))));
    const exacts = exactly(tape, values, rows, ORDER, digits);
    // The same with one variable a little larger, in turn.
    const nearbys = values.map((_, k) => {
      const moved = values.map((row, i) => row.map((x) => (i === k ? new Decimal(x).times("1.00000000000000000001") : x)));
      return exactly(tape, moved, rows, ORDER, digits);
    });
    directions.forEach((direction, d) => {
      const along = rows[d].map((row) => tensor(isVector ? row : (row[0] as never)));
      const [[exact]] = exacts[d];
      // Outside of the domain, or where even these digits do not tell a pole from a large number.
      if (!exact[0].isFinite()) return;
      // How much the exact numbers change with the last digit of a variable.
      const sensitivity = exact.map(() => 0);
      nearbys.forEach((nearby, i) => {
        nearby[d][0][0].forEach((x, k) => {
          // By an exponent of a negative base there is no derivative to ask for.
          const rate = x.minus(exact[k]).abs().times("1e20").toNumber() * values[i].length;
          if (!Number.isNaN(rate)) sensitivity[k] += rate;
        });
      });
      const before = derivatives(scalar, names, at, along);
      const s = stabilize(scalar);
      for (const { pattern } of s.rewrites(Object.fromEntries(names.map((name, i) => [name, at[i]])))) fired.add(pattern);
      const after = derivatives(s, names, at, along);
      for (let k = 0; k <= ORDER; k++) {
        const wanted = exact[k].times(factorial[k]);
        if (!wanted.isFinite()) continue;
        compared++;
        const allowed = 4 * distance(before[k], wanted) + 64 * EPSILON * (wanted.abs().toNumber() + factorial[k] * sensitivity[k]) + 1e-300;
        const off = distance(after[k], wanted);
        if (!(off <= allowed))
          complaints.push(
            `order ${k} at ${point.join(", ")} along ${direction.join(", ")}: ${after[k]}, before ${before[k]}, exact ${wanted.toPrecision(18)}`,
          );
      }
    });
  }
  return { complaints, compared, fired };
}

describe("no rule makes anything worse, to order 3", () => {
  for (const rule of rewriteRules) {
    const formula = formulaOf(rule);
    test(`${rule.pattern} → ${rule.replacement}`, () => {
      const isVector = /sum|mean|prod|softmax/.test(formula);
      const { complaints, compared, fired } = check(formula, isVector);
      expect(complaints.slice(0, 12)).toEqual([]);
      expect(compared).toBeGreaterThan(8);
      expect([...fired]).toContain(rule.pattern);
    });
  }
});

describe("reverse mode and compiled functions do the same", () => {
  for (const rule of rewriteRules) {
    const formula = formulaOf(rule);
    if (/sum|mean|prod|softmax/.test(formula)) continue;
    test(rule.pattern, () => {
      const f = parseMath(formula) as unknown as F & { variables: readonly string[] };
      const s = stabilize((v: Record<string, Tensor>) => f(v));
      for (const point of pointsFor(f.variables.length).slice(0, 4)) {
        const at = Object.fromEntries(f.variables.map((name, i) => [name, tensor(point[i])]));
        const [names, tensors] = [f.variables, f.variables.map((name) => at[name])];
        const reverse = grad(s)(at);
        const compiled = compile(grad(s))(at);
        names.forEach((name, i) => {
          const along = names.map((_, j) => tensor(i === j ? 1 : 0));
          const [value, forward] = derivatives(s, names, tensors, along);
          if (Number.isNaN(value)) return;
          for (const found of [reverse[name].item(), compiled[name].item()])
            if (!(Object.is(found, forward) || Math.abs(found - forward) <= 1e-9 * Math.abs(forward) + 1e-12))
              expect([name, point, found]).toEqual([name, point, forward]);
        });
      }
    });
  }
});

// At the edges, exact arithmetic has no value; where the plain formula has one, it is right, or the limit is.
const EDGES = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const PAIRS_AT_EDGES = EDGES.flatMap((x) => [...EDGES, 1].map((y) => [x, y])).concat(EDGES.map((y) => [1, y]));

/** Whether a number is the limit, as far as a point nearby tells. */
function isLimit(found: number, nearby: Decimal): boolean {
  const limit = nearby.toNumber();
  if (!Number.isFinite(found)) return Math.abs(limit) > 1e8 && Math.sign(limit) === Math.sign(found);
  return Math.abs(found - limit) <= 1e-6 * Math.max(1e-2, Math.abs(limit));
}

describe("what is right at an edge stays right", () => {
  for (const rule of rewriteRules) {
    const formula = formulaOf(rule);
    if (/sum|mean|prod|softmax/.test(formula)) continue;
    test(rule.pattern, () => {
      const f = parseMath(formula) as unknown as F & { variables: readonly string[] };
      const plain: F = (v) => f(v);
      const names = f.variables;
      const points = names.length === 1 ? EDGES.map((x) => [x]) : names.length === 2 ? PAIRS_AT_EDGES : [];
      const complaints: string[] = [];
      for (const point of points) {
        const at = point.map((x) => tensor(x));
        const s = stabilize(plain);
        names.forEach((_, i) => {
          const direction = names.map((__, j) => (i === j ? 1 : 0));
          const along = direction.map((d) => tensor(d));
          const before = derivatives(plain, names, at, along);
          const after = derivatives(s, names, at, along);
          for (let k = 0; k <= 1; k++) {
            // Where there is no value there is no derivative, whatever zeros make of it.
            if (
              Number.isNaN(before[0]) ||
              Number.isNaN(before[k]) ||
              before[k] === after[k] ||
              Math.abs(before[k] - after[k]) <= 1e-13 * Math.abs(before[k])
            )
              continue;
            const tape = record(plain, Object.fromEntries(names.map((name, j) => [name, tensor(0.5 + j)])));
            const isRight = [1, -1].some((sign) => {
              const nearby = point.map((x) => (x === 0 ? sign * 1e-30 : Number.isFinite(x) ? x : Math.sign(x) * 1e9));
              const [[[exact]]] = exactly(
                tape,
                nearby.map((x) => [x]),
                [direction.map((d) => [d])],
                1,
                200,
              );
              return isLimit(after[k], exact[k]);
            });
            if (!isRight) complaints.push(`order ${k} at ${point.join(", ")} by ${names[i]}: ${after[k]}, before ${before[k]}`);
          }
        });
      }
      expect(complaints).toEqual([]);
    });
  }
});
