import { describe } from "../base/errors.js";
import type { Tensor, TensorLike } from "../tensor/tensor.js";
import { evaluate } from "./evaluate.js";
import { parseExpression } from "./expression.js";
import type { FormulaFunction } from "./functions.js";
import { checkFunctions } from "./names.js";
import { ExpressionError } from "./place.js";
import type { Expression } from "./tree.js";

/**
 * What a template may hold: tensors and what makes them, functions to call, truth values for `keepDims`, `null` for the ranges of
 * `slice`, and lists of all that.
 */
export type MathHole = TensorLike | boolean | null | FormulaFunction | readonly MathHole[];

interface Template {
  readonly source: string;
  readonly nodes: readonly Expression[];
}

/** A template as it was parsed. JavaScript hands a call site the same strings each time, and what is parsed goes when they go. */
const parsed = /* @__PURE__ */ new WeakMap<TemplateStringsArray, Template>();

/**
 * A formula as a paper writes it: applies the same operations, and records the same nodes, as the functions of the same
 * names would. `a + b` is `add(a, b)`, `−x²` is `neg(square(x))`; the guide has the whole table. The text is parsed
 * once a call site.
 *
 * @param strings - The text between the values. A name in it is a function or a constant; variables go into holes.
 * @param holes - The values, tensors or what makes them. A function in a hole can be called.
 * @returns The result, a tensor.
 * @throws {@link ExpressionError} for a text that is no formula. What an operation throws keeps its class. Both point at the
 * character.
 *
 * @example
 * ```ts
 * const p = tensor([0.9, 0.2]);
 * const y = tensor([1, 0]);
 * math`-mean(${y} * log(${p}) + (1 - ${y}) * log(1 - ${p}))`.item(); // 0.164252033486018
 * math`√(${[9, 16]}) @ ${[1, 2]}`.item(); // 11
 * ```
 */
export function math(strings: TemplateStringsArray, ...holes: readonly MathHole[]): Tensor {
  if (!Array.isArray(strings) || !Array.isArray(strings.raw))
    throw new TypeError(`math: expected a template, math\`…\`, got ${describe(strings)}; parseMath reads a text`);
  let template = parsed.get(strings);
  if (template === undefined) {
    template = parseTemplate(strings);
    parsed.set(strings, template);
  }
  const { source, nodes } = template;
  return evaluate(nodes, { caller: "math", source, variable: () => undefined, hole: (index) => holes[index] });
}

/** The raw text, since a backslash means nothing in a formula, with numbered holes. */
function parseTemplate(strings: TemplateStringsArray): Template {
  const source = strings.raw.reduce((text, part, i) => `${text}\${${i}}${part}`);
  const nodes = parseExpression(source, { caller: "math", holes: true });
  checkFunctions("math", source, nodes, new Set());
  for (const node of nodes) {
    if (node.kind === "variable")
      throw new ExpressionError(`math: expected the value of ${node.name} in a hole, \${${node.name}}, got its name`, {
        source,
        ...node,
      });
  }
  return { source, nodes };
}
