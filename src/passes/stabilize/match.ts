import {
  type Call,
  countOfSummands,
  factors,
  type Part,
  type Product,
  type Reduction,
  reductionKey,
  type Sum,
  summands,
  type Term,
  type Terms,
} from "./term.js";

// Matching modulo the order of sums and products: what a pattern needs is looked for among the parts, one after the other, and
// taken back where it leads nowhere. A sum matches up to a factor, −2(1 − cos x) the pattern 1 − cos x, and parts may be left over.

/** What the variables of a pattern stand for. */
export interface Bindings {
  readonly terms: Map<string, Term>;
  /** What the pattern's reductions have in common. */
  reduction: Reduction | undefined;
}

/** The subject is scale · (the pattern with its bindings) + rest, or scale · (the pattern) · rest. */
export interface Match {
  readonly bindings: Bindings;
  readonly scale: number;
  readonly rest: Term | undefined;
}

/** Continues with what has been found so far; false leads back to the last choice. */
type Next = () => boolean;
type NextScaled = (scale: number) => boolean;

/**
 * Finds the pattern in a term of the store, as a whole up to a factor, or with parts left over if `partly`. The first match that
 * `accepts` approves is taken.
 */
export function match(pattern: Term, subject: Term, terms: Terms, partly: boolean, accepts: (match: Match) => boolean): Match | undefined {
  const matcher = new Matcher(terms);
  let found: Match | undefined;
  const take = (scale: number, rest: Term | undefined): boolean => {
    if (rest !== undefined && !partly) return false;
    const { terms: bound, reduction } = matcher.bindings;
    const candidate = { bindings: { terms: new Map(bound), reduction }, scale, rest };
    if (!accepts(candidate)) return false;
    found = candidate;
    return true;
  };
  if (pattern.kind === "sum") matcher.sum(pattern, subject, (scale, rest) => take(scale, countOfSummands(rest) === 0 ? undefined : rest));
  else if (pattern.kind === "product")
    matcher.product(pattern, subject, (coefficient, rest) => take(coefficient, rest.length === 0 ? undefined : terms.product(rest)));
  else matcher.whole(pattern, subject, () => take(1, undefined));
  return found;
}

class Matcher {
  readonly bindings: Bindings = { terms: new Map(), reduction: undefined };

  constructor(private readonly terms: Terms) {}

  /** The pattern is the subject, with no factor and nothing left over. */
  whole(pattern: Term, subject: Term, next: Next): boolean {
    switch (pattern.kind) {
      case "number":
        return subject.kind === "number" && subject.value === pattern.value && next();
      case "atom":
        return this.bind(pattern.name, subject, next);
      case "call":
        return this.call(pattern, subject, next);
      case "sum":
        return this.sum(pattern, subject, (scale, rest) => scale === 1 && countOfSummands(rest) === 0 && next());
      case "product":
        return this.product(pattern, subject, (coefficient, rest) => coefficient === 1 && rest.length === 0 && next());
    }
  }

  private bind(name: string, subject: Term, next: Next): boolean {
    const known = this.bindings.terms.get(name);
    if (known !== undefined) return known === subject && next();
    this.bindings.terms.set(name, subject);
    if (next()) return true;
    this.bindings.terms.delete(name);
    return false;
  }

  private call(pattern: Call, subject: Term, next: Next): boolean {
    // xⁿ with a free n: of a tape, powers with numbers are products.
    if (pattern.name === "pow" && subject.kind === "product" && subject.parts.length === 1) {
      const [[base, exponent]] = subject.parts;
      return this.whole(pattern.args[0], base, () => this.whole(pattern.args[1], this.terms.number(exponent), next));
    }
    if (subject.kind !== "call" || subject.name !== pattern.name || subject.args.length !== pattern.args.length) return false;
    const from = (i: number): boolean =>
      i === pattern.args.length ? next() : this.whole(pattern.args[i], subject.args[i], () => from(i + 1));
    if (subject.reduction === undefined) return from(0);
    const before = this.bindings.reduction;
    if (before !== undefined && reductionKey(before) !== reductionKey(subject.reduction)) return false;
    this.bindings.reduction = subject.reduction;
    if (from(0)) return true;
    this.bindings.reduction = before;
    return false;
  }

