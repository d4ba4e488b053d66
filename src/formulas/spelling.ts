import { ACCENTS, COMMANDS, DELIMITERS } from "./latex.js";
import { refuse } from "./refusal.js";

/**
 * Rewrites what other languages have for the same: LaTeX, the prefixes of libraries, comments. The grammar then has one spelling of
 * each thing. Every character of the rewritten text knows where it comes from, so that errors point at what was typed.
 */
export interface Spelled {
  readonly text: string;
  /** The place in the source where the character at `at` of `text` begins, and where the one before `at` ends. */
  startOf(at: number): number;
  endOf(at: number): number;
}

/** How deep braces may nest: each level is a call. */
const DEEPEST = 400;

/** Whether there is anything to rewrite: most texts have nothing. */
const SPECIAL =
  /[\\{}#&~]|\/\/|\/\*|\$(?!\{)|\b(?:np|numpy|jnp|torch|tf|tensorflow|keras|Math|math|jax|optax|scipy|special|sympy|nn|F|self|this)\./;

const LIBRARY =
  /(?:np|numpy|jnp|torch|tf|tensorflow|keras|Math|math|jax|optax|scipy|special|sympy|nn|F|self|this)\.(?:[a-z]\w*\.)*([A-Za-z]\w*)/y;
const CONSTANTS: Readonly<Record<string, string>> = { PI: "π", pi: "π", E: "e", e: "e", inf: "∞", Infinity: "∞", newaxis: "null" };
const COMMAND = /\\([A-Za-z]+|.)/suy;

/** `translate` gives the library's own name of a function that others call otherwise; nothing where it has none. */
export function spell(source: string, translate: (name: string) => string | undefined): Spelled {
  if (!SPECIAL.test(source)) return { text: source, startOf: (at) => at, endOf: (at) => at };
  return new Speller(source, translate).spelled();
}

/** So far back is looked at what stands before a sign. */
const NEAR = 200;

class Speller {
  private at = 0;
  /** What is written, one place each: a string that grows and is looked at is copied each time. */
  private readonly out: string[] = [];
  private depth = 0;
  private readonly isLatex: boolean;
  /** What a constructor is told beside its numbers, which says nothing here. */
  private aside: readonly [start: number, end: number] | undefined;
  /** Whether the next letter must not run into what was written last. */
  private apart = false;
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  constructor(
    private readonly source: string,
    private readonly translate: (name: string) => string | undefined,
  ) {
    // $x^2$ is LaTeX without a backslash.
    this.isLatex = source.includes("\\") || /^\s*\$[^${][\s\S]*\$\s*$/.test(source);
  }

  spelled(): Spelled {
    while (this.at < this.source.length) this.piece();
    const { starts, ends, source } = this;
    return { text: this.out.join(""), startOf: (at) => starts[at] ?? source.length, endOf: (at) => (at === 0 ? 0 : ends[at - 1]) };
  }

  /** Writes a text that stands for the source from `from` to `to`. */
  private write(text: string, from: number, to: number): void {
    const needsGap = this.apart && /^(?!\p{Lm})[\p{L}\p{Nd}]/u.test(text);
    const all = needsGap ? ` ${text}` : text;
    if (text !== "") this.apart = false;
    for (let i = 0; i < all.length; i++) {
      // What is as long as what it stands for keeps its places.
      const isSame = text.length === to - from;
      const place = needsGap ? i - 1 : i;
      this.starts.push(isSame ? from + Math.max(place, 0) : from);
      this.ends.push(isSame ? from + Math.max(place, -1) + 1 : to);
      this.out.push(all[i]);
    }
  }

  /** What was written last. */
  private last(count: number): string {
    return this.out.slice(-count).join("");
  }

  private copy(length: number): void {
    this.write(this.source.slice(this.at, this.at + length), this.at, this.at + length);
    this.at += length;
  }

  private skip(length: number): void {
    this.at += length;
  }

  /** Reads one thing. */
  private piece(): void {
    const { source, at } = this;
    const c = source[at];
    if (this.aside?.[0] === at) {
      this.at = this.aside[1];
      return;
    }
    if (source.startsWith("${", at)) {
      this.copy(source.indexOf("}", at) + 1 - at || 2);
      return;
    }
    if (c === "\\") {
      this.command();
      return;
    }
    if (c === "{") {
      this.group("(", ")");
      return;
    }
    if (c === "^" || c === "_") {
      this.script(c);
      return;
    }
    if (c === "#" || source.startsWith("//", at)) {
      this.comment();
      return;
    }
    if (source.startsWith("/*", at)) {
      const end = source.indexOf("*/", at + 2);
      this.write(" ", at, at + 1);
      this.at = end < 0 ? source.length : end + 2;
      return;
    }
    if ((c === "$" || c === "~" || c === "&") && this.isLatex) {
      this.write(" ", at, at + 1);
      this.skip(1);
      return;
    }
    const before = source[at - 1] ?? " ";
    if (!/[\p{L}\p{N}_.]/u.test(before)) {
      LIBRARY.lastIndex = at;
      const [whole, name] = LIBRARY.exec(source) ?? [];
      if (whole !== undefined && this.library(whole, name)) return;
    }
    const [letters] = /^[\p{L}\p{M}\p{N}_]+/u.exec(source.slice(at, at + 120)) ?? [c];
    this.copy(letters.includes("_") && letters[0] !== "_" ? letters.indexOf("_") : letters.length);
  }

  /** np.exp is exp; np.pi is π. F.T is a variable, transposed. */
  private library(whole: string, name: string): boolean {
    if (name === "T" || (whole.startsWith("F.") && !this.source.startsWith("(", this.at + whole.length))) return false;
    // nn.MSELoss()(p, y): the object is made and called at once.
    const [made = ""] = /^\(\s*\)(?=\s*\()/.exec(this.source.slice(this.at + whole.length, this.at + whole.length + 20)) ?? [];
    const end = this.at + whole.length + made.length;
    const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
    const isConstructor = /^(?:array|asarray|tensor|Tensor|constant|Variable|float\d*)$/.test(name);
    const written = isConstructor ? "" : (constant ?? this.translate(name) ?? name);
    if (isConstructor) {
      // torch.tensor(2.0, requires_grad=True)
      const [, inside, options = ""] =
        /^(\([^(),[\]]*(?:\[[^()]*\])?\s*)((?:,\s*\w+\s*=\s*[\w.]+\s*)+)\)/.exec(this.source.slice(end, end + 2000)) ?? [];
      if (inside !== undefined) this.aside = [end + inside.length, end + inside.length + options.length];
    }
    this.write(written, this.at, end);
    this.at = end;
    return true;
  }

  /** To the end of the line. In x // 2 it may be a division that rounds down. */
  private comment(): void {
    const { source, at } = this;
    const end = source.indexOf("\n", at) < 0 ? source.length : source.indexOf("\n", at);
    const rest = source.slice(at + 2, end);
    const operand = /([\p{L}\p{N}_.]+)\s*$/u.exec(this.last(NEAR))?.[1];
    if (source[at] === "/" && operand !== undefined && /^\s*(?:[\d.]+|\p{L}(?:[\d₀-₉_][\p{L}\p{N}]*)?)\s*$/u.test(rest)) {
      const start = this.out.length - (this.last(NEAR).length - this.last(NEAR).trimEnd().length) - operand.length;
      this.copy(end - at);
      refuse(
        `expected floor(${operand} / ${rest.trim()}), or # before a comment, got //`,
        [start, this.out.length],
        [
          [`floor(${operand} / ${rest.trim()})`, "divided and rounded down"],
          [`${operand} # ${rest.trim()}`, "a comment"],
        ],
      );
    }
    this.write(" ", at, at + 1);
    this.at = end;
  }

  private deeper(): void {
    if (++this.depth > DEEPEST)
      refuse(`expected at most ${DEEPEST} levels of signs, calls and parentheses, got more`, [this.out.length, this.out.length], []);
  }

  /** What stands in braces, between what is put for them. */
  private group(open: string, close: string): void {
    this.deeper();
    this.write(open, this.at, this.at + 1);
    this.skip(1);
    while (this.at < this.source.length && this.source[this.at] !== "}") this.piece();
    if (this.at < this.source.length) {
      this.write(close, this.at, this.at + 1);
      this.skip(1);
    }
    this.depth--;
  }

  /** The argument of a command: a group, or the next thing alone. */
  private argument(open = "(", close = ")"): void {
    while (/\s/.test(this.source[this.at] ?? "")) this.skip(1);
    if (this.source[this.at] === "{") {
      this.group(open, close);
      return;
    }
    this.deeper();
    this.write(open, this.at, this.at);
    if (/[\d\p{L}]/u.test(this.source[this.at] ?? "")) this.copy((this.source.codePointAt(this.at) ?? 0) > 0xffff ? 2 : 1);
    else if (this.at < this.source.length && this.source[this.at] !== "}") this.piece();
    this.write(close, this.at, this.at);
    this.depth--;
  }

  /** x_{1} is x_1, x^{2} is x^(2), w^\top is wᵀ. Below and above a sum sign the braces stay. */
  private script(sign: string): void {
    const { source, at } = this;
    const [transposed] =
      /^\^\s*(?:\{\s*)?\\(?:top|intercal|(?:mathsf|mathrm|text|mathbf|rm)\s*\{?\s*T\s*\}?)(?![A-Za-z])(?:\s*\})?/.exec(
        source.slice(at, at + 40),
      ) ?? [];
    if (transposed !== undefined) {
      this.write("ᵀ", at, at + transposed.length);
      this.skip(transposed.length);
      return;
    }
    const [prime] = /^\^\s*(?:\{\s*)?\\prime(?![A-Za-z])(?:\s*\})?/.exec(source.slice(at, at + 40)) ?? [];
    if (prime !== undefined) {
      this.write("′", at, at + prime.length);
      this.skip(prime.length);
      return;
    }
    const isLimit = /(?:[∑∏ΣΠ]|\bsum)(?:_(?:\{[^{}]*\}|.))?\s*$/u.test(this.last(NEAR));
    const [, inside] = /^[_^]\s*\{([^{}]*)\}/.exec(source.slice(at)) ?? [];
    if (inside === undefined || (sign === "^" && !isLimit)) {
      // x^{T} is asked about like x^T.
      const [whole] = /^\^\{\s*T\s*\}/.exec(source.slice(at, at + 12)) ?? [];
      if (whole !== undefined) this.write("^T", at, at + whole.length);
      if (whole !== undefined) {
        this.skip(whole.length);
        return;
      }
      const [digits] = /^\^\s*\{\s*(\d+)\s*\}/.exec(source.slice(at, at + 40)) ?? [];
      if (digits !== undefined) this.write(`^${digits.replace(/\D/g, "")}`, at, at + digits.length);
      if (digits !== undefined) {
        this.skip(digits.length);
        return;
      }
      this.apart = false;
      this.copy(1);
      return;
    }
    const end = at + (/^[_^]\s*\{[^{}]*\}/.exec(source.slice(at))?.[0].length ?? 0);
    this.apart = false;
    if (isLimit) this.write(`${sign}{${inside.replaceAll(/\\[a-z]+/g, " ")}}`, at, end);
    else {
      const name = inside.replaceAll(/\\(?:text|mathrm|mathbf|mathit|rm)\b|[{}\s,]/g, "");
      if (!/^[\p{L}\p{N}]+$/u.test(name))
        refuse(
          `expected a name or number below, as in x_1, got ${JSON.stringify(inside)}; write an index that is computed with slice(…)`,
          [this.out.length, this.out.length],
          [],
        );
      this.write(`_${name}`, at, end);
    }
    this.at = end;
  }

  private command(): void {
    const { source, at } = this;
    COMMAND.lastIndex = at;
    const [whole, name] = COMMAND.exec(source) ?? ["\\", ""];
    const end = at + whole.length;
    const put = (text: string): void => {
      this.write(text, at, end);
      this.at = end;
    };
    if (/^(?:left|right|[bB]igg?[lrm]?|displaystyle|textstyle|limits|nolimits|mathopen|mathclose)$/.test(name)) {
      this.at = end;
      const [dot] = /^\s*\./.exec(source.slice(end, end + 10)) ?? [];
      if (/^(?:left|right)$/.test(name) && dot !== undefined) this.skip(dot.length);
      return;
    }
    if (/^[dtc]?frac$/.test(name)) {
      put("(");
      this.argument();
      this.write("/", this.at, this.at);
      this.argument();
      this.write(")", this.at, this.at);
      return;
    }
    if (name === "sqrt") {
      this.root(end);
      return;
    }
    if (
      /^(?:operatorname\*?|mathrm|mathbf|mathit|mathsf|mathcal|mathbb|mathtt|text|textbf|textit|boldsymbol|bm|rm|bf|vec|mbox)$/.test(name)
    ) {
      this.at = end;
      const before = this.out.length;
      if (/[\p{L}\p{N}]$/u.test(this.last(2))) this.apart = true;
      this.argument("", "");
      const written = this.out.slice(before).join("").trim();
      // An operator's name is apart from what follows; a letter in bold is not.
      if (written.length > 1) this.apart = true;
      return;
    }
    if (Object.hasOwn(ACCENTS, name)) {
      this.accent(ACCENTS[name], end);
      return;
    }
    const known = Object.hasOwn(DELIMITERS, name)
      ? DELIMITERS[name]
      : Object.hasOwn(COMMANDS, name)
        ? COMMANDS[name]
        : this.translate(name);
    if (known === undefined) {
      this.copy(1);
      return;
    }
    // A command that is a name ends where it ends: \log p, \alpha x.
    const isName = /\p{L}/u.test(known);
    if (isName && /[\p{L}\p{N}]$/u.test(this.last(2))) this.apart = true;
    put(known);
    if (isName) this.apart = true;
  }

  private root(end: number): void {
    const { source, at } = this;
    const [index, degree] = /^\s*\[\s*([\p{L}\d]+)\s*\]/u.exec(source.slice(end, end + 20)) ?? ["", "2"];
    const from = at;
    const after = end + index.length;
    this.write(degree === "2" ? "√" : degree === "3" ? "∛" : "(", from, after);
    this.at = after;
    this.argument();
    if (degree !== "2" && degree !== "3") this.write(`^(1/${degree}))`, from, this.at);
  }

  /** The accent goes to the first letter: \hat{y}_i is ŷ_i. */
  private accent(mark: string, end: number): void {
    if (/[\p{L}\p{N}]$/u.test(this.last(2))) this.apart = true;
    this.at = end;
    const before = this.out.length;
    this.argument("", "");
    const inside = this.out.slice(before).join("");
    const [gap] = /^\s*/.exec(inside) ?? [""];
    const [letter] = [...inside.slice(gap.length)];
    if (letter === undefined) return;
    const place = before + gap.length + letter.length;
    this.out.splice(place, 0, mark);
    this.starts.splice(place, 0, this.starts[place - 1]);
    this.ends.splice(place, 0, this.ends[place - 1]);
  }
}
