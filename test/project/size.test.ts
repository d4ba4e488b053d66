import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { machineCode } from "../../src/compile/machine-code.js";
import { bundle, compressedSize, programs } from "../bench/bundles.js";
import { builtPackage } from "../support/built.js";

let library: string;
beforeAll(async () => {
  library = join((await builtPackage()).project, "node_modules", "gradtape", "dist");
}, 300_000);

describe("a bundle is no larger, minified and compressed, than docs/performance.md says", () => {
  for (const [what, { code, budget }] of Object.entries(programs)) {
    test(`${what}: ${budget} kB`, async () => {
      const size = compressedSize(await bundle(code, library));
      expect(size).toBeLessThanOrEqual(budget);
      // A budget that is far away holds nothing back.
      expect(size).toBeGreaterThan(0.9 * budget);
    });
  }
});

test("what a program does not use stays out of its bundle", async () => {
  const text = async (code: string): Promise<string> => new TextDecoder().decode(await bundle(code, library));
  for (const entry of ["gradtape", "gradtape/math", "gradtape/onnx", "gradtape/threads"]) {
    expect(await text(`import "${entry}";`)).toBe("");
    expect(await text(`import * as all from "${entry}";`)).toBe("");
  }
  const { eager, compiled } = programs;
  const machine = machineCode.slice(0, 100);
  expect(await text(eager.code)).not.toContain(machine);
  expect(await text(compiled.code)).toContain(machine);
  const parts = {
    compile: "compile:",
    math: "expected an operand",
    minimize: "minimize:",
    scan: "the step must return",
    latex: "\\\\frac",
    stabilize: "stabilize:",
  };
  for (const [part, trace] of Object.entries(parts)) expect(await text(eager.code), part).not.toContain(trace);
  expect(await text(compiled.code)).not.toContain(parts.scan);
});