  /** Parts of the subject are scale · pattern; the others are left over. */
  sum(pattern: Sum, subject: Term, next: (scale: number, rest: Term) => boolean): boolean {
    const { constant, parts } = summands(subject);
    if (pattern.constant !== 0 && constant === 0) return false;
    const scale = pattern.constant === 0 ? undefined : constant / pattern.constant;
    const [others, variables] = divide(pattern.parts, ([term]) => term.kind !== "atom");
    return this.summands(inOrder(others), variables, parts, scale, pattern.constant === 0 ? constant : 0, next);
  }

  private summands(
    wanted: readonly Part[],
    variables: readonly Part[],
    parts: readonly Part[],
    scale: number | undefined,
    constant: number,
    next: (scale: number, rest: Term) => boolean,
  ): boolean {
    if (wanted.length === 0) return this.variableSummands(variables, this.terms.sum(parts, constant), scale ?? 1, next);
    const [[term, coefficient], ...later] = wanted;
    for (const [i, [candidate, own]] of parts.entries()) {
      const others = parts.filter((_, j) => j !== i);
      const goOn = (found: number): boolean => this.summands(later, variables, others, found, constant, next);
      // A factor that is free takes the number in.
      if (term.kind === "product" && this.hasFreeFactor(term)) {
        if (this.wholeProduct(term, this.terms.scale(candidate, own / (coefficient * (scale ?? 1))), () => goOn(scale ?? 1))) return true;
        continue;
      }
      const ratio = own / coefficient;
      if (scale !== undefined && ratio !== scale) continue;
      if (this.whole(term, candidate, () => goOn(ratio))) return true;
    }
    return false;
  }

  private wholeProduct = (pattern: Product, subject: Term, next: Next): boolean =>
    this.product(pattern, subject, (coefficient, rest) => coefficient === 1 && rest.length === 0 && next());

  private hasFreeFactor = ({ parts }: Product): boolean =>
    parts.some(([term, e]) => term.kind === "atom" && e === 1 && !this.bindings.terms.has(term.name));

  /** Variables that are terms of the sum: known ones are taken away, a free one takes a part, and the last of them all the rest. */
  private variableSummands(variables: readonly Part[], rest: Term, scale: number, next: (scale: number, rest: Term) => boolean): boolean {
    if (variables.length === 0) return next(scale, rest);
    const known = variables.find(([term]) => this.bindings.terms.has(nameOf(term)));
    if (known !== undefined) {
      const [term, coefficient] = known;
      const value = this.bindings.terms.get(nameOf(term)) as Term;
      const left = this.terms.sum([
        [rest, 1],
        [value, -scale * coefficient],
      ]);
      if (countOfSummands(left) !== countOfSummands(rest) - countOfSummands(value)) return false;
      return this.variableSummands(without(variables, known), left, scale, next);
    }
    const [[term, coefficient], ...later] = variables;
    const { constant, parts } = summands(rest);
    const factor = 1 / (scale * coefficient);
    if (countOfSummands(rest) === 0) return false;
    if (later.length === 0) return this.bind(nameOf(term), this.terms.scale(rest, factor), () => next(scale, this.terms.number(0)));
    for (const [i, [candidate, own]] of parts.entries()) {
      const others = this.terms.sum(
        parts.filter((_, j) => j !== i),
        constant,
      );
      const part = this.terms.scale(candidate, own * factor);
      if (this.bind(nameOf(term), part, () => this.variableSummands(later, others, scale, next))) return true;
    }
    return false;
  }

  /** Factors of the subject are coefficient · pattern; the others are left over. */
  product(pattern: Product, subject: Term, next: (coefficient: number, rest: readonly Part[]) => boolean): boolean {
    const { coefficient, parts } = factors(subject);
    const [others, variables] = divide(pattern.parts, ([term]) => term.kind !== "atom");
    return this.factors(inOrder(others), variables, parts, coefficient, next);
  }

  private factors(
    wanted: readonly Part[],
    variables: readonly Part[],
    parts: readonly Part[],
    coefficient: number,
    next: (coefficient: number, rest: readonly Part[]) => boolean,
  ): boolean {
    if (wanted.length === 0) return this.variableFactors(variables, parts, coefficient, next);
    const [[term, exponent], ...later] = wanted;
    for (const [i, [candidate, own]] of parts.entries()) {
      const left = own - exponent;
      const fits = left === 0 || (Number.isInteger(left) && Math.sign(own) === Math.sign(exponent) && Math.abs(own) > Math.abs(exponent));
      if (!fits) continue;
      const others = parts.flatMap((part, j): Part[] => (j !== i ? [part] : left === 0 ? [] : [[candidate, left]]));
      const goOn: NextScaled = (scale) => this.factors(later, variables, others, coefficient * scale ** exponent, next);
      if (this.upToScale(term, candidate, exponent, goOn)) return true;
    }
    return false;
  }

