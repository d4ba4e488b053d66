import { record, Tensor, vjp } from "gradtape";
import { describe, expect, test } from "vitest";
import type { AnyOp, AnyRule } from "../../src/ops/op.js";
import { type Case, cases } from "./cases.js";
import { ops as allOps } from "./families.js";
import { byDifferences, byDuality } from "./oracles.js";

// Does the suite notice a wrong rule? Each rule of each op is broken in several ways, and the oracles have to object to
// every mutant. A mutant that survives is either a gap in the suite or a rule that makes no difference.

type Rule = NonNullable<AnyRule>;
interface Mutable {
  vjp: AnyOp["vjp"];
  jvp: AnyOp["jvp"];
}
const ops = allOps as readonly (AnyOp & Mutable)[];

const ruleMutations: Record<string, (rule: Rule) => Rule> = {
  sign:
    (rule) =>
    (...args) =>
      rule(...args).neg(),
  factor:
    (rule) =>
    (...args) =>
      rule(...args).mul(1.001),
  offset:
    (rule) =>
    (...args) =>
      rule(...args).add(1e-3),
  zero:
    (rule) =>
    (...args) =>
      rule(...args).mul(0),
};

/** The cases whose tape, or whose gradient's tape, holds an op; those of its own name first, because they are likely to object. */
const users = new Map<string, Case[]>();
for (const c of cases) {
  if (c.op === "stopGradient") continue;
  const whole = (...inputs: Tensor[]): Tensor[] => {
    const [output, pullback] = vjp<Tensor[], Tensor>(c.f, ...inputs);
    return pullback(output);
  };
  for (const name of new Set(record<Tensor[]>(whole, ...c.inputs).nodes.map((node) => node.op.name))) {
    const list = users.get(name) ?? [];
    users.set(name, name.toLowerCase() === c.op.toLowerCase() ? [c, ...list] : [...list, c]);
  }
}

const objects = (c: Case): boolean => {
  try {
    return !(byDuality(c) < 1e-12) || !(byDifferences(c) < 1e-7);
  } catch {
    return true;
  }
};

/** Whether any case objects while `patch` is in force. */
function isCaught(name: string, patch: () => () => void): boolean {
  const undo = patch();
  try {
    return (users.get(name) ?? []).some(objects);
  } finally {
    undo();
  }
}

/** Puts other rules in the place of an op's for one or both directions. */
function replaceRules(
  op: AnyOp & Mutable,
  directions: readonly ("vjp" | "jvp")[],
  change: (rules: readonly AnyRule[]) => AnyRule[],
): () => () => void {
  return () => {
    const { vjp: reverse, jvp: forward } = op;
    for (const direction of directions) op[direction] = change(op[direction] as readonly AnyRule[]);
    return () => {
      op.vjp = reverse;
      op.jvp = forward;
    };
  };
}

interface Mutant {
  readonly title: string;
  readonly op: string;
  readonly patch: () => () => void;
}

