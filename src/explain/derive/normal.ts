import { type Shape, sameShape, sizeOf as sizeOfShape } from "../../base/shape.js";
import { NotEqual } from "../../ops/elementwise.js";
import { BroadcastTo } from "../../ops/movement.js";
import { type AnyOp, type Applied, isOf } from "../../ops/op.js";
import { Softmax, Sum } from "../../ops/reduce.js";
import { callFactsOf } from "../facts/formulas.js";
import {
  type CallExpression,
  call,
  contains,
  type Expression,
  isNumber,
  number,
  partsOf,
  power,
  product,
  quotient,
  type SymbolExpression,
  sizeOf,
  sum,
  type Values,
} from "../formula/expression.js";
import * as q from "../formula/fraction.js";
import type { Budget, Polynomial } from "./algebra/polynomial.js";
import * as p from "./algebra/polynomial.js";
import { atomsOf, type Factor, Field, parts, type Rational, split } from "./algebra/rational.js";
import { mirrored, positiveFirst, writeFraction } from "./signs.js";

/** A value that stands in the algebra as a letter. */
interface Atom {
  readonly expression: Expression;
  /** The exponential of c times something: c, and that something as a key. */
  readonly exponential?: { readonly coefficient: q.Fraction; readonly key: string };
}

/** An atom, or its power, as a function of a named value that is defined by it. */
interface Solution {
  /** The atom of the named value. */
  readonly own: number;
  readonly atom: number;
  readonly exponent: number;
  readonly value: Rational;
  /** What else the definition is made of: it stays as it is. */
  readonly kept: ReadonlySet<number>;
}

/** How much longer a sum may be than a fraction, if one of its terms is none. */
const LINE_BONUS = 4;

/** Powers of one exponential that others are written as. */
const HIGHEST_POWER = 8;

/**
 * Formulas in normal form: rational functions of *atoms*, which are named values and calls of ops on formulas that are
 * themselves in normal form. What goes place by place commutes, so the algebra need not know of axes; linear ops (sums,
 * matrix products) let factors out that do not vary along the axes that they add up.
 */
export class Algebra {
  readonly field: Field;
  /** The identities that were used beyond the rules of rational functions, since the last time that this was emptied. */
  readonly identities = new Set<string>();

  private readonly atoms: Atom[] = [];
  private readonly ids = new Map<string, number>();
  /** Numbers for ops: a user's op may have the name of another one. */
  private readonly ops = new Map<AnyOp, number>();
  private readonly normal = new Map<Expression, Rational>();

  constructor(
    private readonly values: Values,
    /** Letters for counts: how often a sum repeats a constant. */
    private readonly counts: ReadonlyMap<number, Expression>,
    budget: Budget,
  ) {
    this.field = new Field(budget);
  }

  /** The normal form. */
  of(x: Expression): Rational {
    const before = this.normal.get(x);
    if (before !== undefined) return before;
    const result = this.compute(x);
    this.normal.set(x, result);
    return result;
  }

  private compute(x: Expression): Rational {
    const { field } = this;
    switch (x.kind) {
      case "number":
        return field.number(x.value);
      case "symbol":
        return field.atom(this.intern(x, x.name));
      case "derivative":
        return field.atom(this.intern(x, `∂${this.key(this.of(x.of))}/${x.by.name}`));
      case "sum":
        return field.add(...x.terms.map((term) => this.of(term)));
      case "product":
        return x.factors.map((factor) => this.of(factor)).reduce((a, b) => field.multiply(a, b));
      case "quotient":
        return field.divide(this.of(x.over), this.of(x.under));
      case "power":
        return field.power(this.of(x.base), x.exponent);
      case "call":
        return this.call(x);
    }
  }

  private call(x: CallExpression): Rational {
    const { op, args } = x;
    const { field } = this;
    const { algebra, linearIn } = callFactsOf(op);
    switch (algebra) {
      case "identity":
        return this.of(args[0]);
      case "sum":
        return isOf(x, Sum) ? this.sum(x) : this.opaque(x);
      case "softmax":
        return isOf(x, Softmax) ? this.softmax(x) : this.opaque(x);
      case "linear":
        return this.linear(x, linearIn, (atom) => this.isScalar(atom));
      case "reshape":
        return this.reshape(x);
      case "choice": {
        const condition = this.condition(args[0]);
        const other = field.add(field.number(q.ONE), field.negate(condition));
        return field.add(field.multiply(condition, this.of(args[1])), field.multiply(other, this.of(args[2])));
      }
      case "indicator":
        return args.every(({ kind }) => kind === "number") ? field.number(q.fraction(BigInt(this.values.of(x).first))) : this.opaque(x);
      case "exponential":
        return this.exponential(this.of(args[0]), x);
      case "logarithm":
        return isNumber(this.expression(this.of(args[0])), 1) ? field.number(q.ZERO) : this.opaque(x);
      case "odd":
      case "even":
      case "complementary":
        return this.symmetric(x, algebra);
      case "opaque":
        return this.opaque(x);
    }
  }

