/** A number as people write it; NaN for anything else, among it `0x1F`, `Infinity` and nothing at all. */
export const parseNumber = (text: string): number =>
  text.length < 400 && /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;

/** Text from outside as a message quotes it: control characters escaped, and not too long. */
export const quote = (text: string): string => JSON.stringify(shorten(text, 40));

/** `"a", "b", "c" and 28 more`. */
export function quoteList(texts: readonly string[], limit = 6): string {
  const shown = texts.slice(0, limit).map(quote).join(", ");
  return texts.length > limit ? `${shown} and ${texts.length - limit} more` : shown;
}

/** The text, or its beginning and `…`. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const characters = [...text.slice(0, 2 * length)]; // no character is cut in two
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}

/**
 * Text from outside as it is printed: on one line, and without anything that would steer a terminal or turn the direction
 * of what follows.
 */
export const plain = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");

/** `1 row`, `2 rows`. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/**
 * The parts of a list such as `a, "b, c", log(d)`: commas within quotes, backquotes and parentheses do not count. The quotes
 * around a whole part are taken off.
 */
export function splitList(text: string): string[] {
  const parts: string[] = [""];
  let depth = 0;
  let open = "";
  for (const character of text) {
    if (open !== "") {
      if (character === open) open = "";
    } else if (character === '"' || character === "`") open = character;
    else if (character === "(") depth++;
    else if (character === ")") depth--;
    if (character === "," && open === "" && depth <= 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => unquote(part.trim()));
}

/** `"a ""b"""` is `a "b"`; what is not wholly in quotes stays as it is. */
export const unquote = (text: string): string => {
  const mark = text[0];
  if ((mark !== '"' && mark !== "`") || text.length < 2 || !text.endsWith(mark)) return text;
  const inner = text.slice(1, -1).replaceAll(mark + mark, "\0");
  return inner.includes(mark) ? text : inner.replaceAll("\0", mark);
};
