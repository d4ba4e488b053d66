import type { Shape } from "../../base/shape.js";
import type { AnyOp } from "../../ops/op.js";
import { apply } from "../../tensor/apply.js";
import { asTensor, type Tensor } from "../../tensor/tensor.js";
import type { Fraction } from "./fraction.js";
import * as q from "./fraction.js";

/**
 * A formula over named values. Sums, products, quotients and integer powers go place by place and broadcast, as the ops do;
 * everything else is the call of an op.
 */
export type Expression =
  | { readonly kind: "number"; readonly value: Fraction }
  | SymbolExpression
  | { readonly kind: "sum"; readonly terms: readonly Expression[] }
  | { readonly kind: "product"; readonly factors: readonly Expression[] }
  | { readonly kind: "quotient"; readonly over: Expression; readonly under: Expression }
  | { readonly kind: "power"; readonly base: Expression; readonly exponent: number }
  | CallExpression;

/** A named value. */
export interface SymbolExpression {
  readonly kind: "symbol";
  readonly name: string;
  readonly value: Tensor;
}

/** An op on formulas. */
export interface CallExpression {
  readonly kind: "call";
  readonly op: AnyOp;
  readonly args: readonly Expression[];
  readonly attributes: unknown;
}

export const number = (value: number | Fraction): Expression => ({
  kind: "number",
  value: typeof value === "number" ? q.fraction(BigInt(value)) : value,
});
export const symbol = (name: string, value: Tensor): SymbolExpression => ({ kind: "symbol", name, value });
export const call = (op: AnyOp, args: readonly Expression[], attributes?: unknown): CallExpression => ({
  kind: "call",
  op,
  args,
  attributes,
});

export const isNumber = (x: Expression, value: number): boolean => x.kind === "number" && q.equal(x.value, q.fraction(BigInt(value)));

/** A sum without zeros. Sums within it are taken apart. */
export function sum(terms: readonly Expression[]): Expression {
  const flat = terms.flatMap((term) => (term.kind === "sum" ? term.terms : [term])).filter((term) => !isNumber(term, 0));
  return flat.length === 0 ? number(0) : flat.length === 1 ? flat[0] : { kind: "sum", terms: flat };
}

/** A product without ones, with one sign in front. Products within it are taken apart. */
export function product(factors: readonly Expression[]): Expression {
  const flat = factors.flatMap((factor) => (factor.kind === "product" ? factor.factors : [factor]));
  if (flat.some((factor) => isNumber(factor, 0))) return number(0);
  const negative = flat.filter((factor) => isNumber(factor, -1)).length % 2 === 1;
  const rest = flat.filter((factor) => !isNumber(factor, 1) && !isNumber(factor, -1));
  if (negative) {
    const [first] = rest;
    if (first === undefined) return number(-1);
    if (first.kind === "number") rest[0] = number(q.negate(first.value));
    else rest.unshift(number(-1));
  }
  return rest.length === 0 ? number(1) : rest.length === 1 ? rest[0] : { kind: "product", factors: rest };
}

export const negate = (x: Expression): Expression => product([number(-1), x]);

/** over/under, a minus in front of it. */
export function quotient(over: Expression, under: Expression): Expression {
  if (isNumber(under, 1)) return over;
  if (isNumber(over, 0)) return over;
  const [positive, sign] = withoutSign(over);
  return sign < 0 ? negate({ kind: "quotient", over: positive, under }) : { kind: "quotient", over, under };
}

export function power(base: Expression, exponent: number): Expression {
  return exponent === 1 ? base : exponent === 0 ? number(1) : { kind: "power", base, exponent };
}

/** A formula that begins with a minus without it. */
export function withoutSign(x: Expression): readonly [positive: Expression, sign: 1 | -1] {
  if (x.kind === "number" && q.isNegative(x.value)) return [number(q.negate(x.value)), -1];
  if (x.kind === "product") {
    const [first, ...rest] = x.factors;
    const [positive, sign] = withoutSign(first);
    if (sign < 0) return [product([positive, ...rest]), -1];
  }
  return [x, 1];
}

/** The numbers of formulas, by the ops of the engine; each part is computed once. */
export class Values {
  private readonly known = new Map<Expression, Tensor>();

  /** Notes what a formula is known to be. */
  note(x: Expression, value: Tensor): void {
    this.known.set(x, value);
  }

  of(x: Expression): Tensor {
    const before = this.known.get(x);
    if (before !== undefined) return before;
    const value = this.compute(x);
    this.known.set(x, value);
    return value;
  }

  shapeOf(x: Expression): Shape {
    return this.of(x).shape;
  }

  private compute(x: Expression): Tensor {
    switch (x.kind) {
      case "number":
        return asTensor("toLatex", q.toNumber(x.value));
      case "symbol":
        return x.value;
      case "sum":
        return x.terms.map((term) => this.of(term)).reduce((a, b) => a.add(b));
      case "product":
        return x.factors.map((factor) => this.of(factor)).reduce((a, b) => a.mul(b));
      case "quotient":
        return this.of(x.over).div(this.of(x.under));
      case "power":
        return this.of(x.base).pow(x.exponent);
      case "call":
        return apply(
          x.op,
          x.args.map((arg) => this.of(arg)),
          x.attributes,
        );
    }
  }
}

/** The largest difference of two tensors relative to their size, after broadcasting; NaN where one of them is not finite. */
export function relativeDifference(a: Tensor, b: Tensor): number {
  const difference = a.sub(b).abs();
  const scale = Math.max(largest(a), largest(b), Number.MIN_VALUE);
  return largest(difference) / scale;
}

/** The largest absolute value; NaN if there is one. */
export const largest = (x: Tensor): number =>
  x.data.reduce((most, value) => (Number.isNaN(value) ? value : Math.max(most, Math.abs(value))), 0);
