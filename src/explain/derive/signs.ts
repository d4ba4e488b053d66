import { callFactsOf } from "../facts/formulas.js";
import { call, type Expression, negate, product, quotient, sum } from "../formula/expression.js";
import * as q from "../formula/fraction.js";

/** The formula times −1, if the minus can go into a sum that has both signs; in the argument of a linear op, too. */
export function mirrored(x: Expression): Expression | undefined {
  if (x.kind === "sum") {
    const negative = x.terms.filter(isNegative).length;
    return negative > 0 && negative < x.terms.length ? sum(positiveFirst(x.terms.map(negate))) : undefined;
  }
  if (x.kind === "quotient") {
    const over = mirrored(x.over);
    return over === undefined ? undefined : quotient(over, x.under);
  }
  const linearIn = x.kind === "call" ? callFactsOf(x.op).linearIn : [];
  const inner = x.kind === "product" ? x.factors : x.kind === "call" ? x.args : [];
  const mirrors = inner.map((part, j) => (x.kind === "product" || linearIn.includes(j) ? mirrored(part) : undefined));
  const i = mirrors.findIndex((mirror) => mirror !== undefined);
  if (i < 0) return undefined;
  const parts = inner.map((part, j) => (j === i ? (mirrors[i] as Expression) : part));
  return x.kind === "call" ? call(x.op, parts, x.attributes) : product(parts);
}

const isNegative = (x: Expression): boolean =>
  x.kind === "number"
    ? q.isNegative(x.value)
    : x.kind === "product"
      ? isNegative(x.factors[0])
      : x.kind === "quotient" && isNegative(x.over);
export const positiveFirst = (terms: readonly Expression[]): Expression[] => [
  ...terms.filter((term) => !isNegative(term)),
  ...terms.filter(isNegative),
];

/** A number as what stands above and below the line: decimals as they are. */
export function writeFraction(a: q.Fraction): readonly [above: q.Fraction, below: q.Fraction] {
  const isDecimal = a.denominator % 5n === 0n && q.isDecimal(a);
  return isDecimal || a.denominator > q.LARGEST_DENOMINATOR ? [a, q.ONE] : [q.fraction(a.numerator), q.fraction(a.denominator)];
}
