// Text from outside, such as labels, where it is printed or drawn: it is neither markup nor a command.

/** What turns the direction of the text behind it. Half of a pair of surrogates goes with it: it is no character. */
const UNSEEN = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu;

/** Text as it is printed: on one line, and without what would steer a terminal or turn the direction of what follows. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").replace(UNSEEN, "");

/** The same of a line in which places are pointed at: tabs stay, and so does the number of characters but for what cannot be seen. */
export const plainLine = (line: string): string => line.replace(/[^\P{Cc}\t]|[\p{Zl}\p{Zp}]/gu, " ").replace(UNSEEN, "");

/** The text, or its beginning and `…`; no character is cut in two. */
export const cut = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…`;

/** Text as an error quotes it. */
export const quote = (text: string): string => JSON.stringify(cut(plain(text.slice(0, 100)), 40));

/** The name of something, as tapes and messages give it. */
export const nameFrom = (text: string): string => cut(plain(cut(text, 200)), 100);

/**
 * Text within `\text{}` or `\mathrm{}`. Signs that Markdown around it, or the page around that, would take for markup are
 * between braces.
 */
export const escapeLatex = (text: string): string =>
  plain(text)
    .replace(/[\\^~]/g, " ")
    .replace(/[{}$&#_%]/g, "\\$&")
    .replaceAll("`", "‘")
    .replace(/[<>[\]]/g, "{$&}");

/** Text in a paragraph or in a cell of a table in Markdown, where `$` begins a formula. */
export const escapeMarkdown = (text: string): string =>
  plain(text)
    .replace(/[\\`*_[\]|$~]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");

/**
 * Text between quotes in Mermaid: what it would read as its own signs is written as entities, among them `` ` ``, which begins Markdown,
 * and `%%`, which begins comments and settings. What it looks for after that, `$$` for formulas, `\n` for line breaks and `:fa-` for
 * icons, is parted by a space without width.
 */
export const escapeMermaid = (text: string): string =>
  plain(text)
    .replace(/\$(?=\$)|\\(?=n)|:(?=fa-)/g, "$&\u200b")
    .replace(/[&<>"#`$\\]|%%+/g, (signs) => [...signs].map((sign) => `#${sign.codePointAt(0)};`).join(""));

/** Text between quotes in the DOT language, which knows the entities of HTML. */
export const escapeDot = (text: string): string => plain(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("&", "&amp;");
