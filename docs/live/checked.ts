import type { CheckedDerivation } from "gradtape/math";
import { html, nothing, type TemplateResult } from "lit-html";

/** Each line with what became of it; the first that is wrong is where to look. */
export function checkedView({ ok, lines, firstWrong }: CheckedDerivation): TemplateResult {
  return html`<ol class="live-lines">${lines.map(
    ({ source, verdict, hint }, i) => html`<li class="${verdict === "true" ? "right" : "wrong"} ${i === firstWrong ? "first" : ""}">
      <code>${source}</code> <span class="verdict">${verdict}</span>${hint === "" ? nothing : html`<span class="hint">${hint}</span>`}</li>`,
  )}</ol>
  <p class="live-judged ${ok ? "right" : "wrong"}">${ok ? "Every line is true." : `Line ${firstWrong + 1} is the first that is not true.`}</p>`;
}
