import { quote } from "../../base/text.js";
import type { Vocabulary } from "./parse.js";

// Indices as people write them: _ij, _{i,j}, ᵢⱼ, ₁.

/** Digits below. */
export const DIGITS = "₀₁₂₃₄₅₆₇₈₉";

/** A name with the indices behind it: w_j, and x_ij for places of X. */
export interface NamedPart {
  readonly name: string;
  readonly indices: readonly string[];
}

export function namedPart(text: string, vocabulary: Pick<Vocabulary, "names" | "aliases">): NamedPart {
  const whole = nameIn(text, vocabulary);
  if (whole !== undefined) return { name: whole, indices: [] };
  const [, letter, rest] = /^(\p{L}\p{M}*)(.+)$/u.exec(text) ?? [];
  const found = rest === undefined ? undefined : indicesAt(rest);
  const own = letter === undefined ? undefined : (nameIn(letter, vocabulary) ?? nameIn(letter.toUpperCase(), vocabulary));
  return own !== undefined && found !== undefined && found.length === rest.length
    ? { name: own, indices: found.indices }
    : { name: text, indices: [] };
}

/** The name that a text is, or is another way to write. */
export function nameIn(text: string, { names, aliases }: Pick<Vocabulary, "names" | "aliases">): string | undefined {
  const plain = text.replace(/[()]/g, "").trim();
  return names.has(plain) ? plain : aliases.get(plain);
}

const LOW = "ᵢⱼₖₗₘₙₚₛₜᵣ";
const LETTERS = "ijklmnpstr";
const plainLetters = (low: string): string => [...low].map((letter) => LETTERS[LOW.indexOf(letter)]).join("");

/** Σ with its indices, and its upper limit. */
export interface Total {
  readonly indices: readonly string[];
  /** The number or letter that the one index goes up to. */
  readonly end: string | undefined;
  readonly length: number;
}

const TOTAL = new RegExp(
  String.raw`^(?:Σ|sum)\s*(?:_\s*(?:\((?<inside>[^()]*)\)|(?<plain>[a-z]+(?:,[a-z]+)*))|(?<low>[${LOW}]+))(?:\s*\^\s*(?:\((?<end>[^()]*)\)|(?<sign>[\p{L}\d]+)))?`,
  "u",
);

/** Σ_i, Σ_(i=1)^n, Σ_ij, Σᵢ, sum_i: over all places. `problem` says why one is not read. */
export function totalAt(text: string): Total | { readonly problem: string } | undefined {
  const found = TOTAL.exec(text);
  if (found?.groups === undefined) return undefined;
  const { inside, plain, low, end, sign } = found.groups as Readonly<Record<string, string | undefined>>;
  const [letters, start] = (inside ?? plain ?? plainLetters(low ?? "")).split(/=|∈|in\b/u).map((part) => part.trim());
  const indices = [...letters.replace(/[\s,]/g, "")];
  const whole = quote(found[0]);
  if (indices.length === 0 || !indices.every((index) => /[a-z]/.test(index)))
    return { problem: `expected Σ with letters as indices, got ${whole}` };
  const last = (end ?? sign)?.trim();
  if ((start !== undefined && start !== "1" && !/^[\p{L}{]/u.test(start)) || (last !== undefined && !/^(?:\p{L}|\d+)$/u.test(last)))
    return { problem: `expected Σ over all places, from 1 to n, got ${whole}` };
  return { indices, end: last, length: found[0].length };
}

const INDICES = new RegExp(String.raw`^(?:_\s*(?:\(([a-z\d,\s]+)\)|([a-z\d]+(?:,[a-z\d]+)*))|([${LOW}]+)|([₀-₉]+))`, "u");

/** Numbers beside each other as places of several axes: of X_12 the first row and the second column, of w_12 the twelfth place. */
export const forAxes = (indices: readonly string[], axes: number): readonly string[] =>
  indices.length === 1 && axes > 1 && indices[0].length === axes && /^\d+$/.test(indices[0]) ? [...indices[0]] : indices;

/** The indices that a text begins with: _ij, _i,j, _(ij), ᵢⱼ, ₁₂; and how long they are. */
export function indicesAt(text: string): { readonly indices: readonly string[]; readonly length: number } | undefined {
  const found = INDICES.exec(text);
  if (found === null) return undefined;
  const [whole, inParentheses, plain, low, digits] = found;
  const signs =
    inParentheses ?? plain ?? (low !== undefined ? plainLetters(low) : [...digits].map((digit) => DIGITS.indexOf(digit)).join(""));
  return { indices: signs.match(/[a-z]|\d+/g) ?? [], length: whole.length };
}
