import { GradtapeError } from "../base/errors.js";
import { cut, plainLine } from "../base/text.js";

/** A stretch of a formula's text, from `start` to just before `end`, counted as JavaScript counts characters of a string. */
export interface Place {
  /** The whole text. The values of a template stand in it as `${1}`, `${2}`, … */
  readonly source: string;
  /** Where the stretch begins. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/** A change of a formula's text that mends it: what to put in place of a stretch, and what the text then says. */
export interface Suggestion {
  /** Where the stretch begins. */
  readonly start: number;
  /** Where it ends; `start` for what is only put in. */
  readonly end: number;
  /** What to put there. */
  readonly replacement: string;
  /** What it means, in a few words, such as "w times x". */
  readonly meaning: string;
}

/** Advice repeats the text of a formula, which may be as long as its limits allow. */
const LONGEST_MESSAGE = 500;

/**
 * A formula cannot be read, could mean two things, or names something that is not there. The message shows the line, points at the
 * character and says what to write; `suggestions` are the same for a program, to be offered as buttons.
 */
export class ExpressionError extends GradtapeError implements Place {
  /** `"ExpressionError"`. */
  override name = "ExpressionError";
  /** The whole text. The values of a template stand in it as `${1}`, `${2}`, … */
  readonly source: string;
  /** Where the trouble begins. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;

  /** Changes of the text, each of which mends it; the likeliest first. */
  readonly suggestions: readonly Suggestion[];

  /** @internal */
  constructor(message: string, place: Place, suggestions: readonly Suggestion[] = []) {
    super(`${cut(message, LONGEST_MESSAGE)}\n${excerpt(place)}`);
    this.suggestions = suggestions;
    this.source = place.source;
    this.start = place.start;
    this.end = place.end;
  }
}

/** Runs a step of a formula. What the step throws is the same error still, with the place in its message and as properties. */
export function at<T>(place: Place, step: () => T): T {
  try {
    return step();
  } catch (error) {
    // One that has a place got it further inside, and one that is frozen stays as it is.
    if ((error instanceof GradtapeError || error instanceof TypeError) && !("source" in error) && Object.isExtensible(error)) {
      const { source, start, end } = place;
      const { message, stack } = error;
      const amended = `${message}\n${excerpt(place)}`;
      Object.assign(error, { message: amended, source, start, end });
      // Some runtimes begin a stack with the message, which they copied when the error was made.
      if (message !== "" && stack !== undefined) error.stack = stack.replace(message, () => amended);
    }
    throw error;
  }
}

/** The line of the place, with carets below it; of a long line what is around it. */
function excerpt({ source, start, end }: Place): string {
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const newline = source.indexOf("\n", start);
  const lineEnd = newline < 0 ? source.length : newline;
  const from = lineEnd - lineStart > SHOWN ? Math.max(lineStart, start - SHOWN / 2) : lineStart;
  const to = Math.min(lineEnd, from + SHOWN);
  const [before, after] = [from > lineStart ? "…" : "", to < lineEnd ? "…" : ""];
  const carets = "^".repeat(Math.max(columns(source.slice(start, Math.min(end, to))).length, 1));
  const indent = before + columns(source.slice(from, start));
  return `  ${before}${plainLine(source.slice(from, to))}${after}\n  ${indent.replace(/[^\t]/gu, " ")}${carets}`;
}

/** So many characters of a line are shown. */
const SHOWN = 160;

/** The text without marks that stand on the letter before them, so that it has a character a column. */
const columns = (text: string): string => [...plainLine(text).replace(/\p{M}/gu, "")].map((c) => (c === "\t" ? c : ".")).join("");
