import { type Node, record, Tape, type Tensor, tensor, toLatex } from "gradtape";
import { applyRule, spread } from "./steps.js";

/** What the values of a tape are called: as `Tape.toString` calls them, with v for %, which is no letter of mathematics. */
export function namesOf(tape: Tape): (x: Tensor) => string {
  const names = new Map<Tensor, string>();
  for (const x of tape.inputs) names.set(x, x.label ?? "?");
  for (const [i, { output }] of tape.nodes.entries()) names.set(output, output.label ?? `v${i + 1}`);
  return (x) => names.get(x) ?? x.label ?? (x.size === 1 ? String(Number(x.item().toPrecision(6))) : `const[${x.shape.join(", ")}]`);
}

/** Letters that nobody types: they stand for the cotangent of a node and for the result of a rule until LaTeX is written. */
const [COTANGENT, RESULT] = ["ǥ", "ƶ"];

/** A name as LaTeX, by the hand that writes all other formulas. */
export const latexName = (name: string): string => leftSide(toLatex(record((x: Tensor) => x.neg().named(name), tensor(0))));

const leftSide = (latex: string): string => latex.split("\n")[1].split(" &=")[0];

/** A node as an equation. */
export function equationOf(node: Node, name: (x: Tensor) => string): string {
  const inputs = node.inputs.map((x) => rename(x, name));
  const output = rename(node.output, name);
  return toLatex(new Tape([{ ...node, inputs, output }], inputs.filter(isNamed), [output]));
}

/** The rule of one input as an equation: the cotangent of the input is, or grows by, a formula of that of the output. */
export function ruleOf(node: Node, input: number, g: Tensor, name: (x: Tensor) => string, isFirst: boolean): string {
  const inputs = node.inputs.map((x) => rename(x, name));
  const output = rename(node.output, name);
  const tape = record((cotangent: Tensor) => {
    const part = applyRule(node, input, cotangent, output, inputs) as Tensor;
    return spread(part, node.inputs[input]).add(0).named(RESULT);
  }, g.named(COTANGENT));
  const bar = (x: Tensor): string => `\\bar{${latexName(name(x))}}`;
  // What the rule computes on its way is called u, for v are the values of the tape.
  let latex = toLatex(tape);
  for (const [own] of latex.matchAll(/^v_\{\d+\}(?= &=)/gm)) latex = latex.replaceAll(own, own.replace("v", "u"));
  // The last addition is there to give the result a name of its own; it is not shown.
  return latex
    .replaceAll(COTANGENT, bar(node.output))
    .replaceAll(` ${RESULT} &= `, "")
    .replace(new RegExp(`${RESULT} &=`), `${bar(node.inputs[input])} ${isFirst ? "&=" : "&\\mathrel{+}="}`)
    .replace(/ \+ 0(?=\n|$)/, "");
}

const isNamed = (x: Tensor): boolean => x.label !== undefined;
const rename = (x: Tensor, name: (x: Tensor) => string): Tensor =>
  x.label === undefined && x.size === 1 && /^-?[\d.]/.test(name(x)) ? x : x.named(name(x));
