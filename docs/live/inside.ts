// What runs in the worker around a program: modules to import, a console, and the way to the page.
import * as gradtape from "gradtape";
import { Derivation, Tape, Tensor } from "gradtape";
import * as math from "gradtape/math";
import { format } from "node-inspect-extracted";
import type { Curve, Message, Shown } from "./messages.js";
import { linesOf } from "./tape-lines.js";

/** What a program is handed; see `programOf`. */
export interface Surroundings {
  readonly require: (module: string) => unknown;
  readonly exports: Record<string, unknown>;
  readonly console: Readonly<Record<string, (...values: unknown[]) => void>>;
  readonly plot: typeof plotOf;
  /** Tells that the program has come to a block. */
  readonly at: (block: number) => void;
}

/** The modules that a program can import. */
export const modules: Readonly<Record<string, unknown>> = {
  gradtape: { ...gradtape, __esModule: true },
  "gradtape/math": { ...math, __esModule: true },
};

/** A page has no room for more. What is shown counts as so many characters at least, and each number of a plot as well. */
const MOST_CHARACTERS = 100_000;
const LEAST = 8;
/** Of what is thrown, the beginning says enough. */
const LONGEST_ERROR = 2000;

/** Texts of tapes and derivations that were asked for, so that they are known again when they are printed. */
const MOST_TEXTS = 100;

/**
 * Runs a program. `tell` is told what it shows, block by block. `lineOf` finds in a stack the line of the program's text where an error
 * arose; 0 where the stack does not say it.
 */
export async function runProgram(
  program: (surroundings: Surroundings) => Promise<void>,
  tell: (message: Message) => void,
  lineOf: (stack: string) => number,
): Promise<void> {
  let block = 0;
  let characters = 0;
  const { texts, forget } = rememberTexts();
  const show = (shown: Shown): void => {
    characters += sizeOf(shown);
    if (characters <= MOST_CHARACTERS) tell({ kind: "shown", block, shown });
    else throw new Error(`This program prints or draws more than ${MOST_CHARACTERS} characters.`);
  };
  const log = (...values: unknown[]): void => {
    const [only] = values;
    const known = values.length === 1 ? (typeof only === "string" ? texts.get(only) : only) : undefined;
    if (known instanceof Tape) show({ kind: "tape", text: String(known), lines: linesOf(known) });
    else if (known instanceof Derivation) show(shownDerivation(known));
    else show({ kind: "text", text: `${format(...values)}\n` });
  };
  const fail = (error: unknown): void => tell({ kind: "failed", block, text: thrown(error), line: placeOf(error, lineOf) });
  const stopListening = listenForRejections(fail);
  try {
    await program({
      require: (module) => {
        if (!Object.hasOwn(modules, module)) throw new Error(`A page can import ${Object.keys(modules).join(" and ")}, got ${module}`);
        return modules[module];
      },
      exports: {},
      console: { log, info: log, warn: log, error: log, debug: log, table: log },
      plot: (x, y) => {
        const curves = plotOf(x, y);
        show({ kind: "plot", text: `plot of ${curves.length === 1 ? "a curve" : `${curves.length} curves`}\n`, curves });
        return curves;
      },
      at: (next) => {
        block = next;
      },
    });
  } catch (error) {
    fail(error);
  }
  stopListening();
  forget();
  tell({ kind: "done" });
}

const sizeOf = (shown: Shown): number =>
  Math.max(LEAST, shown.text.length) + (shown.kind === "plot" ? shown.curves.reduce((sum, { x }) => sum + LEAST * x.length, 0) : 0);

/** What a program throws may be anything, also what fails where one looks at it. */
function thrown(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${format(error)}`;
    return text.length > LONGEST_ERROR ? `${text.slice(0, LONGEST_ERROR)} …` : text;
  } catch {
    return "thrown: something that cannot be shown";
  }
}

function placeOf(error: unknown, lineOf: (stack: string) => number): number {
  try {
    return error instanceof Error ? lineOf(String(error.stack ?? "").slice(-10 * LONGEST_ERROR)) : 0;
  } catch {
    return 0;
  }
}

/** A promise that nobody waits for fails silently; in a worker of its own the program has no other. */
function listenForRejections(fail: (error: unknown) => void): () => void {
  if (typeof addEventListener !== "function") return () => undefined;
  const listener = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    fail(event.reason);
  };
  addEventListener("unhandledrejection", listener);
  return () => removeEventListener("unhandledrejection", listener);
}

/** Until `forget` the text of a tape or a derivation leads back to it: `console.log(String(tape))` shows the tape. */
function rememberTexts(): { readonly texts: ReadonlyMap<string, Tape | Derivation>; readonly forget: () => void } {
  const texts = new Map<string, Tape | Derivation>();
  const before = [Tape, Derivation].map(({ prototype }) => {
    const write = prototype.toString as (this: Tape | Derivation) => string;
    prototype.toString = function (this: Tape | Derivation): string {
      const text = write.call(this);
      if (texts.size >= MOST_TEXTS) texts.clear();
      texts.set(text, this);
      return text;
    };
    return { prototype, write };
  });
  const forget = (): void => {
    for (const { prototype, write } of before) prototype.toString = write;
  };
  return { texts, forget };
}

function shownDerivation(derivation: Derivation): Shown {
  const lines = derivation.steps.map(({ section, latex, reason }) => ({ section, latex, rule: reason }));
  return { kind: "derivation", text: String(derivation), lines, verdict: derivation.verdict };
}

const numbersOf = (values: unknown): number[] =>
  values instanceof Tensor
    ? [...values.data]
    : Array.from(values as ArrayLike<number | Tensor>, (v) => (v instanceof Tensor ? v.item() : Number(v)));

/** Draws y over x; y alone is drawn over 0, 1, 2, …; with a list of curves, each of them. */
function plotOf(x: unknown, y?: unknown): readonly Curve[] {
  const isList = (value: unknown): boolean => value instanceof Tensor || Array.isArray(value) || ArrayBuffer.isView(value);
  if (!isList(x) || (y !== undefined && !isList(y)))
    throw new TypeError("plot: expected numbers, as plot(y), plot(x, y) or plot(x, [y1, y2])");
  const across = numbersOf(x);
  if (y === undefined) return [{ x: across.map((_, i) => i), y: across }];
  const curves = Array.isArray(y) && y.length > 0 && y.every((part) => isList(part)) ? y : [y];
  return curves.map((curve) => {
    const up = numbersOf(curve);
    if (up.length !== across.length)
      throw new RangeError(`plot: expected as many numbers up as across, got ${across.length} and ${up.length}`);
    return { x: across, y: up };
  });
}
