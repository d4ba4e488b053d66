import { formatShape } from "../../base/shape.js";
import { quote } from "../../base/text.js";
import type { Tensor } from "../../tensor/tensor.js";
import { partOf } from "./indices.js";
import { derivativeOf, indicesAt, NotUnderstood } from "./parse.js";
import type { Points } from "./points.js";
import { GREEK, normalized } from "./text.js";

/** What a left side asks for. */
export interface Asked {
  readonly left: string;
  readonly expected: readonly Tensor[];
  /** Whether it is a matrix of derivatives, which some write with rows and columns the other way round. */
  readonly isJacobian: boolean;
  /** The indices of the left side, ∂L/∂w_j or z_i: the right side is read for each of their places. */
  readonly free: readonly string[];
}

/** Left sides of lines, and what they ask for: derivatives, values, and places of either. */
export class LeftSides {
  /** Other ways to write a name. */
  readonly aliases: ReadonlyMap<string, string>;

  constructor(private readonly points: Points) {
    this.aliases = aliasesOf(points.names);
  }

  asked(left: string | undefined): Asked | NotUnderstood {
    const { points, result, wanted, names } = this.points;
    if (left === undefined) return this.ofDerivative(result, wanted[0]);
    const text = normalized(left).replace(/\s+/g, " ").trim();
    const { name, indices } = this.part(text);
    const isPlace = names.has(name) && indices.some((index) => this.nameOf(index) === undefined); // and L_w is ∂L/∂w
    const found = names.has(text) || isPlace ? undefined : derivativeOf(text);
    if (found !== undefined) {
      const by = this.part(found.by === "" ? wanted[0] : found.by);
      const asked = this.ofDerivative(this.nameOf(found.of) ?? result, by.name);
      return "left" in asked ? this.atPlaces(asked, by.indices) : asked;
    }
    if (!names.has(name))
      return new NotUnderstood(`expected ∂${result}/∂${wanted[0]} or a named value to the left, got ${quote(left.trim())}`);
    return this.atPlaces(
      { left: name, expected: points.map((point) => point.value(name) as Tensor), isJacobian: false, free: [] },
      indices,
    );
  }

  /** A name, and the indices behind it: w_j. */
  private part(text: string): { readonly name: string; readonly indices: readonly string[] } {
    const name = this.nameOf(text);
    if (name !== undefined) return { name, indices: [] };
    const [, letter, rest] = /^(\p{L}\p{M}*)(.+)$/u.exec(text) ?? [];
    const found = rest === undefined ? undefined : indicesAt(rest);
    const own = letter === undefined ? undefined : (this.nameOf(letter) ?? this.nameOf(letter.toUpperCase()));
    return own !== undefined && found !== undefined && found.length === rest.length
      ? { name: own, indices: found.indices }
      : { name: text, indices: [] };
  }

  /** What is asked for at the places of indices: of numbers the one place, of letters each. */
  private atPlaces(asked: Asked, indices: readonly string[]): Asked | NotUnderstood {
    if (indices.length === 0) return asked;
    const left = `${asked.left}_${indices.join("")}`;
    const [{ shape }] = asked.expected;
    const isNumber = indices.every((index) => /\d/.test(index));
    if (
      indices.length > shape.length ||
      asked.isJacobian ||
      (!isNumber && (indices.some((index) => /\d/.test(index)) || new Set(indices).size < indices.length))
    )
      return new NotUnderstood(`expected at most ${shape.length} different indices at the left side, got ${left}`);
    if (!isNumber) return { ...asked, left, free: indices };
    const places = indices.map((index) => Number(index) - 1);
    if (places.some((place, axis) => place < 0 || place >= shape[axis]))
      return new NotUnderstood(`expected a place of ${asked.left} of shape ${formatShape(shape)}, got ${left}`);
    return { ...asked, left, expected: asked.expected.map((x) => partOf(x, places)) };
  }

  nameOf(text: string): string | undefined {
    const plain = text.replace(/[()]/g, "").trim();
    return this.points.names.has(plain) ? plain : this.aliases.get(plain);
  }

  ofDerivative(of: string, by: string): Asked | NotUnderstood {
    const { points } = this.points;
    const expected = points.map((point) => point.derivative(of, by));
    const left = `∂${of}/∂${by}`;
    return expected.every((x) => x !== undefined)
      ? { left, expected, isJacobian: of !== this.points.result && expected[0]?.rank === 2, free: [] }
      : new NotUnderstood(`expected a derivative between named values, got ${left}`);
  }
}

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
