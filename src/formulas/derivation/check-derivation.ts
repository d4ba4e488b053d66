import { checkFunction, describe, GradtapeError } from "../../base/errors.js";
import { checkOptions, type Known } from "../../base/options.js";
import { formatShape, sameShape } from "../../base/shape.js";
import { quote } from "../../base/text.js";
import type { Tensor } from "../../tensor/tensor.js";
import { asTensor } from "../../tensor/tensor.js";
import type { TreesLike } from "../../tensor/tree.js";
import { checkLimits, withinLimits } from "../limits.js";
import { editsOf } from "./edits.js";
import { Effort, Exhausted } from "./effort.js";
import { evaluate, type Meaning, type Reading, readingsOf, ShapesDiffer } from "./evaluate.js";
import { linesOf, sides, tooLong } from "./lines.js";
import { derivativeOf, innerOf, NotUnderstood, parseSide, type Vocabulary, type Written } from "./parse.js";
import { type Point, type Points, pointsOf } from "./points.js";
import { GREEK, normalized } from "./text.js";

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
/** Of memory, as for other formulas. */
const LIMITS = /* @__PURE__ */ checkLimits(CALLER, undefined);
/** Sides that differ by no more, relative to their size, are the same. */
const TOLERANCE = 1e-7;
/** Nor are sides different that differ by no more, relative to the largest named value at the point: rounding may do that. */
const ROUNDING = 1e-13;
/** Letters for how many samples there are. */
const COUNTS = ["n", "N", "m", "M", "B"];
/** Letters that may stand for sizes of axes. */
const SIZE_LETTERS = ["n", "N", "m", "M", "d", "D", "k", "K", "B", "T", "C"];

/**
 * Checks a derivation that somebody wrote, line by line, against the gradients of the engine: at the inputs, and at fresh points of
 * the same shapes. A line is an equation, `∂L/∂w = Xᵀ(ŷ − y)/n`, `dL/dw = …`, `z = Xw`, or a right side alone; one that begins with
 * `=` goes on from the line before. Plain text and LaTeX are read. Names are those of f's parameters, of labels, and of values
 * that f names with `named`; n and the like are sizes of axes.
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
  const lines = written.flatMap((line) => checker.line(line));
  const firstWrong = lines.findIndex(({ verdict }) => verdict !== "true");
  return { ok: lines.length > 0 && firstWrong < 0, lines, firstWrong };
}

/** What a left side asks for. */
interface Asked {
  readonly left: string;
  readonly expected: readonly Tensor[];
  /** Whether it is a matrix of derivatives, which some write with rows and columns the other way round. */
  readonly isJacobian: boolean;
}

class Checker {
  private last: Asked | undefined;
  /** What a letter was found to stand for, for the lines that follow. */
  private sizes: ReadonlyMap<string, number> = new Map();
  private readonly vocabulary: Vocabulary;
  private readonly effort = new Effort();

  constructor(private readonly points: Points) {
    this.vocabulary = {
      names: points.names,
      aliases: aliasesOf(points.names),
      sizes: new Set(SIZE_LETTERS.filter((letter) => !points.names.has(letter))),
    };
  }

  /** One line, or each part of a = b = c. */
  line(source: string): CheckedLine[] {
    const problem = tooLong(source);
    if (problem !== undefined) return [notUnderstood({ source, left: "", right: "" }, problem)];
    const [first, ...rights] = sides(source);
    if (rights.length === 0) return [this.check(source, this.asked(undefined), first)];
    const asked = first.trim() === "" ? (this.last ?? this.asked(undefined)) : this.asked(first);
    this.last = "left" in asked ? asked : undefined;
    return rights.map((right) => this.check(source, asked, right));
  }

  private asked(left: string | undefined): Asked | NotUnderstood {
    const { points, result, wanted, names } = this.points;
    if (left === undefined) return this.ofDerivative(result, wanted[0]);
    const text = normalized(left).replace(/\s+/g, " ").trim();
    const found = names.has(text) ? undefined : derivativeOf(text);
    if (found !== undefined) {
      const by = found.by === "" ? wanted[0] : found.by;
      return this.ofDerivative(this.nameOf(found.of) ?? result, this.nameOf(by) ?? by);
    }
    const name = this.nameOf(text);
    if (name === undefined)
      return new NotUnderstood(`expected ∂${result}/∂${wanted[0]} or a named value to the left, got ${quote(left.trim())}`);
    return { left: name, expected: points.map((point) => point.value(name) as Tensor), isJacobian: false };
  }

