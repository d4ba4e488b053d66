import { formatNumber } from "../base/format.js";
import { checkTape, type Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Expression, number, symbol, Values } from "./formula/expression.js";
import { fractionOf } from "./formula/fraction.js";
import { latexSymbol } from "./formula/latex-names.js";
import { LATEX, Printer } from "./formula/print.js";
import { read } from "./formula/read.js";

/**
 * A tape as equations in LaTeX, an `aligned` block: one for each value that has a label, is an output, or is read more than
 * once; what is read once stands in the formula that reads it. Products of two tensors place by place are ⊙, comparisons are
 * Iverson brackets (1 where they hold), an op without a sign of its own stands by its name. On the tape of a gradient the
 * cotangent of z is z with a bar.
 *
 * @param tape - From `record`.
 *
 * @example
 * ```ts
 * const tape = record((x: Tensor) => x.mul(2).add(1).square().named("L"), tensor(3).named("x"));
 * toLatex(tape).split("\n")[1]; // "L &= \\left(2 \\, x + 1\\right)^{2}"
 * ```
 */
export function toLatex(tape: Tape): string {
  checkTape("toLatex", tape);
  const symbols = symbolsOf(tape);
  const values = new Values();
  const style = { ...LATEX, symbol: (name: string) => name }; // the names below are LaTeX already
  const printer = new Printer(style, (x) => values.shapeOf(x));
  const formulas = new Map<Tensor, Expression>();
  const formula = (x: Tensor): Expression => {
    const known = symbols.get(x);
    const written = formulas.get(x) ?? (known === undefined ? constant(x) : symbol(known, x));
    formulas.set(x, written);
    return written;
  };
  const lines: string[] = [];
  for (const node of tape.nodes) {
    const right = read(node, node.inputs.map(formula));
    values.note(right, node.output);
    const left = symbols.get(node.output);
    if (left === undefined) formulas.set(node.output, right);
    else lines.push(`${left} &= ${printer.print(right)}`);
  }
  return `\\begin{aligned}\n${lines.join(" \\\\\n")}\n\\end{aligned}`;
}

/** What has a symbol of its own: inputs, what has a label, the cotangents of these, outputs, and what is read more than once. */
function symbolsOf(tape: Tape): Map<Tensor, string> {
  const symbols = new Map<Tensor, string>();
  const readers = new Map<Tensor, number>();
  for (const { inputs } of tape.nodes) for (const x of inputs) readers.set(x, (readers.get(x) ?? 0) + 1);
  for (const [i, x] of tape.inputs.entries()) symbols.set(x, x.label === undefined ? `x_{${i + 1}}` : latexSymbol(x.label));
  for (const { output } of tape.nodes) if (output.label !== undefined) symbols.set(output, latexSymbol(output.label));
  const computed = new Set(tape.nodes.map(({ output }) => output));
  for (const [x, g] of tape.cotangents) {
    const primal = symbols.get(x);
    if (primal !== undefined && computed.has(g) && !symbols.has(g)) symbols.set(g, `\\bar{${primal}}`);
  }
  for (const [i, { output }] of tape.nodes.entries())
    if (!symbols.has(output) && (tape.outputs.includes(output) || (readers.get(output) ?? 0) > 1)) symbols.set(output, `v_{${i + 1}}`);
  return symbols;
}

function constant(x: Tensor): Expression {
  if (x.label !== undefined) return symbol(latexSymbol(x.label), x);
  if (x.rank > 0 && x.size !== 1) return symbol(`\\mathrm{c}_{${x.shape.join("\\times ")}}`, x);
  const value = fractionOf(x.first);
  return value === undefined ? symbol(formatNumber(x.first).replace("∞", "\\infty"), x) : number(value);
}