  /** A factor that is a sum may be a multiple of the pattern's, of any sign if the exponent is whole. */
  private upToScale(pattern: Term, subject: Term, exponent: number, next: NextScaled): boolean {
    if (pattern.kind !== "sum") return this.whole(pattern, subject, () => next(1));
    return this.sum(
      pattern,
      subject,
      (scale, rest) => countOfSummands(rest) === 0 && (scale === 1 || Number.isInteger(exponent)) && next(scale),
    );
  }

  private variableFactors(
    variables: readonly Part[],
    parts: readonly Part[],
    coefficient: number,
    next: (coefficient: number, rest: readonly Part[]) => boolean,
  ): boolean {
    if (variables.length === 0) return next(coefficient, parts);
    const known = variables.find(([term]) => this.bindings.terms.has(nameOf(term)));
    if (known !== undefined) {
      const [term, exponent] = known;
      const value = factors(this.bindings.terms.get(nameOf(term)) as Term);
      let rest: readonly Part[] | undefined = parts;
      for (const [factor, own] of value.parts) rest = rest && takeAway(rest, factor, own * exponent);
      return rest !== undefined && this.variableFactors(without(variables, known), rest, coefficient / value.coefficient ** exponent, next);
    }
    const [[term, exponent], ...later] = variables;
    // Nothing left is not a factor of 1.
    if (parts.length === 0 && coefficient === 1) return false;
    if (later.length === 0) {
      const root = this.root(coefficient, parts, exponent);
      return root !== undefined && this.bind(nameOf(term), root, () => next(1, []));
    }
    for (const [i, [candidate, own]] of parts.entries()) {
      const root = this.root(1, [[candidate, own]], exponent);
      const others = parts.filter((_, j) => j !== i);
      if (root !== undefined && this.bind(nameOf(term), root, () => this.variableFactors(later, others, coefficient, next))) return true;
    }
    return false;
  }

  /** The term whose power with this exponent is the product, if it is as simple: 2x for 4x² and 2, nothing for x and 2. */
  private root(coefficient: number, parts: readonly Part[], exponent: number): Term | undefined {
    if (exponent === 1) return this.terms.product(parts, coefficient);
    const isWhole = Number.isInteger(exponent);
    if (!parts.every(([, own]) => (isWhole ? own / exponent > 0 && Number.isInteger(own / exponent) : own === exponent))) return undefined;
    const number = coefficient ** (1 / exponent);
    if (number ** exponent !== coefficient) return undefined;
    return this.terms.product(
      parts.map(([term, own]) => [term, own / exponent]),
      number,
    );
  }
}

const nameOf = (term: Term): string => (term.kind === "atom" ? term.name : "");

function divide<T>(list: readonly T[], belongs: (item: T) => boolean): readonly [T[], T[]] {
  return [list.filter(belongs), list.filter((item) => !belongs(item))];
}
const without = <T>(list: readonly T[], item: T): T[] => list.filter((other) => other !== item);

/** The parts that say most come first: those that hold no sum or product of free variables, and of these the larger ones. */
const inOrder = (parts: readonly Part[]): Part[] => [...parts].sort(([a], [b]) => weight(b) - weight(a));
function weight(term: Term): number {
  switch (term.kind) {
    case "call":
      return 1 + term.args.reduce((sum, arg) => sum + weight(arg), 0) + 100;
    case "sum":
      return 50 + term.parts.reduce((sum, [part]) => sum + weight(part), term.constant === 0 ? 0 : 1);
    case "product":
      return term.parts.reduce((sum, [part]) => sum + weight(part), 0);
    default:
      return 0;
  }
}

function takeAway(parts: readonly Part[], factor: Term, exponent: number): readonly Part[] | undefined {
  const found = parts.find(([term]) => term === factor);
  if (found === undefined) return undefined;
  const left = found[1] - exponent;
  if (left !== 0 && (Math.sign(found[1]) !== Math.sign(exponent) || Math.abs(found[1]) < Math.abs(exponent))) return undefined;
  return parts.flatMap((part): Part[] => (part !== found ? [part] : left === 0 ? [] : [[factor, left]]));
}
