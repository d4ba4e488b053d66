import type { Suggestion } from "gradtape/math";
import { parseExpression } from "../../src/formulas/expression.js";
import type { Expression } from "../../src/formulas/tree.js";
import { type Loss, readLoss, TextError } from "./expression.js";
import { inferred } from "./shapes.js";
import type { Value } from "./state.js";

/** One click that mends what is wrong: another text, or other values. */
export interface Repair {
  readonly label: string;
  readonly source?: string;
  readonly values?: Readonly<Record<string, Value>>;
}

const MOST_REPAIRS = 4;

/** What a text says after a change. */
const changed = (source: string, { start, end }: { readonly start: number; readonly end: number }, replacement: string): string =>
  source.slice(0, start) + replacement + source.slice(end);

/** So many places of one kind are mended by one click. */
const MOST_ALIKE = 30;

/** Repairs of a text that cannot be read. Those that lead to no loss are left out where others do. */
export function repairsOfText(source: string, error: TextError): Repair[] {
  const repairs = error.suggestions.map((suggestion) => {
    const { text, count, isRead } = mended(source, error, suggestion);
    const more = count > 1 ? `, and ${count - 1} more of the kind` : "";
    const written = suggestion.replacement.trim();
    const label = written === "" || written.includes("\n") ? `${suggestion.meaning}${more}` : `${written}  (${suggestion.meaning}${more})`;
    return { label, source: text, isRead };
  });
  const read = repairs.filter(({ isRead }) => isRead);
  return (read.length > 0 ? read : repairs).slice(0, MOST_REPAIRS).map(({ label, source: text }) => ({ label, source: text }));
}

/** The text after a change, and after the same one wherever the same is asked: of sinx + cosx both, of w[0] + w[1] as well. */
function mended(
  source: string,
  error: TextError,
  first: Suggestion,
): { readonly text: string; readonly count: number; readonly isRead: boolean } {
  let text = changed(source, first, first.replacement);
  for (let count = 1; count <= MOST_ALIKE; count++) {
    const next = problemOf(text);
    if (next === undefined) return { text, count, isRead: true };
    const alike = signsOf(next.message) === signsOf(error.message) ? next.suggestions : [];
    const same = alike.find(({ replacement }) => signsOf(replacement) === signsOf(first.replacement));
    if (same === undefined) return { text, count, isRead: false };
    text = changed(text, same, same.replacement);
  }
  return { text, count: MOST_ALIKE, isRead: false };
}

function problemOf(source: string): TextError | undefined {
  try {
    readLoss(source);
    return undefined;
  } catch (error) {
    if (error instanceof TextError) return error;
    throw error;
  }
}

/** What is left of a text without its names and numbers: texts about two names are alike in it. */
const signsOf = (text: string): string => text.replaceAll(/[\p{L}\p{M}\p{N}_]+/gu, "x");

/** Repairs of a loss that is no single number. */
export function repairsOfSize(source: string, loss: Loss, rank: number, runs: (source: string) => boolean): Repair[] {
  const last = loss.lines[loss.lines.length - 1];
  const text = last.formula.source.replace(/\s*(?:#|\/\/).*$/s, "");
  const start = last.start + text.length - text.trimStart().length;
  const end = last.start + text.trimEnd().length;
  return ["sum", "mean"]
    .map((name) => ({ label: `${name}(${short(text.trim())})`, source: changed(source, { start, end }, `${name}(${text.trim()})`) }))
    .concat([{ label: `${short(text.trim())}, its first number`, source: changed(source, { start, end }, firstOf(text.trim(), rank)) }])
    .filter((repair) => runs(repair.source));
}

const firstOf = (text: string, rank: number): string => `slice(${text}, [${Array.from({ length: rank }, () => 0).join(", ")}])`;

const short = (text: string): string => (text.length > 30 ? `${text.slice(0, 28)}…` : text);

/** Repairs of shapes that do not fit: other values, or another product. Each was tried: `runs` says whether a text can be run. */
export function repairsOfShape(
  source: string,
  loss: Loss,
  place: readonly [start: number, end: number],
  values: Readonly<Record<string, Value>>,
  runs: (source: string) => boolean,
): Repair[] {
  const found: Repair[] = [];
  const line = [...loss.lines].reverse().find(({ start }) => start <= place[0]);
  if (line !== undefined) {
    const variables = new Set([...loss.variables, ...loss.lines.flatMap(({ name }) => (name === undefined ? [] : [name]))]);
    const nodes = parseExpression(line.formula.source, { caller: "playground", holes: false, variables });
    const node = nodes.find(({ kind, start }) => kind === "call" && start === place[0] - line.start);
    if (node?.kind === "call" && node.args.length === 2)
      for (const text of productsOf(node, line.formula.source)) {
        const repaired = changed(source, { start: line.start + node.from, end: line.start + node.to }, text);
        if (runs(repaired)) found.push({ label: text, source: repaired });
      }
  }
  const fitting = inferred(loss, Object.fromEntries([...loss.given].map(([name, { value }]) => [name, value])));
  const names = Object.keys(values).filter((name) => loss.variables.includes(name));
  if (fitting !== undefined && names.length > 0)
    found.push({ label: `other shapes: ${names.map((name) => `${name} ${shapeOf(fitting[name])}`).join(", ")}`, values: {} });
  return found.slice(0, MOST_REPAIRS);
}

const shapeOf = (value: Value | undefined): string =>
  typeof value === "number" || value === undefined
    ? "a number"
    : Array.isArray(value[0])
      ? `${value.length} × ${value[0].length}`
      : `of ${value.length}`;

/** The same two factors, multiplied in other ways. */
function productsOf(node: Extract<Expression, { kind: "call" }>, text: string): string[] {
  const [a, b] = node.args.map((arg) => text.slice(arg.from, arg.to));
  const transposed = (x: string): string => (/^[\p{L}\p{M}\p{N}_]+$/u.test(x) || /^\(.*\)$/.test(x) ? `${x}ᵀ` : `(${x})ᵀ`);
  if (node.name === "matmul") return [`${transposed(a)} @ ${b}`, `${a} @ ${transposed(b)}`, `${b} @ ${a}`, `${a} * ${b}`];
  if (node.name === "mul" || node.name === "impliedProduct" || node.name?.startsWith("product"))
    return [`${a} @ ${b}`, `${transposed(a)} @ ${b}`, `${b} @ ${a}`, `${a} * ${b}`];
  return [];
}
