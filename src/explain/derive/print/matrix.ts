import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import { fromMonomial, isZero, product } from "../algebra/arithmetic.js";
import { spend } from "../algebra/budget.js";
import { bareIndex, type Index, placeOf, type Range } from "../algebra/places.js";
import { substitute } from "../algebra/sums.js";
import { type Atom, type AtomOf, type Factor, type Monomial, type Polynomial, raw } from "../algebra/terms.js";
import { contract, diagonalForm, type Edge, SUM, turnedForm } from "./contraction.js";
import {
  isOneNumber,
  isRootOfNumber,
  joinedRoots,
  type LaidFactor,
  type Merged,
  mergedPowers,
  opposite,
  rootOfSquares,
  withoutCounts,
  withRootsBelow,
} from "./factors.js";
import type { Form } from "./form.js";
import * as form from "./form.js";
import { gathered } from "./gather.js";
import { inOrder, orientedBase, withoutMinus } from "./order.js";
import {
  attempt,
  eitherWay,
  grouped,
  isIdentity,
  isOneValue,
  Layouts,
  NoMatrixForm,
  OPPOSITE,
  oneHot,
  REDUCTIONS,
  RELATIONS,
  sidesOf,
  triangle,
  valueForm,
  withinTriangle,
} from "./pieces.js";
import { isDecimal, lengthOf } from "./text.js";

const MEAN = { text: "mean" };
/** Lays formulas out with vectors and matrices. The indices of the result are its rows and columns: none, one, or two. */
export class MatrixLayout {
  private readonly laid = new Layouts();
  private readonly transposes = new Map<Form, Form>();

  constructor(
    /** The letter for the size of a range. */
    private readonly sizeName: (range: Range) => string,
    /** How the derivative that a letter stands for is written. */
    private readonly letterForm: (atom: AtomOf<"value">) => Form | undefined,
  ) {}

  layout(p: Polynomial, targets: readonly Index[]): Form {
    return this.polynomial(targets.length === 0 ? gathered(p) : p, targets, true);
  }

  // Sums

  /** Each formula at each of its places once: a matrix is laid out both ways round, and so is what is within it. */
  private polynomial(p: Polynomial, targets: readonly Index[], isWhole = false): Form {
    return this.laid.once(`${p.key}@${targets.map(({ id }) => id).join()}${isWhole}`, () => this.sum(p, targets, isWhole));
  }

  private sum(given: Polynomial, targets: readonly Index[], isWhole: boolean): Form {
    spend(2);
    if (isZero(given)) return form.ZERO_FORM;
    const p = withoutMinus(given);
    const own = targets.filter((index) => p.free.has(index));
    if (isWhole && p.terms.length > 1 && own.length < targets.length) return this.spelled(p, own, targets);
    const hasIdentity = targets.length === 2 && p.terms.some(({ monomial }) => monomial.factors.some(({ atom }) => isIdentity(atom)));
    const isAlone = isWhole && p.terms.length === 1;
    const terms = inOrder(p, targets).map(({ coefficient, monomial }) => {
      const places = targets.filter((index) => monomial.free.has(index));
      const isNegative = q.isNegative(coefficient);
      const isSpelled = places.length < targets.length && (isAlone || this.isSpelled(monomial, places, targets, hasIdentity));
      return { isNegative, form: this.term(isNegative ? q.negate(coefficient) : coefficient, monomial, isSpelled ? targets : places) };
    });
    if (terms.length > 1 && terms.every(({ isNegative }) => isNegative))
      return {
        kind: "sum",
        terms: [{ isNegative: true, form: { kind: "sum", terms: terms.map((term) => ({ ...term, isNegative: false })) } }],
      };
    return form.sumForm(terms);
  }

  /** A sum that is the same along an axis, times ones along it. */
  private spelled(p: Polynomial, own: readonly Index[], targets: readonly Index[]): Form {
    const inner = this.polynomial(p, own);
    if (targets.length === 1) return form.productForm([inner, form.ONES]);
    if (own.length === 0) return form.productForm([inner, form.ONES, form.transposeForm(form.ONES)]);
    return own[0] === targets[0]
      ? form.productForm([inner, form.transposeForm(form.ONES)])
      : form.productForm([form.ONES, form.transposeForm(inner)]);
  }

  /**
   * Whether a term that does not have all the indices of a sum is written with ones. A number is added everywhere, a vector to each
   * row of a matrix, both as in code. A vector for each column is v𝟏ᵀ; beside I, and alone, nothing is left to be understood.
   */
  private isSpelled(monomial: Monomial, own: readonly Index[], targets: readonly Index[], hasIdentity: boolean): boolean {
    if (targets.length < 2) return false;
    if (own.length === 0 || hasIdentity) return hasIdentity;
    return own[0] === targets[0] || !isOneValue(monomial);
  }

