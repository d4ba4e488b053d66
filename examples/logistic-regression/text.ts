/** A number as people write it; NaN for anything else, among it `0x1F`, `Infinity` and nothing at all. */
export const parseNumber = (text: string): number => (/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN);

/** Whether a field holds no value: nothing, or one of the words by which programs say so. */
export const isGap = (text: string): boolean => text.length < 8 && /^\s*(na|n\/a|nan|null|)\s*$/i.test(text);

/** Text from outside as a message quotes it: control characters escaped, and not too long. */
export const quote = (text: string): string => JSON.stringify(shorten(text, 40));

/** `"a", "b", "c" and 28 more`. */
export function quoteList(texts: readonly string[], limit = 6): string {
  const shown = texts.slice(0, limit).map(quote).join(", ");
  return texts.length > limit ? `${shown} and ${texts.length - limit} more` : shown;
}

/** The text, or its beginning and `…`. */
export const shorten = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** Text from outside as it is printed: on one line, without anything that would steer a terminal. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
