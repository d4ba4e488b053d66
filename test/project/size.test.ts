import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { machineCode } from "../../src/compile/machine-code.js";
import { bundle, compressedSize, programs } from "../bench/bundles.js";
import { root, runIn } from "./pack.js";

const library = mkdtempSync(join(tmpdir(), "gradtape-size-"));
beforeAll(() => {
  runIn(root, process.execPath, ["src/build.mjs", library]);
  writeFileSync(join(library, "package.json"), JSON.stringify({ type: "module", sideEffects: false }));
}, 120_000);
afterAll(() => rmSync(library, { recursive: true, force: true }));

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
  for (const entry of ["gradtape", "gradtape/math", "gradtape/onnx"]) {
    expect(await text(`import "${entry}";`)).toBe("");
    expect(await text(`import * as all from "${entry}";`)).toBe("");
  }
  const { eager, compiled } = programs;
  const machine = machineCode.slice(0, 100);
  expect(await text(eager.code)).not.toContain(machine);
  expect(await text(compiled.code)).toContain(machine);
  const parts = { compile: "compile:", math: "expected an operand", minimize: "minimize:", latex: "\\\\frac", stabilize: "stabilize:" };
  for (const [part, trace] of Object.entries(parts)) expect((await text(eager.code)).includes(trace), part).toBe(part === "compile");
});
