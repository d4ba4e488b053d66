import { quote } from "../../base/text.js";
import { DIGITS, indicesAt, namedPart, type Total, totalAt } from "./subscripts.js";
import { normalized } from "./text.js";

/** A formula as somebody wrote it. */
export type Written =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "ones" }
  | { readonly kind: "identity" }
  | { readonly kind: "sum"; readonly terms: readonly Signed[] }
  /** Signs stand before the factors: nothing beside the one before, `·`, `*`, `⊙`, `/`. */
  | { readonly kind: "product"; readonly factors: readonly Joined[] }
  | { readonly kind: "power"; readonly base: Written; readonly exponent: Written }
  | { readonly kind: "transpose"; readonly of: Written }
  | { readonly kind: "call"; readonly name: string; readonly axis: number | undefined; readonly args: readonly Written[] }
  | { readonly kind: "relation"; readonly sign: string; readonly left: Written; readonly right: Written }
  /** `isWhole` where places of both are asked for, as in ∂p_i/∂z_j. */
  | { readonly kind: "derivative"; readonly of: string; readonly by: string; readonly isWhole: boolean }
  /** x_ij: a place of a value, or with fewer indices than axes a row. An index is a letter, or a number that counts from 1. */
  | { readonly kind: "at"; readonly of: Written; readonly indices: readonly string[] }
  /** δ_ij, also written [i = j]: 1 where both are the same place, and else 0. */
  | { readonly kind: "delta"; readonly indices: readonly [string, string] }
  /** Σ over all places of some indices; `end` is how many somebody says there are. */
  | { readonly kind: "total"; readonly indices: readonly string[]; readonly end: number | undefined; readonly of: Written };

export interface Signed {
  readonly isNegative: boolean;
  readonly of: Written;
}
export interface Joined {
  readonly sign: "" | "·" | "*" | "⊙" | "/";
  readonly of: Written;
}

/** The formulas of which one is made. */
export function innerOf(written: Written): readonly Written[] {
  switch (written.kind) {
    case "sum":
      return written.terms.map(({ of }) => of);
    case "product":
      return written.factors.map(({ of }) => of);
    case "power":
      return [written.base, written.exponent];
    case "transpose":
    case "at":
    case "total":
      return [written.of];
    case "call":
      return written.args;
    case "relation":
      return [written.left, written.right];
    default:
      return [];
  }
}

/** A line that is no formula, or means something that is not known. */
export class NotUnderstood extends Error {}

/** The names that a formula may have. */
export interface Vocabulary {
  readonly names: ReadonlySet<string>;
  /** Other ways to write a name: yhat for ŷ. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Letters for sizes of axes. */
  readonly sizes: ReadonlySet<string>;
}

const FUNCTIONS: readonly string[] = [
  "sigmoid",
  "sigma",
  "logistic",
  "expit",
  "softmax",
  "softplus",
  "logSumExp",
  "logsumexp",
  "lse",
  "relu",
  "ReLU",
  "tanh",
  "sinh",
  "cosh",
  "exp",
  "ln",
  "log",
  "sqrt",
  "abs",
  "sign",
  "sin",
  "cos",
  "tan",
  "diag",
  "trace",
  "tr",
  "det",
  "inv",
  "sum",
  "mean",
  "max",
  "min",
  "erf",
  "norm",
  "outer",
  "dot",
  "σ",
  "Σ",
  "√",
];
/** So deep a formula may be nested. */
const DEEPEST = 200;
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A derivative that a formula mentions, or a left side asks for. */
export function derivativeOf(text: string): { readonly of: string; readonly by: string } | undefined {
  const [, alone] = /^\s*∇\s*(\p{L}[\p{L}\p{M}₀-₉]*)\s*$/u.exec(text) ?? [];
  if (alone !== undefined) return { of: alone, by: "" };
  const [, of, by] = /^\s*\(*[∂dδ]\s*(\S+?)\s*\)*\s*\/\s*\(*[∂dδ]\s*([^\s)]+)\s*\)*\s*$/u.exec(text) ?? [];
  if (of !== undefined) return { of, by };
  const [, named, below] = /^\s*(\p{L}\p{M}*)\s*_\s*\(?(\S+?)\)?\s*$/u.exec(text) ?? [];
  if (named !== undefined && named !== "∇") return { of: named, by: below };
  const [, under] =
    /^\s*∇\s*_\s*\(?(\S+?)\)?\s*\(?\s*\p{L}?\)?\s*$/u.exec(text) ?? /^\s*(?:grad|gradient)\s*(?:_|by|of)?\s*(\S+)\s*$/u.exec(text) ?? [];
  return under === undefined ? undefined : { of: "", by: under };
}

