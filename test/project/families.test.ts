import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { instructions } from "../../src/compile/instructions/table.js";
import { formulaRows } from "../../src/explain/facts/formulas.js";
import { numericRows } from "../../src/explain/facts/numerics.js";
import { forms } from "../../src/onnx/forms/table.js";
import { type AnyOp, isElementwise } from "../../src/ops/op.js";
import { batchRules, severalRules } from "../../src/transforms/batching/table.js";
import { functionNames, ops as knownOps } from "../oracles/families.js";
import { root } from "../support/root.js";

// A family of ops has the same file name in every room that it passes through. The compiler sees to it that the table of a family
// has a row for each of its ops; that the family itself is among the tables of each room, and known to the tests, it does not see.

/** Files beside the families. */
const others = ["body", "op"];

const familiesIn = (room: "functions" | "ops"): string[] =>
  readdirSync(`${root}src/${room}`)
    .map((file) => file.replace(/\.ts$/, ""))
    .filter((name) => !others.includes(name));

/** What the families export. */
async function exportsIn<T>(room: "functions" | "ops"): Promise<[name: string, value: T][]> {
  const modules = familiesIn(room).map((family) => import(`../../src/${room}/${family}.ts`) as Promise<Record<string, T>>);
  return (await Promise.all(modules)).flatMap((module) => Object.entries(module));
}

describe("a family has its file in each room", () => {
  const records = (family: string): string => `test/oracles/records/${family}.ts`;
  const rooms = {
    ops: (family: string) => [`src/kernels/${family}.ts`, `test/ops/${family}.test.ts`, records(family)],
    functions: (family: string) => [records(family)],
  };
  for (const room of ["ops", "functions"] as const) {
    for (const family of familiesIn(room)) {
      test(`src/${room}/${family}.ts`, () => {
        expect(
          rooms[room](family).filter((file) => !existsSync(root + file)),
          "add these files",
        ).toEqual([]);
      });
    }
  }
});

/** Where the tables of the families are put together. */
const tables = {
  "src/compile/instructions/table.ts": instructions,
  "src/explain/facts/formulas.ts": formulaRows,
  "src/explain/facts/numerics.ts": numericRows,
  "src/onnx/forms/table.ts": forms,
};

test("ops are called what their modules export them as, no two alike, and each has a row in every table of rows by name", async () => {
  const all = await exportsIn<AnyOp>("ops");
  expect(all.length).toBeGreaterThan(45);
  expect(all.map(([, op]) => op.name)).toEqual(all.map(([name]) => name));
  expect(all.map(([name]) => name)).toEqual([...new Set(all.map(([name]) => name))]);
  for (const [file, rows] of Object.entries(tables)) {
    const missing = all.filter(([name]) => !Object.hasOwn(rows, name)).map(([name]) => name);
    expect(missing, `${file} lacks a family`).toEqual([]);
    expect(Object.keys(rows).length, file).toBe(all.length);
  }
});

test("each op that is not elementwise has a rule for batches", async () => {
  const all = (await exportsIn<AnyOp>("ops")).map(([, op]) => op);
  const without = all.filter((op) => !isElementwise(op) && !Object.hasOwn(batchRules, op.name) && !Object.hasOwn(severalRules, op.name));
  // A result stands for what its op gives.
  expect(without.map(({ name }) => name)).toEqual(["Result"]);
});

test("the tests know every function and op", async () => {
  const place = "import their family in test/oracles/families.ts, and its records in test/oracles/cases.ts";
  const functions = (await exportsIn("functions")).map(([name]) => name);
  expect(
    functions.filter((name) => !functionNames.includes(name as never)),
    place,
  ).toEqual([]);
  const ops = await exportsIn<AnyOp>("ops");
  expect(
    ops.filter(([, op]) => !knownOps.includes(op)).map(([name]) => name),
    place,
  ).toEqual([]);
});
