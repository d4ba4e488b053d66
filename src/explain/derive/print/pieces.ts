import * as q from "../../formula/fraction.js";
import { fromMonomial, isZero, number, scale } from "../algebra/arithmetic.js";
import { type Axis, bareIndex, type Index, isIndex } from "../algebra/places.js";
import { type Atom, type AtomOf, type Monomial, type Polynomial, polynomialOf, type Relation } from "../algebra/terms.js";
import { diagonalForm } from "./contraction.js";
import type { Form } from "./form.js";
import * as form from "./form.js";
import { lengthOf } from "./text.js";

/** A formula has no form with vectors and matrices. */
export class NoMatrixForm extends Error {}

export const RELATIONS: Readonly<Record<string, { readonly text: string; readonly latex: string }>> = {
  ">": { text: ">", latex: ">" },
  "≥": { text: "≥", latex: "\\ge" },
  "=": { text: "=", latex: "=" },
  "<": { text: "<", latex: "<" },
  "≤": { text: "≤", latex: "\\le" },
  "≠": { text: "≠", latex: "\\ne" },
};
const MIRRORED: Readonly<Record<Relation, string>> = { ">": "<", "≥": "≤", "=": "=" };
export const OPPOSITE: Readonly<Record<string, string>> = { ">": "≤", "≥": "<", "=": "≠", "<": "≥", "≤": ">" };
export const REDUCTIONS: Readonly<Record<string, { readonly text: string; readonly latex?: string }>> = {
  max: { text: "max", latex: "\\max" },
  min: { text: "min", latex: "\\min" },
  prod: { text: "prod" },
  logSumExp: { text: "logSumExp" },
  det: { text: "det", latex: "\\det" },
  logAbsDet: { text: "logAbsDet" },
};

/** onehot(k): 1 at the place that k names, a row for each of several. */
export function oneHot({ left, right }: AtomOf<"delta">, targets: readonly Index[]): Form {
  for (const [one, other] of [
    [left, right],
    [right, left],
  ]) {
    const index = bareIndex(one);
    if (index === undefined || other.offset !== 0 || other.steps.length !== 1) continue;
    const [[base, step]] = other.steps;
    if (step !== 1 || isIndex(base)) continue;
    const call = form.callForm({ text: "onehot" }, [form.named(base.quantity.name)]);
    const inner = base.places.map(bareIndex);
    if (inner.length === 0 && targets.length === 1) return call;
    if (inner.length === 1 && inner[0] !== undefined && targets.length === 2) {
      if (targets[0] === inner[0] && targets[1] === index) return call;
      if (targets[1] === inner[0] && targets[0] === index) return form.transposeForm(call);
    }
  }
  throw new NoMatrixForm("δ");
}

/** tril(𝟏𝟏ᵀ) and triu(𝟏𝟏ᵀ): 1 in a triangle. */
export function triangle({ place }: AtomOf<"guard">, targets: readonly Index[]): Form {
  const bases = place.steps.map(([base]) => base);
  const [i, j] = targets;
  if (targets.length !== 2 || place.offset !== 0 || bases.length !== 2 || !bases.includes(i) || !bases.includes(j))
    throw new NoMatrixForm("a guard");
  const step = place.steps.find(([base]) => base === i)?.[1] ?? 0;
  const other = place.steps.find(([base]) => base === j)?.[1] ?? 0;
  if (Math.abs(step) !== 1 || step !== -other) throw new NoMatrixForm("a guard");
  return form.callForm({ text: step === 1 ? "tril" : "triu" }, [form.productForm([form.ONES, form.transposeForm(form.ONES)])]);
}

/** M ⊙ tril(𝟏𝟏ᵀ) = tril(M), and the same of triu. */
export function withinTriangle(factors: readonly Form[]): readonly Form[] {
  const k = factors.findIndex((factor) => factor.kind === "call" && (factor.sign.text === "tril" || factor.sign.text === "triu"));
  const call = factors[k];
  if (call?.kind !== "call" || factors.length < 2) return factors;
  return [form.callForm(call.sign, [form.hadamardForm(factors.filter((factor) => factor !== call))])];
}

/** A named value: as it is, transposed, its diagonal, or a part of it. */
export function valueForm({ quantity, places }: AtomOf<"value">, base: Form, targets: readonly Index[]): Form {
  const order: Index[] = [];
  let isWhole = true;
  const parts = places.map((place, axis) => {
    const { text, indices, isAll } = partOf(place, quantity.value.shape[axis]);
    order.push(...indices);
    if (!isAll) isWhole = false;
    return text;
  });
  while (!isWhole && parts.length > 1 && parts[parts.length - 1] === ":") parts.pop();
  const own: Form = isWhole ? base : { kind: "slice", of: base, parts };
  const [i, j] = order;
  if (order.length === 2 && i === j) {
    if (targets.length !== 1) throw new NoMatrixForm("a diagonal");
    return diagonalForm(own);
  }
  if (order.length !== targets.length) throw new NoMatrixForm("another rank");
  if (order.length === 2 && i === targets[1] && j === targets[0]) return quantity.isSymmetric === true ? own : form.transposeForm(own);
  if (!order.every((index, k) => index === targets[k])) throw new NoMatrixForm("other indices");
  return own;
}

