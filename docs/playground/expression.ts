import type { Tensor } from "gradtape";
import { type Formula, parseMath } from "gradtape/math";

/** A loss as the user typed it. */
export interface Loss {
  /** The names that the text leaves free, in the order in which they appear. */
  readonly variables: readonly string[];
  /** The loss as a function of them. Lines such as `z = w * x` name the steps. */
  readonly f: (...values: Tensor[]) => Tensor;
}

/** A message about a stretch of the text, from `start` to just before `end`. */
export class TextError extends Error {
  override name = "TextError";

  constructor(
    message: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(message);
  }
}

/** One line: a formula, and the name that its value gets. */
interface Line {
  readonly name: string | undefined;
  readonly formula: Formula;
  /** Where the formula begins in the whole text. */
  readonly start: number;
}

/** A text may come from a stranger's link: what it may ask for. */
export const LONGEST_TEXT = 10_000;
const LIMITS = { length: LONGEST_TEXT, nodes: 3000, numbers: 100_000 };
const MOST_VARIABLES = 30;

const ASSIGNMENT = /^(\s*)([\p{L}_][\p{L}\p{M}\p{N}_]*)\s*=(?!=)/u;

/** Reads a loss: lines `name = formula`, each may use the names before it; the last line is the loss. */
export function readLoss(source: string): Loss {
  if (source.length > LONGEST_TEXT)
    throw new TextError(`expected a text of at most ${LONGEST_TEXT} characters, got more`, LONGEST_TEXT, source.length);
  const lines: Line[] = [];
  const defined = new Set<string>();
  const variables = new Set<string>();
  let start = 0;
  for (const text of source.split("\n")) {
    if (text.trim() !== "") {
      const [whole = "", space = "", name] = ASSIGNMENT.exec(text) ?? [];
      const named = name?.normalize("NFC");
      const at = start + space.length;
      if (named !== undefined && (defined.has(named) || variables.has(named)))
        throw new TextError(`${named} has a meaning already; choose another name`, at, at + named.length);
      const formulaStart = start + whole.length;
      const formula = within(formulaStart, () => parseMath(text.slice(whole.length), { limits: LIMITS }));
      for (const variable of formula.variables) if (!defined.has(variable)) variables.add(variable);
      if (named !== undefined && variables.has(named)) throw new TextError(`${named} is used before it has a value`, at, at + named.length);
      if (named !== undefined) defined.add(named);
      lines.push({ name: named, formula, start: formulaStart });
    }
    start += text.length + 1;
  }
  if (lines.length === 0) throw new TextError("expected a formula, such as (a − 2)², got nothing", 0, source.length);
  if (variables.size === 0) throw new TextError("expected at least one variable, such as x, got numbers only", 0, source.length);
  if (variables.size > MOST_VARIABLES)
    throw new TextError(`expected at most ${MOST_VARIABLES} variables, got ${variables.size}`, 0, source.length);
  const names = [...variables];
  const f = (...values: Tensor[]): Tensor => {
    // Without a prototype: a variable may be called constructor or __proto__.
    const scope: Record<string, Tensor> = Object.create(null);
    for (const [i, name] of names.entries()) scope[name] = values[i];
    let last = values[0];
    for (const { name, formula, start: at } of lines) {
      last = within(at, () => formula(scope));
      if (name !== undefined) {
        last = last.named(name);
        scope[name] = last;
      }
    }
    return last;
  };
  return { variables: names, f };
}

/** What goes wrong with one line is told of the whole text. */
function within<T>(offset: number, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { start, end } = error as { readonly start?: unknown; readonly end?: unknown };
    if (typeof start !== "number" || typeof end !== "number") throw error;
    // The first line is the message; the others show the place, which the page does itself.
    throw new TextError(error.message.split("\n")[0].replace(/^parseMath: /, ""), offset + start, offset + end);
  }
}
