import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { functionNames, transformNames } from "../oracles/families.js";

const page = readFileSync(new URL("../../docs/verified-gradients.md", import.meta.url), "utf8");

test("every op of the library stands in docs/verified-gradients.md, with a number from each oracle that applies", () => {
  const rows = new Map(
    [...page.matchAll(/^\| `(\w+)` \|(.*)\|$/gm)].map(([, op, rest]) => [op, rest.split("|").map((cell) => cell.trim())]),
  );
  expect(
    [...functionNames, ...transformNames].filter((op) => !rows.has(op)),
    "run npm run verified, which writes the page",
  ).toEqual([]);
  expect(
    [...rows.keys()].filter((op) => ![...functionNames, ...transformNames].includes(op as never)),
    "run npm run verified, which writes the page",
  ).toEqual([]);
  for (const [op, [cases, differences, , duality, reference]] of rows) {
    expect(Number(cases), op).toBeGreaterThan(0);
    if (op !== "stopGradient") expect(Number(differences), op).toBeLessThan(1e-7);
    expect(Number(duality), op).toBeLessThan(1e-12);
    expect(Number(reference), op).toBeLessThan(2e-14);
  }
});
