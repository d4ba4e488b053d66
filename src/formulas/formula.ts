import { describe } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import { Tensor, type TensorLike } from "../tensor/tensor.js";
import { evaluate } from "./evaluate.js";
import { nameOf, parseExpression } from "./expression.js";
import { checkLimits, checkNodes, checkText, type FormulaLimits, withinLimits } from "./limits.js";
import { checkFunctions, checkLetters } from "./names.js";

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

/** Settings of {@link parseMath}. */
export interface ParseMathOptions {
  /** What the text and its evaluation may ask for. */
  readonly limits?: FormulaLimits;
  /** Names that are variables whatever they look like: `wx` is then one name and no product, and `e` no number. */
  readonly variables?: readonly string[];
}

const OPTIONS: Known<ParseMathOptions> = { limits: true, variables: true };

/**
 * Parses a formula whose variables have names: what {@link math} does with a template, for a text that comes at run time.
 * Names are letters of any script with accents, digits, subscripts and underscores; two ways to write one accented letter
 * are one name.
 *
 * A text from a stranger can do nothing but compute: it names functions of the library and variables that you give, and its length,
 * its names, its parts and the memory that an evaluation takes are limited.
 *
 * @param source - The text.
 * @param options - `limits`, where the defaults do not fit: see {@link FormulaLimits}. `variables`, names that are not to be asked about.
 * @returns A function of the variables that can be differentiated by all of them at once.
 * @throws {@link ExpressionError} for a text that is no formula, or is beyond a limit; it points at the character and has its place.
 * `DomainError` for an evaluation that asks for more memory than it may.
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
export function parseMath(source: string, options?: ParseMathOptions): Formula {
  if (typeof source !== "string") throw new TypeError(`parseMath: expected a text, got ${describe(source)}`);
  const given = checkOptions("parseMath", options, OPTIONS);
  const limits = checkLimits("parseMath", given.limits);
  const known = checkVariables(given.variables);
  checkText("parseMath", source, limits);
  const nodes = parseExpression(source, { caller: "parseMath", holes: false, variables: known });
  checkNodes("parseMath", source, nodes.length, limits);
  const inText = [...nodes].sort((a, b) => a.start - b.start);
  checkFunctions("parseMath", source, inText, known);
  checkLetters("parseMath", source, inText, known);
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
    return withinLimits("parseMath", limits, () =>
      evaluate(nodes, { caller: "parseMath", source, variable: (name) => byName.get(name), hole: () => undefined }),
    );
  };
  return Object.assign(formula, { source, variables: [...variables], functions: [...functions] });
}

/** The names that are variables for sure. */
function checkVariables(names: readonly string[] | undefined): ReadonlySet<string> {
  if (names === undefined) return new Set();
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string"))
    throw new TypeError(`parseMath: expected a list of names as variables, got ${describe(names)}`);
  return new Set(names.map(nameOf));
}