  /** A function of −x by that of x. */
  private symmetric(x: CallExpression, symmetry: "odd" | "even" | "complementary"): Rational {
    const { field } = this;
    const argument = this.of(x.args[0]);
    if (!q.isNegative(argument.coefficient)) return this.opaque(x);
    const mirrored = this.of(call(x.op, [this.expression(field.negate(argument))]));
    if (symmetry === "even") return mirrored;
    const opposite = field.negate(mirrored);
    if (symmetry === "odd") return opposite;
    this.identities.add("σ(−z) = 1 − σ(z)");
    return field.add(field.number(q.ONE), opposite);
  }

  /** A condition as a number, 0 or 1. */
  private condition(x: Expression): Rational {
    if (x.kind === "number") return this.field.number(q.isZero(x.value) ? q.ZERO : q.ONE);
    return isIndicator(x) ? this.of(x) : this.of(call(NotEqual, [x, number(0)]));
  }

  /** A call that the algebra knows nothing of, on arguments in normal form. */
  private opaque({ op, args, attributes }: CallExpression, given?: readonly Rational[], extra?: Pick<Atom, "exponential">): Rational {
    const normal = given ?? args.map((arg) => this.of(arg));
    const written = args.map((arg, i) => this.shaped(this.expression(normal[i]), this.values.shapeOf(arg), op));
    const shapes = op.shape === undefined ? "" : args.map((arg) => `[${this.values.shapeOf(arg).join()}]`).join("");
    const key = `op ${this.numberOf(op)}${shapes}(${normal.map((arg) => this.key(arg)).join("; ")})${JSON.stringify(attributes ?? null)}`;
    return this.field.atom(this.intern(call(op, written, attributes), key, extra));
  }

  private numberOf(op: AnyOp): number {
    const number = this.ops.get(op) ?? this.ops.size;
    this.ops.set(op, number);
    return number;
  }

  /** A formula as an argument of an op that looks at shapes. */
  private shaped(x: Expression, shape: Shape, op: AnyOp): Expression {
    if (op.shape === undefined || sameShape(this.values.shapeOf(x), shape)) return x;
    return call(BroadcastTo, [x], { shape });
  }

  private isScalar(atom: number): boolean {
    return this.shapeOf(atom).length === 0;
  }

  private shapeOf(atom: number): Shape {
    return this.values.shapeOf(this.atoms[atom].expression);
  }

  /** An op that is linear in some of its arguments: numbers, and factors of atoms that pass, are taken out of these. */
  private linear(x: CallExpression, places: readonly number[], passes: (atom: number) => boolean): Rational {
    const { field } = this;
    let outside = field.number(q.ONE);
    const inside = x.args.map((arg, i) => {
      const normal = this.of(arg);
      if (!places.includes(i)) return normal;
      const [out, rest] = split(normal, ({ base }) => [...p.atomsOf(base)].every(passes));
      outside = field.multiply(outside, out);
      return rest;
    });
    if (inside.some(({ coefficient }) => q.isZero(coefficient)) || q.isZero(outside.coefficient)) return field.number(q.ZERO);
    return field.multiply(outside, this.opaque(x, inside));
  }

  private sum(x: CallExpression & Applied<typeof Sum>): Rational {
    const { field } = this;
    const { axes, keepDims } = x.attributes;
    const shape = this.values.shapeOf(x.args[0]);
    const leads = axes.every((axis, i) => axis === i);
    const passes = (atom: number): boolean => {
      const own = this.shapeOf(atom);
      const lead = shape.length - own.length;
      const isConstant = axes.every((axis) => axis < lead || own[axis - lead] === 1);
      return own.length === 0 || (isConstant && (keepDims || (leads && lead >= axes.length)));
    };
    const [outside, inside] = split(this.of(x.args[0]), ({ base }) => [...p.atomsOf(base)].every(passes));
    if (q.isZero(outside.coefficient)) return outside;
    if (inside.factors.size > 0) return field.multiply(outside, this.opaque(x, [inside]));
    const count = sizeOfShape(axes.map((axis) => shape[axis]));
    return field.multiply(outside, this.of(this.counts.get(count) ?? number(count)));
  }

