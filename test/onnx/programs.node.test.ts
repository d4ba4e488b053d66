import fc from "fast-check";
import { record, type Tensor, valueAndGrad } from "gradtape";
import { expect, test } from "vitest";
import { points } from "../oracles/expressions.js";
import { program } from "../oracles/programs.js";
import { difference, replay } from "./runtime.js";
import { hasForms } from "./table.js";

test("random programs whose ops have forms give the same value and gradients in a runtime", { timeout: 120_000 }, async () => {
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(program, points, async (p, inputs) => {
      const step = valueAndGrad((...at: Tensor[]) => p(at).sum(), { argnums: [0, 1, 2] });
      const tape = record(step as unknown as (...at: Tensor[]) => Tensor[], ...inputs);
      fc.pre(hasForms(tape));
      ran++;
      expect(difference(await replay(tape), tape.outputs)).toBeLessThan(1e-10);
    }),
    { numRuns: 40, maxSkipsPerRun: 200 },
  );
  expect(ran).toBeGreaterThan(30);
});
