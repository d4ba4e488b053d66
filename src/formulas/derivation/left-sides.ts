import { formatShape } from "../../base/shape.js";
import { quote } from "../../base/text.js";
import { stack } from "../../functions/movement.js";
import type { Tensor } from "../../tensor/tensor.js";
import { partOf, placeOf } from "./indices.js";
import { derivativeOf, NotUnderstood } from "./parse.js";
import type { Points } from "./points.js";
import { forAxes, type NamedPart, namedPart, nameIn } from "./subscripts.js";
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
  readonly aliases: Map<string, string>;

  constructor(private readonly points: Points) {
    this.aliases = aliasesOf(points.names);
  }

  /** Learns the other ways to write names that were given since. */
  learn(): void {
    for (const [alias, name] of aliasesOf(this.points.names)) this.aliases.set(alias, name);
  }

  /** What a left side asks for, or why that is not known. */
  asked(left: string | undefined): Asked | NotUnderstood {
    try {
      return this.find(left);
    } catch (error) {
      if (error instanceof NotUnderstood) return error;
      throw error;
    }
  }

  private find(left: string | undefined): Asked | NotUnderstood {
    const { points, result, wanted, names } = this.points;
    if (left === undefined) return this.ofDerivative(result, wanted[0]);
    const text = normalized(left).replace(/\s+/g, " ").trim();
    const { name, indices } = this.part(text);
    const isPlace = names.has(name) && indices.some((index) => this.nameOf(index) === undefined); // and L_w is ∂L/∂w
    const found = names.has(text) || isPlace ? undefined : derivativeOf(text);
    if (found !== undefined) {
      const [of, by] = [this.part(found.of), this.part(found.by === "" ? wanted[0] : found.by)];
      if (of.indices.length > 0) return this.ofPlaces(of, by);
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

  private part(text: string): NamedPart {
    return namedPart(text, { names: this.points.names, aliases: this.aliases });
  }

  /** ∂p_i/∂z_j: of all places of both. */
  private ofPlaces(of: NamedPart, by: NamedPart): Asked | NotUnderstood {
    const expected = this.points.points.map((point) => point.jacobian(of.name, by.name));
    const left = `∂${of.name}/∂${by.name}`;
    if (!expected.every((x) => x !== undefined)) return new NotUnderstood(`expected a derivative between named values, got ${left}`);
    const indices = [...of.indices, ...by.indices];
    const rank = expected[0]?.rank ?? 0;
    if (indices.length !== rank) return new NotUnderstood(`expected ${rank} indices at the left side, got ${indices.join(", ")}`);
    return this.atPlaces({ left, expected, isJacobian: false, free: [] }, indices);
  }

  /** What is asked for at the places of indices: of numbers the one place, of letters each. */
  private atPlaces(asked: Asked, written: readonly string[]): Asked | NotUnderstood {
    if (written.length === 0) return asked;
    const [{ shape }] = asked.expected;
    const indices = forAxes(written, shape.length);
    const left = `${asked.left}_${indices.join(indices.some((index) => index.length > 1) ? "," : "")}`;
    if (indices.length > shape.length || asked.isJacobian)
      return new NotUnderstood(`expected at most ${shape.length} indices at the left side, got ${left}`);
    const letters = [...new Set(indices.filter((index) => !/\d/.test(index)))];
    const sizes = letters.map((letter) => shape[indices.indexOf(letter)]);
    if (
      indices.some((index, axis) =>
        /\d/.test(index) ? Number(index) < 1 || Number(index) > shape[axis] : shape[axis] !== sizes[letters.indexOf(index)],
      )
    )
      return new NotUnderstood(`expected a place of ${asked.left} of shape ${formatShape(shape)}, got ${left}`);
    return { ...asked, left, expected: asked.expected.map((x) => placesOf(x, indices, letters, sizes)), free: letters };
  }

  nameOf(text: string): string | undefined {
    return nameIn(text, { names: this.points.names, aliases: this.aliases });
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
function aliasesOf(names: ReadonlySet<string>): Map<string, string> {
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

/** The places of a value with an axis for each letter: with a letter twice those of a diagonal, with a number one place. */
function placesOf(
  x: Tensor,
  indices: readonly string[],
  letters: readonly string[],
  sizes: readonly number[],
  at: ReadonlyMap<string, number> = new Map(),
): Tensor {
  const [letter, ...others] = letters;
  if (letter === undefined)
    return partOf(
      x,
      indices.map((index) => placeOf(index, at)),
    );
  return stack(
    Array.from({ length: sizes[0] }, (_, place) => placesOf(x, indices, others, sizes.slice(1), new Map(at).set(letter, place))),
  );
}