  private nameOf(text: string): string | undefined {
    const plain = text.replace(/[()]/g, "").trim();
    return this.points.names.has(plain) ? plain : this.vocabulary.aliases.get(plain);
  }

  private ofDerivative(of: string, by: string): Asked | NotUnderstood {
    const { points } = this.points;
    const expected = points.map((point) => point.derivative(of, by));
    const left = `∂${of}/∂${by}`;
    return expected.every((x) => x !== undefined)
      ? { left, expected, isJacobian: of !== this.points.result && expected[0]?.rank === 2 }
      : new NotUnderstood(`expected a derivative between named values, got ${left}`);
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
    const tried = this.best(written, asked);
    if (tried.isUndecided) {
      const isValue = ({ data }: Tensor): boolean => data.every(Number.isFinite);
      if (tried.values?.every((x, k) => !isValue(x) && isValue(asked.expected[k])))
        return { verdict: "false", hint: `it has no value where ${asked.left} has one`, difference: Number.NaN };
      throw new NotUnderstood("it cannot be compared: ∞, NaN or rounding at all points that were tried");
    }
    if (tried.difference <= TOLERANCE) {
      this.sizes = tried.sizes;
      return { verdict: "true", hint: tried.note, difference: tried.difference };
    }
    const hint = this.effort.onHints(() => this.hint(written, asked, tried)) ?? "";
    return { verdict: "false", hint, difference: tried.difference };
  }

  /** The reading of a formula that comes closest at all points. */
  private best(written: Written, asked: Asked): Tried {
    let best: Tried | undefined;
    let trouble: Error | undefined;
    for (const sizes of this.meaningsOfSizes(written))
      for (const reading of readingsOf(written)) {
        try {
          const tried = this.at(written, asked, reading, sizes);
          if (
            best === undefined ||
            tried.difference < best.difference ||
            (Number.isNaN(best.difference) && !Number.isNaN(tried.difference))
          )
            best = tried;
          if (best.difference <= TOLERANCE) return best;
        } catch (error) {
          if (!(error instanceof ShapesDiffer || error instanceof GradtapeError)) throw error;
          trouble ??= error;
        }
      }
    return (
      best ?? {
        difference: Number.NaN,
        isUndecided: false,
        note: "",
        sizes: this.sizes,
        values: undefined,
        trouble: trouble?.message ?? "",
      }
    );
  }

  private at(written: Written, asked: Asked, reading: Reading, sizes: ReadonlyMap<string, number>): Tried {
    const { points } = this.points;
    this.effort.spend(written, points.length);
    const values = points.map((point) => withinLimits(CALLER, LIMITS, () => evaluate(written, meaningAt(point, sizes), reading)));
    let note = "";
    const differences: number[] = [];
    for (const [k, { x, isRow }] of values.entries()) {
      const expected = asked.expected[k];
      const fitted = inShapeOf(x, expected.shape);
      if (fitted === undefined && !asked.isJacobian) return { ...NO_FIT, sizes, values: values.map((value) => value.x) };
      const rounding = ROUNDING * this.largestAt(points[k]);
      let own = fitted === undefined ? Number.POSITIVE_INFINITY : differenceOf(fitted, expected, rounding);
      if (asked.isJacobian && !(own <= TOLERANCE) && x.rank === 2 && sameShape(x.shape, [...expected.shape].reverse())) {
        own = differenceOf(x.transpose(), expected, rounding);
        note = "true up to a transpose: rows and columns the other way round";
      } else if (isRow && expected.rank === 1) note = "true up to a transpose: it is written as a row";
      else if (x.rank < expected.rank && expected.size > 1 && x.size < expected.size)
        note = "true up to a broadcast: the same number everywhere, or the same row";
      differences.push(own);
    }
    const difference = this.decided(differences, asked);
    return { difference, isUndecided: Number.isNaN(difference), note, sizes, values: values.map(({ x }) => x), trouble: "" };
  }

  /** The largest difference where it can be told; NaN if it cannot. Far from the inputs only if it cannot be told close to them. */
  private decided(differences: readonly number[], { expected }: Asked): number {
    const { close } = this.points;
    const largestOf = (list: readonly number[]): number => {
      const told = list.filter((difference) => !Number.isNaN(difference));
      return told.length === 0 ? Number.NaN : Math.max(...told);
    };
    const here = largestOf(differences.slice(0, close));
    // Where all is 0, that may be what is left of numbers that were too small.
    const isTold = here > 0 || expected.slice(0, close).some(({ data }, k) => differences[k] === 0 && data.some((value) => value !== 0));
    const there = isTold ? Number.NaN : largestOf(differences.slice(close));
    return Number.isNaN(there) ? here : there;
  }

