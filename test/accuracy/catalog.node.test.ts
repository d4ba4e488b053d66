import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { counts, rows, SUMMARY_OF_CATALOG, summaryOfCatalog, TABLE_OF_CATALOG, tableOfCatalog } from "./table.js";

describe("the catalog of formulas known to be unstable", () => {
  const all = rows();

  test("has at least 150, of which at least 120 are fixed in value and gradient, and none gets worse", () => {
    expect(all.length).toBeGreaterThanOrEqual(150);
    expect(counts(all).fixed).toBeGreaterThanOrEqual(175);
    expect(all.filter(({ worse }) => worse).map(({ entry }) => entry.name)).toEqual([]);
  });

  test("stands in the guide as it is", () => {
    const page = readFileSync(fileURLToPath(new URL("../../docs/numerics.md", import.meta.url)), "utf8");
    expect(TABLE_OF_CATALOG.exec(page)?.[0]).toBe(tableOfCatalog(all));
    expect(SUMMARY_OF_CATALOG.exec(page)?.[0]).toBe(summaryOfCatalog(all));
  });
});
