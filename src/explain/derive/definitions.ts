import { nameFrom } from "../../base/text.js";
import { asTensor, type Tensor } from "../../tensor/tensor.js";
import type { Evaluator } from "./algebra/evaluate.js";
import type { Range } from "./algebra/places.js";
import type { Quantity } from "./algebra/quantity.js";
import type { Chain } from "./chain.js";
import type { Equation } from "./deriver.js";
import { type Form, named } from "./print/form.js";
import type { Laid, Printer } from "./print/printer.js";
import type { Reading } from "./reading/read.js";
import { variablesOf } from "./reading/variables.js";
import { withoutIdleGuards } from "./simplify/data.js";

/** What a definition needs of a derivation. */
interface Source {
  readonly reading: Reading;
  readonly printer: Printer;
  readonly output: Quantity;
}

export const IDLE = "the conditions hold nowhere at these inputs";

/** The named values from the output to the inputs, as far as they are used, and what letters stand for. */
export function definitionsOf(source: Source, evaluator: Evaluator, chain: Chain, mentioned: ReadonlySet<Quantity>): Equation[] {
  const { reading, printer } = source;
  const used = usedIn(source, chain, mentioned);
  const equations: Equation[] = [];
  const add = (name: string, { form, letters }: Laid, rule: string, value: Tensor | undefined): void => {
    equations.push({ section: "definitions", left: named(name), rights: [{ form, letters, rule, value }] });
  };
  for (const quantity of [...used].sort((a, b) => b.place - a.place || b.id - a.id)) {
    const { definition, value, name, kind } = quantity;
    if (kind === "derivative") continue;
    if (definition !== undefined) {
      add(
        name,
        printer.lay(definition.formula, definition.indices),
        quantity.recurrence === undefined ? "definition" : "recurrence",
        value,
      );
      const plain = withoutIdleGuards(definition.formula, evaluator);
      if (plain !== undefined) {
        const [first] = equations.splice(-1);
        equations.push({ ...first, rights: [...first.rights, { ...printer.lay(plain, definition.indices), rule: IDLE, value }] });
      }
    } else if (kind === "opaque") add(name, whole(callForm(quantity, source)), "definition", value);
  }
  for (const { kind, value, name } of reading.quantities.filter((quantity) => used.has(quantity)))
    if (kind === "constant" && value.label === undefined)
      add(name, whole({ kind: "words", text: "a constant of the function" }), `a constant of shape [${value.shape.join(", ")}]`, value);
  for (const [range, letter] of printer.sizes)
    add(
      letter,
      whole({ kind: "sign", sign: { text: String(range.size) }, role: "number" }),
      whatIsCounted(range, reading),
      asTensor("derive", range.size),
    );
  return equations;
}

/** A form without indices. */
const whole = (form: Form): Laid => ({ form, letters: undefined });

function whatIsCounted(range: Range, { quantities }: Reading): string {
  for (const { kind, name, ranges } of quantities) {
    const axis = ranges.findIndex((own) => own?.root === range);
    if (axis >= 0 && kind !== "derivative") return ranges.length === 1 ? `the size of ${name}` : `the size of axis ${axis} of ${name}`;
  }
  return "the size of an axis";
}

/** The named values of which the output, and the lines, are made. */
function usedIn({ output }: Source, chain: Chain, mentioned: ReadonlySet<Quantity>): Set<Quantity> {
  const found = new Set<Quantity>([output, ...mentioned]);
  for (const { edges } of chain.steps) for (const { part } of edges) for (const quantity of variablesOf(part)) found.add(quantity);
  for (const quantity of found) for (const operand of chain.operandsOf(quantity)) found.add(operand);
  return found;
}

/** A node that no formula says, as the call of its op. */
function callForm(quantity: Quantity, { reading, printer }: Source): Form {
  const node = reading.opaque.get(quantity)?.node;
  const args = (node?.inputs ?? []).map((x) => {
    const { formula, indices } = reading.formulaOf(x);
    const { form, letters } = printer.lay(formula, indices);
    // A whole value with indices would need letters of its own.
    return letters === undefined || letters.length === 0 ? form : ({ kind: "words", text: "…" } as const);
  });
  const name = nameFrom(node?.op.name ?? "");
  return { kind: "call", sign: { text: node?.op.custom === true ? name : name.charAt(0).toLowerCase() + name.slice(1) }, axis: "", args };
}
