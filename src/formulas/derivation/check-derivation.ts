import { checkFunction, describe, GradtapeError } from "../../base/errors.js";
import { checkOptions, type Known } from "../../base/options.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { TreesLike } from "../../tensor/tree.js";
import { Comparison, lettersOf, TOLERANCE } from "./comparison.js";
import { Effort, Exhausted } from "./effort.js";
import { Hints } from "./hints.js";
import { type Asked, LeftSides } from "./left-sides.js";
import { linesOf, sides, tooLong } from "./lines.js";
import { NotUnderstood, parseSide, type Vocabulary, type Written } from "./parse.js";
import { type Points, pointsOf } from "./points.js";
import { indicesAt } from "./subscripts.js";
import { normalized } from "./text.js";

/** Settings of {@link checkDerivation}. */
export interface CheckDerivationOptions {
  /** The place of the argument that a right side alone is the derivative with respect to, or of several; 0 if left out. */
  readonly wrt?: number | readonly number[];
}

/** What became of one line. */
export interface CheckedLine {
  /** The line as it was written. */
  readonly source: string;
  /** Its left side; of a right side alone, and of one that goes on from the line before, what it stands for. */
  readonly left: string;
  /** Its right side. */
  readonly right: string;
  /** Whether the two sides are the same at all points. */
  readonly verdict: "true" | "false" | "not understood";
  /** What would make it true, tried at all points; or why it was not understood; or how a true one was read. Empty where there is nothing to say. */
  readonly hint: string;
  /** The largest difference of the two sides at any point, relative to their size; NaN where they could not be compared. */
  readonly difference: number;
}

/** What became of a derivation. */
export interface CheckedDerivation {
  /** Whether all lines are true. */
  readonly ok: boolean;
  /** The lines, in the order of the text. */
  readonly lines: readonly CheckedLine[];
  /** The place of the first line that is not true; −1 if there is none. */
  readonly firstWrong: number;
}

const OPTIONS: Known<CheckDerivationOptions> = { wrt: true };
const CALLER = "checkDerivation";
/** Reading a character again takes as long as so many products. */
const PARSED = 500;
/** Letters that may stand for sizes of axes. */
const SIZE_LETTERS = ["n", "N", "m", "M", "d", "D", "k", "K", "B", "T", "C"];

/**
 * Checks a derivation that somebody wrote, line by line, against the gradients of the engine: at the inputs, and at fresh points of
 * the same shapes. A line is an equation, `∂L/∂w = Xᵀ(ŷ − y)/n`, `dL/dw = …`, `z = Xw`, or a right side alone; one that begins with
 * `=` goes on from the line before. Plain text and LaTeX are read. Names are those of f's parameters, of labels, and of values
 * that f names with `named`; n and the like are sizes of axes. A line such as `r = Xw − y` gives a name to a step of f that has none;
 * from then on `∂L/∂r` is known. Places have indices: `∂L/∂w_j = 1/n Σ_i (ŷ_i − y_i) x_ij`.
 *
 * A line that is false gets a hint only if what the hint says makes it true at all points: a sign, a factor, a missing or extra 1/n, a
 * transpose, swapped factors; else the shape that was expected, or what the line is instead.
 *
 * @param f - A synchronous function that returns a scalar.
 * @param inputs - Its arguments, as a list.
 * @param text - The derivation, one equation a line. Empty lines are left out. It may be a stranger's: at most 100,000 characters and 1,000
 * lines, of 2,000 characters each, and what is spent on it is limited.
 * @param options - `wrt`: see {@link CheckDerivationOptions}.
 *
 * @example
 * ```ts
 * const loss = (w: Tensor, X: Tensor, y: Tensor) => X.matmul(w).named("ŷ").sub(y).square().mean().named("L");
 * const inputs: [Tensor, Tensor, Tensor] = [tensor([0.5, -1]), tensor([[1, 2], [1, -1], [1, 0.5]]), tensor([1, 0, 2])];
 * const { lines, firstWrong } = checkDerivation(loss, inputs, `
 *   ∂L/∂ŷ = 2(ŷ − y)/n
 *   ∂L/∂w = Xᵀ(ŷ − y)/n
 * `);
 * firstWrong; // 1
 * lines[1].hint; // "a factor of 2 is missing"
 * ```
 */
export function checkDerivation<Args extends unknown[]>(
  f: (...args: Args) => Tensor,
  inputs: readonly [...TreesLike<Args>],
  text: string,
  options?: CheckDerivationOptions,
): CheckedDerivation {
  checkFunction(CALLER, f);
  if (!Array.isArray(inputs)) throw new TypeError(`${CALLER}: expected a list of the function's arguments, got ${describe(inputs)}`);
  if (typeof text !== "string") throw new TypeError(`${CALLER}: expected the derivation as a text, got ${describe(text)}`);
  const { wrt = 0 } = checkOptions(CALLER, options, OPTIONS);
  const places = typeof wrt === "number" ? [wrt] : wrt;
  if (!Array.isArray(places) || !places.every((place) => Number.isInteger(place) && place >= 0 && place < inputs.length))
    throw new GradtapeError(`${CALLER}: wrt must be the place of an argument, or a list of them, got ${describe(wrt)}`);
  const written = linesOf(CALLER, text);
  const checker = new Checker(pointsOf(f, inputs, places));
  const lines = written.flatMap((line, k) => checker.line(line, written.slice(k + 1)));
  const firstWrong = lines.findIndex(({ verdict }) => verdict !== "true");
  return { ok: lines.length > 0 && firstWrong < 0, lines, firstWrong };
}