  private readonly largest = new Map<Point, number>();

  /** The largest number of a named value at a point. */
  private largestAt(point: Point): number {
    let found = this.largest.get(point);
    if (found === undefined) {
      found = 0;
      for (const name of this.points.names)
        for (const value of point.value(name)?.data ?? []) if (Number.isFinite(value)) found = Math.max(found, Math.abs(value));
      this.largest.set(point, found);
    }
    return found;
  }

  /** What n and the like may be: what they were found to be, or each size that there is. */
  private meaningsOfSizes(written: Written): ReadonlyMap<string, number>[] {
    const letters = [...lettersOf(written)].filter((name) => !this.points.names.has(name) && !this.sizes.has(name));
    let meanings: ReadonlyMap<string, number>[] = [this.sizes];
    for (const letter of letters) {
      const sizes = COUNTS.includes(letter) ? this.points.counts : this.points.sizes;
      meanings = meanings
        .flatMap((meaning) => (sizes.length === 0 ? [1] : sizes).map((size) => new Map([...meaning, [letter, size]])))
        .slice(0, MOST_MEANINGS);
    }
    return meanings;
  }

  // Hints: what they say has been tried.

  private hint(written: Written, asked: Asked, tried: Tried): string {
    const isTrue = (other: Written): boolean => {
      try {
        return this.best(other, asked).difference <= TOLERANCE;
      } catch (error) {
        if (error instanceof NotUnderstood) return false; // Iᵀ, say
        throw error;
      }
    };
    const factor = this.constantFactor(written, asked);
    if (factor !== undefined) return factor;
    const turned: Written = { kind: "transpose", of: written };
    if (isTrue(turned)) return "it has to be transposed";
    const edit = editsOf(written).find(({ written: other }) => isTrue(other));
    if (edit !== undefined) return edit.hint.startsWith("the sign") ? `${edit.hint} is wrong` : edit.hint;
    const other = this.equalsOther(written, asked.left);
    if (other !== undefined) return `it is ${other}, not ${asked.left}`;
    const [expected] = asked.expected;
    if (tried.trouble !== "") return `the shapes do not fit: ${tried.trouble}; ${asked.left} has the shape ${formatShape(expected.shape)}`;
    const found = tried.values?.[0];
    if (found !== undefined && inShapeOf(found, expected.shape) === undefined)
      return `its shape is ${formatShape(found.shape)}, expected ${formatShape(expected.shape)}`;
    return "";
  }

  /** −1, 2, 1/n and the like: the same ratio at all places of all points. */
  private constantFactor(written: Written, asked: Asked): string | undefined {
    const letter = [...this.sizes.keys()].find((name) => COUNTS.includes(name)) ?? "n";
    const mentions = [...lettersOf(written)].some((name) => COUNTS.includes(name));
    const counts: [number, string][] = (this.points.isMean || mentions ? this.points.counts : []).flatMap((count): [number, string][] => {
      const name = this.points.counts.length === 1 || this.sizes.get(letter) === count ? letter : String(count);
      return [
        [1 / count, `1/${name} is missing`],
        [count, `1/${name} is too much`],
        [-1 / count, `the sign is wrong, and 1/${name} is missing`],
        [-count, `the sign is wrong, and 1/${name} is too much`],
        [2 / count, `2/${name} is missing`],
        [count / 2, `2/${name} is too much`],
      ];
    });
    const twos: [number, string][] = [
      [2, "a factor of 2 is missing"],
      [0.5, "a factor of 2 is too much"],
      [-2, "a factor of −2 is missing"],
      [-0.5, "the sign is wrong, and a factor of 2 is too much"],
    ];
    const others: [number, string][] = [3, 4, 5, 6, 8, 10].flatMap((factor): [number, string][] => [
      [factor, `a factor of ${factor} is missing`],
      [1 / factor, `a factor of ${factor} is too much`],
    ]);
    // Two samples make 1/n and 1/2 the same: a formula without n more likely lacks it.
    const candidates: [number, string][] = [
      [-1, "the sign is wrong"],
      ...(mentions ? [...twos, ...counts] : [...counts, ...twos]),
      ...others,
    ];
    for (const sizes of this.meaningsOfSizes(written))
      for (const reading of readingsOf(written))
        for (const [ratio, words] of candidates) {
          const scaled: Written = {
            kind: "product",
            factors: [
              { sign: "", of: { kind: "number", value: ratio } },
              { sign: "·", of: written },
            ],
          };
          try {
            if (this.at(scaled, asked, reading, sizes).difference <= TOLERANCE) return words;
          } catch (error) {
            if (!(error instanceof ShapesDiffer || error instanceof GradtapeError || error instanceof NotUnderstood)) throw error;
          }
        }
    return undefined;
  }

