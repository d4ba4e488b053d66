import fc from "fast-check";
import { compile, grad, jvp, stack, type Tensor, vmap } from "gradtape";
import { describe, expect, test } from "vitest";
import { Result } from "../../src/ops/movement.js";
import { batchRules, severalRules } from "../../src/transforms/batching/table.js";
import { type BatchCase, batchCases, byLoop, choices } from "./batches.js";
import { expression, points } from "./expressions.js";
import { ops } from "./families.js";

describe("vmap of every function, and of its derivatives, is the loop over the examples", () => {
  for (const c of batchCases)
    for (const isBatched of choices(c.inputs.length))
      test(`${c.op} ${c.title}, ${isBatched.map((batched) => (batched ? "a batch" : "the same for all")).join(" and ")}`, () => {
        expect(byLoop(c, isBatched)).toBeLessThan(1e-12);
      });
});

test("the examples may stand along the last axis", () => {
  for (const c of batchCases) expect(byLoop(c, choices(c.inputs.length)[0], -1), `${c.op} ${c.title}`).toBeLessThan(1e-12);
});

test("every op is elementwise, or has a rule for batches", () => {
  expect(
    ops
      .filter((op) => op.shape !== undefined && !Object.hasOwn({ ...batchRules, ...severalRules, Result }, op.name))
      .map(({ name }) => name),
  ).toEqual([]);
});

describe("a rule for batches that mixes up examples is noticed", { timeout: 120_000 }, () => {
  const rules = batchRules as Record<string, (typeof batchRules)[string]>;
  const mutations: Record<string, (result: Tensor) => Tensor> = {
    "in the other order": (result) => result.slice([[null, null, -1]]),
    "the first for all": (result) => result.slice([[0, 1]]).broadcastTo(result.shape),
  };
  const objects = (c: BatchCase): boolean =>
    choices(c.inputs.length).some((isBatched) => {
      try {
        return !(byLoop(c, isBatched) < 1e-12);
      } catch {
        return true;
      }
    });
  // Those of an op's own name first, because they are likely to object.
  const inOrder = (name: string): BatchCase[] => {
    const isOwn = ({ op }: BatchCase): boolean => op.toLowerCase() === name.toLowerCase();
    return [...batchCases.filter(isOwn), ...batchCases.filter((c) => !isOwn(c))];
  };
  for (const [name, rule] of Object.entries(rules)) {
    test(name, () => {
      for (const [what, mutation] of Object.entries(mutations)) {
        rules[name] = (call) => mutation(rule(call));
        try {
          expect(inOrder(name).some(objects), what).toBe(true);
        } finally {
          rules[name] = rule;
        }
      }
    });
  }
});

describe("random programs", { timeout: 120_000 }, () => {
  const size = 3;
  const batches = fc.tuple(...Array.from({ length: size }, () => points));
  const close = (found: Tensor, expected: Tensor): void => {
    expect(found.shape).toEqual(expected.shape);
    expected.data.forEach((value, i) => {
      expect(Math.abs(found.data[i] - value)).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(value)));
    });
  };
  type Points = readonly [Tensor, Tensor, Tensor];
  const stacked = (examples: readonly Points[]): [Tensor, Tensor, Tensor] =>
    [0, 1, 2].map((i) => stack(examples.map((own) => own[i]))) as [Tensor, Tensor, Tensor];

  test("vmap is the loop: values, gradients, tangents and Hessian products; eager and compiled", () => {
    fc.assert(
      fc.property(expression, batches, (e, examples) => {
        const value = (x: Tensor, y: Tensor, z: Tensor): Tensor => e([x, y, z]);
        const gradient = (...at: Points): Tensor => grad((x: Tensor) => value(x, at[1], at[2]).sum())(at[0]);
        const product = (...at: Points): Tensor => jvp((x: Tensor) => gradient(x, at[1], at[2]), [at[0]], [at[0]])[1];
        for (const f of [value, gradient, product]) {
          const loop = stack(examples.map((own) => f(...own)));
          close(vmap(f)(...stacked(examples)), loop);
          close(compile(vmap(f))(...stacked(examples)), loop);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("the gradient of a sum over vmap is the sum of the gradients, also of what is the same for all", () => {
    fc.assert(
      fc.property(expression, batches, (e, examples) => {
        const [shared] = examples[0];
        const [, ys, zs] = stacked(examples);
        const one = (x: Tensor, y: Tensor, z: Tensor): Tensor => e([x, y, z]).sum();
        const whole = grad((x: Tensor) => vmap(one, { inAxes: [null, 0, 0] })(x, ys, zs).sum())(shared);
        const parts = examples.map(([, y, z]) => grad((x: Tensor) => one(x, y, z))(shared));
        close(whole, stack(parts).sum(0));
        const closed = grad((x: Tensor) => vmap((y: Tensor, z: Tensor) => one(x, y, z))(ys, zs).sum())(shared);
        close(closed, whole);
      }),
      { numRuns: 100 },
    );
  });

  test("vmap of vmap is the loop in the loop", () => {
    fc.assert(
      fc.property(expression, batches, (e, examples) => {
        const [xs, ys] = stacked(examples);
        const [, , z] = examples[0];
        const f = (x: Tensor, y: Tensor): Tensor => e([x, y, z]);
        const rows = stack(examples.map(([x]) => stack(examples.map(([, y]) => f(x, y)))));
        close(vmap((x: Tensor) => vmap((y: Tensor) => f(x, y))(ys))(xs), rows);
        close(
          vmap(vmap(f, { inAxes: [null, 0] }), { inAxes: [0, null], outAxes: 1 })(xs, ys),
          rows.transpose([1, 0, 2, 3].slice(0, rows.rank)),
        );
      }),
      { numRuns: 100 },
    );
  });
});
