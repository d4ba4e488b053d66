import type { AnyOp } from "../../ops/op.js";

// A formula up to spelling. x·x, x² and pow(x, 2) are one term; so are a − b, a + (−b) and −(b − a); sums and products have no
// order; numbers are folded; what is equal is the same object. Products of sums are not multiplied out.

/** A term together with a number: its coefficient in a sum, its exponent in a product. */
export type Part = readonly [term: Term, number: number];

interface Identified {
  /** Equal terms of one store are one object, with one number. */
  readonly id: number;
}

export type NumberTerm = Identified & { readonly kind: "number"; readonly value: number };
/** What has no form of its own: an input, a constant of many numbers, a variable of a pattern. */
export type Atom = Identified & { readonly kind: "atom"; readonly name: string };
/** constant + Σ cᵢ·tᵢ, where no tᵢ is a sum or a number. */
export type Sum = Identified & { readonly kind: "sum"; readonly constant: number; readonly parts: readonly Part[] };
/** Π tᵢ^eᵢ, where no tᵢ is a number. A product under a root stays whole, (x²)^½. */
export type Product = Identified & { readonly kind: "product"; readonly parts: readonly Part[] };
/** A function of terms. */
export type Call = Identified & {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Term[];
  /** For a reduction, what is reduced to what. */
  readonly reduction: Reduction | undefined;
  /** For what only the tape knows how to compute again. */
  readonly op: AnyOp | undefined;
};
export type Term = NumberTerm | Atom | Sum | Product | Call;

/** The axes of a reduction. The same axes with others kept are another reduction, as far as broadcasting tells. */
export interface Reduction {
  readonly from: readonly number[];
  readonly axes: readonly number[];
  /** The shape of the result, without axes of size 1 in front. */
  readonly to: readonly number[];
}

export const reductionKey = ({ from, axes, to }: Reduction): string => `${from.join()}:${axes.join()}:${to.join()}`;

/** What tells calls apart beside their names and arguments. */
export interface About {
  readonly reduction?: Reduction | undefined;
  readonly op?: AnyOp;
  readonly key?: string;
}

/** What a store is asked for each new sum, product and call: a simpler equal term, if it knows one. */
export type Contract = (term: Term, terms: Terms) => Term | undefined;

/** The terms of one tape or one pattern. */
export class Terms {
  private readonly known = new Map<string, Term>();
  private readonly simpler = new Set<string>();
  private next = 0;

  /** `contracted` is told each time that a simpler term stands for one. */
  constructor(
    private readonly contract: Contract = () => undefined,
    private readonly contracted: (simpler: Term) => void = () => undefined,
  ) {}

  number(value: number): Term {
    return this.intern(`n${Object.is(value, -0) ? 0 : value}`, (id) => ({ kind: "number", id, value: value + 0 }));
  }

  atom(name: string): Term {
    return this.intern(`a${name}`, (id) => ({ kind: "atom", id, name }));
  }

  call(name: string, args: readonly Term[], more: About = {}): Term {
    const { reduction, op, key = "" } = more;
    const about = reduction === undefined ? key : reductionKey(reduction);
    return this.intern(`c${name}(${args.map(({ id }) => id).join()})${about}`, (id) => ({ kind: "call", id, name, args, reduction, op }));
  }

  /** constant + Σ cᵢ·tᵢ of any terms. */
  sum(parts: readonly Part[], constant = 0): Term {
    let rest = constant;
    const coefficients = new Map<Term, number>();
    const add = (term: Term, c: number): void => {
      if (term.kind === "number") rest += c * term.value;
      else if (term.kind === "sum") {
        rest += c * term.constant;
        for (const [t, own] of term.parts) add(t, c * own);
      } else coefficients.set(term, (coefficients.get(term) ?? 0) + c);
    };
    for (const [term, c] of parts) add(term, c);
    const kept = [...coefficients].filter(([, c]) => c !== 0).sort(([a], [b]) => a.id - b.id);
    if (kept.length === 0) return this.number(rest);
    if (kept.length === 1 && rest === 0 && kept[0][1] === 1) return kept[0][0];
    const key = kept.map(([t, c]) => `${c}*${t.id}`).join("+");
    return this.intern(`s${rest}+${key}`, (id) => ({ kind: "sum", id, constant: rest, parts: kept }));
  }

