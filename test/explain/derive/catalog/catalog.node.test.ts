import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { root } from "../../../support/root.js";
import { findings } from "./catalog.js";
import { errorOf } from "./check.js";
import { CATALOG, catalogText, countsOf } from "./table.js";

const found = findings();

describe.each([...found])("%s:", (_, list) => {
  test.each(list.map((finding) => [finding.entry.name, finding] as const))("%s", (_, finding) => {
    const { derivation, printed, entry, isTextbook } = finding;
    expect(derivation.verdict).toMatch(/^grad gives the same/);
    expect(errorOf(finding, printed), JSON.stringify(printed)).toBeLessThan(1e-8);
    if (!isTextbook) expect(errorOf(finding, entry.textbook), JSON.stringify(entry.textbook)).toBeLessThan(1e-8);
  });
});

test("the catalog in docs/derivations.md is what is printed now", () => {
  const text = readFileSync(`${root}docs/derivations.md`, "utf8");
  expect(CATALOG.exec(text)?.[0]).toBe(catalogText(found));
});

test("at least 150 losses, of which 85 in 100 are printed in the textbook's form", () => {
  const { all, textbook } = countsOf(found);
  expect(all).toBeGreaterThanOrEqual(150);
  expect(textbook / all).toBeGreaterThanOrEqual(0.85);
});

test("names are told apart", () => {
  for (const [field, list] of found) {
    const names = list.map(({ entry }) => entry.name);
    expect(new Set(names).size, field).toBe(names.length);
  }
});
