import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkLimits } from "../../src/formulas/limits.js";
import { root } from "../support/root.js";

test("docs/security.md has the limits of formulas as they are", () => {
  const text = readFileSync(`${root}docs/security.md`, "utf8");
  const rows = [...text.matchAll(/^\| `(\w+)` \|.*\| ([\d,]+) \|$/gm)].map(([, name, value]) => [name, Number(value.replaceAll(",", ""))]);
  expect(Object.fromEntries(rows)).toEqual(checkLimits("parseMath", undefined));
});
