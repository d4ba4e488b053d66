import { describe } from "../base/errors.js";
import { asTensor, type Tensor, type TensorLike } from "../tensor/tensor.js";
import type { Expression } from "./expression.js";
import { functionOf } from "./functions.js";
import { hintFor } from "./names.js";
import { at, ExpressionError } from "./place.js";

/** What signs of arithmetic give between plain numbers: the same as in JavaScript, so that 2/3 is no node of its own. */
const arithmetic: Readonly<Record<string, ((x: number, y: number) => number) | undefined>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  pow: (x, y) => x ** y,
  neg: (x) => -x,
  square: (x) => x * x,
  sqrt: (x) => Math.sqrt(x),
};

/** Where a formula's values come from. */
export interface Values {
  /** The function that is named in errors. */
  readonly caller: string;
  readonly source: string;
  variable(name: string): unknown;
  hole(index: number): unknown;
}

/** The value of a formula, whose nodes are in the order in which they are evaluated. */
export function evaluate(nodes: readonly Expression[], values: Values): Tensor {
  const { caller, source } = values;
  const given = (node: Expression, name: string, value: unknown, hint = ""): unknown => {
    if (value !== undefined) return value;
    throw new ExpressionError(`${caller}: expected a value for ${name}, got undefined${hint}`, { source, ...node });
  };
  /** Values that are waiting for the node that takes them. */
  const waiting: unknown[] = [];
  const take = (count: number): unknown[] => waiting.splice(waiting.length - count);
  const valueAt = (node: Expression): unknown => {
    switch (node.kind) {
      case "literal":
        return node.value;
      case "variable":
        return given(node, node.name, values.variable(node.name), hintFor(node.name));
      case "hole":
        return given(node, `\${${node.index + 1}}`, values.hole(node.index));
      case "list":
        return take(node.items.length);
      case "call": {
        const callee = node.callee === undefined ? functionOf(node.name ?? "")?.call : values.hole(node.callee.index);
        if (typeof callee !== "function")
          throw new ExpressionError(`${caller}: expected a function to call, got ${describe(callee)}`, { source, ...node });
        const args = take(node.args.length);
        const onNumbers = node.operator ? arithmetic[node.name ?? ""] : undefined;
        if (onNumbers !== undefined && args.every((arg) => typeof arg === "number")) return onNumbers(args[0], args[1] ?? 0);
        return at({ source, ...node }, () => callee(...args));
      }
    }
  };
  for (const node of nodes) waiting.push(valueAt(node));
  return at({ source, ...nodes[nodes.length - 1] }, () => asTensor(caller, waiting[0] as TensorLike));
}
