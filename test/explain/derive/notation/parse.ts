import { type Base, type Bound, type Formula, FUNCTIONS, type Part, type Place, Unreadable } from "./formula.js";

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const LETTER = /^\p{L}\p{M}*[₀-₉′]*/u;
const WORD = /^\p{L}[\p{L}\p{M}\p{N}₀-₉′]*/u;

/** How a factor may stand beside another without a sign between them. */
interface Beside {
  readonly formula: Formula;
  /** Whether something may stand directly behind it. */
  readonly closes: boolean;
}

/** A line's side as a tree. Names are those of the values that the derivation defines. */
export function parse(text: string, names: ReadonlySet<string>): Formula {
  return new Parser(text, names).whole();
}

class Parser {
  private at = 0;
  private readonly longNames: readonly string[];

  constructor(
    private readonly text: string,
    private readonly names: ReadonlySet<string>,
  ) {
    this.longNames = [...names].filter((name) => LETTER.exec(name)?.[0] !== name).sort((a, b) => b.length - a.length);
  }

  whole(): Formula {
    const found = this.sum();
    if (this.at < this.text.length) this.fail("the end");
    return found;
  }

  private fail(expected: string): never {
    throw new Unreadable(`expected ${expected} at ${this.at} of "${this.text}", got "${this.text.slice(this.at, this.at + 12)}"`);
  }

  private get rest(): string {
    return this.text.slice(this.at);
  }
  private peek(sign: string): boolean {
    return this.text.startsWith(sign, this.at);
  }
  private take(sign: string): boolean {
    if (!this.peek(sign)) return false;
    this.at += sign.length;
    return true;
  }
  private expect(sign: string): void {
    if (!this.take(sign)) this.fail(`"${sign}"`);
  }
  private match(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.rest)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  // Sums, ⊙, products: from the loosest to the tightest

  private sum(): Formula {
    const terms: { sign: 1 | -1; of: Formula }[] = [{ sign: this.take("−") ? -1 : 1, of: this.hadamard() }];
    while (true) {
      if (this.take(" + ")) terms.push({ sign: 1, of: this.hadamard() });
      else if (this.take(" − ")) terms.push({ sign: -1, of: this.hadamard() });
      else break;
    }
    return terms.length === 1 && terms[0].sign === 1 ? terms[0].of : { kind: "sum", terms };
  }

  private hadamard(): Formula {
    if (this.peek("Σ_") && !/^Σ_\p{L}*\(/u.test(this.rest)) {
      this.expect("Σ_");
      const over = this.bounds();
      this.expect(" ");
      return { kind: "indexSum", over, of: this.product() };
    }
    const factors = [this.product()];
    while (this.take(" ⊙ ")) factors.push(this.product());
    return factors.length === 1 ? factors[0] : { kind: "hadamard", factors };
  }

  private product(): Formula {
    let { formula, closes } = this.factor();
    while (true) {
      if (this.take("/")) {
        formula = { kind: "quotient", over: formula, under: this.factor().formula };
        closes = false;
      } else if (this.take(" · ")) {
        const right = this.factor();
        formula = { kind: "product", left: formula, right: right.formula };
        ({ closes } = right);
      } else if (closes && this.mayFollow()) {
        const right = this.factor();
        formula = { kind: "product", left: formula, right: right.formula };
        ({ closes } = right);
      } else break;
    }
    return formula;
  }

  /** Whether a factor begins here that may stand directly behind another: one letter, a parenthesis, diag. */
  private mayFollow(): boolean {
    if (this.peek("(") || this.peek("𝟏") || this.peek("diag(")) return true;
    const letter = LETTER.exec(this.rest)?.[0];
    if (letter === undefined) return false;
    if (this.functionHere() !== undefined) this.fail("a · before a function");
    if (this.longNameHere() !== undefined) this.fail("a · before a name of several letters");
    return true;
  }

  // One factor with what is raised or lowered behind it

  private factor(): Beside {
    const isDerivative = this.peek("∂");
    let { formula, closes } = this.primary();
    let isRaised = false;
    const raise = (): void => {
      if (isRaised) this.fail("parentheses around what is raised twice");
      if (isDerivative) this.fail("parentheses around a derivative that is raised");
      isRaised = true;
    };
    while (true) {
      if (this.peek("[") && (formula.kind === "name" || isDerivative || closes)) {
        if (isRaised) this.fail("parentheses around what is raised, before a part of it is taken");
        formula = { kind: "slice", of: formula, parts: this.parts() };
        closes = false;
      } else if (this.peek("_")) {
        if (isRaised) this.fail("parentheses around what is raised, before its index");
        this.expect("_");
        formula = { kind: "indexed", of: formula, at: this.places() };
        closes = false;
      } else if (this.take("⁻ᵀ")) {
        raise();
        formula = { kind: "transpose", of: { kind: "inverse", of: formula } };
        closes = true;
      } else if (this.take("ᵀ")) {
        raise();
        formula = { kind: "transpose", of: formula };
        closes = true;
      } else if (/^⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]/u.test(this.rest)) {
        raise();
        const digits = this.match(/^⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/u) as string;
        const value = Number([...digits].map((sign) => (sign === "⁻" ? "-" : SUPERSCRIPTS.indexOf(sign))).join(""));
        formula = value === -1 ? { kind: "inverse", of: formula } : { kind: "power", base: formula, exponent: { kind: "number", value } };
      } else if (this.take("^")) {
        raise();
        formula = { kind: "power", base: formula, exponent: this.exponent() };
        closes = false;
      } else break;
    }
    return { formula, closes };
  }

