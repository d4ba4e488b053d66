import { describe } from "../errors.js";
import * as ops from "../functions.js";
import * as losses from "../losses.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor.js";
import type { Expression } from "./expression.js";
import { at, ExpressionError } from "./place.js";

/** What a part of a formula can be: a tensor or what makes one, a truth value for `keepDims`, a list for several axes. */
export type Value = TensorLike | boolean | readonly Value[];

/** A function that a hole may hold. */
// biome-ignore lint/suspicious/noExplicitAny: any function at all; what it is given is checked when it is called
export type FormulaFunction = (...args: any[]) => Tensor | readonly Tensor[];

const functions: Readonly<Record<string, FormulaFunction | undefined>> = /* @__PURE__ */ Object.assign(
  /* @__PURE__ */ Object.create(null),
  ops,
  losses,
  { ln: ops.log, σ: ops.sigmoid },
);

/** What operators give between plain numbers: the same as in JavaScript, so that 2/3 is no node of its own. */
const arithmetic: Readonly<Record<string, ((x: number, y: number) => number) | undefined>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  pow: (x, y) => x ** y,
  neg: (x) => -x,
  square: (x) => x * x,
};

/** Refuses names of functions that there are not, and functions without their arguments. */
export function checkNames(caller: string, source: string, node: Expression): void {
  if (node.kind === "variable" && node.name in functions) {
    throw new ExpressionError(`${caller}: ${node.name} is a function, expected its arguments: ${node.name}(…)`, { source, ...node });
  }
  if (node.kind !== "call" || node.name === undefined || node.name in functions) return;
  const { name } = node;
  const near = Object.keys(functions).find((known) => known.toLowerCase() === name.toLowerCase());
  throw new ExpressionError(
    `${caller}: expected the name of a function, got ${JSON.stringify(name)}${near === undefined ? "" : `; did you mean ${near}?`}`,
    { source, ...node },
  );
}

/** Where a formula's values come from. */
export interface Values {
  /** The function that is named in errors. */
  readonly caller: string;
  readonly source: string;
  variable(name: string): unknown;
  hole(index: number): unknown;
}

/** The value of a formula: its operators and functions applied in the order of the text's tree, arguments before what they are for. */
export function evaluate(root: Expression, values: Values): Tensor {
  const { caller, source } = values;
  const given = (node: Expression, name: string, value: unknown): unknown => {
    if (value !== undefined) return value;
    const hint = name === "e" ? "; write exp(x) for eˣ" : "";
    throw new ExpressionError(`${caller}: expected a value for ${name}, got undefined${hint}`, { source, ...node });
  };
  const valueAt = (node: Expression): unknown => {
    switch (node.kind) {
      case "literal":
        return node.value;
      case "variable":
        return given(node, node.name, values.variable(node.name));
      case "hole":
        return given(node, `\${${node.index + 1}}`, values.hole(node.index));
      case "list":
        return node.items.map(valueAt);
      case "call": {
        const callee = node.callee === undefined ? functions[node.name ?? ""] : values.hole(node.callee.index);
        if (typeof callee !== "function")
          throw new ExpressionError(`${caller}: expected a function to call, got ${describe(callee)}`, { source, ...node });
        const args = node.args.map(valueAt);
        const onNumbers = node.operator ? arithmetic[node.name ?? ""] : undefined;
        if (onNumbers !== undefined && args.every((arg) => typeof arg === "number")) return onNumbers(args[0], args[1] ?? 0);
        return at({ source, ...node }, () => callee(...args));
      }
    }
  };
  const value = valueAt(root);
  return at({ source, ...root }, () => asTensor(caller, value as TensorLike));
}
