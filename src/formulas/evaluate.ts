import { describe } from "../base/errors.js";
import { asTensor, Tensor, type TensorLike } from "../tensor/tensor.js";
import { type FormulaFunction, functionOf } from "./functions.js";
import { operators } from "./operators.js";
import { at, ExpressionError } from "./place.js";
import type { Call, Expression } from "./tree.js";
import { isInteger } from "./with-options.js";

/** What signs of arithmetic give between plain numbers: the same as in JavaScript, so that 2/3 is no node of its own. */
const arithmetic: Readonly<Record<string, ((x: number, y: number) => number) | undefined>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  impliedProduct: (x, y) => x * y,
  productOfMatrices: (x, y) => x * y,
  productWithTransposed: (x, y) => x * y,
  div: (x, y) => x / y,
  pow: (x, y) => x ** y,
  neg: (x) => -x,
  square: (x) => x * x,
  exp: (x) => Math.exp(x),
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
  const given = (node: Expression, name: string, value: unknown): unknown => {
    if (value !== undefined) return value;
    throw new ExpressionError(`${caller}: expected a value for ${name}, got undefined`, { source, ...node });
  };
  /** Values that are waiting for the node that takes them. */
  const waiting: unknown[] = [];
  const take = (count: number): unknown[] => waiting.splice(waiting.length - count);
  const valueAt = (node: Expression): unknown => {
    switch (node.kind) {
      case "literal":
        return node.value;
      case "variable":
        return given(node, node.name, values.variable(node.name));
      case "hole":
        return given(node, `\${${node.index + 1}}`, values.hole(node.index));
      case "list":
        return take(node.items.length);
      case "call": {
        const args = take(node.args.length);
        const call = callee(node, args);
        const onNumbers = node.operator ? arithmetic[node.name ?? ""] : undefined;
        if (onNumbers !== undefined && args.every((arg) => typeof arg === "number")) return onNumbers(args[0], args[1] ?? 0);
        return at({ source, ...node }, () => call(...args));
      }
    }
  };
  /** What a call calls. A hole that holds a value before parentheses is a factor. */
  const callee = (node: Call, args: readonly unknown[]): FormulaFunction => {
    const { name = "" } = node;
    if (node.callee === undefined) {
      const isPair = !node.operator && (name === "max" || name === "min") && args.length === 2 && node.args[1].option === undefined;
      if (isPair && isInteger(node.args[1])) return pairOrAxis(node, args, values);
      const known = node.operator && Object.hasOwn(operators, name) ? operators[name] : functionOf(name)?.call;
      if (known !== undefined) return known;
    }
    const held = node.callee === undefined ? undefined : values.hole(node.callee.index);
    if (typeof held === "function") return held as FormulaFunction;
    if (isNumeric(held) && args.length === 1) return (x: TensorLike) => operators["impliedProduct"](held, x);
    throw new ExpressionError(`${caller}: expected a function to call, got ${describe(held)}`, { source, ...node });
  };
  for (const node of nodes) waiting.push(valueAt(node));
  return at({ source, ...nodes[nodes.length - 1] }, () => asTensor(caller, waiting[0] as TensorLike));
}

const isNumeric = (value: unknown): value is TensorLike =>
  typeof value === "number" || Array.isArray(value) || value instanceof Tensor || ArrayBuffer.isView(value);

/**
 * max(x, 0) is the larger of x and 0 for a number, which has no axes. For a tensor it could as well be the largest along axis 0.
 */
function pairOrAxis(node: Call, args: readonly unknown[], { caller, source }: Values): FormulaFunction {
  const { name = "", from, to, start, end } = node;
  const pairwise = name === "max" ? "maximum" : "minimum";
  const [x, axis] = args;
  const rankOf = (value: unknown): number => (isNumeric(value) ? asTensor(caller, value).rank : 0);
  if (rankOf(x) === 0 || axis instanceof Tensor) return functionOf(pairwise)?.call as FormulaFunction;
  const [a, b] = node.args.map((arg) => source.slice(arg.from, arg.to));
  const choices = [
    [`${pairwise}(${a}, ${b})`, `the ${name === "max" ? "larger" : "smaller"} of both, place by place`],
    [`${name}(${a}, axis=${b})`, `the ${name === "max" ? "largest" : "smallest"} along axis ${b}`],
  ];
  throw new ExpressionError(
    `${caller}: expected ${choices[0][0]} (place by place) or ${choices[1][0]} (along an axis), got ${source.slice(from, to)}`,
    { source, start, end },
    choices.map(([replacement, meaning]) => ({ start: from, end: to, replacement, meaning })),
  );
}
