import fc from "fast-check";
import { derive, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";
import { program } from "../../oracles/programs.js";

// Loops, batches, gradients and matrices one in the other: what no textbook derives. derive says what it can, and is not wrong.

const x = tensor([
  [0.3, -0.5, 0.9],
  [0.1, 0.7, -0.2],
]).named("x");
const y = tensor([0.4, -0.3, 0.8]).named("y");
const z = tensor(0.6).named("z");

test("random programs are derived, and the formulas that are printed are right", () => {
  // Among them the carry of a loop that goes on to the result in no way.
  for (const own of fc.sample(program, { seed: 7, numRuns: 20 })) {
    const f = (x: Tensor, y: Tensor, z: Tensor): Tensor => own([x, y, z]).sum();
    expect(String(derive(f, x, y, z, { wrt: [0, 1, 2] }))).not.toMatch(/is not the same|wrong/);
  }
});
