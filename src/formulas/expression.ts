import { adviceAt } from "./advice.js";
import { foreignIn } from "./foreign.js";
import { functionOf } from "./functions.js";
import { isLetter } from "./letters.js";
import { SyntaxError as GrammarError, parse as parseGrammar } from "./parser.js";
import { ExpressionError, type Suggestion } from "./place.js";
import { questions, strayIndex } from "./questions.js";
import { Refusal } from "./refusal.js";
import { type Spelled, spell } from "./spelling.js";
import { spokenIn } from "./spoken.js";
import { functionCalled } from "./synonyms.js";
import { type Expression, inOrder, rewritten } from "./tree.js";
import { withOptions } from "./with-options.js";

/** Where a text comes from. */
export interface Reading {
  /** Named in errors. */
  readonly caller: string;
  /** Whether ${1}, ${2}, … may stand in it. */
  readonly holes: boolean;
  /** Names that are variables whatever they look like. */
  readonly variables?: ReadonlySet<string>;
}

/** Parses a formula: its nodes in the order in which they are evaluated, each after those that it takes. */
export function parseExpression(source: string, reading: Reading): readonly Expression[] {
  try {
    return inOrder(read(source, reading));
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    const { start, end, suggestions } = error;
    const said = spokenIn(source).filter((text) => isRead(text, reading));
    if (said.length > 0)
      throw new ExpressionError(
        `${reading.caller}: expected signs, got words; write ${listed(said)}`,
        { source, start: 0, end: source.length },
        said.map((replacement) => ({ start: 0, end: source.length, replacement, meaning: "as signs" })),
      );
    // What is proposed must lead on: it can be read, or fails further to the right.
    const helpful = source.length > LONGEST_TO_MEND ? [] : suggestions.filter((suggestion) => leadsOn(source, suggestion, reading));
    throw new ExpressionError(`${reading.caller}: ${error.message}`, { source, start, end }, helpful);
  }
}

/** So many signs, calls and parentheses may stand within one another. The stack of every JavaScript engine holds the parser's calls. */
const DEEPEST = 400;
/** Longer texts are not read again to see whether a change mends them. */
const LONGEST_TO_MEND = 4000;

/** What is wrong, at places of the source. */
class Misread extends Error {
  constructor(
    message: string,
    readonly start: number,
    readonly end: number,
    readonly suggestions: readonly Suggestion[],
  ) {
    super(message);
  }
}

function leadsOn(source: string, { start, end, replacement }: Suggestion, reading: Reading): boolean {
  const mended = source.slice(0, start) + replacement + source.slice(end);
  try {
    read(mended, reading);
    return true;
  } catch (error) {
    return error instanceof Misread && error.start >= start + replacement.length && mended.length - error.start < source.length - start;
  }
}

function isRead(source: string, reading: Reading): boolean {
  try {
    read(source, reading);
    return true;
  } catch (error) {
    if (error instanceof Misread) return false;
    throw error;
  }
}

function read(source: string, { holes, variables = new Set() }: Reading): Expression {
  let spelled: Spelled = { text: source, startOf: (at) => at, endOf: (at) => at };
  const said = (from: number, to: number): string =>
    source.slice(spelled.startOf(from), Math.max(spelled.startOf(from), spelled.endOf(to)));
  const isVariable = (name: string): boolean => variables.has(name);
  const foreign = foreignIn(source);
  if (foreign !== undefined) throw new Misread(foreign.message, foreign.start, foreign.end, foreign.suggestions);
  try {
    spelled = spell(source, ownName);
    const root: Expression = parseGrammar(spelled.text, {
      holes,
      nameOf,
      deepest: DEEPEST,
      isKeyword: (name: string, rest: string) => KEYWORDS.get(name)?.test(rest) === true && !isVariable(name),
      isFunction: (name: string) => functionOf(name) !== undefined && name !== "σ" && !isVariable(name),
      // f(x) is a call of what is missing; x(1 − x) is a product.
      isCalled: (name: string) => !isVariable(name) && (functionOf(name) !== undefined || !isLetter(name) || /^[fghφψ]$/.test(name)),
      isVariable,
      nameOfOthers: (name: string) => ownName(name) ?? name,
      ask: questions(said, isVariable),
    });
    const complete = withOptions(root);
    checkIndices(complete, said);
    const placed = rewritten(complete, (node) => ({
      ...node,
      start: spelled.startOf(node.start),
      end: spelled.endOf(node.end),
      from: spelled.startOf(node.from),
      to: spelled.endOf(node.to),
    }));
    return placed;
  } catch (error) {
    throw misread(error, source, spelled);
  }
}

