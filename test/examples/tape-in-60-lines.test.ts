import { readFileSync } from "node:fs";
import { join } from "node:path";
import { grad, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";
import { blocksOf } from "../project/documents.js";
import { root } from "./logistic-regression/program.js";
import { outcomeOfRun } from "./processes.js";

const source = readFileSync(join(root, "examples/tape-in-60-lines.ts"), "utf8");

test("tape-in-60-lines.ts has at most 60 lines and imports nothing", () => {
  expect(source.trimEnd().split("\n").length).toBeLessThanOrEqual(60);
  expect(source).not.toMatch(/\bimport\b(?! *:)(?! an)/);
});

test("the chapter shows the example, line for line", () => {
  const chapter = readFileSync(join(root, "docs/learn/2-a-tape-in-60-lines.md"), "utf8");
  const [, ...own] = source.replaceAll(/^export /gm, "").split("\n\n"); // without the first line, which says what it is
  const shown = blocksOf(chapter.slice(0, chapter.indexOf("## Exercises"))).map(({ code }) => code.trimEnd());
  expect(shown.join("\n\n")).toBe(own.join("\n\n").trimEnd());
});

test("tape-in-60-lines.ts prints the gradient that gradtape finds, which is (ŷ − y)x, and all cotangents on the way", async () => {
  const { code, stdout, stderr } = await outcomeOfRun("examples/tape-in-60-lines.ts");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const numbersOf = (line: RegExp): number[] => (line.exec(stdout)?.[1] ?? "").split(" ").map(Number);
  const byTape = numbersOf(/^from the tape +(.+)$/m);
  const byHand = numbersOf(/^\(ŷ − y\)x +(.+)$/m);

  const x = tensor([1, 0.3]);
  const after = (ŷ: Tensor): Tensor => ŷ.log().neg(); // y is 1
  const loss = (w: Tensor): Tensor => after(w.matmul(x).sigmoid());
  const w = tensor([0.5, -1]);
  const gradient = grad(loss)(w).data;
  expect(byTape).toHaveLength(2);
  for (const i of [0, 1]) {
    expect(byTape[i]).toBeCloseTo(gradient[i], 12);
    expect(byHand[i]).toBeCloseTo(gradient[i], 12);
  }
  const cotangent = (op: string): number => Number(new RegExp(`${op}\\(.*∂ +(\\S+)$`, "m").exec(stdout)?.[1]);
  expect(cotangent("Sigmoid")).toBeCloseTo(grad(after)(w.matmul(x).sigmoid()).item(), 6); // (5)
  expect(cotangent("Add")).toBeCloseTo(grad((z: Tensor) => after(z.sigmoid()))(w.matmul(x)).item(), 6); // (5)·(10)
});