  private exponent(): Formula {
    if (this.peek("(")) return this.parenthesized();
    const digits = this.match(/^\d+/);
    if (digits !== undefined) return { kind: "number", value: Number(digits) };
    if (this.longNameHere() !== undefined) this.fail("parentheses around an exponent of several letters");
    return this.letter();
  }

  private parenthesized(): Formula {
    this.expect("(");
    const found = this.sum();
    this.expect(")");
    return found;
  }

  private primary(): Beside {
    if (this.peek("(")) return { formula: this.parenthesized(), closes: true };
    const digits = this.match(/^\d+(\.\d+)?(e[+-]?\d+)?/);
    if (digits !== undefined) return { formula: { kind: "number", value: Number(digits) }, closes: true };
    if (this.take("∞")) return { formula: { kind: "number", value: Number.POSITIVE_INFINITY }, closes: false };
    if (this.take("𝟏")) return { formula: { kind: "ones" }, closes: true };
    if (this.take("√")) return { formula: { kind: "root", of: this.parenthesized() }, closes: false };
    if (this.peek("|")) return this.between("|", "absolute");
    if (this.peek("‖")) return this.between("‖", "norm");
    if (this.peek("[")) return { formula: this.relation(), closes: false };
    if (this.peek("∂")) return { formula: this.derivative(), closes: false };
    const name = this.functionHere();
    if (name !== undefined) return { formula: this.call(name), closes: name === "diag" };
    const long = this.longNameHere();
    if (long !== undefined) {
      this.at += long.length;
      return { formula: { kind: "name", name: long }, closes: false };
    }
    return { formula: this.letter(), closes: true };
  }

  private between(sign: string, kind: "absolute" | "norm"): Beside {
    this.expect(sign);
    const of = this.sum();
    this.expect(sign);
    return { formula: { kind, of }, closes: false };
  }

  private relation(): Formula {
    this.expect("[");
    const left = this.sum();
    const sign = this.match(/^ [=≠<≤>≥] /u)?.trim();
    if (sign === undefined) this.fail("a comparison");
    const right = this.sum();
    this.expect("]");
    return { kind: "relation", left, sign, right };
  }

  // Names

  /** The function whose call begins here. */
  private functionHere(): string | undefined {
    const word = /^(\p{L}[\p{L}\p{N}]*?)(?:[₀-₉]+|_[\p{L}′]+|_\{[^}]*\})?\(/u.exec(this.rest)?.[1];
    // A capital that nothing else is called is a function of a user's own: Φ(z).
    const isOwn = word !== undefined && /^\p{Lu}$/u.test(word) && word !== "I" && !this.names.has(word);
    const found = word !== undefined && (FUNCTIONS.has(word) || isOwn) ? word : undefined;
    if (found !== undefined && this.names.has(found)) this.fail(`a name that is no function, for ${found} is one`);
    return found;
  }

  private longNameHere(): string | undefined {
    const found = this.longNames.find(
      (name) => this.peek(name) && !/^(?!ᵀ)[\p{L}\p{M}\d₀-₉′]/u.test(this.text.slice(this.at + name.length)),
    );
    return found;
  }

  private letter(): Formula {
    const name = this.match(LETTER);
    if (name === undefined) this.fail("a formula");
    if (this.names.has(name)) return { kind: "name", name };
    if (name === "e") return { kind: "number", value: Math.E };
    if (name === "π") return { kind: "number", value: Math.PI };
    if (name === "I") return { kind: "identity" };
    if (/^[a-z]′*$/.test(name)) return { kind: "index", letter: name };
    throw new Unreadable(`"${this.text}" has a name that nothing defines: ${name}`);
  }

