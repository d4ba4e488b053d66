import type { Vocabulary } from "./parse.js";

// Indices as people write them: _ij, _{i,j}, ᵢⱼ, ₁.

const DIGITS = "₀₁₂₃₄₅₆₇₈₉";

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
export const raisedLetters = (low: string): string => [...low].map((letter) => LETTERS[LOW.indexOf(letter)]).join("");

/** Σ_i, Σ_(i=1)^n, Σ_ij, Σᵢ, sum_i */
export const TOTAL = /^(?:Σ|sum)\s*(?:_\s*(?:\(([^()]*)\)|([a-z]+(?:,[a-z]+)*))|([ᵢⱼₖₗₘₙₚₛₜᵣ]+))(?:\s*\^\s*(?:\([^()]*\)|[\p{L}\d]))?/u;

/** The indices that a text begins with: _ij, _i,j, _(ij), ᵢⱼ, ₁₂; and how long they are. */
export function indicesAt(text: string): { readonly indices: readonly string[]; readonly length: number } | undefined {
  const found = /^(?:_\s*(?:\(([a-z\d,\s]+)\)|([a-z\d]+(?:,[a-z\d]+)*))|([ᵢⱼₖₗₘₙₚₛₜᵣ]+)|([₁-₉]+))/u.exec(text);
  if (found === null) return undefined;
  const [whole, inParentheses, plain, low, digits] = found;
  const signs =
    inParentheses ?? plain ?? (low !== undefined ? raisedLetters(low) : [...digits].map((digit) => DIGITS.indexOf(digit)).join(""));
  return { indices: [...signs.replace(/[\s,]/g, "")], length: whole.length };
}
