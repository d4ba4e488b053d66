import type { Tensor } from "gradtape";
import { type Formula, parseMath, type Suggestion } from "gradtape/math";
import type { Value } from "./state.js";
import { type Statement, statementsOf } from "./statements.js";

/** A loss as the user typed it. */
export interface Loss {
  /** The names that the text leaves free, in the order in which they appear. */
  readonly variables: readonly string[];
  /** The loss as a function of them. Lines such as `z = w * x` name the steps. */
  readonly f: (...values: Tensor[]) => Tensor;
  /** The formulas, with the names that their values get and their places in the text. */
  readonly lines: readonly Line[];
  /** Values that the text gives to variables: `x = 3`, and where it does. */
  readonly given: ReadonlyMap<string, Given>;
}

export interface Given {
  readonly value: Value;
  readonly start: number;
  readonly end: number;
}

/** A message about a stretch of the text, from `start` to just before `end`. */
export class TextError extends Error {
  override name = "TextError";

  constructor(
    message: string,
    readonly start: number,
    readonly end: number,
    /** Changes of the text that mend it. */
    readonly suggestions: readonly Suggestion[] = [],
    cause?: Error,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** One line: a formula, and the name that its value gets. */
export interface Line {
  readonly name: string | undefined;
  readonly formula: Formula;
  /** Where the formula begins in the whole text. */
  readonly start: number;
}

/** A text may come from a stranger's link: what it may ask for. */
export const LONGEST_TEXT = 10_000;
const LIMITS = { length: LONGEST_TEXT, nodes: 3000, numbers: 100_000 };
const MOST_VARIABLES = 30;

/** Reads a loss: lines `name = formula`, each may use the names before it; the last line is the loss. */
export function readLoss(source: string): Loss {
  if (source.length > LONGEST_TEXT)
    throw new TextError(`expected a text of at most ${LONGEST_TEXT} characters, got more`, LONGEST_TEXT, source.length);
  const statements = statementsOf(source);
  if (statements.length === 0)
    throw new TextError("expected a formula, such as (a − 2)², got nothing", 0, source.length, [
      { start: 0, end: source.length, replacement: "(a − 2)²", meaning: "an example" },
    ]);
  const { lines, given, defined } = linesOf(statements, source);
  const variables = new Set(lines.flatMap(({ formula }) => formula.variables.filter((name) => !defined.has(name))));
  if (variables.size === 0) {
    const { right, start } = statements[statements.length - 1];
    const value = right.trim();
    const from = start + right.length - right.trimStart().length;
    throw new TextError("expected at least one variable, such as x, got numbers only", 0, source.length, [
      { start: from, end: from + value.length, replacement: `x * (${value})`, meaning: "a variable x times it" },
    ]);
  }
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
  return { variables: names, f, lines, given: new Map([...given].filter(([name]) => variables.has(name))) };
}

function linesOf(
  statements: readonly Statement[],
  source: string,
): {
  readonly lines: readonly Line[];
  readonly given: ReadonlyMap<string, Given>;
  readonly defined: ReadonlySet<string>;
} {
  const lines: Line[] = [];
  const defined = new Set<string>();
  const used = new Set<string>();
  const given = new Map<string, Given>();
  for (const [i, { left, right, start }] of statements.entries()) {
    const isLast = i === statements.length - 1;
    const name = left === undefined ? undefined : nameOf(left, right, start);
    const place = left === undefined ? ([0, 0] as const) : ([left.start, left.start + left.text.length] as const);
    const refuse = (message: string): never => {
      const other = `${name}_2`;
      throw new TextError(message, ...place, [{ start: place[0], end: place[1], replacement: other, meaning: `call it ${other}` }]);
    };
    if (name !== undefined && (defined.has(name) || given.has(name))) refuse(`${name} has a meaning already; choose another name`);
    // A name of the text is one name, also where it could be a product of letters.
    const known = [...defined, ...given.keys(), ...(name === undefined ? [] : [name])];
    const formula = within(start, () => parseMath(right, { limits: LIMITS, variables: known }));
    const value = name === undefined || isLast ? undefined : numbersOf(formula);
    if (name !== undefined && value !== undefined) {
      given.set(name, { value, start: start + right.length - right.trimStart().length, end: start + right.trimEnd().length });
      continue;
    }
    if (name !== undefined && formula.variables.includes(name)) refuse(`${name} is used before it has a value`);
    if (name !== undefined && used.has(name)) {
      // Where it needs nothing of the lines before, it can go to the top.
      if (formula.variables.some((variable) => defined.has(variable))) refuse(`${name} has a meaning already; choose another name`);
      const [from, to] = [place[0], start + right.length];
      const others = (source.slice(0, from) + source.slice(to)).replace(/\n\s*\n/g, "\n").replace(/\n\s*$/, "");
      throw new TextError(`${name} is used before it has a value`, ...place, [
        {
          start: 0,
          end: source.length,
          replacement: `${source.slice(from, to).trim()}\n${others}`,
          meaning: `put the line of ${name} first`,
        },
      ]);
    }
    for (const variable of formula.variables) if (!defined.has(variable)) used.add(variable);
    if (name !== undefined) defined.add(name);
    lines.push({ name, formula, start });
  }
  return { lines, given, defined };
}

/** What stands left of a sign as a name. */
function nameOf({ text, start }: NonNullable<Statement["left"]>, right: string, from: number): string {
  const end = from + right.length;
  const refuse = (): never => {
    const [what, value] = [text.trim(), right.trim()];
    const call = { start, end: start + text.length, replacement: "L ", meaning: "call it L" };
    const put = (replacement: string, meaning: string): Suggestion => ({ start, end, replacement, meaning });
    const [, counted, sign] = /^([\p{L}\p{M}\p{N}_]+)\s*([-+*/])$/u.exec(what) ?? [];
    // x += 1, x² = 4
    const others =
      counted !== undefined
        ? [put(`${counted} ${sign} ${/^[\p{L}\p{N}.]+$/u.test(value) ? value : `(${value})`}`, "the new value")]
        : isFormula(text) && value !== ""
          ? [
              put(`${what} - ${/^[\p{L}\p{N}.^²³]+$/u.test(value) ? value : `(${value})`}`, "the difference of both sides"),
              put(`(${what} - (${value}))²`, "its square, which is 0 where both are equal"),
            ]
          : [];
    throw new TextError(`expected a name left of =, such as L, got ${what === "" ? "nothing" : what}`, start, start + text.length, [
      ...others,
      call,
    ]);
  };
  // With its own letters as a known variable, so that wx is a name here.
  const plain = text.trim().normalize("NFC");
  let left: Formula;
  try {
    left = parseMath(text, { limits: LIMITS, variables: [plain] });
  } catch {
    return refuse();
  }
  if (left.functions.length > 0 || left.variables.length !== 1) return refuse();
  const [name] = left.variables;
  // Names only: x², −x and 2x are none.
  return /^[\p{L}_][\p{L}\p{M}\p{N}_′₀-₉]*$/u.test(plain) || /[\\{]/.test(plain) ? name : refuse();
}

function isFormula(text: string): boolean {
  try {
    return parseMath(text, { limits: LIMITS }).variables.length > 0;
  } catch {
    return false;
  }
}

/** The numbers of a line such as `x = 3` or `w = [1, 2]`, which give a variable its value. */
function numbersOf(formula: Formula): Value | undefined {
  if (formula.variables.length > 0 || formula.functions.length > 0) return undefined;
  try {
    const value = formula({});
    const isShown = value.rank <= 2 && value.size > 0 && value.size <= 400 && value.data.every(Number.isFinite);
    return isShown ? (value.toArray() as Value) : undefined;
  } catch {
    return undefined;
  }
}

/** What goes wrong with one line is told of the whole text. */
function within<T>(offset: number, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const {
      start,
      end,
      suggestions = [],
    } = error as {
      readonly start?: unknown;
      readonly end?: unknown;
      readonly suggestions?: readonly Suggestion[];
    };
    if (typeof start !== "number" || typeof end !== "number") throw error;
    // The first line is the message; the others show the place, which the page does itself.
    const message = error.message.split("\n")[0].replace(/^(?:parseMath|math): /, "");
    throw new TextError(
      message,
      offset + start,
      offset + end,
      suggestions.map((change) => ({ ...change, start: offset + change.start, end: offset + change.end })),
      error,
    );
  }
}