  /** Goes to the atoms where each of them has all the axes, or none. */
  private reshape(x: CallExpression): Rational {
    const inner = this.of(x.args[0]);
    const shape = this.values.shapeOf(x.args[0]);
    const atoms = [...atomsOf(inner)];
    const moved = (atom: number): Rational =>
      this.isScalar(atom) ? this.field.atom(atom) : this.opaque({ ...x, args: [this.atoms[atom].expression] });
    if (!atoms.every((atom) => this.isScalar(atom) || sameShape(this.shapeOf(atom), shape))) return this.opaque(x);
    return this.field.substitute(inner, (atom, exponent) => this.field.power(moved(atom), exponent));
  }

  /** e^(ka) is (e^a)^k: exponentials of multiples of one thing become powers of the first of them. */
  private exponential(argument: Rational, x: CallExpression): Rational {
    if (q.isZero(argument.coefficient)) return this.field.number(q.ONE);
    const { coefficient } = argument;
    const key = this.key({ ...argument, coefficient: q.ONE });
    for (const [id, { exponential }] of this.atoms.entries()) {
      if (exponential === undefined || exponential.key !== key) continue;
      const { numerator, denominator } = q.divide(coefficient, exponential.coefficient);
      if (denominator === 1n && numerator >= -HIGHEST_POWER && numerator <= HIGHEST_POWER)
        return this.field.power(this.field.atom(id), Number(numerator));
    }
    return this.opaque(x, [argument], { exponential: { coefficient, key } });
  }

  /** A softmax does not change when a constant is added along its axis. */
  private softmax(x: CallExpression & Applied<typeof Softmax>): Rational {
    const { axis } = x.attributes;
    const argument = this.of(x.args[0]);
    const shape = this.values.shapeOf(x.args[0]);
    if (parts(argument).below.length > 0) return this.opaque(x);
    const isShift = (atom: number): boolean => {
      const own = this.shapeOf(atom);
      const place = axis - (shape.length - own.length);
      return place < 0 || own[place] === 1;
    };
    const terms = [...this.field.expand(argument).values()];
    const kept = terms.filter(({ monomial }) => !monomial.every(([atom]) => isShift(atom)));
    if (kept.length === terms.length) return this.opaque(x);
    this.identities.add("a shift does not change a softmax");
    return this.opaque(x, [this.field.fromPolynomial(p.fromTerms(kept))]);
  }

  private intern(expression: Expression, key: string, extra: Pick<Atom, "exponential"> = {}): number {
    const before = this.ids.get(key);
    if (before !== undefined) return before;
    const id = this.atoms.length;
    this.atoms.push({ expression, ...extra });
    this.ids.set(key, id);
    return id;
  }

  /** The same text for the same function. */
  key({ coefficient, factors }: Rational): string {
    return [q.keyOf(coefficient), ...[...factors].map(([key, { exponent }]) => `(${key})^${exponent}`).sort()].join(" ");
  }

  /** Whether the formula is a number times the first power of this symbol times something without it; that something. */
  quotientBy(x: Expression, letter: Expression): Rational | undefined {
    const normal = this.of(x);
    const [id] = atomsOf(this.of(letter));
    const rest = this.field.divide(normal, this.field.atom(id));
    return this.dependsOn(rest, id) ? undefined : rest;
  }

  private dependsOn(a: Rational, id: number): boolean {
    return [...atomsOf(a)].some((atom) => contains(this.atoms[atom].expression, this.atoms[id].expression));
  }

  // Back to formulas

  /** A normal form as people write it: as one product, or as a sum of terms where that is shorter. */
  expression(a: Rational): Expression {
    const whole = this.productOf(a);
    const { above, below } = parts(a);
    const sums = above.filter(({ base, exponent }) => base.size > 1 && exponent === 1);
    const isNumbered = !q.isOne(q.power(a.coefficient, 2));
    if (sums.length !== 1 || (below.length === 0 && !isNumbered)) return whole;
    const [{ base }] = sums;
    const terms = [...base.values()].map(({ coefficient, monomial }) => {
      const others = [...a.factors].filter(([, factor]) => factor.base !== base);
      const rest: Rational = { coefficient: q.multiply(a.coefficient, coefficient), factors: new Map(others) };
      return monomial.reduce<Rational>(
        (term, [atom, exponent]) => this.field.multiply(term, this.field.power(this.field.atom(atom), exponent)),
        rest,
      );
    });
    const apart = sum(positiveFirst(terms.map((term) => this.productOf(term))));
    // 2λw + 2Xᵀr/n rather than 2(λnw + Xᵀr)/n: a term that needs no line is worth some signs.
    const bonus = below.length > 0 && terms.some((term) => parts(term).below.length === 0) ? LINE_BONUS : 0;
    return sizeOf(apart) - bonus < sizeOf(whole) ? apart : whole;
  }