  /** The derivative of the result, or the named value, that the formula is instead. */
  private equalsOther(written: Written, left: string): string | undefined {
    const { names, result } = this.points;
    for (const name of names) {
      const asked = name === result ? undefined : this.ofDerivative(result, name);
      if (
        asked !== undefined &&
        "left" in asked &&
        asked.left !== left &&
        this.best(written, asked).difference <= TOLERANCE &&
        !isZero(asked)
      )
        return asked.left;
    }
    return undefined;
  }
}

const notUnderstood = (line: Pick<CheckedLine, "source" | "left" | "right">, hint: string): CheckedLine => ({
  ...line,
  verdict: "not understood",
  hint,
  difference: Number.NaN,
});

const ACCENTS: Readonly<Record<string, string>> = { "\u0302": "hat", "\u0304": "bar", "\u0303": "tilde" };

/** ŷ as yhat, y_hat and hat y, W₁ as W1, μ as mu. */
function aliasesOf(names: ReadonlySet<string>): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const name of names) {
    const [letter, accent] = name.normalize("NFD");
    const mark = accent === undefined ? undefined : ACCENTS[accent];
    if (mark !== undefined) for (const alias of [`${letter}${mark}`, `${letter}_${mark}`]) aliases.set(alias, name);
    for (const [word, sign] of Object.entries(GREEK)) if (sign === name) aliases.set(word, name);
    const digits = name.replace(/[₀-₉]/g, (digit) => String((digit.codePointAt(0) ?? 0) % 16));
    if (digits !== name) aliases.set(digits, name);
  }
  for (const name of names) aliases.delete(name);
  return aliases;
}

interface Tried {
  readonly difference: number;
  /** Whether no point tells. */
  readonly isUndecided: boolean;
  readonly note: string;
  readonly sizes: ReadonlyMap<string, number>;
  readonly values: readonly Tensor[] | undefined;
  readonly trouble: string;
}

/** A shape that is not what was asked for. */
const NO_FIT = { difference: Number.NaN, isUndecided: false, note: "", trouble: "" };

const MOST_MEANINGS = 64;
const isZero = ({ expected }: Asked): boolean => expected.every(({ data }) => data.every((value) => value === 0));

const meaningAt = (point: Point, sizes: ReadonlyMap<string, number>): Meaning => ({
  value: (name) => point.value(name) ?? (sizes.has(name) ? asTensor(CALLER, sizes.get(name) as number) : undefined),
  derivative: (of, by) => point.derivative(of, by),
});

/** The names in a formula. */
function lettersOf(written: Written, found = new Set<string>()): Set<string> {
  if (written.kind === "name") found.add(written.name);
  for (const inner of innerOf(written)) lettersOf(inner, found);
  return found;
}

/** The value in the shape that was asked for: axes of size 1 aside, or one number everywhere. */
function inShapeOf(x: Tensor, shape: readonly number[]): Tensor | undefined {
  if (sameShape(x.shape, shape)) return x;
  if (x.size === 1) return x.reshape([]).broadcastTo(shape);
  const plain = (of: readonly number[]): string => of.filter((size) => size !== 1).join();
  if (plain(x.shape) === plain(shape)) return x.reshape(shape);
  if (x.rank === 1 && shape.length === 2 && x.shape[0] === shape[1]) return x.broadcastTo(shape);
  if (x.rank === 2 && shape.length === 2 && x.shape[1] === 1 && x.shape[0] === shape[0]) return x.broadcastTo(shape);
  return undefined;
}

/** How far two values are apart, relative to their size; NaN where that cannot be told: for what is not finite, and where rounding may be it. */
function differenceOf(a: Tensor, b: Tensor, rounding: number): number {
  let [difference, size] = [0, 0];
  for (const [i, x] of a.data.entries()) {
    const y = b.data[i];
    if (!(Number.isFinite(x) && Number.isFinite(y))) return Number.NaN;
    difference = Math.max(difference, Math.abs(x - y));
    size = Math.max(size, Math.abs(x), Math.abs(y));
  }
  if (difference === 0) return 0;
  return difference > TOLERANCE * size && difference <= rounding ? Number.NaN : difference / size;
}
