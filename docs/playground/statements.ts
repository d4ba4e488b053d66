/** One statement of a text: a formula, and the name that its value gets. */
export interface Statement {
  /** What stands left of the sign, as it was written; nothing for a formula alone. */
  readonly left: { readonly text: string; readonly start: number } | undefined;
  /** The formula. */
  readonly right: string;
  /** Where the formula begins in the whole text. */
  readonly start: number;
}

/** Signs that join a line with the one before: nothing else begins with them. */
const CONTINUES = /^\s*(?:[-+*/@^)\]}·×÷−–<>≤≥]|\*\*)/;
/** Signs that want something behind them. */
const UNFINISHED = /(?:[-+*/@^(,·×÷−–=]|\\\\)\s*$/;
const COMMENT = /^\s*(?:#|\/\/|%)/;

/**
 * A text as statements: lines, and what a semicolon parts. A formula goes on over the end of a line within brackets, behind an
 * operator and before one.
 */
export function statementsOf(source: string): Statement[] {
  const found: Statement[] = [];
  let from = 0;
  let depth = 0;
  const end = (to: number): void => {
    const statement = statementOf(source.slice(from, to), from);
    if (statement !== undefined) found.push(statement);
    from = to + 1;
    depth = 0;
  };
  for (let at = 0; at < source.length; at++) {
    const c = source[at];
    if (c === "#" || (c === "/" && source[at + 1] === "/")) {
      // A comment ends with its line; it parts nothing.
      const next = source.indexOf("\n", at);
      at = (next < 0 ? source.length : next) - 1;
      continue;
    }
    if ("([{".includes(c)) depth++;
    else if (")]}".includes(c)) depth = Math.max(0, depth - 1);
    else if (c === ";" && depth === 0 && source[at - 1] !== "\\") end(at);
    else if (c === "\n") {
      const line = withoutComment(source.slice(source.lastIndexOf("\n", at - 1) + 1, at));
      const next = source.slice(at + 1, source.indexOf("\n", at + 1) < 0 ? source.length : source.indexOf("\n", at + 1));
      // A bracket that is never closed ends with its line, where a next line gives a name to something.
      const goesOn =
        (depth > 0 && !/^\s*[\p{L}_][\p{L}\p{M}\p{N}_]*\s*=(?!=)/u.test(next)) || UNFINISHED.test(line) || CONTINUES.test(next);
      if (!goesOn || COMMENT.test(next) || source.slice(from, at).trim() === "") end(at);
    }
  }
  end(source.length);
  return found;
}

const withoutComment = (line: string): string => line.replace(/(?:#|\/\/).*$/, "");

/** What programs write before a statement. */
const BEFORE = /^\s*(?:(?:let|const|var|return|def|fn|function)\s+|\\begin\{[a-z*]+\}\s*|&)*/;
/** f: x ↦ x², x => x², lambda x: x². */
const ARROW = /^\s*(?:[\p{L}_]\w*\s*:\s*)?(?:\(?[\p{L}\p{M}\p{N}_,\s]*\)?\s*(?:=>|↦|\\mapsto|→|\\to\b)|lambda\s[^:=]*:)\s*/u;

function statementOf(text: string, offset: number): Statement | undefined {
  const blank = text
    .split("\n")
    .filter((line) => !COMMENT.test(line))
    .join("");
  if (blank.trim() === "") return undefined;
  let start = BEFORE.exec(text)?.[0].length ?? 0;
  const sign = assignment(text, start);
  let left: Statement["left"];
  if (sign !== undefined) {
    const [before, after] = sign;
    const written = text.slice(start, before);
    // f(x) = x² names f; the arguments say nothing that the formula does not.
    const name = written.replace(/\\left\s*\(.*$|\([^()]*\)\s*:?\s*$/s, "").replace(/[\s&:]+$/, "");
    left = { text: name, start: offset + start };
    start = after;
  }
  start += ARROW.exec(text.slice(start))?.[0].length ?? 0;
  return { left, right: text.slice(start), start: offset + start };
}

/** Where the sign that gives a name begins and ends: the first = of a statement that stands in no bracket, or :=, ←. */
function assignment(text: string, start: number): readonly [before: number, after: number] | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const c = text[at];
    if (c === "#" || (c === "/" && text[at + 1] === "/")) return undefined;
    if ("([{".includes(c)) depth++;
    else if (")]}".includes(c)) depth--;
    else if (depth === 0 && (c === "←" || text.startsWith(":=", at))) return [at, at + (c === "←" ? 1 : 2)];
    else if (depth === 0 && c === "=" && !/[=<>!]/.test(text[at - 1] ?? "") && !/[=>]/.test(text[at + 1] ?? "")) return [at, at + 1];
  }
  return undefined;
}