  /** A formula beside others of more indices: numbers, rows that are added to each row, and with ones what is for each column. */
  private spread(p: Polynomial, targets: readonly Index[]): Form {
    const free = targets.filter((index) => p.free.has(index));
    const isRow = targets.length === 2 && free.length === 1 && free[0] === targets[1];
    if (free.length === targets.length || free.length === 0) return this.polynomial(p, free);
    if (isRow && p.terms.length === 1 && isOneValue(p.terms[0].monomial) && q.isOne(p.terms[0].coefficient))
      return this.polynomial(p, free);
    const vector = this.polynomial(p, free);
    return isRow ? form.productForm([form.ONES, form.transposeForm(vector)]) : form.productForm([vector, form.transposeForm(form.ONES)]);
  }

  // Products

  private term(coefficient: Fraction, monomial: Monomial, targets: readonly Index[]): Form {
    for (const index of monomial.free) if (!targets.includes(index)) throw new NoMatrixForm("an index is left");
    const identities = targets.length === 2 ? monomial.factors.filter(({ atom }) => isIdentity(atom)) : [];
    if (identities.length > 0) return this.diagonal(coefficient, monomial, identities, targets);
    const merged = this.withMeans(mergedPowers(monomial.factors), targets);
    const [i, j] = targets;
    const of = (wanted: readonly Index[]): LaidFactor[] =>
      merged.filter(({ free }) => targets.every((index) => free.has(index) === wanted.includes(index)));
    const numbers = of([]);
    const above = numbers.filter(({ exponent }) => !q.isNegative(exponent));
    const below = numbers.filter(({ exponent }) => q.isNegative(exponent));
    const core: Core =
      targets.length === 0 ? {} : targets.length === 1 ? this.vector(of([i]), i) : this.matrix(of([i]), of([j]), of([i, j]), targets);
    return this.scaled(coefficient, above, below, core);
  }

  /** δᵢⱼ·wᵢ is diag(w), δᵢⱼ is I. */
  private diagonal(coefficient: Fraction, monomial: Monomial, identities: readonly Factor[], [i, j]: readonly Index[]): Form {
    const rest = monomial.factors.filter((factor) => !identities.includes(factor));
    const isWeight = ({ atom }: Factor): boolean => atom.free.has(i) || atom.free.has(j);
    const weights = rest.filter(isWeight);
    const over =
      weights.length === 0
        ? form.IDENTITY
        : diagonalForm(this.polynomial(substitute(product(q.ONE, weights), new Map([[j, placeOf(i)]])), [i]));
    const numbers = mergedPowers(rest.filter((factor) => !isWeight(factor))).sort((a, b) => a.rank - b.rank);
    const isBelow = ({ exponent }: LaidFactor): boolean => q.isNegative(exponent);
    return this.scaled(
      coefficient,
      numbers.filter((factor) => !isBelow(factor)),
      numbers.filter(isBelow),
      { over },
    );
  }

  private scaled(given: Fraction, factors: readonly LaidFactor[], divisors: readonly LaidFactor[], core: Core): Form {
    const { coefficient, above, below } = withRootsBelow(given, factors, divisors);
    const isFraction = coefficient.denominator !== 1n && !isDecimal(coefficient);
    const over: Form[] = [{ kind: "fraction", value: isFraction ? q.fraction(coefficient.numerator) : coefficient }];
    const under: Form[] = isFraction ? [{ kind: "fraction", value: q.fraction(coefficient.denominator) }] : [];
    const [topRoot, bottomRoot] = joinedRoots(above, below);
    over.push(...topRoot, ...above.filter((factor) => !isRootOfNumber(factor)).map((factor) => this.factor(factor, [])));
    under.push(...bottomRoot, ...below.filter((factor) => !isRootOfNumber(factor)).map((factor) => this.factor(opposite(factor), [])));
    const top =
      core.over === undefined
        ? form.productForm(over)
        : form.scaledForm(
            over.filter((one) => !form.isUnit(one)),
            core.over,
          );
    const bottom =
      core.under === undefined
        ? form.productForm(under)
        : form.scaledForm(
            under.filter((one) => !form.isUnit(one)),
            core.under,
          );
    return form.quotientForm(top, bottom);
  }

