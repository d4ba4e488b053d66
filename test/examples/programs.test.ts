import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { outcomeOfRun } from "./processes.js";

/** Runs an example, and returns what it printed. */
async function outputOf(script: string): Promise<string> {
  const { code, stdout, stderr } = await outcomeOfRun(script);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout;
}

test("custom-op.ts defines erf, checks its rules, and fits a probit regression with it", async () => {
  const text = await outputOf("examples/custom-op.ts");
  expect(text).toContain("erf(0.5) = 0.5204998778130465");
  const checked = /largest error of its rules, both modes, both orders: (\S+)/.exec(text)?.[1];
  expect(Number(checked)).toBeLessThan(1e-9);
  expect(text).toMatch(/mean loss 0\.256653 {3}after \d steps of Newton: the gradient's norm \S+ met the tolerance/);
  expect(text).toContain("Erf(%1)");
});

test("find-a-nan.ts finds the logarithm that breaks the descent, and the rewrite that mends it", async () => {
  const text = await outputOf("examples/find-a-nan.ts");
  expect(text).toContain("step 1  loss NaN");
  expect(text).toContain("nothing unsafe found: 11 nodes forward, 11 backward\n\nWhere it broke:");
  expect(text).toMatch(/1\. domain edge: node 7 {2}%7 = Log\(1−ŷ\) {2}at find-a-nan\.ts:16:\d+\n {3}0 → -∞ at \[0\], 569 places in all/);
  expect(text).toContain("requireFinite: expected finite numbers, but Log made -∞ at [0] from 1−ŷ = 0 (node 31)");
  expect(text.trimEnd()).toMatch(/step 4 {2}loss \d+\.\d+\nnothing unsafe found: 5 nodes forward, 5 backward$/);
});

test("second-order.ts shows the Hessian of the formula, and Newton in under ten steps where descent takes thousands", async () => {
  const text = await outputOf("examples/second-order.ts");
  expect(Number(/largest difference: (\S+)/.exec(text)?.[1])).toBeLessThan(1e-14);
  const [, descent, newton] =
    /Gradient descent needs (\d+) steps for the same, \|gradient\| ≤ 1e-12; Newton needed (\d+)\./.exec(text) ?? [];
  expect(Number(newton)).toBeLessThan(10);
  expect(Number(descent)).toBeGreaterThan(2000);
});

test("lotka-volterra.ts has the gradient of the variational equations, and finds the rates of hares and lynxes", async () => {
  const text = await outputOf("examples/lotka-volterra.ts");
  expect(Number(/largest relative difference is (\S+)\./.exec(text)?.[1])).toBeLessThan(1e-12);
  expect(text).toContain("converged after");
  // Beside the means that Carpenter's case study for Stan gives: 0.55, 0.028, 0.80 and 0.024, each with an error of about a tenth.
  const rates = [...text.matchAll(/^[αβγδ] +(\S+)$/gm)].map(([, rate]) => Number(rate));
  for (const [i, rate] of [0.55, 0.028, 0.8, 0.024].entries()) expect(Math.abs(rates[i] / rate - 1)).toBeLessThan(0.1);
});

test("digits-mlp reads at least 96 % of the digits it has not seen", async () => {
  const text = await outputOf("examples/digits-mlp/main.ts");
  expect(Number(/held-out accuracy (\S+) % of 359 digits/.exec(text)?.[1])).toBeGreaterThanOrEqual(96);
  expect(text).toContain("training loss, by epoch");
});

test("compiled-training.ts gets the same weights eager and compiled, and lists the program", async () => {
  const text = await outputOf("examples/compiled-training.ts");
  expect(Number(/largest difference of the weights: (\S+)/.exec(text)?.[1])).toBeLessThan(1e-12);
  expect(text).toMatch(/1 +b0 +RowsTimes +MatMul\(input3, w\)/);
  expect(text).toMatch(/18 instructions, 14432 bytes of buffers/);
});

test("derive-bce.ts prints the derivation of the source three times: the sigmoid as an op, spelled out, and for a batch", async () => {
  const text = await outputOf("examples/derive-bce.ts");
  expect(text.match(/^ {8}= \(ŷ − y\)x +cancel/gm)).toHaveLength(2);
  expect(text).toMatch(/= 1\/\(1 \+ e\^\(−z\)\) · \(1 − 1\/\(1 \+ e\^\(−z\)\)\) +cancel/);
  expect(text).toMatch(/^ {8}= Xᵀ\(ŷ − y\)\/n +cancel/m);
  const differences = [...text.matchAll(/the largest difference is (\S+)\.$/gm)].map(([, difference]) => Number(difference));
  expect(differences).toHaveLength(3);
  for (const difference of differences) expect(difference).toBeLessThan(1e-15);
});

test("draw-tape.ts draws the pictures that the README and the guides show, and prints the formulas", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gradtape-draw-"));
  try {
    const { code, stdout } = await outcomeOfRun("examples/draw-tape.ts", [directory]);
    expect(code).toBe(0);
    expect(stdout).toContain("bce-gradient-tape.svg: 20 nodes");
    expect(stdout).toContain("\\bar{W} &= \\bar{z} \\, x");
    for (const file of ["bce-tape.svg", "bce-gradient-tape.svg"]) {
      const shown = readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8");
      expect(readFileSync(join(directory, file), "utf8"), file).toBe(shown);
    }
    const missing = await outcomeOfRun("examples/draw-tape.ts", [join(directory, "none")]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/^draw-tape: expected a directory to write to, got .*none\n$/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("onnx-step.ts trains in onnxruntime to the weights that gradtape finds", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gradtape-onnx-"));
  try {
    const file = join(directory, "step.onnx");
    const { code, stdout } = await outcomeOfRun("examples/onnx-step.ts", [file]);
    expect(code).toBe(0);
    expect(stdout).toContain(`${file}: ${readFileSync(file).length} bytes, opset 18, float64`);
    expect(stdout).toMatch(/step {4}0 {2}loss 0\.693147180560\n/);
    expect(stdout).toMatch(/step 1000 {2}loss 0\.048638895\d+\n/);
    expect(Number(/the weights that gradtape finds: (\S+)/.exec(stdout)?.[1])).toBeLessThan(1e-12);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("curve-fit.ts finds what NIST certifies, with its standard errors, and draws the curve", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gradtape-curve-"));
  try {
    const file = join(directory, "curve.svg");
    const { code, stdout } = await outcomeOfRun("examples/curve-fit.ts", [file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Thurber, 37 values: converged after \d+ iterations/);
    const rows = [...stdout.matchAll(/^b\d +(\S+) +(\S+) +(\S+) +(\S+)$/gm)].map(([, ...columns]) => columns.map(Number));
    expect(rows).toHaveLength(7);
    for (const [value, error, certified, deviation] of rows) {
      expect(Math.abs(value - certified) / Math.abs(certified)).toBeLessThan(1e-7);
      expect(Math.abs(error - deviation) / deviation).toBeLessThan(1e-6);
    }
    const picture = readFileSync(file, "utf8");
    expect(picture).toMatch(/^<svg .*aria-label="Mobility/);
    expect(picture.match(/<circle /g)).toHaveLength(37);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("gaussian-process.ts finds the noise that was added, and the gradient of its formula", async () => {
  const text = await outputOf("examples/gaussian-process.ts");
  expect(text).toMatch(/^30 values: converged after \d+ iterations/);
  expect(Number(/noise (\S+),/.exec(text)?.[1])).toBeCloseTo(0.1, 1);
  expect(Number(/with respect to the width differs from its formula by (\S+), relative/.exec(text)?.[1])).toBeLessThan(1e-11);
  const rows = [...text.matchAll(/^ +(\S+) +(\S+) +(\S+) +(\S+)$/gm)]
    .map(([, ...columns]) => columns.map(Number))
    .filter(([x]) => !Number.isNaN(x));
  expect(rows).toHaveLength(13);
  for (const [, mean, deviation, curve] of rows) expect(Math.abs(mean - curve)).toBeLessThan(3 * deviation);
});

test("per-example-gradients.ts gets the formula's gradients, and standard errors from them", async () => {
  const text = await outputOf("examples/per-example-gradients.ts");
  expect(text).toContain("569 × 5 gradients");
  expect(Number(/largest difference from .*: (\S+)/.exec(text)?.[1])).toBeLessThan(1e-14);
  expect(Number(/their sum at the minimum: (\S+)/.exec(text)?.[1])).toBeLessThan(1e-9);
  expect(text).toMatch(/^mean_radius +2\.9957 +0\.6025 +0\.5726$/m);
});

test("inverse-kinematics.ts reaches its target, with the Jacobian of mechanics", async () => {
  const text = await outputOf("examples/inverse-kinematics.ts");
  expect(text).toMatch(/^the angles of six joints, converged after \d+ iterations/);
  expect(Number(/the hand misses by (\S+)/.exec(text)?.[1])).toBeLessThan(1e-10);
  expect(Number(/from that of mechanics by (\S+)/.exec(text)?.[1])).toBeLessThan(1e-14);
  expect(Number(/from the law of cosines by (\S+)/.exec(text)?.[1])).toBeLessThan(1e-12);
});

test("tiny-gpt learns its text by heart, and agrees with plain loops", { timeout: 300_000 }, async () => {
  const text = await outputOf("examples/tiny-gpt/main.ts");
  const [, right, all] = /(\d+) of (\d+) characters are those of the text/.exec(text) ?? [];
  expect(Number(right)).toBe(Number(all));
  expect(Number(/plain loops differ by (\S+)/.exec(text)?.[1])).toBeLessThan(1e-12);
  expect(text).toMatch(/changes what is foretold before it by 0\n$/);
});
