import { callOf, type Value, type Values } from "./functions.js";
import * as v from "./values.js";

// Reads a formula as `derive` prints it, with matrices or with indices, and evaluates it. It shares no code with the algebra.

/** What indices are at the moment. */
type At = ReadonlyMap<string, number>;
type Node = (at: At) => Value;

/** The numbers of a formula. */
export function evaluate(text: string, values: Values, shape: readonly number[]): Float64Array {
  const axes = shape.filter((size) => size !== 1);
  const reader = new Reader(text, values);
  const formula = reader.read();
  if (!reader.hasIndices || axes.length === 0) return v.spread(formula(new Map()), axes);
  const letters = [..."ijklpqrstuvw"].filter((letter) => !values.has(letter)).slice(0, axes.length);
  return Float64Array.from({ length: axes.reduce((a, b) => a * b, 1) }, (_, flat) => {
    let rest = flat;
    const at = new Map<string, number>();
    for (const [k, size] of [...axes.entries()].reverse()) {
      at.set(letters[k], rest % size);
      rest = Math.floor(rest / size);
    }
    return v.numberOf(formula(at));
  });
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
const FUNCTION =
  /^(logSumExp|softmax|logAbsDet|softplus|polygamma\d+|trigamma|digamma|lgamma|onehot|diag|mean|relu|tril|triu|sign|floor|asin|acos|atan|asinh|acosh|atanh|atan2|sinh|cosh|tanh|sin|cos|tan|erfc|erf|cbrt|prod|max|min|det|stop|tr|ln|σ|Σ|√)([₀-₉]*)(?:_(\p{L}+))?(?=\()/u;

class Reader {
  private at = 0;
  hasIndices = false;
  constructor(
    private readonly text: string,
    private readonly values: Values,
  ) {}

  read(): Node {
    const found = this.sum();
    if (this.at < this.text.length) this.fail("the end");
    return found;
  }

  private fail(expected: string): never {
    throw new Error(`expected ${expected} at place ${this.at} of ${this.text}`);
  }
  private get rest(): string {
    return this.text.slice(this.at);
  }
  private match(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.rest) ?? undefined;
    if (found !== undefined) this.at += found[0].length;
    return found;
  }
  private take(sign: string): boolean {
    if (!this.rest.startsWith(sign)) return false;
    this.at += sign.length;
    return true;
  }
  private must(sign: string): void {
    if (!this.take(sign)) this.fail(sign);
  }

  private sum(): Node {
    let found: Node = this.take("−") ? negated(this.hadamard()) : this.hadamard();
    for (;;) {
      const left = found;
      if (this.take(" + ")) {
        const right = this.hadamard();
        found = (at) => v.add(left(at), right(at));
      } else if (this.take(" − ")) {
        const right = negated(this.hadamard());
        found = (at) => v.add(left(at), right(at));
      } else return found;
    }
  }

  private hadamard(): Node {
    let found = this.product();
    while (this.take(" ⊙ ")) {
      const [left, right] = [found, this.product()];
      found = (at) => v.placeByPlace(left(at), right(at), (x, y) => x * y);
    }
    return found;
  }

  private product(): Node {
    const over = this.match(/^Σ_(\p{L}+) /u)?.[1];
    if (over !== undefined) return this.indexSum([...over], this.product());
    let found = this.power();
    for (;;) {
      const left = found;
      if (this.take("/")) {
        const right = this.power();
        found = (at) => v.placeByPlace(left(at), right(at), (x, y) => x / y);
      } else if (this.take(" · ")) {
        const right = this.rest.startsWith("Σ_") ? this.product() : this.power();
        found = (at) => v.multiply(left(at), right(at));
      } else if (this.rest !== "" && !/^[)\],|‖ ]/u.test(this.rest)) {
        const right = this.power();
        found = (at) => v.multiply(left(at), right(at));
      } else return found;
    }
  }

  /** Σ over indices: how far each runs is found by what it is an index of. */
  private indexSum(over: readonly string[], body: Node): Node {
    this.hasIndices = true;
    return (at) => {
      let total = 0;
      const visit = (k: number, here: At): void => {
        if (k === over.length) total += v.numberOf(body(here));
        else for (let i = 0; i < this.sizeOf(over[k]); i++) visit(k + 1, new Map([...here, [over[k], i]]));
      };
      visit(0, at);
      return v.scalar(total);
    };
  }
  private readonly sizes = new Map<string, number>();
  private sizeOf(letter: string): number {
    return this.sizes.get(letter) ?? this.fail(`a value with the index ${letter}`);
  }

  private power(): Node {
    let found = this.atom();
    for (;;) {
      const base = found;
      const digits = this.match(/^(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/u);
      if (digits !== undefined) {
        const size = Number([...digits[2]].map((digit) => SUPERSCRIPTS.indexOf(digit)).join(""));
        const exponent = digits[1] === "" ? size : -size;
        found = (at) => {
          const value = base(at);
          return exponent === -1 && v.isMatrix(value) ? v.inverse(value) : v.each(value, (x) => x ** exponent);
        };
      } else if (this.take("ᵀ")) found = (at) => v.transpose(base(at));
      else if (this.take("⁻ᵀ")) found = (at) => v.transpose(v.inverse(base(at)));
      else if (this.take("^")) {
        const exponent = this.rest.startsWith("(") ? this.parenthesized() : this.atom();
        found = (at) => v.placeByPlace(base(at), exponent(at), (x, y) => x ** y);
      } else if (this.rest.startsWith("[") && /^\[[^<>=≠≤≥]*\]/u.test(this.rest)) {
        const parts = (this.match(/^\[([^\]]*)\]/u) as RegExpExecArray)[1].split(", ");
        found = (at) => v.slice(base(at), parts, (name) => this.valueOf(name));
      } else if (this.rest.startsWith("_")) found = this.indexed(base);
      else return found;
    }
  }

  private indexed(base: Node): Node {
    this.hasIndices = true;
    const [, braced, plain] = this.match(/^_(?:\{([^}]*)\}|(\p{L}+))/u) ?? this.fail("an index");
    const places = braced === undefined ? [...plain] : braced.split(",");
    const sample = this.sampleOf(base);
    for (const [axis, place] of places.entries())
      if (/^\p{L}$/u.test(place) && sample !== undefined) this.sizes.set(place, v.sizeOf(sample, axis));
    return (at) =>
      v.at(
        base(at),
        places.map((place) => this.place(place, at)),
      );
  }

  /** What has indices has none within, but for a reduction over an index. */
  private sampleOf(base: Node): Value | undefined {
    try {
      return base(new Map());
    } catch {
      return undefined;
    }
  }

  private place(text: string, at: At): number {
    const found = at.get(text);
    if (found !== undefined) return found;
    return [...text.matchAll(/([+−]?)(\d*)(\p{L}?)/gu)].reduce((sum, [all, sign, digits, letter]) => {
      if (all === "") return sum;
      const size = (digits === "" ? 1 : Number(digits)) * (letter === "" ? 1 : (at.get(letter) ?? Number.NaN));
      return sum + (sign === "−" ? -size : size);
    }, 0);
  }

  private parenthesized(): Node {
    this.must("(");
    const found = this.sum();
    this.must(")");
    return found;
  }

  private atom(): Node {
    if (this.rest.startsWith("(")) return this.parenthesized();
    const digits = this.match(/^\d+(?:\.\d+)?(?:e[+-]?\d+)?/u)?.[0];
    if (digits !== undefined) return () => v.scalar(Number(digits));
    if (this.take("|")) return this.closed("|", (x) => v.each(x, Math.abs));
    if (this.take("‖")) return this.closed("‖", v.norm);
    if (this.take("[")) return this.relation();
    const call = this.match(FUNCTION);
    if (call !== undefined) return this.call(call[1], call[2], call[3]);
    return this.named();
  }

  private closed(end: string, of: (x: Value) => Value): Node {
    const inner = this.sum();
    this.must(end);
    return (at) => of(inner(at));
  }

  private relation(): Node {
    const left = this.sum();
    const [, sign] = this.match(/^ ([<>=≠≤≥]) /u) ?? this.fail("a relation");
    const right = this.sum();
    this.must("]");
    return (at) => v.placeByPlace(left(at), right(at), (x, y) => Number(v.holds(x, sign, y)));
  }

  private call(name: string, axis: string, letters: string | undefined): Node {
    this.must("(");
    const args = [this.sum()];
    while (this.take(", ")) args.push(this.sum());
    this.must(")");
    const along = axis === "" ? undefined : SUBSCRIPTS.indexOf(axis);
    if (letters === undefined)
      return (at) =>
        callOf(
          name,
          args.map((arg) => arg(at)),
          along,
          this.values,
        );
    return this.overIndices(name, [...letters], args[0]);
  }

  /** max_j(x_ij): a reduction over what an index goes through. */
  private overIndices(name: string, letters: readonly string[], body: Node): Node {
    this.hasIndices = true;
    return (at) => {
      const numbers: number[] = [];
      const visit = (k: number, here: At): void => {
        if (k === letters.length) numbers.push(v.numberOf(body(here)));
        else for (let i = 0; i < this.sizeOf(letters[k]); i++) visit(k + 1, new Map([...here, [letters[k], i]]));
      };
      visit(0, at);
      return callOf(name, [{ shape: letters.map((letter) => this.sizeOf(letter)), data: numbers }], undefined, this.values);
    };
  }

  /** The longest name that stands here. */
  private named(): Node {
    const name = this.longest([...this.values.keys()]);
    if (name !== undefined) return () => this.valueOf(name);
    if (this.take("𝟏")) return () => v.ONES;
    if (this.take("I")) return () => v.IDENTITY;
    if (this.take("e")) return () => v.scalar(Math.E);
    if (this.take("π")) return () => v.scalar(Math.PI);
    const letter = this.match(/^[i-w]/u)?.[0] ?? "";
    if (letter !== "")
      return (at) => {
        const index = at.get(letter);
        return index === undefined ? this.fail(`a value of ${letter}`) : v.scalar(index);
      };
    return this.fail("a name");
  }

  private longest(names: readonly string[]): string | undefined {
    const [found] = names
      .filter((name) => this.rest.startsWith(name) && !/^[\p{M}₀-₉′]/u.test(this.rest.slice(name.length)))
      .sort((a, b) => b.length - a.length);
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private valueOf(name: string): Value {
    return this.values.get(name) ?? this.fail(`${name}, which has no value`);
  }
}

const negated =
  (of: Node): Node =>
  (at) =>
    v.scale(of(at), -1);
