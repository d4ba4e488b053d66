import type { DerivationStep } from "gradtape";
import type { Run } from "../run.js";
import type { Moment } from "../steps.js";

/**
 * Which lines of a derivation belong to a moment: a node belongs to the named value that it helps to compute. Forward this is
 * the value's definition, backward the derivative of that value by others, at the end the result.
 */
export function currentLines(run: Run, moment: Moment, steps: readonly DerivationStep[]): readonly number[] {
  if (moment.kind === "inputs") return [];
  const lefts: string[] = [];
  for (const [i, { left }] of steps.entries()) lefts.push(left === "" ? (lefts[i - 1] ?? "") : left);
  const places = (fits: (step: DerivationStep, left: string) => boolean): readonly number[] =>
    steps.flatMap((step, i) => (fits(step, lefts[i]) ? [i] : []));
  const isLast = moment === run.moments[run.moments.length - 1];
  if (moment.kind === "backward" && isLast) {
    const results = places(({ section }) => section === "result");
    if (results.length > 0) return results;
  }
  const name = namedBy(run, moment.node);
  if (moment.kind === "forward") return places(({ section }, left) => section === "definitions" && left === name);
  if (moment.kind === "seed") return places(({ section }) => section === "chain rule");
  const factor = places(({ section }, left) => section === "factors" && left.startsWith(`∂${name}/∂`));
  return factor.length > 0 ? factor : places(({ section }) => section === "factors");
}

/** The name of the first named value at or behind a node. */
function namedBy({ tape, name }: Run, node: number): string {
  if (node < 0) return name(tape.outputs[0]);
  const reached = new Set([tape.nodes[node].output]);
  for (const { inputs, output } of tape.nodes.slice(node)) {
    if (!reached.has(output) && !inputs.some((x) => reached.has(x))) continue;
    if (output.label !== undefined) return output.label;
    reached.add(output);
  }
  return name(tape.outputs[0]);
}
