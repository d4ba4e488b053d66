import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { edgeTable } from "../references/edges.js";

const page = readFileSync(new URL("../../docs/verified-gradients.md", import.meta.url), "utf8");

test("every function that has references at edges stands in docs/verified-gradients.md, with errors within the bound", () => {
  const section = page.slice(page.indexOf("## At edges"));
  const rows = new Map(
    section
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(2)
      .map((line) => line.slice(2, -2).split(" | "))
      .map(([name, points, ...errors]) => [name.replaceAll("\\|", "|"), { points: Number(points), errors: errors.slice(0, -1) }]),
  );
  expect([...rows.keys()]).toEqual(Object.keys(edgeTable));
  for (const [name, { points, errors }] of rows) {
    expect(points, name).toBe(edgeTable[name].points[0].length);
    expect(errors.length, name).toBe(7);
    for (const error of errors) if (error !== "–") expect(Number(error), name).toBeLessThanOrEqual(2e-13);
  }
});
