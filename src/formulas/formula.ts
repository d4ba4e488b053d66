import { describe } from "../base/errors.js";
import { Tensor, type TensorLike } from "../tensor/tensor.js";
import { evaluate } from "./evaluate.js";
import { nameOf, parseExpression } from "./expression.js";
import { checkFunctions } from "./names.js";

/** A formula that was parsed from a text: a function of its variables by name, for `grad` and all other transforms. */
export interface Formula {
  /** The value of the formula; a variable without a value is an {@link ExpressionError}. */
  (values: Readonly<Record<string, TensorLike>>): Tensor;
  /** The text. */
  readonly source: string;
  /** The names that need values, in the order of the text. */
  readonly variables: readonly string[];
  /** The functions that it calls by name, in the order of the text. Those of operators are not among them. */
  readonly functions: readonly string[];
}

/**
 * Parses a formula whose variables have names: what {@link math} does with a template, for a text that comes at run time.
 * Names are letters of any script with accents, digits, subscripts and underscores; two ways to write one accented letter
 * are one name.
 *
 * @param source - The text.
 * @returns A function of the variables that can be differentiated by all of them at once.
 * @throws {@link ExpressionError} for a text that is no formula; it points at the character and has its place.
 *
 * @example
 * ```ts
 * const loss = parseMath("sum((σ(X @ w) - y)²)");
 * loss.variables; // ["X", "w", "y"]
 * loss.functions; // ["sum", "σ"]
 * loss({ X: [[0, 0], [1, 1]], w: [0.5, -0.5], y: [0, 1] }).item(); // 0.5
 * grad(parseMath("t^3"))({ t: 2 }).t.item(); // 12
 * ```
 */
export function parseMath(source: string): Formula {
  if (typeof source !== "string") throw new TypeError(`parseMath: expected a text, got ${describe(source)}`);
  const nodes = parseExpression("parseMath", source, false);
  const inText = [...nodes].sort((a, b) => a.start - b.start);
  checkFunctions("parseMath", source, inText);
  const variables = new Set(inText.flatMap((node) => (node.kind === "variable" ? [node.name] : [])));
  const functions = new Set(
    inText.flatMap((node) => (node.kind === "call" && !node.operator && node.name !== undefined ? [node.name] : [])),
  );
  const formula = (values: Readonly<Record<string, TensorLike>>): Tensor => {
    if (typeof values !== "object" || values === null || values instanceof Tensor || Array.isArray(values))
      throw new TypeError(
        `parseMath: expected an object with values for ${[...variables].join(", ") || "no variables"}, got ${describe(values)}`,
      );
    const byName = new Map(Object.entries(values).map(([name, value]) => [nameOf(name), value]));
    return evaluate(nodes, { caller: "parseMath", source, variable: (name) => byName.get(name), hole: () => undefined });
  };
  return Object.assign(formula, { source, variables: [...variables], functions: [...functions] });
}
