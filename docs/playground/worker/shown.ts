import type { Derivation, Finding, Rewrite, Tensor } from "gradtape";
import { checkLines } from "../replay.js";
import type { Run } from "../run.js";
import { noteOf } from "../shown-rules.js";
import type { Moment } from "../steps.js";
import { equationOf, latexName, ruleOf } from "../symbols.js";
import { formatTensor } from "../text.js";
import { currentLines } from "./current-lines.js";
import { math } from "./math.js";
import { titleOf } from "./title.js";

/** A value of a run as the page shows it. Two values of a run are the same where the object is. */
export interface ShownValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export interface ShownNode {
  readonly op: string;
  readonly inputs: readonly ShownValue[];
  readonly output: ShownValue;
}

/** A formula as MathML, with what is said beside it. */
export interface ShownFormula {
  readonly markup: string;
  readonly text: string;
}

/** One stop on the way through a run, with all that is shown at it. */
export interface ShownMoment extends Pick<Moment, "kind" | "node" | "computed"> {
  readonly value: ShownValue | undefined;
  readonly cotangents: ReadonlyMap<ShownValue, ShownValue>;
  /** Of a rule: what flows to the operands. */
  readonly parts: readonly { readonly to: ShownValue; readonly amount: ShownValue }[];
  readonly title: string;
  readonly formulas: readonly ShownFormula[];
  readonly notes: readonly string[];
  /** The lines of the derivation that belong to it. */
  readonly lines: readonly number[];
}

/** A line of the derivation. */
export interface ShownStep {
  readonly section: string;
  readonly markup: string;
  readonly rule: string;
  readonly value: string;
}

/** One number of the run by the tape and by differences. */
export interface ShownCheck {
  readonly of: ShownValue;
  readonly place: number;
  readonly difference: number;
}

/** All that the page shows of a run: plain data, which the worker can send. */
export interface ShownRun extends Pick<Run, "by" | "turn"> {
  readonly variables: readonly string[];
  readonly inputs: readonly ShownValue[];
  readonly nodes: readonly ShownNode[];
  readonly output: ShownValue;
  /** The whole cotangent of each value that has one. */
  readonly cotangents: ReadonlyMap<ShownValue, ShownValue>;
  readonly moments: readonly ShownMoment[];
  readonly derivation: { readonly steps: readonly ShownStep[]; readonly verdict: string };
  readonly check: readonly ShownCheck[];
  readonly findings: readonly Finding[];
  readonly rewrites: readonly Pick<Rewrite, "node" | "pattern" | "replacement">[];
}

/** More signs of formulas are nothing to read, and take a browser seconds to lay out. */
const LONGEST_DERIVATION = 200_000;

/** A run as plain data. */
export function shownOf(run: Run): ShownRun {
  const { tape, name } = run;
  const known = new Map<Tensor, ShownValue>();
  const shown = (x: Tensor): ShownValue => {
    const value = known.get(x) ?? { name: name(x), shape: [...x.shape], data: x.data.slice() };
    known.set(x, value);
    return value;
  };
  const shownCotangents = (map: ReadonlyMap<Tensor, Tensor>): Map<ShownValue, ShownValue> =>
    new Map([...map].map(([x, g]) => [shown(x), shown(g)]));
  const { derivation } = run;
  const named = (expression: string): string => expression.replaceAll(/%(\d+)/g, (_, i: string) => name(tape.nodes[Number(i) - 1].output));
  return {
    by: run.by,
    turn: run.turn,
    variables: run.loss.variables,
    inputs: tape.inputs.map(shown),
    nodes: tape.nodes.map(({ op, inputs, output }) => ({ op: op.name, inputs: inputs.map(shown), output: shown(output) })),
    output: shown(tape.outputs[0]),
    cotangents: shownCotangents(tape.cotangents),
    moments: run.moments.map((moment, i) => ({
      kind: moment.kind,
      node: moment.node,
      computed: moment.computed,
      value: moment.value === undefined ? undefined : shown(moment.value),
      cotangents: shownCotangents(moment.cotangents),
      parts: moment.parts.map(({ to, amount }) => ({ to: shown(to), amount: shown(amount) })),
      title: titleOf(run, moment),
      formulas: formulasOf(run, moment, run.moments[i - 1]),
      notes: [...new Set(moment.parts.map(({ input }) => noteOf(tape.nodes[moment.node], input)))].filter((note) => note !== ""),
      lines: derivation instanceof Error ? [] : currentLines(run, moment, derivation.steps),
    })),
    derivation: derivation instanceof Error ? { steps: [], verdict: derivation.message } : shownDerivation(derivation),
    check: checkLines(tape).map(({ of, place, difference }) => ({ of: shown(of), place, difference })),
    findings: run.findings.map(({ expression, ...finding }) => ({ ...finding, expression: named(expression) })),
    rewrites: run.rewrites.map(({ node, pattern, replacement }) => ({ node, pattern, replacement })),
  };
}

/** What happens at a moment as mathematics, with numbers. */
function formulasOf(run: Run, moment: Moment, before: Moment | undefined): ShownFormula[] {
  const { tape, name } = run;
  const node = tape.nodes[moment.node];
  switch (moment.kind) {
    case "inputs":
      return tape.inputs.map((x) => ({ markup: math(latexName(name(x))), text: `= ${formatTensor(x)}` }));
    case "seed":
      return [{ markup: math(`\\bar{${latexName(name(moment.value ?? tape.outputs[0]))}}`), text: "= 1" }];
    case "forward":
      return [{ markup: math(equationOf(node, name)), text: `= ${formatTensor(node.output)}` }];
    case "backward": {
      const g = moment.cotangents.get(node.output);
      if (g === undefined) return [];
      const seen = new Set(before?.cotangents.keys());
      return moment.parts.map(({ input, to, amount }) => {
        const isFirst = !seen.has(to);
        seen.add(to);
        const total = moment.cotangents.get(to);
        const inAll = isFirst || total === undefined ? "" : `, in all ${formatTensor(total)}`;
        return { markup: math(ruleOf(node, input, g, name, isFirst)), text: `${isFirst ? "=" : "with"} ${formatTensor(amount)}${inAll}` };
      });
    }
  }
}

function shownDerivation({ steps, verdict }: Derivation): ShownRun["derivation"] {
  const length = steps.reduce((sum, { latex }) => sum + latex.length, 0);
  if (length > LONGEST_DERIVATION)
    return { steps: [], verdict: `The derivation has ${steps.length} lines with ${length} characters: too many to be shown.` };
  return {
    steps: steps.map(({ section, latex, rule, value }) => ({
      section,
      markup: math(latex.replace("&=", "=")),
      rule,
      value: value === undefined || value.size > 6 ? "" : formatTensor(value, 4),
    })),
    verdict,
  };
}