  private placeByPlace(factors: readonly LaidFactor[], targets: readonly Index[]): Core {
    const above = withinTriangle(factors.filter(({ exponent }) => !q.isNegative(exponent)).map((factor) => this.factor(factor, targets)));
    const below = factors.filter(({ exponent }) => q.isNegative(exponent)).map((factor) => this.factor(opposite(factor), targets));
    return {
      ...(above.length > 0 ? { over: form.hadamardForm(above) } : {}),
      ...(below.length > 0 ? { under: form.hadamardForm(below) } : {}),
    };
  }

  /** A vector; without a factor, ones. */
  private vector(factors: readonly LaidFactor[], index: Index): Core {
    return factors.length === 0 ? { over: form.ONES } : this.placeByPlace(factors, [index]);
  }

  private whole({ over, under }: Core): Form {
    return form.quotientForm(over ?? form.ONE_FORM, under ?? form.ONE_FORM);
  }

  /** A matrix with weights for its rows and columns; without a matrix, an outer product. */
  private matrix(
    rows: readonly LaidFactor[],
    columns: readonly LaidFactor[],
    both: readonly LaidFactor[],
    targets: readonly Index[],
  ): Core {
    const [i, j] = targets;
    const u = rows.length > 0 ? this.whole(this.placeByPlace(rows, [i])) : undefined;
    const v = columns.length > 0 ? this.whole(this.placeByPlace(columns, [j])) : undefined;
    if (both.length === 0) return { over: form.productForm([u ?? form.ONES, turnedForm(v ?? form.ONES, this.transposes)]) };
    const core = this.placeByPlace(both, targets);
    if (u === undefined && v === undefined) return core;
    // A matrix with weights for rows and columns, or uvᵀ ⊙ M, whichever is shorter.
    const outer =
      u === undefined || v === undefined
        ? undefined
        : form.hadamardForm([form.productForm([u, turnedForm(v, this.transposes)]), this.whole(core)]);
    const between = {
      over: form.productForm([
        ...(u === undefined ? [] : [diagonalForm(u)]),
        grouped(this.whole(core)),
        ...(v === undefined ? [] : [diagonalForm(v)]),
      ]),
    };
    return outer !== undefined && lengthOf(outer) < lengthOf(between.over) ? { over: outer } : between;
  }

  /** Σ(…)/n over a range of n as a mean. */
  private withMeans(factors: readonly LaidFactor[], targets: readonly Index[]): LaidFactor[] {
    for (const factor of factors) {
      const { atom, exponent } = factor;
      if (atom?.kind !== "sum" || !q.isOne(exponent)) continue;
      const rest = withoutCounts(factors, atom);
      if (rest === undefined) continue;
      const own = targets.filter((index) => atom.free.has(index));
      const sum = this.plainSum(atom, own);
      if (sum === undefined) continue;
      const mean: LaidFactor = { free: atom.free, exponent: q.ONE, rank: 5, laid: { form: { ...sum, sign: MEAN }, targets: own } };
      return this.withMeans([...rest.filter((other) => other !== factor), mean], targets);
    }
    return [...factors].sort((a, b) => a.rank - b.rank);
  }

  /** Σ over one axis, or over all places, if what is added up has all of its indices in sight. */
  private plainSum(atom: AtomOf<"sum">, own: readonly Index[]): (Form & { readonly kind: "call" }) | undefined {
    if (atom.bound.length > 1) {
      const places = own.length > 0 || atom.bound.length > 2 ? undefined : attempt(() => this.everyPlace(atom));
      return places === undefined ? undefined : { kind: "call", sign: SUM, axis: "", args: [places] };
    }
    const sum = this.contraction(atom, own, true);
    return sum.kind === "call" && sum.sign === SUM ? sum : undefined;
  }

  private everyPlace({ bound, body }: AtomOf<"sum">): Form {
    const laid = eitherWay((own) => this.polynomial(fromMonomial(body), own, true), bound);
    return laid.kind === "transpose" ? laid.of : laid;
  }

  // Powers

  private factor({ atom, exponent, laid, merged }: LaidFactor, targets: readonly Index[]): Form {
    if (laid !== undefined) return laid.targets.length === 2 && laid.targets[0] !== targets[0] ? form.transposeForm(laid.form) : laid.form;
    if (merged !== undefined) return this.merged(merged, targets);
    return this.power(atom as Atom, exponent, targets);
  }