class Checker {
  private last: Asked | undefined;
  private readonly effort = new Effort();
  private readonly lefts: LeftSides;
  private readonly comparison: Comparison;
  private readonly hints: Hints;
  private readonly vocabulary: Vocabulary;

  constructor(private readonly points: Points) {
    this.lefts = new LeftSides(points);
    this.comparison = new Comparison(points, this.effort);
    this.hints = new Hints(points, this.comparison, this.lefts);
    this.vocabulary = {
      names: points.names,
      aliases: this.lefts.aliases,
      sizes: new Set(SIZE_LETTERS.filter((letter) => !points.names.has(letter))),
    };
  }

  /** One line, or each part of a = b = c; `rest` are the lines after it. */
  line(source: string, rest: readonly string[]): CheckedLine[] {
    const problem = tooLong(source);
    if (problem !== undefined) return [notUnderstood({ source, left: "", right: "" }, problem)];
    const [first, ...rights] = sides(source);
    if (rights.length === 0) return [this.check(source, this.lefts.asked(undefined), first)];
    const defined = this.definedIfAffordable(source, first, rights[0], rest);
    const asked = first.trim() === "" ? (this.last ?? this.lefts.asked(undefined)) : this.lefts.asked(defined?.left ?? first);
    this.last = "left" in asked ? asked : undefined;
    const others = defined === undefined ? rights : rights.slice(1);
    return [...(defined === undefined ? [] : [defined]), ...others.map((right) => this.check(source, asked, right))];
  }

  /** Where no more is left to spend, a line gives no name; then it is told to be too much, as any other. */
  private definedIfAffordable(...line: Parameters<Checker["defined"]>): CheckedLine | undefined {
    try {
      return this.defined(...line);
    } catch (error) {
      if (error instanceof Exhausted) return undefined;
      throw error;
    }
  }

  /**
   * A line that gives a name of its own, r = Xw − y: to a step of f that has this value, or, where lines that follow use it, to any value.
   */
  private defined(source: string, left: string, right: string, rest: readonly string[]): CheckedLine | undefined {
    const [, name, below = ""] = /^(?:(?:let|where|with|set)\s+)?(\p{L}[\p{L}\p{M}\d₀-₉]*)(.*)$/iu.exec(normalized(left).trim()) ?? [];
    const indices = indicesAt(below);
    if (name === undefined || this.lefts.nameOf(name) !== undefined || below.length !== (indices?.length ?? 0)) return undefined;
    const values = this.comparison.valuesOf(right, this.vocabulary, indices?.indices ?? []);
    if (values.length === 0) return undefined;
    this.effort.spend(this.points.numbers * values.length);
    const line = { source, left: name, right: right.trim(), verdict: "true", difference: 0 } as const;
    if (values.some((own) => this.points.defineStep(name, own))) {
      this.lefts.learn();
      return { ...line, hint: "" };
    }
    const isLetter = [...name.normalize("NFD")].filter((sign) => /\p{L}/u.test(sign)).length === 1;
    if (!isLetter || !rest.some((later) => this.mentions(later, name))) return undefined;
    this.points.define(name, values[0]);
    this.lefts.learn();
    return { ...line, hint: `taken as what ${name} stands for` };
  }

  /** Whether a right side of a line has a name that is not known yet. */
  private mentions(line: string, name: string): boolean {
    this.effort.spend(PARSED * line.length);
    const vocabulary = { ...this.vocabulary, names: new Set([...this.points.names, name]) };
    return sides(line)
      .slice(-1)
      .some((right) => {
        try {
          return lettersOf(parseSide(right, vocabulary)).has(name);
        } catch (error) {
          if (error instanceof NotUnderstood) return false;
          throw error;
        }
      });
  }

  private check(source: string, asked: Asked | NotUnderstood, right: string): CheckedLine {
    const line = { source, left: "left" in asked ? asked.left : "", right: right.trim() };
    if (asked instanceof NotUnderstood) return notUnderstood(line, asked.message);
    try {
      const written = parseSide(right, this.vocabulary);
      const found = this.compare(written, asked);
      return { ...line, ...found };
    } catch (error) {
      if (error instanceof NotUnderstood || error instanceof Exhausted) return notUnderstood(line, error.message);
      throw error;
    }
  }

  private compare(written: Written, asked: Asked): Pick<CheckedLine, "verdict" | "hint" | "difference"> {
    const tried = this.comparison.best(written, asked);
    if (tried.isUndecided) {
      const isValue = ({ data }: Tensor): boolean => data.every(Number.isFinite);
      if (tried.values?.every((x, k) => !isValue(x) && isValue(asked.expected[k])))
        return { verdict: "false", hint: `it has no value where ${asked.left} has one`, difference: Number.NaN };
      throw new NotUnderstood("it cannot be compared: ∞, NaN or rounding at all points that were tried");
    }
    if (tried.difference <= TOLERANCE) {
      this.comparison.sizes = tried.sizes;
      return { verdict: "true", hint: tried.note, difference: tried.difference };
    }
    const hint = this.effort.onHints(() => this.hints.of(written, asked, tried)) ?? "";
    return { verdict: "false", hint, difference: tried.difference };
  }
}

const notUnderstood = (line: Pick<CheckedLine, "source" | "left" | "right">, hint: string): CheckedLine => ({
  ...line,
  verdict: "not understood",
  hint,
  difference: Number.NaN,
});
