import { type Derivation, derive, diagnose, type Finding, type Rewrite, stabilize } from "gradtape";
import { type CheckLine, checkLines } from "../replay.js";
import type { Run } from "../run.js";
import { noteOf } from "../shown-rules.js";
import type { Moment } from "../steps.js";
import { equationOf, latexName, ruleOf } from "../symbols.js";
import { formatTensor } from "../text.js";
import { currentLines } from "./current-lines.js";
import { type Curve, curveOf } from "./curve.js";
import { differenceNote } from "./difference-note.js";
import { math } from "./math.js";

/** A line of the derivation. */
export interface ShownStep {
  readonly section: string;
  readonly markup: string;
  readonly rule: string;
  readonly value: string;
}

/** One number of the run by differences, by its place among inputs and nodes. */
export interface ShownCheck {
  readonly of: number;
  readonly place: number;
  readonly difference: number;
  /** Why the tape may say something else. */
  readonly note: string;
}

/** What is said of one moment: formulas as MathML, one for each input at the beginning, or for each part of a rule. */
export interface ShownTexts {
  readonly formulas: readonly string[];
  readonly notes: readonly string[];
  /** The lines of the derivation that belong to the moment. */
  readonly lines: readonly number[];
}

/** What is worked out of a run when nothing else is to be done. */
export interface Details {
  readonly structure: string;
  readonly moments: readonly ShownTexts[];
  readonly derivation: { readonly steps: readonly ShownStep[]; readonly verdict: string };
  readonly check: readonly ShownCheck[];
  readonly findings: readonly Finding[];
  readonly rewrites: readonly Pick<Rewrite, "node" | "pattern" | "replacement">[];
  readonly curve: Curve | undefined;
}

/** More signs of formulas are nothing to read, and take a browser seconds to lay out. */
const LONGEST_DERIVATION = 200_000;

/** `place` is the one of the variable's numbers that the curve is drawn against. */
export function detailsOf(run: Run, structure: string, place: number): Details {
  const { tape, name, f, written, inputs } = run;
  const derivation = attempt(() => derive(f, ...inputs));
  const named = (expression: string): string => expression.replaceAll(/%(\d+)/g, (_, i: string) => name(tape.nodes[Number(i) - 1].output));
  const values = [...tape.inputs, ...tape.nodes.map(({ output }) => output)];
  const check: readonly CheckLine[] = checkLines(tape);
  return {
    structure,
    moments: run.moments.map((moment) => ({
      formulas: formulasOf(run, moment),
      notes: [...new Set(moment.parts.map(({ input }) => noteOf(tape.nodes[moment.node], input)))].filter((note) => note !== ""),
      lines: derivation instanceof Error ? [] : currentLines(run, moment, derivation.steps),
    })),
    derivation: derivation instanceof Error ? { steps: [], verdict: derivation.message } : shownDerivation(derivation),
    check: check.map((line) => ({
      of: values.indexOf(line.of),
      place: line.place,
      difference: line.difference,
      note: differenceNote(tape, line),
    })),
    findings: diagnose(f, ...inputs).findings.map(({ expression, ...finding }) => ({ ...finding, expression: named(expression) })),
    rewrites: stabilize(written)
      .rewrites(...inputs)
      .map(({ node, pattern, replacement }) => ({ node, pattern, replacement })),
    curve: curveOf(run, place),
  };
}

/** What happens at a moment as mathematics. */
function formulasOf({ tape, name, moments }: Run, moment: Moment): string[] {
  const node = tape.nodes[moment.node];
  switch (moment.kind) {
    case "inputs":
      return tape.inputs.map((x) => math(latexName(name(x))));
    case "seed":
      return [math(`\\bar{${latexName(name(moment.value ?? tape.outputs[0]))}}`)];
    case "forward":
      return [math(equationOf(node, name))];
    case "backward": {
      const g = moment.cotangents.get(node.output);
      if (g === undefined) return [];
      const seen = new Set(moments[moments.indexOf(moment) - 1].cotangents.keys());
      return moment.parts.map(({ input, to }) => {
        const isFirst = !seen.has(to);
        seen.add(to);
        return math(ruleOf(node, input, g, name, isFirst));
      });
    }
  }
}

function shownDerivation({ steps, verdict }: Derivation): Details["derivation"] {
  const length = steps.reduce((sum, { latex }) => sum + latex.length, 0);
  if (length > LONGEST_DERIVATION)
    return { steps: [], verdict: `The derivation has ${steps.length} lines with ${length} characters: too many to be shown.` };
  return {
    steps: steps.map(({ section, latex, reason, value }) => ({
      section,
      markup: math(latex.replace("&=", "=")),
      rule: reason,
      value: value === undefined || value.size > 6 ? "" : formatTensor(value, 4),
    })),
    verdict,
  };
}

function attempt<T>(body: () => T): T | Error {
  try {
    return body();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