/** How the place along one axis is written, and the indices that it has. */
function partOf(place: Axis, size: number): { readonly text: string; readonly indices: readonly Index[]; readonly isAll: boolean } {
  if (place === undefined) return { text: ":", indices: [], isAll: true };
  const index = bareIndex(place);
  if (index !== undefined && index.size === size) return { text: ":", indices: [index], isAll: true };
  const { offset, steps } = place;
  if (steps.length === 0) return { text: String(offset), indices: [], isAll: false };
  const [[base, step]] = steps;
  if (steps.length === 1 && step === 1) {
    if (isIndex(base)) return { text: `${offset}:${offset + base.size}`, indices: [base], isAll: false };
    const inner = base.places.map(bareIndex);
    if (offset === 0 && inner.every((one) => one !== undefined)) return { text: base.quantity.name, indices: inner, isAll: false };
  }
  throw new NoMatrixForm("a place that is no range");
}

/** The two sides of [p > 0]: what is positive to the left, what is not to the right; a number alone to the right. */
export function sidesOf(
  relation: Relation,
  difference: Polynomial,
): { readonly left: Polynomial; readonly right: Polynomial; readonly sign: string } {
  const constant = difference.terms.find(({ monomial }) => monomial.factors.length === 0);
  const others = difference.terms.filter((term) => term !== constant);
  if (constant !== undefined && others.length === 1) {
    const [{ coefficient, monomial }] = others;
    const size = q.isNegative(coefficient) ? q.negate(coefficient) : coefficient;
    const bound = q.divide(constant.coefficient, size);
    return q.isNegative(coefficient)
      ? { left: fromMonomial(monomial), right: number(bound), sign: MIRRORED[relation] }
      : { left: fromMonomial(monomial), right: number(q.negate(bound)), sign: relation };
  }
  const left = polynomialOf(difference.terms.filter(({ coefficient }) => !q.isNegative(coefficient)));
  const right = scale(polynomialOf(difference.terms.filter(({ coefficient }) => q.isNegative(coefficient))), q.MINUS_ONE);
  if (isZero(left) || (isNumber(left) && !isNumber(right))) return { left: right, right: left, sign: MIRRORED[relation] };
  return { left, right, sign: relation };
}

const isNumber = (p: Polynomial): boolean => p.terms.every(({ monomial }) => monomial.factors.length === 0);

export const isIdentity = (atom: Atom): boolean =>
  atom.kind === "delta" && bareIndex(atom.left) !== undefined && bareIndex(atom.right) !== undefined;

/** Whether a term is a named value, as it is; a derivative is none, for a formula may be put in its place. */
export const isOneValue = ({ factors: [only, ...others] }: Monomial): boolean =>
  others.length === 0 && only?.atom.kind === "value" && only.atom.quantity.kind !== "derivative" && q.isOne(only.exponent);

/** A quotient as one thing within a product. */
export const grouped = (of: Form): Form => (of.kind === "quotient" || of.kind === "hadamard" ? { kind: "parenthesized", of } : of);

/** A matrix, or the transpose of it the other way round, if that is shorter. */
export function eitherWay(lay: (targets: readonly Index[]) => Form, targets: readonly Index[]): Form {
  if (targets.length < 2) return lay(targets);
  const direct = attempt(() => lay(targets));
  const turned = attempt(() => form.transposeForm(lay([...targets].reverse())));
  if (turned !== undefined && (direct === undefined || lengthOf(turned) < lengthOf(direct))) return turned;
  if (direct === undefined) throw new NoMatrixForm("neither way round");
  return direct;
}

/** Layouts that are asked for again, and those that there are not. */
export class Layouts {
  private readonly known = new Map<string, Form | undefined>();

  once(key: string, lay: () => Form): Form {
    if (!this.known.has(key)) this.known.set(key, attempt(lay));
    const found = this.known.get(key);
    if (found === undefined) throw new NoMatrixForm("none, as before");
    return found;
  }
}

/** What is laid out, if there is a form of it with vectors and matrices. */
export function attempt(lay: () => Form): Form | undefined {
  try {
    return lay();
  } catch (error) {
    if (error instanceof NoMatrixForm) return undefined;
    throw error;
  }
}