/** Parses one side of an equation. */
export function parseSide(text: string, vocabulary: Vocabulary): Written {
  return new Parser(normalized(text), vocabulary).whole();
}

class Parser {
  private at = 0;
  private depth = 0;
  /** Whether the next ‖ closes a norm. */
  private isInNorm = false;

  constructor(
    private readonly text: string,
    private readonly vocabulary: Vocabulary,
  ) {}

  whole(): Written {
    const result = this.sum();
    this.space();
    if (this.at < this.text.length)
      throw new NotUnderstood(`expected an operator or the end, got ${quote(this.text.slice(this.at, this.at + 12))}`);
    return result;
  }

  private space(): void {
    while (/\s/u.test(this.text[this.at] ?? "")) this.at++;
  }

  private sees(...signs: readonly string[]): string | undefined {
    this.space();
    return signs.find((sign) => this.text.startsWith(sign, this.at));
  }

  private take(...signs: readonly string[]): string | undefined {
    const found = this.sees(...signs);
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private expect(sign: string): void {
    if (this.take(sign) === undefined)
      throw new NotUnderstood(
        `expected "${sign}", got ${this.at < this.text.length ? quote(this.text.slice(this.at, this.at + 12)) : "the end"}`,
      );
  }

  /** One level more: what is nested deeper than people nest would overflow the stack. */
  private deeper(): void {
    if (++this.depth > DEEPEST) throw new NotUnderstood(`expected at most ${DEEPEST} levels of parentheses, signs and calls`);
  }

  private sum(): Written {
    this.deeper();
    const terms: Signed[] = [];
    let isNegative = this.take("-", "+") === "-";
    for (;;) {
      terms.push({ isNegative, of: this.placeByPlace() });
      const sign = this.take("+", "-");
      if (sign === undefined) break;
      isNegative = sign === "-";
    }
    this.depth--;
    return terms.length === 1 && !terms[0].isNegative ? terms[0].of : { kind: "sum", terms };
  }

  /** ⊙ binds less than what stands beside each other, and than a fraction. */
  private placeByPlace(): Written {
    const factors: Joined[] = [{ sign: "", of: this.product() }];
    while (this.take("⊙", "∘") !== undefined) factors.push({ sign: "⊙", of: this.product() });
    return factors.length === 1 ? factors[0].of : { kind: "product", factors };
  }

  private product(): Written {
    const factors: Joined[] = [{ sign: "", of: this.signed() }];
    for (;;) {
      const sign = this.take("·", "*", "@", "/");
      if (sign === "/" || sign === "*") factors.push({ sign, of: this.signed() });
      else if (sign !== undefined) factors.push({ sign: "·", of: this.signed() });
      else if (this.beginsOperand()) factors.push({ sign: "", of: this.power() });
      else break;
    }
    return factors.length === 1 ? factors[0].of : { kind: "product", factors };
  }

  private signed(): Written {
    if (this.take("-") === undefined) return this.power();
    this.deeper();
    const of = this.signed();
    this.depth--;
    return { kind: "sum", terms: [{ isNegative: true, of }] };
  }

  private beginsOperand(): boolean {
    this.space();
    if (this.isInNorm && this.text[this.at] === "‖") return false;
    return /[\p{L}\d(√Σ‖𝟏∂∇[.]/u.test(String.fromCodePoint(this.text.codePointAt(this.at) ?? 0)) && this.at < this.text.length;
  }

  private power(): Written {
    let base = this.operand();
    for (let signs = 0; ; signs++) {
      if (signs > DEEPEST) throw new NotUnderstood(`expected at most ${DEEPEST} powers and transposes of one thing`);
      if (this.take("⁻ᵀ") !== undefined) base = { kind: "transpose", of: inverse(base) };
      else if (this.take("⁻¹") !== undefined) base = inverse(base);
      else if (this.take("ᵀ") !== undefined) base = { kind: "transpose", of: base };
      else if (this.take("'") !== undefined) base = { kind: "transpose", of: base };
      else {
        const [digits] = /^⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/u.exec(this.text.slice(this.at)) ?? [];
        if (digits !== undefined) {
          this.at += digits.length;
          base = raised(base, Number([...digits].map((sign) => (sign === "⁻" ? "-" : SUPERSCRIPTS.indexOf(sign))).join("")));
        } else if (this.take("^") !== undefined) {
          const isNegative = this.take("-") !== undefined;
          const exponent = this.operand();
          base = { kind: "power", base, exponent: isNegative ? { kind: "sum", terms: [{ isNegative: true, of: exponent }] } : exponent };
        } else return base;
      }
    }
  }

  /** A sum up to a sign. */
  private within(isNorm: boolean, end: string): Written {
    const before = this.isInNorm;
    this.isInNorm = isNorm;
    const inner = this.sum();
    this.isInNorm = before;
    this.expect(end);
    return inner;
  }

  private operand(): Written {
    this.space();
    const rest = this.text.slice(this.at);
    const [number] = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/i.exec(rest) ?? [];
    if (number !== undefined) {
      this.at += number.length;
      return { kind: "number", value: Number(number) };
    }
    if (this.take("(") !== undefined) return this.indexed(this.within(false, ")"));
    const total = totalAt(rest);
    if (total !== undefined) return this.total(total);
    if (this.take("[") !== undefined) return this.bracket();
    if (this.take("‖") !== undefined) {
      const inner = this.within(true, "‖");
      this.take("_2", "₂");
      return { kind: "call", name: "norm", axis: undefined, args: [inner] };
    }
    if (this.take("|") !== undefined) {
      const inner = this.sum();
      this.expect("|");
      return { kind: "call", name: "abs", axis: undefined, args: [inner] };
    }
    if (this.take("𝟏") !== undefined) return { kind: "ones" };
    const [derivative] = /^[∂d]\s*[^\s/]+\s*\/\s*[∂d]\s*[\p{L}][\p{L}\p{M}₀-₉_′]*/u.exec(rest) ?? [];
    const found = derivative === undefined ? undefined : derivativeOf(derivative);
    if (derivative !== undefined && found !== undefined && (rest.startsWith("∂") || !this.vocabulary.names.has("d"))) {
      this.at += derivative.length;
      const [of, by] = [found.of, found.by].map((text) => namedPart(text, this.vocabulary));
      const whole: Written = { kind: "derivative", of: of.name, by: by.name, isWhole: of.indices.length > 0 };
      const indices = [...of.indices, ...by.indices];
      return indices.length === 0 ? whole : { kind: "at", of: whole, indices };
    }
    return this.word(rest);
  }

  /** [u > v], [i = k], or brackets as parentheses. */
  private bracket(): Written {
    const [whole, first, second] = /^\s*([i-np-t])\s*(?:=|==)\s*([i-np-t])\s*\]/.exec(this.text.slice(this.at)) ?? [];
    if (whole !== undefined && ![first, second].some((name) => this.vocabulary.names.has(name))) {
      this.at += whole.length;
      return { kind: "delta", indices: [first, second] };
    }
    const left = this.sum();
    const sign = this.take("<=", ">=", "!=", "==", "≤", "≥", "≠", "<", ">", "=");
    if (sign === undefined) {
      this.expect("]");
      return left;
    }
    const right = this.sum();
    this.expect("]");
    return { kind: "relation", sign: { "<=": "≤", ">=": "≥", "!=": "≠", "==": "=" }[sign] ?? sign, left, right };
  }

  /** A name, a function, e or I: the longest that is known; letters beside each other may be several names. */
  private word(rest: string): Written {
    const { names, sizes, aliases } = this.vocabulary;
    const [letter] = /^(?:δ|delta)/.exec(rest) ?? [];
    const delta = letter === undefined || names.has("δ") ? undefined : indicesAt(rest.slice(letter.length));
    if (letter !== undefined && delta?.indices.length === 2) {
      this.at += letter.length + delta.length;
      return { kind: "delta", indices: [delta.indices[0], delta.indices[1]] };
    }
    const known =
      [...names, ...aliases.keys(), ...sizes].filter((name) => rest.startsWith(name)).sort((a, b) => b.length - a.length)[0] ?? "";
    const callee =
      FUNCTIONS.filter((name) => rest.startsWith(name) && followsCall(rest.slice(name.length), name)).sort(
        (a, b) => b.length - a.length,
      )[0] ?? "";
    if (callee.length > known.length || (callee !== "" && callee.length === known.length && !names.has(known))) return this.call(callee);
    if (known !== "") {
      this.at += known.length;
      return this.indexed({ kind: "name", name: aliases.get(known) ?? known });
    }
    // The entries of X are written x_ij, as a rule.
    const upper = rest.slice(0, 1).toUpperCase();
    if (names.has(upper) && indicesAt(rest.slice(1)) !== undefined) {
      this.at += 1;
      return this.indexed({ kind: "name", name: upper });
    }
    if (rest.startsWith("e") && /^e\s*\^/.test(rest)) {
      this.at += 1;
      return { kind: "number", value: Math.E };
    }
    if (rest.startsWith("π")) {
      this.at += 1;
      return { kind: "number", value: Math.PI };
    }
    if (/^I(?![\p{L}])/u.test(rest)) {
      this.at += 1;
      return { kind: "identity" };
    }
    const [word] = /^[\p{L}\p{M}\p{N}_₀-₉]+/u.exec(rest) ?? [rest.slice(0, 1)];
    throw new NotUnderstood(word === "" ? "expected an operand, got the end" : `expected a name of the derivation, got ${quote(word)}`);
  }

  /** The indices that stand at what was just read. */
  private indexed(of: Written): Written {
    const found = indicesAt(this.text.slice(this.at));
    if (found === undefined) return of;
    this.at += found.length;
    return { kind: "at", of, indices: found.indices };
  }

  /** Σ_i takes all factors that follow, to the next + or −. */
  private total(found: Total | { readonly problem: string }): Written {
    if ("problem" in found) throw new NotUnderstood(found.problem);
    this.deeper();
    this.at += found.length;
    const of = this.product();
    this.depth--;
    const end = found.end !== undefined && /^\d+$/.test(found.end) ? Number(found.end) : undefined;
    return { kind: "total", indices: found.indices, end, of };
  }

  private call(name: string): Written {
    this.deeper();
    this.at += name.length;
    let axis: number | undefined;
    const [low] = /^[₀₁₂₃]/u.exec(this.text.slice(this.at)) ?? [];
    if (low !== undefined) {
      axis = DIGITS.indexOf(low);
      this.at += low.length;
    }
    const power = this.raisedFunction();
    const args: Written[] = [];
    if (this.take("(") !== undefined) {
      args.push(this.sum());
      while (this.take(",") !== undefined) {
        const keyword = this.take("axis=", "axis =", "dim=");
        const next = this.sum();
        if (keyword !== undefined && next.kind === "number") axis = next.value;
        else args.push(next);
      }
      this.expect(")");
    } else args.push(this.power());
    this.depth--;
    const called: Written = { kind: "call", name, axis, args };
    return power === undefined ? called : raised(called, power);
  }

  /** tanh²(u) */
  private raisedFunction(): number | undefined {
    const [digits] = /^[²³]/u.exec(this.text.slice(this.at)) ?? [];
    if (digits === undefined) return undefined;
    this.at += digits.length;
    return SUPERSCRIPTS.indexOf(digits);
  }
}

const followsCall = (rest: string, name: string): boolean =>
  /^[₀₁₂₃²³]?\s*\(/u.test(rest) ||
  (/^[√Σ]$/u.test(name) && /^[₀₁_]?\s*[\p{L}(\d]?/u.test(rest)) ||
  (/^(?:ln|log|exp|tanh|sin|cos|tr)$/.test(name) && /^\s+[\p{L}\d|]/u.test(rest));

const raised = (base: Written, exponent: number): Written => ({ kind: "power", base, exponent: { kind: "number", value: exponent } });
/** A⁻¹: of a matrix its inverse, else place by place. */
const inverse = (of: Written): Written => ({ kind: "call", name: "inv", axis: undefined, args: [of] });
