import fc from "fast-check";
import { checkGradients, compile, record, scan, stabilize, stack, type Tensor, tensor, toDot, valueAndGrad, vmap } from "gradtape";
import { describe, expect, test } from "vitest";
import { points } from "./expressions.js";
import { program } from "./programs.js";

const close = (found: Tensor, expected: Tensor, what: string): void => {
  expect(found.shape, what).toEqual(expected.shape);
  found.data.forEach((v, i) => {
    const w = expected.data[i];
    expect(Math.abs(v - w), `${what}: ${v} and ${w}`).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(w)));
  });
};

/** Value and gradients of the sum of a program's numbers, with weights that make no two of them cancel. */
type Step = (...at: Tensor[]) => [value: Tensor, gradients: Tensor[]];
const weights = tensor([
  [1, -0.7, 0.4],
  [0.3, 0.9, -1.1],
]);

describe("random programs of loops, batches, gradients within, matrices and indices", () => {
  test("have gradients that central differences confirm, in both modes and orders", { timeout: 240_000 }, () => {
    fc.assert(
      fc.property(program, points, (p, inputs) => {
        expect(checkGradients<Tensor[]>((...at) => p(at), [...inputs], { tolerance: 1e-5 })).toBeLessThan(1e-5);
      }),
      { numRuns: 60 },
    );
  });

  test("are the same compiled on either backend, in stable form, as one example of a batch and as a step of a loop", {
    timeout: 240_000,
  }, () => {
    fc.assert(
      fc.property(program, points, (p, inputs) => {
        const loss = (...at: Tensor[]): Tensor => p(at).mul(weights).sum();
        const step = valueAndGrad(loss, { argnums: [0, 1, 2] }) as unknown as Step;
        const [value, gradients] = step(...inputs);
        const compare = (where: string, [found, own]: readonly [Tensor, readonly Tensor[]]): void => {
          close(found, value, `${where}, the value`);
          own.forEach((g, i) => {
            close(g, gradients[i], `${where}, gradient ${i}`);
          });
        };
        for (const backend of ["wasm", "js"] as const) compare(backend, compile(step, { backend })(...inputs));
        compare("in stable form", (valueAndGrad(stabilize(loss), { argnums: [0, 1, 2] }) as unknown as Step)(...inputs));
        const twice = inputs.map((x) => stack([x.neg(), x]));
        const [values, own] = vmap(step)(...(twice as never[])) as unknown as ReturnType<Step>;
        compare("in a batch", [values.slice([1]), own.map((g) => g.slice([1]))]);
        const [, [v, g]] = scan((c: Tensor, at: Tensor[]) => [c, step(...at)], tensor(0), twice);
        compare("in a loop", [v.slice([1]), g.map((one) => one.slice([1]))]);
        expect(toDot(record(loss, ...inputs))).toContain("digraph");
      }),
      { numRuns: 60 },
    );
  });
});
