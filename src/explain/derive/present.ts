import type { Tensor } from "../../tensor/tensor.js";
import { largest } from "../formula/expression.js";
import { Derivation, type DerivationStep } from "./derivation.js";
import type { Deriver } from "./deriver.js";
import type { Form } from "./print/form.js";
import { latexOf } from "./print/latex.js";
import { derivativeForm } from "./print/printer.js";
import { lengthOf, textOf } from "./print/text.js";

/** A right side of more signs is not written out. */
const LONGEST_LINE = 700;
/** The gradients differ from those of `grad` by no more than this, relative to their size. */
const TOLERANCE = 1e-8;

/** The lines of a derivation, and how its result compares with the gradients that `grad` found. */
export function present(deriver: Deriver, gradients: readonly Tensor[]): Derivation {
  const conclusions = deriver.run();
  const steps = deriver.equations.flatMap(({ section, left, rights }) =>
    rights.map(({ form, rule, value }, k): DerivationStep => {
      const shown = readable(form);
      return {
        section,
        left: k === 0 ? textOf(left) : "",
        right: textOf(shown),
        latex: `${k === 0 ? latexOf(left) : ""} &= ${latexOf(shown)}`,
        rule,
        value,
      };
    }),
  );
  const differences = gradients.map((g, k) => largest(conclusions[k].value.sub(g)));
  const difference = Math.max(...differences);
  const sizes = gradients.map((g, k) => Math.max(largest(g), largest(conclusions[k].value)));
  const names = conclusions.map(({ argument }) => textOf(derivativeForm(deriver.output, argument))).join(", ");
  const areFinite = gradients.every(({ data }) => data.every(Number.isFinite));
  const isSame = differences.every((own, k) => own <= TOLERANCE * Math.max(sizes[k], Number.MIN_VALUE));
  const verdict = !areFinite
    ? `grad gives a number that is not finite at these inputs, so it cannot be compared with ${names}; see diagnose and stabilize.`
    : isSame
      ? `grad gives the same ${names}; the largest difference is ${Number(difference.toPrecision(2))}.`
      : `grad does NOT give the same ${names}: the largest difference is ${Number(difference.toPrecision(2))}. This is an error of derive.`;
  return new Derivation(
    steps,
    new Map(conclusions.map(({ argument, form }) => [deriver.nameOf(argument), textOf(readable(form))])),
    difference,
    verdict,
  );
}

/** What stands in the place of a formula that nobody would read. */
const readable = (form: Form): Form =>
  lengthOf(form) > LONGEST_LINE ? { kind: "words", text: `… ${lengthOf(form).toLocaleString("en")} signs …` } : form;