  private anyName(): string {
    const long = this.longNames.find((name) => this.peek(name));
    const name = long ?? LETTER.exec(this.rest)?.[0];
    if (name === undefined || !this.names.has(name)) this.fail("a name that is defined");
    this.at += name.length;
    return name;
  }

  private call(name: string): Formula {
    this.at += name.length;
    const digits = this.match(/^[₀-₉]+/u);
    const axis = digits === undefined ? undefined : Number([...digits].map((digit) => SUBSCRIPTS.indexOf(digit)).join(""));
    const bound = this.take("_") ? this.bounds() : [];
    this.expect("(");
    const args = [this.sum()];
    while (this.take(", ")) args.push(this.sum());
    this.expect(")");
    return { kind: "call", name, axis, bound, args };
  }

  private derivative(): Formula {
    if (this.take("∂/∂")) {
      const by = this.anyName();
      this.expect(" [");
      const formula = this.sum();
      this.expect("]");
      return { kind: "derivativeOf", by, formula };
    }
    if (this.take("∂²")) {
      const of = this.anyName();
      this.expect("/∂");
      const by = this.anyName();
      if (this.take("²")) return { kind: "second", of, by, with: by };
      this.expect("∂");
      const other = this.anyName();
      this.take("ᵀ");
      return { kind: "second", of, by, with: other };
    }
    this.expect("∂");
    const of = this.anyName();
    this.expect("/∂");
    const by = this.anyName();
    const fixed: string[] = [];
    if (this.take("|")) {
      do fixed.push(this.anyName());
      while (this.take(", "));
    }
    return { kind: "derivative", of, by, fixed };
  }

  // Places

  private bounds(): Bound[] {
    if (!this.take("{")) return [...(this.match(/^[a-z]+/) ?? this.fail("an index"))].map((letter) => ({ letter, size: undefined }));
    const found: Bound[] = [];
    do {
      const letter = this.match(/^[a-z]′*/) ?? this.fail("an index");
      const size = this.take("<") ? Number(this.match(/^\d+/) ?? this.fail("a number")) : undefined;
      found.push({ letter, size });
    } while (this.take(","));
    this.expect("}");
    return found;
  }

  private places(): Place[] {
    if (!this.take("{")) {
      const letters = this.match(/^[a-z]+/) ?? this.match(/^\d/) ?? this.fail("an index");
      return [...letters].map((letter) =>
        /\d/.test(letter) ? { offset: Number(letter), steps: [] } : { offset: 0, steps: [{ step: 1, base: { kind: "index", letter } }] },
      );
    }
    const found = [this.place()];
    while (this.take(",")) found.push(this.place());
    this.expect("}");
    return found;
  }

  private place(): Place {
    let offset = 0;
    const steps: { step: number; base: Base }[] = [];
    while (true) {
      const sign = this.take("−") ? -1 : this.take("+") || (steps.length === 0 && offset === 0) ? 1 : 0;
      if (sign === 0) break;
      const digits = this.match(/^\d+/);
      const base = this.base();
      if (base !== undefined) steps.push({ step: sign * Number(digits ?? 1), base });
      else if (digits === undefined) this.fail("a place");
      else offset += sign * Number(digits);
      if (!this.peek("+") && !this.peek("−")) break;
    }
    return { offset, steps };
  }

  private base(): Base | undefined {
    const long = this.longNameHere();
    const name = long ?? WORD.exec(this.rest)?.[0];
    if (name === undefined) return undefined;
    if (this.names.has(name)) {
      this.at += name.length;
      return { kind: "lookup", name, at: this.take("_") ? this.places() : [] };
    }
    return { kind: "index", letter: this.match(/^[a-z]′*/) ?? this.fail("an index") };
  }

  private parts(): Part[] {
    this.expect("[");
    const parts: Part[] = [];
    do {
      const range = /^(\d*):(\d*)/.exec(this.rest);
      if (range !== null) {
        this.at += range[0].length;
        parts.push({ kind: "range", from: Number(range[1] || 0), to: range[2] === "" ? undefined : Number(range[2]) });
        continue;
      }
      const digits = this.match(/^\d+/);
      parts.push(digits === undefined ? { kind: "lookup", name: this.anyName() } : { kind: "place", at: Number(digits) });
    } while (this.take(", "));
    this.expect("]");
    return parts;
  }
}
