import { derive, type Tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import { fields } from "../catalog/catalog.js";
import { type Entry, pointOf } from "../catalog/entry.js";
import { check } from "./check.js";

/** A name as it is printed: W1 as W₁. */
const printed = (name: string): string =>
  name.replace(
    /^(\p{L}\p{M}*)_?([0-9]+)$/u,
    (_, letter: string, digits: string) => letter + [...digits].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join(""),
  );

/** What is not true in the lines of an entry's derivation, as they are read. */
function complaintsAbout(entry: Entry): readonly string[] {
  const point = pointOf(entry, 0);
  const names = Object.keys(entry.args);
  const wanted = new Set(Object.keys(entry.textbook).flatMap((key) => key.split(", ")));
  const { steps } = derive(entry.loss as (...args: unknown[]) => Tensor, ...point, {
    wrt: [...wanted].map((name) => names.indexOf(name)),
    order: entry.order ?? 1,
  });
  const { complaints, lines } = check(steps, {
    inputs: Object.fromEntries(names.map((name, k) => [printed(name), point[k]])),
    // Classes, counts and places stay whole numbers.
    kept: names.filter((_, k) => point[k].data.every(Number.isInteger)).map(printed),
  });
  expect(lines).toBeGreaterThan(0);
  return complaints.map(({ line, what }) => `${line}: ${what}`);
}

describe("every line of the derivations of the catalog is true as it is read:", () => {
  for (const [field, entries] of fields)
    test(field, () => {
      expect(entries.flatMap((entry) => complaintsAbout(entry).map((complaint) => `${entry.name}: ${complaint}`))).toEqual([]);
    });
});
