import { functionOf } from "./functions.js";
import { functionCalled } from "./synonyms.js";

/**
 * Formulas as they are said: “the square root of x plus 1”, “2 times x squared”. What is said has no parentheses, so `of` may reach
 * to the end or to the next word only, and both are offered.
 */

const WORDS: readonly (readonly [pattern: RegExp, sign: string])[] = [
  [/^\s*(?:please|what(?:'s| is| are)|find|compute|calculate|evaluate|differentiate|minimi[sz]e|maximi[sz]e|take)\b/, ""],
  [/\b(?:partial )?(?:derivative|gradient|slope|differential)s? of\b/, ""],
  [/\b(?:with respect to|w\.?r\.?t\.?)\s+[\p{L}\p{M}\w]+/u, ""],
  [/\bmean squared? error\b/, "meanSquaredError(ŷ, y)"],
  [/\bbinary cross[- ]entropy\b/, "binaryCrossEntropy(ŷ, y)"],
  [/\bcross[- ]entropy\b/, "crossEntropy(z, y)"],
  [/\blog(?:arithm)?(?: (?:to|with|in)(?: the)?)? base(?: of)? (2|10)\b/, "log$1"],
  [/\b(?:raised )?to the (?:power(?: of)?\b)?/, "^"],
  [/\bthe\b/, ""],
  [/(?<=\d)(?:st|nd|rd|th)(?: power)?\b/, ""],
  [/\s*\bsquared\b/, "²"],
  [/\s*\bcubed\b/, "³"],
  [/\bsum of ([^\s]+) and ([^\s]+)/, "($1 + $2)"],
  [/\bproduct of ([^\s]+) and ([^\s]+)/, "($1 * $2)"],
  [/\bdifference (?:of|between) ([^\s]+) and ([^\s]+)/, "($1 - $2)"],
  [/\b(?:quotient|ratio) of ([^\s]+) and ([^\s]+)/, "($1 / $2)"],
  [/\bmax(?:imum)? of ([^\s]+) and ([^\s]+)/, "max($1, $2)"],
  [/\bmin(?:imum)? of ([^\s]+) and ([^\s]+)/, "min($1, $2)"],
  [/\bhalf (?:of )?/, "1/2 *"],
  [/\btwice\b/, "2 *"],
  [/(?<=\^\s*)second(?: power)?\b/, "2"],
  [/(?<=\^\s*)third(?: power)?\b/, "3"],
  [/\bfourth(?: power)?\b/, "4"],
  [/\bfifth(?: power)?\b/, "5"],
  [/\bone\b/, "1"],
  [/\btwo\b/, "2"],
  [/\bthree\b/, "3"],
  [/\bfour\b/, "4"],
  [/\bfive\b/, "5"],
  [/\bten\b/, "10"],
  [/\bsquare root\b/, "sqrt"],
  [/\bcube root\b/, "cbrt"],
  [/\babsolute value\b/, "abs"],
  [/\bnatural log(?:arithm)?\b/, "log"],
  [/\bmultiplied by\b|\btimes\b/, "*"],
  [/\bdivided by\b|\bover\b/, "/"],
  [/\bplus\b/, "+"],
  [/\b(?:minus|negative)\b/, "-"],
];

/** Nobody says longer ones. */
const LONGEST = 200;

/** The functions that are said with “of”: sine of x, sum of squares of w. */
const OF = /([\p{L}]+\d*)\s+of\s+/gu;
/** As far as a short “of” reaches: a name or number with what is raised. */
const NEXT = /^[\p{L}\p{M}\p{N}_.]+(?:[²³]|\s*\^\s*-?[\p{L}\p{N}.]+)?/u;

/** What the words say in signs, the likeliest first; nothing for a text without such words. */
export function spokenIn(source: string): readonly string[] {
  if (source.length > LONGEST || /[\\{}[\]\n]/.test(source)) return [];
  const question = source.replace(/[?.]\s*$/, "");
  let text = question;
  for (const [pattern, sign] of WORDS)
    text = text.replaceAll(new RegExp(pattern.source, `${pattern.flags}gi`), (...found: readonly unknown[]) =>
      sign === "^" ? "^" : ` ${sign.replaceAll(/\$(\d)/g, (_, place: string) => String(found[Number(place)]))} `.replace(/^ ([²³])/, "$1"),
    );
  const readings = [true, false].map((far) => withCalls(text, far));
  return [
    ...new Set(
      readings.map((reading) =>
        reading
          .replaceAll(/\s+/g, " ")
          .replaceAll(/\s*\^\s*/g, "^")
          .trim(),
      ),
    ),
  ].filter((reading) => reading !== question.trim().replaceAll(/\s+/g, " ") && reading !== "");
}

/** “f of x” as f(x), and far as all that follows. */
function withCalls(text: string, far: boolean): string {
  let [written, rest] = ["", text];
  let closing = "";
  for (;;) {
    OF.lastIndex = 0;
    const match = OF.exec(rest);
    const name = match === null ? undefined : functionSaid(match[1]);
    if (match === null || name === undefined) return written + rest.trimEnd() + closing;
    written += `${rest.slice(0, match.index)}${name}(`;
    rest = rest.slice(match.index + match[0].length);
    closing += ")";
    const [next] = far ? [] : (NEXT.exec(rest) ?? []);
    if (next === undefined || /^\s+of\b/.test(rest.slice(next.length))) continue;
    written += next + closing;
    rest = rest.slice(next.length);
    closing = "";
  }
}

function functionSaid(word: string): string | undefined {
  for (const name of [word.toLowerCase(), word.toLowerCase().replace(/s$/, "")]) {
    const own = functionOf(name) === undefined ? functionCalled(name) : name;
    if (own !== undefined) return own;
  }
  return undefined;
}
