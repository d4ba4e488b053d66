import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { formulaRows } from "../../src/explain/facts/formulas.js";
import { numericRows } from "../../src/explain/facts/numerics.js";
import { forms } from "../../src/onnx/forms/table.js";
import type { AnyOp } from "../../src/ops/op.js";

// The compiler sees to it that the table of a family has a row for each of its ops. That the family itself is among the tables
// of each room it does not see.

/** Where the tables of the families are put together. */
const tables = {
  "src/explain/facts/formulas.ts": formulaRows,
  "src/explain/facts/numerics.ts": numericRows,
  "src/onnx/forms/table.ts": forms,
};

const ops = new URL("../../src/ops/", import.meta.url);
const families = readdirSync(ops).filter((file) => file.endsWith(".ts") && file !== "op.ts");

/** What a family exports. */
const opsOf = async (family: string): Promise<[name: string, op: AnyOp][]> =>
  Object.entries<AnyOp>(await import(new URL(family, ops).href));

test("ops are called what their modules export them as, no two alike, and each has a row in every table of rows by name", async () => {
  const all = (await Promise.all(families.map(opsOf))).flat();
  expect(all.length).toBeGreaterThan(45);
  expect(all.map(([, op]) => op.name)).toEqual(all.map(([name]) => name));
  expect(all.map(([name]) => name)).toEqual([...new Set(all.map(([name]) => name))]);
  for (const [file, rows] of Object.entries(tables)) {
    const missing = all.filter(([name]) => !Object.hasOwn(rows, name)).map(([name]) => name);
    expect(missing, `${file} lacks a family`).toEqual([]);
    expect(Object.keys(rows).length, file).toBe(all.length);
  }
});
