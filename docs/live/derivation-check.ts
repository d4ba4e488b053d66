// A derivation as somebody typed it, checked line by line: for a page of the course, and for any loss of the playground.
import { type Tensor, tensor } from "gradtape";
import { type CheckedDerivation, checkDerivation } from "gradtape/math";
import { html, nothing, type TemplateResult } from "lit-html";
import { readLoss } from "../playground/expression.js";
import type { Values } from "./trace.js";

/** A loss as text, what its variables are, and the one that its gradient is with respect to. */
export interface Task {
  readonly source: string;
  readonly values: Values;
  readonly wrt: string;
}

export function checkText({ source, values, wrt }: Task, text: string): CheckedDerivation {
  const { variables, f } = readLoss(source);
  const inputs = variables.map((name) => tensor((values[name] ?? 0.5) as number[]).named(name));
  return checkDerivation((...args: Tensor[]) => f(...args), inputs, text, { wrt: variables.indexOf(wrt) });
}

const SAID = { true: "true", false: "false", "not understood": "not understood" } as const;

/** Each line with what became of it; the first that is wrong is where to look. */
export function checkedView({ ok, lines, firstWrong }: CheckedDerivation): TemplateResult {
  return html`<ol class="live-lines">${lines.map(
    ({ source, verdict, hint }, i) => html`<li class="${verdict === "true" ? "right" : "wrong"} ${i === firstWrong ? "first" : ""}">
      <code>${source}</code> <span class="verdict">${SAID[verdict]}</span>${hint === "" ? nothing : html`<span class="hint">${hint}</span>`}</li>`,
  )}</ol>
  <p class="live-judged ${ok ? "right" : "wrong"}">${ok ? "Every line is true." : `Line ${firstWrong + 1} is the first that is not true.`}</p>`;
}
