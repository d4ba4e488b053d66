import type { DerivationStep } from "gradtape";
import { html, type TemplateResult } from "lit-html";
import type { Run } from "../run.js";
import type { Moment } from "../steps.js";
import { formatTensor } from "../text.js";
import { math } from "./math.js";

const capitalized = (text: string): string => text[0].toUpperCase() + text.slice(1);

/** The derivation, with the lines that belong to the moment marked. */
export function derivationView(run: Run, moment: Moment): TemplateResult {
  const { derivation } = run;
  if (derivation instanceof Error) return html`<p>${derivation.message}</p>`;
  const current = currentLines(run, moment, derivation.steps);
  const sections = [...new Set(derivation.steps.map(({ section }) => section))];
  return html`${sections.map(
    (section) => html`<h3>${capitalized(section)}</h3>
      <table class="lines derivation">
        <caption class="hidden">${capitalized(section)}: equation, why it holds, value</caption>
        <tbody>
          ${derivation.steps.map((step, i) =>
            step.section !== section
              ? ""
              : html`<tr class=${current.has(i) ? (moment.kind === "forward" ? "current" : "current backward") : ""} aria-current=${current.has(i) ? "step" : "false"}>
                  <td class="equation">${math(step.latex.replace("&=", "="))}</td>
                  <td class="why">${step.rule} <span class="number">${step.value === undefined || step.value.size > 6 ? "" : formatTensor(step.value, 4)}</span></td>
                </tr>`,
          )}
        </tbody>
      </table>`,
  )}
    <p class="verdict">${derivation.verdict}</p>`;
}

/**
 * Which lines belong to a moment: a node belongs to the named value that it helps to compute. Forward this is the value's
 * definition, backward the derivative of that value by others, at the end the result.
 */
export function currentLines(run: Run, moment: Moment, steps: readonly DerivationStep[]): ReadonlySet<number> {
  if (moment.kind === "inputs") return new Set();
  const lefts: string[] = [];
  for (const [i, { left }] of steps.entries()) lefts.push(left === "" ? (lefts[i - 1] ?? "") : left);
  const places = (fits: (step: DerivationStep, left: string) => boolean): ReadonlySet<number> =>
    new Set(steps.flatMap((step, i) => (fits(step, lefts[i]) ? [i] : [])));
  const isLast = moment === run.moments[run.moments.length - 1];
  if (moment.kind === "backward" && isLast) {
    const results = places(({ section }) => section === "result");
    if (results.size > 0) return results;
  }
  const name = namedBy(run, moment.node);
  if (moment.kind === "forward") return places(({ section }, left) => section === "definitions" && left === name);
  if (moment.kind === "seed") return places(({ section }) => section === "chain rule");
  const factor = places(({ section }, left) => section === "factors" && left.startsWith(`∂${name}/∂`));
  return factor.size > 0 ? factor : places(({ section }) => section === "factors");
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
