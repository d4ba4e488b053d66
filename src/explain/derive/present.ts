import type { Tensor } from "../../tensor/tensor.js";
import { Derivation, type DerivationStep } from "./derivation.js";
import type { Conclusion, Deriver, Equation } from "./deriver.js";
import type { Form } from "./print/form.js";
import { latexOf } from "./print/latex.js";
import { atLetters, derivativeForm } from "./print/printer.js";
import { lengthOf, textOf } from "./print/text.js";
import { verdictOf } from "./verdict.js";

/** A right side of more signs is not written out. */
const LONGEST_LINE = 700;

/**
 * The lines of a derivation, and how its results compare with what `grad` found, and for second derivatives with the numbers of
 * `hessian`.
 */
export function present(
  deriver: Deriver,
  gradients: readonly Tensor[],
  hessians: readonly (readonly Tensor[])[],
  detail: "result" | "steps" | "all",
): Derivation {
  const { first, second } = deriver.run();
  const results = new Set(first.map(({ argument }) => textOf(derivativeForm(deriver.output, argument))));
  const equations = detail === "result" ? resultsAmong(deriver.equations, results) : deriver.equations;
  const steps = equations.flatMap(({ section, left, rights }) => {
    let before: string | undefined;
    return rights.map(({ form, letters, rule, reason = rule, value }): DerivationStep => {
      const shown = readable(form);
      // A right side with indices is that of a place: the left side has them, too.
      const own = atLetters(left, letters);
      const isNew = textOf(own) !== before;
      before = textOf(own);
      return {
        section,
        left: isNew ? before : "",
        right: textOf(shown),
        latex: `${isNew ? latexOf(own) : ""} &= ${latexOf(shown)}`,
        rule,
        reason,
        value,
      };
    });
  });
  const blocks = second.flatMap((row, i) =>
    row.flatMap((found, k): { readonly key: string; readonly found: Conclusion; readonly numbers: Tensor }[] => {
      const names = [first[i], first[i + k]].map(({ argument }) => deriver.nameOf(argument));
      return found === undefined ? [] : [{ key: k === 0 ? names[0] : names.join(", "), found, numbers: hessians[i][k] }];
    }),
  );
  const sides = first.map(({ argument, value, added }, k) => ({
    name: textOf(derivativeForm(deriver.output, argument)),
    ours: value,
    added,
    engine: gradients[k],
  }));
  const secondSides = blocks.map(({ key, found, numbers }) => ({ name: key, ours: found.value, added: found.added, engine: numbers }));
  const { difference, words } = verdictOf(sides, secondSides);
  const formulaOf = ({ form }: Conclusion): string => textOf(readable(form));
  return new Derivation(
    steps,
    new Map(first.map((own) => [deriver.nameOf(own.argument), formulaOf(own)])),
    new Map(blocks.map(({ key, found }) => [key, formulaOf(found)])),
    difference,
    words,
  );
}

/** The last line of the last equation for each result. */
function resultsAmong(equations: readonly Equation[], results: ReadonlySet<string>): Equation[] {
  const found = new Map<string, Equation>();
  for (const { section, left, rights } of equations) {
    const text = textOf(left);
    if (section === "second derivatives") found.set(text, { section, left, rights: rights.slice(-1) });
    else if (results.has(text) && section !== "chain rule") found.set(text, { section: "result", left, rights: rights.slice(-1) });
  }
  return [...found.values()];
}

/** What stands in the place of a formula that nobody would read. */
const readable = (form: Form): Form =>
  lengthOf(form) > LONGEST_LINE ? { kind: "words", text: `… ${lengthOf(form).toLocaleString("en")} signs …` } : form;