/** Words that mean something in programs, and no variable, where such a text follows. */
const KEYWORDS = /* @__PURE__ */ new Map<string, RegExp>([
  ...["else", "and", "or", "not", "for", "return", "let", "const", "def"].map((word) => [word, /^/] as const),
  ...["if", "mod", "var"].map((word) => [word, /^(?!\()/] as const),
  // lambda x: x², and not the Greek letter
  ["lambda", /^\s+[\w\s,]*:/],
]);

/** The library's own name of a function, from what others call it. */
const ownName = (name: string): string | undefined => (functionOf(name) === undefined ? functionCalled(name) : name);

/** ∑ᵢ xᵢ + yᵢ: the y is outside of the sum. */
function checkIndices(root: Expression, said: (from: number, to: number) => string): void {
  const stray = strayIndex(inOrder(root));
  if (stray === undefined) return;
  const { sum, name, index } = stray;
  const [body] = sum.args;
  const reaches = said(body.from, root.to);
  throw new Refusal(
    `expected ${said(name.from, name.to)} within the sum over ${index}, got it outside: put parentheses around what is summed`,
    name.start,
    name.end,
    name.start > body.to && !root.grouped
      ? [{ start: body.from, end: root.to, replacement: `(${reaches})`, meaning: "all of it is summed" }]
      : [],
  );
}

/** Where a stretch begins if it takes the command with it whose braces it closes: that of `w}^T` at \mathbf. */
function withCommand(source: string, start: number, end: number): number {
  let open = 0;
  for (let at = end - 1; at >= 0; at--) {
    if (source[at] === "}") open++;
    else if (source[at] === "{") open--;
    if (at <= start && open <= 0)
      return at === start ? start : at - (/\\[A-Za-z]+\s*$/.exec(source.slice(Math.max(0, at - 30), at))?.[0].length ?? 0);
  }
  return start;
}

/** What was thrown as something with places in the source. */
function misread(error: unknown, source: string, { text, startOf, endOf }: Spelled): unknown {
  if (error instanceof Refusal) {
    const [start, end] = [startOf(error.start), Math.max(startOf(error.start), endOf(error.end))];
    const suggestions = error.suggestions.map((suggestion) => {
      const from = startOf(suggestion.start);
      const to = Math.max(from, endOf(suggestion.end));
      return { ...suggestion, start: withCommand(source, from, to), end: to };
    });
    return new Misread(error.message, start, end, suggestions);
  }
  if (!(error instanceof GrammarError)) return error;
  const { message, expected, found, location } = error as unknown as Failure;
  const at = location.start.offset;
  const start = startOf(at);
  if (expected === null) return new Misread(message, start, Math.max(start, endOf(location.end.offset)), []);
  // Named rules are what a reader knows; single characters are parts of them.
  const all = expected.flatMap(({ type, description }) => (type === "other" ? [description] : type === "end" ? ["the end"] : []));
  const wantsOperand = !all.includes("an operator");
  // Behind an operand a factor could follow without a sign, which is nothing to expect.
  const names = all.filter((name) => wantsOperand || name !== "an operand");
  // Where no rule has a name, as behind the point of a method, what may come begins with a letter.
  const what = `expected ${listed([...new Set(names)].sort()) || "a name"}`;
  const end = source.trimEnd().length;
  if (found === null) {
    const { hint, suggestions } = adviceAt(source, end, wantsOperand);
    return new Misread(`${what}, got the end${hint}`, end, end, suggestions);
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const { hint, suggestions } = adviceAt(source, start, wantsOperand);
  return new Misread(`${what}, got ${quoted(character)}${hint}`, start, Math.max(endOf(at + character.length), start), suggestions);
}

/** One name for each way to write it: accents as letters of their own, and µ, the sign for millionths, for the Greek letter. */
export const nameOf = (text: string): string => text.normalize("NFC").replaceAll("\u00b5", "\u03bc");

/** A character, by its number if nothing of it can be seen. */
const quoted = (character: string): string =>
  /[\p{C}\p{Z}]/u.test(character)
    ? `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`
    : JSON.stringify(character);

/** What Peggy's parsers throw; `expected` is null for an error that the grammar words itself. */
interface Failure {
  readonly message: string;
  readonly expected: readonly { readonly type: string; readonly description: string }[] | null;
  readonly found: string | null;
  readonly location: { readonly start: { readonly offset: number }; readonly end: { readonly offset: number } };
}

/** `a, b or c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names[names.length - 1]}`;