  private productOf(a: Rational, absorbs = true): Expression {
    const { above, below } = parts(a);
    const write = ({ base, exponent }: Factor): Expression => power(this.polynomial(base), exponent);
    let { coefficient } = a;
    // 1 − h rather than h − 1.
    const oriented = above.map((factor): Factor => {
      const isTurned = q.isNegative(factor.base.get("")?.coefficient ?? q.ONE) && factor.exponent % 2 === 1;
      if (!isTurned) return factor;
      coefficient = q.negate(coefficient);
      return { ...factor, base: p.scale(factor.base, q.MINUS_ONE) };
    });
    const factors = this.scalarsFirst(oriented.map(write));
    if (absorbs && q.isNegative(coefficient)) {
      // A minus goes into a sum, if there is one, and rather into ŷ − y than into 1 − ŷ.
      const mirrors = factors.map(mirrored);
      const places = [...mirrors.keys()].filter((i) => mirrors[i] !== undefined);
      const i = places.find((place) => !partsOf(factors[place]).some(({ kind }) => kind === "number")) ?? places[0];
      if (i !== undefined) {
        factors[i] = mirrors[i] as Expression;
        coefficient = q.negate(coefficient);
      }
    }
    const [numerator, denominator] = writeFraction(coefficient);
    const lettersFirst = [...below.filter(({ base }) => base.size === 1), ...below.filter(({ base }) => base.size > 1)];
    return quotient(product([number(numerator), ...factors]), product([number(denominator), ...lettersFirst.map(write)]));
  }

  private polynomial(a: Polynomial): Expression {
    const terms = [...a.values()].map(({ coefficient, monomial }) => {
      const [numerator, denominator] = writeFraction(coefficient);
      const letters = monomial.map(([atom, exponent]) => power(this.atoms[atom].expression, exponent));
      return quotient(product([number(numerator), ...this.scalarsFirst(letters)]), number(denominator));
    });
    return sum(positiveFirst(terms));
  }

  /** λw rather than wλ. */
  private scalarsFirst(factors: readonly Expression[]): Expression[] {
    const isScalar = (x: Expression): boolean => this.values.shapeOf(x).every((size) => size === 1);
    return [...factors.filter(isScalar), ...factors.filter((x) => !isScalar(x))];
  }

  /** A sum over its common denominator, before it is multiplied out; nothing if there is none. */
  overCommonDenominator(terms: readonly Expression[]): Expression | undefined {
    const { common, rests } = this.field.commonDenominator(terms.map((term) => this.of(term)));
    const { below } = parts(common);
    if (below.length === 0 || rests.length < 2) return undefined;
    const { above } = parts(common);
    const numerator = sum(rests.map((rest) => this.productOf(rest, false)));
    const outer = above.map(({ base, exponent }) => power(this.polynomial(base), exponent));
    return quotient(product([...outer, numerator]), product(below.map(({ base, exponent }) => power(this.polynomial(base), exponent))));
  }

  // Through named values

  /**
   * Solves the definition of a named value for one of the functions in it, where it is a quotient of two linear ones:
   * ŷ = 1/(1 + e) gives e = (1 − ŷ)/ŷ.
   */
  solve(name: SymbolExpression, definition: Expression): Solution[] {
    const { field } = this;
    const letter = this.of(name);
    const [own] = atomsOf(letter);
    const normal = this.of(definition);
    const atoms = atomsOf(normal);
    const { above, below } = parts(normal);
    const numerator = field.expand({ coefficient: normal.coefficient, factors: keyed(above) });
    const denominator = field.expand({ coefficient: q.ONE, factors: keyed(below) });
    return [...atoms].flatMap((atom): Solution[] => {
      if (this.atoms[atom].expression.kind !== "call") return [];
      const high = p.coefficientsIn(numerator, atom);
      const low = p.coefficientsIn(denominator, atom);
      const exponents = [...new Set([...high.keys(), ...low.keys()])].filter((exponent) => exponent > 0);
      if (exponents.length !== 1) return [];
      const [exponent] = exponents;
      const at = (coefficients: Map<number, Polynomial>, i: number): Rational => field.fromPolynomial(coefficients.get(i) ?? new Map());
      // v(cu + d) = au + b, so u = (b − dv)/(cv − a)
      const [a, b, c, d] = [at(high, exponent), at(high, 0), at(low, exponent), at(low, 0)];
      const under = this.minus(field.multiply(c, letter), a);
      if (q.isZero(under.coefficient)) return [];
      const value = field.divide(this.minus(b, field.multiply(d, letter)), under);
      return [{ own, atom, exponent, value, kept: new Set([...atoms].filter((other) => other !== atom)) }];
    });
  }