  private power(given: Atom, exponent: Fraction, targets: readonly Index[]): Form {
    const norm = this.norm(given, exponent);
    if (norm !== undefined) return norm;
    const isEven = exponent.denominator === 1n && exponent.numerator % 2n === 0n;
    const atom = isEven && given.kind === "group" ? raw.group(orientedBase(given.body), given.kept) : given;
    if (q.isOne(exponent)) return this.atom(atom, targets);
    if (exponent.denominator === 2n && exponent.numerator === 1n)
      return { kind: "root", of: atom.kind === "group" ? this.polynomial(atom.body, targets) : this.atom(atom, targets) };
    return { kind: "power", base: this.atom(atom, targets), exponent: { kind: "fraction", value: exponent } };
  }

  /** √(Σ u²) = ‖u‖ */
  private norm(atom: Atom, exponent: Fraction): Form | undefined {
    if (atom.kind !== "sum" || atom.free.size > 0 || exponent.denominator !== 2n || atom.bound.length > 2) return undefined;
    const { factors } = atom.body;
    if (!factors.every(({ exponent: own }) => own.denominator === 1n && own.numerator % 2n === 0n)) return undefined;
    const root = rootOfSquares(factors);
    const norm: Form = { kind: "norm", of: this.polynomial(root, atom.bound) };
    const power = exponent.numerator;
    return power === 1n ? norm : { kind: "power", base: norm, exponent: { kind: "fraction", value: q.fraction(power) } };
  }

  // Atoms

  private atom(atom: Atom, targets: readonly Index[]): Form {
    switch (atom.kind) {
      case "value":
        return valueForm(atom, this.letterForm(atom) ?? form.named(atom.quantity.name), targets);
      case "group":
        return this.group(atom, targets);
      case "size":
        return form.named(this.sizeName(atom.range));
      case "constant":
        return form.numberForm(atom.name);
      case "function":
        return this.function(atom, targets);
      case "indicator":
        return this.relation(atom, targets, false);
      case "reduction":
        return this.reduction(atom, targets);
      case "sum":
        return this.contraction(atom, targets, false);
      case "delta":
        return oneHot(atom, targets);
      case "guard":
        return triangle(atom, targets);
      default:
        throw new NoMatrixForm(`${atom.kind} that was not merged`);
    }
  }

  /** 1 − [u > v] is [u ≤ v]; other sums as they are, or as the transpose of what is shorter. */
  private group({ body }: AtomOf<"group">, targets: readonly Index[]): Form {
    if (body.terms.length === 2) {
      const one = body.terms.find(({ coefficient, monomial }) => monomial.factors.length === 0 && q.isOne(coefficient));
      const other = body.terms.find((term) => term !== one);
      const [only] = other?.monomial.factors ?? [];
      if (
        one !== undefined &&
        other !== undefined &&
        q.isOne(q.negate(other.coefficient)) &&
        other.monomial.factors.length === 1 &&
        only.atom.kind === "indicator"
      )
        return this.relation(only.atom, targets, true);
    }
    return eitherWay((own) => this.polynomial(body, own), targets);
  }

  private function({ of, args }: AtomOf<"function">, targets: readonly Index[]): Form {
    return eitherWay((own) => {
      const laid = args.map((arg) =>
        this.polynomial(
          of.parity === "even" ? orientedBase(arg) : arg,
          own.filter((index) => arg.free.has(index) || args.length === 1),
        ),
      );
      if (args.length > 1 && own.length === 2)
        for (const [k, arg] of args.entries()) if (arg.free.size < 2) laid[k] = this.spread(arg, own);
      return of.name === "abs" ? { kind: "absolute", of: laid[0] } : form.callForm(of.sign, laid);
    }, targets);
  }

  private merged(merged: Merged, targets: readonly Index[]): Form {
    const free = (p: Polynomial): readonly Index[] => targets.filter((index) => p.free.has(index));
    if (merged.base === undefined) {
      if (isOneNumber(merged.exponent)) return form.letterForm("e", "e");
      const exponent = eitherWay((own) => this.polynomial(merged.exponent, own), targets);
      return exponent.kind === "transpose" && targets.length === 2 && exponent.of.kind !== "sign"
        ? form.transposeForm({ kind: "exponential", exponent: exponent.of })
        : { kind: "exponential", exponent };
    }
    if (targets.length === 2 && (free(merged.base).length === 1 || free(merged.exponent).length === 1))
      throw new NoMatrixForm("a power of mixed shapes");
    return {
      kind: "power",
      base: this.polynomial(merged.base, free(merged.base)),
      exponent: this.polynomial(merged.exponent, free(merged.exponent)),
    };
  }

  private relation({ relation, difference }: AtomOf<"indicator">, targets: readonly Index[], isOpposite: boolean): Form {
    const { left, right, sign } = sidesOf(relation, difference);
    const shown = isOpposite ? OPPOSITE[sign] : sign;
    return eitherWay((own) => {
      return { kind: "relation", left: this.spread(left, own), sign: RELATIONS[shown], right: this.spread(right, own) };
    }, targets);
  }

