import { nearestFunction } from "./nearest.js";
import { SyntaxError as GrammarError, parse as parseGrammar } from "./parser.js";
import { ExpressionError, type Place } from "./place.js";

/** A formula as a tree. Its nodes point to places in the text: an operator to its sign, a call to the function's name. */
export type Expression =
  | (Span & { readonly kind: "literal"; readonly value: number | boolean | null })
  | (Span & { readonly kind: "variable"; readonly name: string })
  | Hole
  | (Span & { readonly kind: "list"; readonly items: readonly Expression[] })
  | (Span & {
      readonly kind: "call";
      /** What is called: a function of the library, or what a hole holds. */
      readonly name?: string;
      readonly callee?: Hole;
      readonly args: readonly Expression[];
      /** Whether the text has a sign for it. */
      readonly operator: boolean;
    });

type Hole = Span & { readonly kind: "hole"; readonly index: number };
type Span = Pick<Place, "start" | "end">;

/**
 * Parses a formula: its nodes in the order in which they are evaluated, each after those that it takes. `holes` says whether
 * ${1}, ${2}, … may stand in it. `caller` is named in errors.
 */
export function parseExpression(caller: string, source: string, holes: boolean): readonly Expression[] {
  try {
    return inOrder(parseGrammar(source, { holes, nameOf, deepest: DEEPEST }));
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    const { message, expected, found, location } = error as unknown as Failure;
    const start = location.start.offset;
    if (expected === null) throw new ExpressionError(`${caller}: ${message}`, { source, start, end: location.end.offset });
    // Named rules are what a reader knows; single characters are parts of them.
    const names = expected.flatMap(({ type, description }) => (type === "other" ? [description] : type === "end" ? ["the end"] : []));
    const what = `${caller}: expected ${listed([...new Set(names)].sort())}`;
    if (found === null) {
      const end = source.trimEnd().length;
      throw new ExpressionError(`${what}, got the end`, { source, start: end, end });
    }
    const character = String.fromCodePoint(source.codePointAt(start) ?? 0);
    const hint = /[∑∏]/u.test(character) ? `; write ${nearestFunction(character)}(…)` : "";
    throw new ExpressionError(`${what}, got ${quoted(character)}${hint}`, { source, start, end: start + character.length });
  }
}

/** So many signs, calls and parentheses may stand within one another. The stack of every JavaScript engine holds the parser's calls. */
const DEEPEST = 400;

/** One name for each way to write it: accents as letters of their own, and µ, the sign for millionths, for the Greek letter. */
export const nameOf = (text: string): string => text.normalize("NFC").replaceAll("\u00b5", "\u03bc");

/** A character, by its number if nothing of it can be seen. */
const quoted = (character: string): string =>
  /[\p{C}\p{Z}]/u.test(character)
    ? `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`
    : JSON.stringify(character);

/** The nodes of a tree, each after those below it. */
function inOrder(root: Expression): readonly Expression[] {
  // From the end: each before those below it, of which the last comes first.
  const nodes: Expression[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    nodes.push(node);
    const below = node.kind === "list" ? node.items : node.kind === "call" ? node.args : [];
    for (const child of below) open.push(child);
  }
  return nodes.reverse();
}

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