function mutantsOf(op: AnyOp & Mutable): Mutant[] {
  if (op.name === "Leaf") return []; // every case passes through it; breaking it breaks all
  const found: Mutant[] = [];
  const { vjp: reverse, jvp: forward } = op;
  if (typeof reverse === "function" || typeof forward === "function") {
    for (const [kind, change] of Object.entries(ruleMutations)) {
      found.push({
        title: `${op.name}, joint vjp, ${kind}`,
        op: op.name,
        patch: () => {
          op.vjp = (...args) => (reverse as (...a: typeof args) => (Tensor | undefined)[])(...args).map((g) => g && change(() => g)(g, g));
          return () => {
            op.vjp = reverse;
          };
        },
      });
      found.push({
        title: `${op.name}, joint jvp, ${kind}`,
        op: op.name,
        patch: () => {
          op.jvp = (...args) => {
            const tangent = (forward as (...a: typeof args) => Tensor)(...args);
            return change(() => tangent)(tangent, tangent);
          };
          return () => {
            op.jvp = forward;
          };
        },
      });
    }
    return found;
  }
  for (const direction of ["vjp", "jvp"] as const) {
    const rules = op[direction] as readonly AnyRule[];
    rules.forEach((rule, j) => {
      if (rule === null) return;
      for (const [kind, change] of Object.entries(ruleMutations)) {
        found.push({
          title: `${op.name}, ${direction} of input ${j}, ${kind}`,
          op: op.name,
          patch: replaceRules(op, [direction], (all) => all.map((r, i) => (i === j ? change(rule) : r))),
        });
      }
    });
    if (rules.length === 2 && rules.every((rule) => rule !== null) && String(rules[0]) !== String(rules[1])) {
      found.push({
        title: `${op.name}, ${direction}, inputs swapped`,
        op: op.name,
        patch: replaceRules(op, [direction], ([a, b]) => [b, a]),
      });
    }
  }
  // The same mistake in both directions: duality cannot see it, differences must.
  if (reverse === forward || (reverse as readonly AnyRule[]).every((rule, i) => rule === (forward as readonly AnyRule[])[i])) {
    (reverse as readonly AnyRule[]).forEach((rule, j) => {
      if (rule === null) return;
      for (const [kind, change] of Object.entries(ruleMutations)) {
        found.push({
          title: `${op.name}, both directions of input ${j}, ${kind}`,
          op: op.name,
          patch: replaceRules(op, ["vjp", "jvp"], (all) => all.map((r, i) => (i === j ? change(rule) : r))),
        });
      }
    });
  }
  return found;
}

/** What is done once for all ops: undoing a broadcast, and adding up what arrives. */
const prototype: Tensor = Tensor.prototype;
const engineMutants: Mutant[] = [
  {
    title: "the sweep does not sum over what was repeated, it takes the first",
    op: "Add",
    patch: () => {
      const { sumTo } = prototype;
      prototype.sumTo = function (shape) {
        const lead = this.rank - shape.length;
        return this.slice(this.shape.map((_, i) => (i < lead ? 0 : shape[i - lead] === 1 ? ([0, 1] as const) : null)));
      };
      return () => {
        prototype.sumTo = sumTo;
      };
    },
  },
  {
    title: "the sweep takes the mean over what was repeated",
    op: "Mul",
    patch: () => {
      const { sumTo } = prototype;
      prototype.sumTo = function (shape) {
        const sum = sumTo.call(this, shape);
        return sum.mul(sum.size / Math.max(this.size, 1));
      };
      return () => {
        prototype.sumTo = sumTo;
      };
    },
  },
  {
    title: "the sweep keeps only the last cotangent that arrives",
    op: "Add",
    patch: () => {
      const { add } = prototype;
      prototype.add = function (y) {
        return new Error().stack?.includes("accumulate") ? (y as Tensor) : add.call(this, y);
      };
      return () => {
        prototype.add = add;
      };
    },
  },
];

/** The weights of these sum to 1 and their changes to 0, so that a constant added to their cotangent changes nothing. */
const EQUIVALENT = ["Center, vjp of input 1, offset", "CenterTranspose, vjp of input 1, offset"];

describe("every broken rule is noticed", () => {
  const mutants = [...ops.flatMap(mutantsOf), ...engineMutants].filter(({ title }) => !EQUIVALENT.includes(title));

  test("the suite is silent without a mutant", () => {
    const alarms = [...new Set([...users.values()].flat())].filter(objects).map(({ op, title }) => `${op} ${title}`);
    expect(alarms, "test/oracles/oracles.test.ts says by how much").toEqual([]);
  });

  test(`all of ${mutants.length} mutants of ${ops.length} ops and of the sweep are caught`, { timeout: 300_000 }, () => {
    const survivors = mutants.filter(({ op, patch }) => !isCaught(op, patch)).map(({ title }) => title);
    expect(survivors, "add uses to the records of these ops in test/oracles/records/, at which the mutants show").toEqual([]);
    expect(mutants.length).toBeGreaterThan(400);
  });
});
