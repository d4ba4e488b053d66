import { type Node, record, Tape, type Tensor, tensor, toLatex } from "gradtape";
import { shownRule } from "./shown-rules.js";
import { spread } from "./steps.js";

/**
 * What the values of a tape are called: as `Tape.toString` calls them, with v for %, which is no letter of mathematics. A
 * name that the user has given to something else is skipped.
 */
export function namesOf(tape: Tape): (x: Tensor) => string {
  const names = new Map<Tensor, string>();
  for (const x of tape.inputs) names.set(x, x.label ?? "?");
  for (const { output } of tape.nodes) if (output.label !== undefined) names.set(output, output.label);
  const taken = new Set(names.values());
  let further = tape.nodes.length;
  for (const [i, { output }] of tape.nodes.entries()) {
    if (names.has(output)) continue;
    let name = `v${i + 1}`;
    while (taken.has(name)) name = `v${++further}`;
    taken.add(name);
    names.set(output, name);
  }
  return (x) => names.get(x) ?? x.label ?? (x.size === 1 ? String(Number(x.item().toPrecision(6))) : `const[${x.shape.join(", ")}]`);
}

/** A name as LaTeX, by the hand that writes all other formulas. */
export const latexName = (name: string): string => leftSide(toLatex(record((x: Tensor) => x.neg().named(name), tensor(0))));

const leftSide = (latex: string): string => latex.split("\n")[1].split(" &=")[0];

/** A node as an equation. */
export function equationOf(node: Node, name: (x: Tensor) => string): string {
  const inputs = node.inputs.map((x) => rename(x, name));
  const output = rename(node.output, name);
  return toLatex(new Tape([{ ...node, inputs, output }], inputs.filter(isNamed), [output]));
}

/**
 * While a rule is written, letters stand for all values that have a name, so that no name can be taken for one that
 * `toLatex` gives. They are of the Yi script: one sign each, and each a letter.
 */
const FIRST_LETTER = 0xa000;
const letter = (place: number): string => String.fromCodePoint(FIRST_LETTER + place);
const LETTERS = /[\ua000-\ua48c]/gu;

/** The rule of one input as an equation: the cotangent of the input is, or grows by, a formula of that of the output. */
export function ruleOf(node: Node, input: number, g: Tensor, name: (x: Tensor) => string, isFirst: boolean): string {
  const bar = (x: Tensor): string => `\\bar{${latexName(name(x))}}`;
  const meanings: string[] = [];
  const standIn = (x: Tensor, meaning: string): Tensor => x.named(letter(meanings.push(meaning) - 1));
  const inputs = node.inputs.map((x) => (isNumber(x, name) ? x : standIn(x, latexName(name(x)))));
  const output = standIn(node.output, latexName(name(node.output)));
  const result = letter(meanings.push("") - 1);
  const tape = record(
    (cotangent: Tensor) => {
      const part = shownRule(node, input, cotangent, output, inputs);
      return spread(part, node.inputs[input]).add(0).named(result);
    },
    standIn(g, bar(node.output)),
  );
  // What the rule computes on its way is called u and counted from 1, for v are the values of the tape.
  const own = new Map<string, string>();
  const latex = toLatex(tape).replaceAll(/v_\{\d+\}/g, (found) => {
    const known = own.get(found) ?? `u_{${own.size + 1}}`;
    own.set(found, known);
    return known;
  });
  // The last addition is there to give the result a name of its own; it is not shown.
  return latex
    .replace(/ \+ 0(?=\n|$)/, "")
    .replace(`${result} &=`, () => `${bar(node.inputs[input])} ${isFirst ? "&=" : "&\\mathrel{+}="}`)
    .replaceAll(LETTERS, (sign) => meanings[(sign.codePointAt(0) ?? FIRST_LETTER) - FIRST_LETTER]);
}

const isNamed = (x: Tensor): boolean => x.label !== undefined;
const isNumber = (x: Tensor, name: (x: Tensor) => string): boolean => x.label === undefined && x.size === 1 && /^-?[\d.]/.test(name(x));
const rename = (x: Tensor, name: (x: Tensor) => string): Tensor => (isNumber(x, name) ? x : x.named(name(x)));