  add = (a: Term, b: Term): Term =>
    this.sum([
      [a, 1],
      [b, 1],
    ]);
  sub = (a: Term, b: Term): Term =>
    this.sum([
      [a, 1],
      [b, -1],
    ]);
  scale = (a: Term, c: number): Term => (c === 1 ? a : this.sum([[a, c]]));

  /** coefficient · Π tᵢ^eᵢ of any terms. */
  product(parts: readonly Part[], coefficient = 1): Term {
    let number = coefficient;
    const exponents = new Map<Term, number>();
    const multiply = (term: Term, e: number): void => {
      if (e === 0) return;
      if (term.kind === "number") number *= term.value ** e;
      else if (term.kind === "product" && Number.isInteger(e)) for (const [t, own] of term.parts) multiply(t, e * own);
      else if (isMultiple(term) && Number.isInteger(e)) {
        number *= term.parts[0][1] ** e;
        multiply(term.parts[0][0], e);
      } else if (term.kind === "call" && term.name === "exp" && e !== 1) multiply(this.call("exp", [this.scale(term.args[0], e)]), 1);
      else exponents.set(term, (exponents.get(term) ?? 0) + e);
    };
    for (const [term, e] of parts) multiply(term, e);
    // e^u met itself.
    for (const [term, e] of exponents) {
      if (term.kind !== "call" || term.name !== "exp" || e === 1 || e === 0) continue;
      exponents.delete(term);
      multiply(term, e);
    }
    const kept = [...exponents].filter(([, e]) => e !== 0).sort(([a], [b]) => a.id - b.id);
    if (kept.length === 0 || number === 0) return this.number(number);
    if (kept.length === 1 && kept[0][1] === 1) return this.scale(kept[0][0], number);
    const key = kept.map(([t, e]) => `${t.id}^${e}`).join("*");
    return this.scale(
      this.intern(`p${key}`, (id) => ({ kind: "product", id, parts: kept })),
      number,
    );
  }

  mul = (a: Term, b: Term): Term =>
    this.product([
      [a, 1],
      [b, 1],
    ]);
  power = (a: Term, e: number): Term => (e === 1 ? a : this.product([[a, e]]));

  private intern(key: string, make: (id: number) => Term): Term {
    const known = this.known.get(key);
    if (known !== undefined) {
      if (this.simpler.has(key)) this.contracted(known);
      return known;
    }
    const term = make(this.next++);
    this.known.set(key, term);
    const simpler = this.contract(term, this);
    if (simpler === undefined || simpler === term) return term;
    this.known.set(key, simpler);
    this.simpler.add(key);
    this.contracted(simpler);
    return simpler;
  }
}

/** A number times one term. */
export const isMultiple = (term: Term): term is Sum => term.kind === "sum" && term.constant === 0 && term.parts.length === 1;

/** The parts of a term as a sum, and how many there are with the constant. */
export const summands = (term: Term): { readonly constant: number; readonly parts: readonly Part[] } =>
  term.kind === "sum" ? term : term.kind === "number" ? { constant: term.value, parts: [] } : { constant: 0, parts: [[term, 1]] };
export const countOfSummands = (term: Term): number => {
  const { constant, parts } = summands(term);
  return parts.length + (constant === 0 ? 0 : 1);
};

/** The parts of a term as a product with a number in front. */
export function factors(term: Term): { readonly coefficient: number; readonly parts: readonly Part[] } {
  if (term.kind === "number") return { coefficient: term.value, parts: [] };
  if (isMultiple(term)) return { ...factors(term.parts[0][0]), coefficient: term.parts[0][1] };
  return { coefficient: 1, parts: term.kind === "product" ? term.parts : [[term, 1]] };
}
