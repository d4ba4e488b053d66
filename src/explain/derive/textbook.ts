import type { AnyOp } from "../../ops/op.js";
import { formulas as decompositions } from "../facts/decompositions.js";
import { formulas as elementwise } from "../facts/elementwise.js";
import { callFactsOf } from "../facts/formulas.js";
import { formulas as reduce } from "../facts/reduce.js";
import { formulas as special } from "../facts/special.js";

/** What textbooks call the rules of ops. Functions of one's own, and what no textbook has, go by the name of the op alone. */
const RULES: ReadonlyMap<string, readonly string[]> = new Map([
  ["sum rule", ["Neg", "Add", "Sub", "Sum", "Mean", "CumSum"]],
  ["product rule", ["Mul", "MatMul", "Prod"]],
  ["quotient rule", ["Div"]],
  ["power rule", ["Pow", "Square", "Sqrt", "Reciprocal", "Cbrt"]],
  ["derivative of exp", ["Exp", "Expm1", "Exp2"]],
  ["case by case", ["Where", "Maximum", "Minimum", "Max", "Min", "Relu"]],
  ["derivative of |x|", ["Abs"]],
]);

/** The families of functions in the sense of a textbook; others move numbers. */
const FUNCTIONS = [elementwise, special, reduce, decompositions];

const ruleOf = (op: AnyOp): string => {
  if (op.custom === true) return "rule";
  for (const [rule, names] of RULES) if (names.includes(op.name)) return rule;
  const { notation } = callFactsOf(op);
  const isFunction = FUNCTIONS.some((family) => op.name in family);
  return notation.as === "function" && isFunction ? `derivative of ${notation.name.text}` : "rule";
};

/** Ops whose derivatives multiply that of what is inside: where they are nested, the chain rule is used. */
const nests = (op: AnyOp): boolean => /^(?:power rule|derivative of|case by case)/.test(ruleOf(op));

/** Whether the chain rule is used within one line: something other than a sum or a product has an inner derivative. */
export const isNested = (op: AnyOp, hasInner: boolean): boolean => hasInner && nests(op);

/** The rules of ops as textbooks call them, each with its ops: product rule (Mul), derivative of ln (Log). */
export function textbookRules(ops: readonly AnyOp[], usesChainRule: boolean): string {
  const groups = new Map<string, string[]>();
  for (const op of ops) {
    const rule = ruleOf(op);
    groups.set(rule, [...(groups.get(rule) ?? []), op.name]);
  }
  const parts = [...groups].map(([rule, names]) => (rule === "rule" ? namesAsRules(names) : `${rule} (${names.join(", ")})`));
  return [...parts, ...(usesChainRule ? ["chain rule"] : [])].join(", ");
}

const namesAsRules = (names: readonly string[]): string => `${names.length === 1 ? "rule" : "rules"} of ${names.join(", ")}`;

/** The rules of ops by the names of the ops alone. */
export const ownRules = (ops: readonly AnyOp[]): string => namesAsRules(ops.map(({ name }) => name));