  /**
   * If the value is 1/(1 + t), with t a function, and the formula t/(1 + t)² up to a sign: the parts, and the formula with the
   * definition in the value's place.
   */
  logisticParts(
    name: SymbolExpression,
    definition: Expression,
    formula: Expression,
  ): { readonly sign: Expression; readonly t: Expression; readonly whole: Expression; readonly spelled: Expression } | undefined {
    const { field } = this;
    const [factor, ...others] = this.of(definition).factors.values();
    if (factor === undefined || others.length > 0 || factor.exponent !== -1 || factor.base.size !== 2) return undefined;
    const isOne = q.isOne(this.of(definition).coefficient) && q.isOne(factor.base.get("")?.coefficient ?? q.ZERO);
    const term = [...factor.base.values()].find(({ monomial }) => monomial.length > 0);
    if (!isOne || term === undefined || !q.isOne(term.coefficient)) return undefined;
    const t = field.fromPolynomial(p.fromTerms([term]));
    const [own] = atomsOf(this.of(name));
    const spelled = field.substitute(this.of(formula), (atom, exponent) =>
      atom === own ? field.power(this.of(definition), exponent) : undefined,
    );
    const rest = field.divide(spelled, field.multiply(t, field.power(this.of(definition), 2)));
    if (rest.factors.size > 0 || !q.isOne(field.power(rest, 2).coefficient)) return undefined;
    return {
      sign: number(rest.coefficient),
      t: this.expression(t),
      whole: this.polynomial(factor.base),
      spelled: this.expression(spelled),
    };
  }

  private minus(a: Rational, b: Rational): Rational {
    return this.field.add(a, this.field.negate(b));
  }

  /**
   * The formula with the solution put in, in the arguments of calls too. Nothing if it does not occur, or if something would
   * come below the line that might be 0.
   */
  express(x: Expression, { own, atom, exponent, value, kept }: Solution): Expression | undefined {
    let found = false;
    let possible = true;
    const visit = (a: Rational): Rational =>
      this.field.substitute(a, (id, power) => {
        if (id === atom) {
          found = true;
          if (power % exponent !== 0) possible = false;
          return this.field.power(value, Math.trunc(power / exponent));
        }
        const { expression } = this.atoms[id];
        if (kept.has(id) || expression.kind !== "call") return undefined;
        const changed = this.withArguments(expression, (arg) => visit(this.of(arg)));
        return changed === undefined ? undefined : this.field.power(changed, power);
      });
    const before = this.of(x);
    const result = visit(before);
    const isSafe = [...result.factors].every(
      ([key, { base, exponent }]) =>
        exponent > 0 || (before.factors.get(key)?.exponent ?? 0) < 0 || [...p.atomsOf(base)].every((id) => id === own),
    );
    return found && possible && isSafe ? this.expression(result) : undefined;
  }

  /** The formula with the number 1 in the place of the calls that are 1, in the arguments of calls too. */
  withOnes(x: Expression, isOne: (call: CallExpression) => boolean): Expression {
    const visit = (a: Rational): Rational =>
      this.field.substitute(a, (id, exponent) => {
        const { expression } = this.atoms[id];
        if (expression.kind !== "call") return undefined;
        if (isOne(expression)) return this.field.number(q.ONE);
        return this.field.power(this.withArguments(expression, (arg) => visit(this.of(arg))) ?? this.field.atom(id), exponent);
      });
    return this.expression(visit(this.of(x)));
  }

  /** A call on other arguments; nothing if they are the same. */
  private withArguments(x: CallExpression, replacement: (arg: Expression) => Rational): Rational | undefined {
    const args = x.args.map(replacement);
    if (args.every((arg, i) => this.key(arg) === this.key(this.of(x.args[i])))) return undefined;
    const written = args.map((arg, i) => this.shaped(this.expression(arg), this.values.shapeOf(x.args[i]), x.op));
    return this.of(call(x.op, written, x.attributes));
  }
}

/** Whether a formula is 0 or 1. */
const isIndicator = (x: Expression): boolean =>
  x.kind === "product" ? x.factors.every(isIndicator) : x.kind === "call" && callFactsOf(x.op).algebra === "indicator";

const keyed = (factors: readonly Factor[]): Map<string, Factor> => new Map(factors.map((factor, i) => [String(i), factor]));
