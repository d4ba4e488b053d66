/**
 * Names of several letters. Papers write w·x as wx, programs write a name; texts that people type are both. A name that is more
 * likely a product than a word is asked about.
 */

/** One letter with what belongs to it: ŷ, x₁, x_1, W_out, x′. */
const ATOM = /\p{L}\p{M}*(?:_?\p{Nd}+|[₀-₉ᵢ-ᵪₐ-ₜⱼ]+|_\p{L}[\p{L}\p{Nd}]*)?′*/uy;

/** Names of two letters that are words to people who write losses, and those of Greek letters. */
const WORDS = new Set("lr wd kl ce mu nu xi pi xs ys zs ws ts id in of at to lo hi up dB Re Im nn hh ih".split(" "));

/** The letters of a name, each with its subscript; nothing for a name with other parts. */
export function lettersOf(name: string): readonly string[] | undefined {
  const letters: string[] = [];
  ATOM.lastIndex = 0;
  for (let at = 0; at < name.length; at = ATOM.lastIndex) {
    const [letter] = ATOM.exec(name) ?? [];
    if (letter === undefined) return undefined;
    letters.push(letter);
  }
  return letters;
}

/** One letter, with or without a subscript: what can stand beside another factor and is no function. */
export const isLetter = (name: string): boolean => lettersOf(name)?.length === 1;

/** The factors of a name that may be a product of letters: `wx`, `x₁x₂`, `xyz`. `others` are the names that the text uses elsewhere. */
export function factorsOf(name: string, others: ReadonlySet<string>): readonly string[] | undefined {
  const letters = lettersOf(name);
  if (letters === undefined || letters.length < 2 || /_\p{L}/u.test(name)) return undefined;
  const bases = letters.map((letter) => letter.replace(/[\p{M}\p{Nd}_₀-₉ᵢ-ᵪₐ-ₜⱼ′]/gu, ""));
  if (WORDS.has(bases.join(""))) return undefined;
  if (letters.length === 2) return bases[0] === "d" ? undefined : letters;
  const isWritten = letters.every((letter) => /^[wxyz]/.test(letter) || others.has(letter));
  const plain = letters.filter((letter, i) => letter === bases[i]).length;
  if (isWritten || plain <= 1) return letters;
  return /^pi[a-z]$/.test(name) && !["pin", "pie", "pit", "pip", "pic"].includes(name) ? ["pi", name.slice(2)] : undefined;
}

/** A matrix, as papers write one: a single Latin capital. */
export const isCapital = (name: string): boolean => isLetter(name) && /^[A-Z]/.test(name.normalize("NFD"));

/** A name of several letters. */
export const isWord = (name: string): boolean => !isLetter(name);
