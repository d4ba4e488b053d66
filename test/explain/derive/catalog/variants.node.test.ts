import { type Tensor, valueAndGrad } from "gradtape";
import { expect, test } from "vitest";
import { fields } from "./catalog.js";
import { errorOf, find } from "./check.js";
import { type Entry, pointOf } from "./entry.js";

// The catalog at other sizes and under other names: where sizes coincide a number may be taken for a size, where an axis has one place
// it broadcasts, and letters may clash with those of the notation.

/** Other sizes for the sizes of the catalog. */
const SIZES: readonly ((size: number) => number)[] = [
  (size) => (size === 5 ? 3 : size),
  () => 2,
  (size) => (size === 5 ? 1 : size),
  (size) => (size === 3 ? 5 : size === 4 ? 5 : size),
];

/** Letters of which some mean something else in a formula. */
const NAMES = [..."abcdfghqrsuvxyzABCDEFGHKMNQ"];

function varied(entry: Entry, k: number): Entry {
  const change = SIZES[k % SIZES.length];
  const names = Object.keys(entry.args);
  const others = new Map(names.map((name, i) => [name, NAMES[(7 * k + 3 * i) % NAMES.length]]));
  // Named values keep their names: a letter that is one of them stays as it is.
  const isRenamed = k % 2 === 1 && !String(entry.loss).includes(".named(");
  const nameOf = (name: string): string => (isRenamed ? (others.get(name) ?? name) : name);
  const keyOf = (key: string): string => key.split(", ").map(nameOf).join(", ");
  return {
    ...entry,
    args: Object.fromEntries(Object.entries(entry.args).map(([name, own]) => [nameOf(name), { ...own, shape: own.shape.map(change) }])),
    textbook: Object.fromEntries(Object.entries(entry.textbook).map(([key, form]) => [keyOf(key), form])),
  };
}

/** Whether the function takes arguments of these sizes, and has a number and a gradient there. */
function isDefined(entry: Entry): boolean {
  try {
    const at = pointOf(entry, 0);
    const [value, gradients] = valueAndGrad(entry.loss as (...args: Tensor[]) => Tensor, { argnums: at.map((_, k) => k) })(...at);
    return [value, ...(gradients as Tensor[])].every(({ data }) => data.every(Number.isFinite));
  } catch {
    return false;
  }
}

/** Each third of the catalog at each of the sizes in turn: all of it would take longer than it is worth. */
const variants = [...fields.values()]
  .flat()
  .filter((_, k) => k % 3 === 1)
  .map((entry, k) => varied(entry, k))
  .filter(isDefined);

test("most of the catalog works at other sizes", () => {
  expect(variants.length).toBeGreaterThan(100);
});

test.each(variants.map((entry) => [entry.name, entry] as const))("%s, at other sizes", (_, entry) => {
  const finding = find(entry);
  expect(finding.derivation.verdict).toMatch(/^grad gives the same/);
  // What is true of the data at these inputs need not be at others.
  if (finding.derivation.steps.some(({ rule }) => rule.endsWith("at these inputs"))) return;
  expect(errorOf(finding, finding.printed), JSON.stringify(finding.printed)).toBeLessThan(1e-7);
});
