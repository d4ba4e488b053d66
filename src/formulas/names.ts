import { type Expression, listed } from "./expression.js";
import { functionOf } from "./functions.js";
import { nearestFunction } from "./nearest.js";
import { ExpressionError } from "./place.js";

/** Refuses names of functions that do not exist, and functions without arguments or with another number than they take. */
export function checkFunctions(caller: string, source: string, nodes: readonly Expression[]): void {
  for (const node of nodes) {
    if (node.kind === "variable" && functionOf(node.name) !== undefined)
      throw new ExpressionError(`${caller}: ${node.name} is a function, expected its arguments: ${node.name}(…)`, { source, ...node });
    if (node.kind !== "call" || node.name === undefined) continue;
    const { name, args } = node;
    const known = functionOf(name);
    if (known === undefined) {
      const near = nearestFunction(name);
      const hint = near === undefined ? "" : `; did you mean ${near}?`;
      throw new ExpressionError(`${caller}: expected the name of a function, got ${JSON.stringify(name)}${hint}`, { source, ...node });
    }
    const { counts, takesOptions } = known;
    if (counts.includes(args.length)) continue;
    const isMore = args.length > counts[counts.length - 1];
    const hint =
      isMore && takesOptions
        ? "; options cannot be given in a formula"
        : isMore && (name === "log" || name === "ln")
          ? `; write ${name}(x) / ${name}(b) for base b`
          : "";
    const expected = `${listed(counts.map(String))} argument${counts.length === 1 && counts[0] === 1 ? "" : "s"}`;
    throw new ExpressionError(`${name}: expected ${expected}, got ${args.length}${hint}`, { source, ...node });
  }
}

/** What to say about e, which papers write for a number. */
export const hintFor = (name: string): string => (name === "e" ? "; write exp(x) for eˣ" : "");