  private reduction(atom: AtomOf<"reduction">, targets: readonly Index[]): Form {
    const { name, bound, body, at } = atom;
    if (name === "softmax") return this.softmax(atom, targets);
    if (name === "inverse") {
      const [row, column] = at.map(bareIndex);
      if (row === undefined || column === undefined || targets.length !== 2 || body.free.size > 2)
        throw new NoMatrixForm("an inverse at a place");
      const matrix = this.polynomial(body, row === targets[0] ? bound : [bound[1], bound[0]]);
      if (row !== targets[0] && (row !== targets[1] || column !== targets[0])) throw new NoMatrixForm("an inverse at other places");
      return { kind: "inverse", of: matrix };
    }
    if (targets.length + bound.length > 2) throw new NoMatrixForm("a reduction of more than two axes");
    if (targets.length === 0) return form.callForm(REDUCTIONS[name], [eitherWay((own) => this.polynomial(body, own), bound)]);
    const [rows, columns] = [
      attempt(() => this.polynomial(body, [targets[0], bound[0]])),
      attempt(() => this.polynomial(body, [bound[0], targets[0]])),
    ];
    if (rows !== undefined && (columns === undefined || lengthOf(rows) <= lengthOf(columns)))
      return form.callForm(REDUCTIONS[name], [rows], "1");
    if (columns !== undefined) return form.callForm(REDUCTIONS[name], [columns], "0");
    throw new NoMatrixForm(`no form of ${name}`);
  }

  /** softmax goes along the last axis, softmax₀ along the first. */
  private softmax({ bound, body, at }: AtomOf<"reduction">, targets: readonly Index[]): Form {
    const index = bareIndex(at[0]);
    if (index === undefined || !targets.includes(index)) throw new NoMatrixForm("a softmax at a place");
    const inner = substitute(body, new Map([[bound[0], at[0]]]));
    if (targets.length === 1) return form.callForm({ text: "softmax" }, [this.polynomial(inner, targets)]);
    return eitherWay((own) => form.callForm({ text: "softmax" }, [this.polynomial(inner, own)], own[1] === index ? "" : "0"), targets);
  }

  private contraction(atom: AtomOf<"sum">, targets: readonly Index[], asSum: boolean): Form {
    const all = [...targets, ...atom.bound];
    if (all.length > 6) throw new NoMatrixForm("too many indices");
    const weights = new Map<Index, LaidFactor[]>();
    const groups = new Map<string, { readonly on: readonly [Index, Index]; readonly factors: LaidFactor[] }>();
    for (const factor of mergedPowers(atom.body.factors).sort((a, b) => a.rank - b.rank)) {
      const on = all.filter((index) => factor.free.has(index));
      if (on.length === 0 || on.length > 2) throw new NoMatrixForm("a factor of other indices");
      const [a, b] = on;
      if (on.length === 1) weights.set(a, [...(weights.get(a) ?? []), factor]);
      else {
        const key = `${a.id},${b.id}`;
        const group = groups.get(key) ?? { on: [a, b] as const, factors: [] };
        group.factors.push(factor);
        groups.set(key, group);
      }
    }
    const edges = [...groups.values()].map(({ on, factors }): Edge => {
      const known = new Map<Index, Form>();
      return {
        on,
        as: (rows, columns) => {
          const before = known.get(rows);
          if (before !== undefined) return before;
          const laid = eitherWay((own) => this.whole(this.placeByPlace(factors, own)), [rows, columns]);
          known.set(rows, laid);
          return laid;
        },
      };
    });
    const laidWeights = new Map(
      [...weights].map(([index, factors]) => [index, this.vectors(factors, index, targets.length === 0 && all.length === 1)]),
    );
    const found = contract({ targets, bound: atom.bound, weights: laidWeights, edges, asSum, transposes: this.transposes });
    if (found === undefined) throw new NoMatrixForm("no order of products");
    return found;
  }

  /** Factors with one index: each by itself where they may become uᵀv, else one. */
  private vectors(factors: readonly LaidFactor[], index: Index, areApart: boolean): readonly Form[] {
    const isPlain = areApart && factors.length === 2 && factors.every(({ exponent }) => q.isOne(exponent));
    return isPlain ? factors.map((factor) => this.factor(factor, [index])) : [this.whole(this.placeByPlace(factors, [index]))];
  }
}

interface Core {
  readonly over?: Form;
  readonly under?: Form;
}
