import type { Bindings } from "./match.js";
import { callOf, type Tree, type TreeCall, termOf } from "./pattern.js";
import { countOfSummands, factors, type Reduction, type Term, type Terms } from "./term.js";

/** Whether a condition of a rule holds: see rules.txt. */
export function holds(condition: Tree, bindings: Bindings, terms: Terms): boolean {
  const { name, args } = callOf(condition as TreeCall);
  const [a, b] = args.map((arg) => termOf(arg, terms, (variable) => bindings.terms.get(variable) as Term));
  switch (name) {
    case "number":
      return a.kind === "number" && Number.isFinite(a.value);
    case "even":
      return a.kind === "number" && a.value % 2 === 0;
    case "fraction":
      return a.kind === "number" && !Number.isInteger(a.value) && a.value !== 0.5;
    case "unlikeSquare":
      return a.kind !== "number" || (a.value !== 2 && a.value !== 3);
    case "large":
      return a.kind !== "number" || Math.abs(a.value) > 3;
    case "cancels":
      return countOfSummands(terms.sub(a, b)) < countOfSummands(a) + countOfSummands(b);
    case "divides":
      return (
        factors(
          terms.product([
            [b, 1],
            [a, -1],
          ]),
        ).parts.length <
        factors(a).parts.length + factors(b).parts.length
      );
    case "keepsAxes":
      return bindings.reduction !== undefined && keepsAxes(bindings.reduction);
    default:
      throw new Error(`rules.txt: expected a condition, got ${name}`);
  }
}

/** Whether what was reduced broadcasts against what it was made of, each axis against itself. */
export function keepsAxes({ from, axes, to }: Reduction): boolean {
  const kept = from.map((size, i) => (axes.includes(i) ? 1 : size));
  return to.join() === withoutLeadingOnes(kept).join();
}

export function withoutLeadingOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? [] : shape.slice(first);
}
