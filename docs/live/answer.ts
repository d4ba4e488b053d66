// Whether a formula that somebody typed is the one that is asked for: the two are computed at several places and compared.
import { type Formula, parseMath } from "gradtape/math";

export type Judgement = { readonly verdict: "right" } | { readonly verdict: "wrong" | "unreadable"; readonly said: string };

/** Places where formulas are compared, away from 0 and 1: logarithms and quotients are finite there. */
const PLACES = 6;

/** Numbers that have nothing to do with one another, between 0.15 and 0.85. */
const valueAt = (name: string, place: number): number => {
  let hash = 17 * (place + 1);
  for (const sign of name) hash = (hash * 31 + (sign.codePointAt(0) ?? 0)) % 100_003;
  return 0.15 + 0.7 * ((hash * 0.61803398875) % 1);
};

/** Judges `given` by `expected`; a number may be off by `tolerance`, relative to its size. */
export function judge(given: string, expected: string, tolerance = 1e-9): Judgement {
  const right = parseMath(expected);
  let own: Formula;
  try {
    own = parseMath(given);
  } catch (error) {
    return { verdict: "unreadable", said: (error as Error).message.split("\n")[0].replace(/^parseMath: /, "") };
  }
  const unknown = own.variables.filter((name) => !right.variables.includes(name));
  if (unknown.length > 0)
    return {
      verdict: "unreadable",
      said: `${unknown.join(" and ")} ${unknown.length === 1 ? "is" : "are"} not among ${right.variables.length === 0 ? "what is asked for: a number" : right.variables.join(", ")}`,
    };
  const pairs = Array.from({ length: PLACES }, (_, place) => {
    const values = Object.fromEntries(right.variables.map((name) => [name, valueAt(name, place)]));
    return [own(values).item(), right(values).item()] as const;
  });
  if (pairs.every(([a, b]) => close(a, b, tolerance))) return { verdict: "right" };
  return { verdict: "wrong", said: hintOf(pairs, right.variables) };
}

const close = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance * Math.max(1e-12, Math.abs(b));

/** What kind of mistake it is: where two formulas differ by a factor, that factor is their quotient everywhere. */
function hintOf(pairs: readonly (readonly [own: number, right: number])[], variables: readonly string[]): string {
  const [[own, right]] = pairs;
  if (variables.length === 0)
    return close(own, -right, 1e-6)
      ? "The sign is the other one."
      : Math.abs(own) > Math.abs(right)
        ? "It is smaller in size."
        : "It is larger in size.";
  const ratio = own / right;
  const isFactor = Number.isFinite(ratio) && pairs.every(([a, b]) => close(a, ratio * b, 1e-9));
  if (isFactor && close(ratio, -1, 1e-9)) return "Right up to the sign.";
  if (isFactor) return `Right up to a factor: yours is ${Number(ratio.toPrecision(4))} times as large.`.replace("-", "−");
  return "Not the same: at most places the two give other numbers.";
}
