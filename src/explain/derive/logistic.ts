import * as q from "../formula/fraction.js";
import { fromAtom, multiply, ONE, power, scale, subtract, whole } from "./algebra/arithmetic.js";
import { type Index, placeOf } from "./algebra/places.js";
import type { Quantity } from "./algebra/quantity.js";
import { moved } from "./algebra/sums.js";
import type { Polynomial } from "./algebra/terms.js";
import type { Form } from "./print/form.js";
import { ONE_FORM } from "./print/form.js";
import type { Printer } from "./print/printer.js";

interface Line {
  readonly form: Form;
  readonly rule: string;
}

/**
 * Where v = 1/(1 + t) and the factor is ±t/(1 + t)², the way by hand, equations (8) to (10): split it in two, add 1 and take it
 * away, split again, cancel.
 */
export function splitFraction(
  { definition }: Quantity,
  factor: Polynomial,
  indices: readonly (Index | undefined)[],
  printer: Printer,
): Line[] {
  if (definition === undefined) return [];
  const at = indices.map((index) => (index === undefined ? undefined : placeOf(index)));
  const own = moved(definition.formula, definition.indices, at);
  // 1/v = 1 + t
  const inverse = power(own, q.MINUS_ONE);
  const group =
    inverse.terms.length === 1 && inverse.terms[0].monomial.factors.length === 1 ? inverse.terms[0].monomial.factors[0] : undefined;
  if (group === undefined || group.atom.kind !== "group" || !q.isOne(group.exponent) || !q.isOne(inverse.terms[0].coefficient)) return [];
  const sum = group.atom.body;
  const t = subtract(sum, ONE);
  if (
    sum.terms.length !== 2 ||
    t.terms.length !== 1 ||
    !q.isOne(t.terms[0].coefficient) ||
    t.terms[0].monomial.factors[0]?.atom.kind !== "exponential"
  )
    return [];
  const spelled = multiply(t, power(fromAtom(group.atom), whole(-2)));
  const sign = factor.key === spelled.key ? 1 : factor.key === scale(spelled, q.MINUS_ONE).key ? -1 : 0;
  if (sign === 0) return [];
  const one = ONE_FORM;
  const w = printer.lay(sum, indices).form;
  const small = printer.lay(t, indices).form;
  const over = (x: Form): Form => ({ kind: "quotient", over: x, under: w });
  const minus = (a: Form, b: Form): Form => ({
    kind: "sum",
    terms: [
      { isNegative: false, form: a },
      { isNegative: true, form: b },
    ],
  });
  const times = (x: Form): Form => {
    const chain: Form = { kind: "chain", factors: [over(one), x], isPlaceByPlace: indices.some((index) => index !== undefined) };
    return sign > 0 ? chain : { kind: "sum", terms: [{ isNegative: true, form: chain }] };
  };
  return [
    { form: times(over(small)), rule: "split in two" },
    { form: times(over(minus({ kind: "parenthesized", of: w }, one))), rule: "add 1 and take it away" },
    { form: times(minus(over({ kind: "parenthesized", of: w }), over(one))), rule: "split the fraction" },
    { form: times(minus(one, over(one))), rule: "cancel" },
  ];
}
