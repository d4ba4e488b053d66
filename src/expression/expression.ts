import { SyntaxError as GrammarError, parse as parseGrammar } from "./parser.js";
import { ExpressionError, type Place } from "./place.js";

/** A formula as a tree. Its nodes point to places in the text: an operator to its sign, a call to the function's name. */
export type Expression =
  | (Span & { readonly kind: "literal"; readonly value: number | boolean })
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

/** Parses a formula; `holes` says whether ${1}, ${2}, … may stand in it. `caller` is named in errors. */
export function parseExpression(caller: string, source: string, holes: boolean): Expression {
  try {
    return parseGrammar(source, { holes });
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    const { message, expected, found, location } = error as unknown as Failure;
    const start = location.start.offset;
    const place = { source, start, end: start + 1 };
    if (expected === null) throw new ExpressionError(`${caller}: ${message}`, place);
    // Named rules are what a reader knows; single characters are parts of them.
    const names = expected.flatMap(({ type, description }) => (type === "other" ? [description] : type === "end" ? ["the end"] : []));
    const what = found === null ? "the end" : JSON.stringify(String.fromCodePoint(source.codePointAt(start) ?? 0));
    throw new ExpressionError(`${caller}: expected ${listed([...new Set(names)].sort())}, got ${what}`, place);
  }
}

/** What Peggy's parsers throw; `expected` is null for an error that the grammar words itself. */
interface Failure {
  readonly message: string;
  readonly expected: readonly { readonly type: string; readonly description: string }[] | null;
  readonly found: string | null;
  readonly location: { readonly start: { readonly offset: number } };
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names[names.length - 1]}`;

/** Calls `visit` for each node, in the order of the text's tree. */
export function walk(node: Expression, visit: (node: Expression) => void): void {
  visit(node);
  if (node.kind === "list") for (const item of node.items) walk(item, visit);
  if (node.kind === "call") for (const arg of node.args) walk(arg, visit);
}
