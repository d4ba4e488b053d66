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

/** Lines of programs that say nothing about the loss, and what stands around it there. */
const ASIDE: readonly RegExp[] = [
  /^[ \t]*(?:import\b|from[ \t]+[\w.]+[ \t]+import\b).*$/gm,
  /^[ \t]*[\w.]+\.(?:backward|zero_grad|step|requires_grad_)\(.*\)[ \t]*;?[ \t]*$/gm,
  /^[ \t]*(?:print|console\.log)\([\p{L}\p{M}\w.]*\)[ \t]*;?[ \t]*$/gmu,
  /^[ \t]*def[ \t]+\w+[ \t]*\([^()\n]*\)[^:\n]*:/gm,
  /\\(?:begin|end)\{(?:align|aligned|gather|gathered|split|equation|eqnarray|displaymath|math)\*?\}/g,
];
/** function f(x) { …; } and const f = (x) => { …; } */
const FUNCTION =
  /^(\s*(?:export\s+)?(?:function\s*\w*\s*\([^()]*\)|(?:(?:const|let|var)\s+\w+\s*=\s*)?(?:\([^()]*\)|\w+)\s*=>)\s*\{)(.*)(\}[;\s]*)$/s;
/** A name that is given numbers. */
const GIVEN = /^\s*[\p{L}_][\p{L}\p{M}\p{N}_]*\s*=\s*[-\d.\s[\],/]+$/u;
const NEXT_GIVEN = /^\s*[\p{L}_][\p{L}\p{M}\p{N}_]*\s*=(?!=)/u;

/** The text with what says nothing as spaces, so that all places stay, and an end of the line where “, x = 3” or “where x = 3” begins. */
function plain(source: string): string {
  const blank = (text: string): string => text.replaceAll(/[^\n]/g, " ");
  let text = source;
  for (const pattern of ASIDE) text = text.replaceAll(pattern, blank);
  // Rows of aligned equations.
  if (/\\begin\{(?:align|gather|split|eqnarray)/.test(source)) text = text.replaceAll("\\\\", " \n");
  text = text.replace(FUNCTION, (_, before: string, body: string, after: string) => blank(before) + body + blank(after));
  text = text.replaceAll(
    /[ \t](?:where|with|when|at|for)(?=\s+[\p{L}_][\p{L}\p{M}\p{N}_]*\s*=(?!=))/gu,
    (word) => `${" ".repeat(word.length - 1)}\n`,
  );
  const parted: number[] = [];
  let depth = 0;
  for (let [at, start] = [0, 0]; at < text.length; at++) {
    const c = text[at];
    if ("([{".includes(c)) depth++;
    else if (")]}".includes(c)) depth--;
    else if (depth === 0 && (c === "\n" || c === ";")) start = at + 1;
    else if (depth === 0 && c === ",") {
      const isDecimal = /\d/.test(text[at + 1] ?? "");
      if (!NEXT_GIVEN.test(text.slice(at + 1, at + 60)) && (isDecimal || !GIVEN.test(text.slice(start, at)))) continue;
      parted.push(at);
      start = at + 1;
    }
  }
  return parted.reduceRight((rest, at) => `${rest.slice(0, at)}\n${rest.slice(at + 1)}`, text);
}

/**
 * A text as statements: lines, and what a semicolon parts. A formula goes on over the end of a line within brackets, behind an
 * operator and before one.
 */
export function statementsOf(written: string): Statement[] {
  const source = plain(written);
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
      const isOwn = beginsAnew(source.slice(from, at), next);
      const goesOn =
        (depth > 0 && !/^\s*[\p{L}_][\p{L}\p{M}\p{N}_]*\s*=(?!=)/u.test(next)) || UNFINISHED.test(line) || (CONTINUES.test(next) && !isOwn);
      if (!goesOn || COMMENT.test(next) || source.slice(from, at).trim() === "") end(at);
    }
  }
  end(source.length);
  return givenFirst(found);
}

/** “p = σ(z)” and below it “-(y log p)”: a line that begins with a sign and uses the name of the one before is one of its own. */
function beginsAnew(before: string, next: string): boolean {
  const name = /^\s*([\p{L}_][\p{L}\p{M}\p{N}_]*)\s*=(?!=)/u.exec(before)?.[1];
  if (name === undefined || !/^[-+−–]/.test(next)) return false;
  const names: readonly string[] = next.match(/[\p{L}_][\p{L}\p{M}\p{N}_]*/gu) ?? [];
  return names.includes(name);
}

/** x², x = 3: numbers that are given behind the only formula belong before it. */
function givenFirst(statements: Statement[]): Statement[] {
  const isGiven = ({ left, right }: Statement): boolean => left !== undefined && GIVEN.test(`x = ${right}`);
  const others = statements.filter((statement) => !isGiven(statement));
  const last = statements.at(-1);
  return others.length === 0 || last === undefined || !isGiven(last) ? statements : [...statements.filter(isGiven), ...others];
}

const withoutComment = (line: string): string => line.replace(/(?:#|\/\/).*$/, "");

/** What programs write before a statement. */
const BEFORE = /^\s*(?:(?:let|const|var|return|def|fn|function)\s+|&)*/;
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
