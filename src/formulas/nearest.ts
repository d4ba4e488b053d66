import { functionNames } from "./functions.js";
import { functionCalled, plain } from "./synonyms.js";

/**
 * The functions that somebody may have meant who wrote another name: by the word that others use, by the name in another case, by the
 * words that it is made of, and by a letter or two that are wrong. Never by letters that only happen to follow one another.
 */
export function nearestFunctions(name: string): readonly string[] {
  const names = functionNames();
  const own = names.filter((candidate) => plain(candidate) === plain(name));
  if (own.length > 0) return own;
  const called = functionCalled(name);
  if (called !== undefined) return [called];
  const slips = plain(name).length < 4 ? 0 : plain(name).length < 7 ? 1 : 2;
  const close = names.filter((candidate) => distance(plain(name), plain(candidate), slips) <= slips);
  if (close.length > 0) return close.slice(0, 3);
  const words = wordsOf(name);
  const made = names.filter((candidate) => {
    const others = wordsOf(candidate);
    return (
      others.length > 1 &&
      (others.every((word) => words.includes(word)) || (words.length > 1 && words.every((word) => others.includes(word))))
    );
  });
  return made.sort((a, b) => wordsOf(b).length - wordsOf(a).length).slice(0, 3);
}

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[\s_]+/)
    .filter((word) => word !== "");

/** How many letters have to be put in, taken out, replaced or swapped with the next; more than `most` is as good as any. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      let least = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2] + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}
