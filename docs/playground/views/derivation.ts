import { html, type TemplateResult } from "lit-html";
import type { Details } from "../worker/details.js";
import type { ShownRun } from "../worker/shown.js";
import { formula } from "./markup.js";

const capitalized = (text: string): string => text[0].toUpperCase() + text.slice(1);

/**
 * The derivation as far as the run has come, with the lines that belong to the step marked. A line goes to the step that it
 * belongs to.
 */
export function derivationView(run: ShownRun, step: number, details: Details, goTo: (step: number) => void): TemplateResult {
  const { derivation, moments } = details;
  const { steps, verdict } = derivation;
  const current = new Set(moments[step]?.lines);
  const isLast = step === run.moments.length - 1;
  const reached = isLast ? new Set(steps.keys()) : new Set(moments.slice(0, step + 1).flatMap(({ lines }) => lines));
  const isBackward = run.moments[step].kind !== "forward";
  const sections = [...new Set(steps.filter((_, i) => reached.has(i)).map(({ section }) => section))];
  if (sections.length === 0 && steps.length > 0)
    return html`<p class="note">The derivation is written while you step: each node adds its lines.</p>`;
  return html`${sections.map(
    (section) => html`<h3>${capitalized(section)}</h3>
      <table class="lines derivation">
        <caption class="hidden">${capitalized(section)}: equation, why it holds, value</caption>
        <tbody>
          ${steps.map((line, i) => {
            if (line.section !== section || !reached.has(i)) return "";
            const owner = moments.findIndex(({ lines }) => lines.includes(i));
            return html`<tr class=${current.has(i) ? (isBackward ? "current backward" : "current") : ""} aria-current=${current.has(i) ? "step" : "false"}
              @click=${() => goTo(owner < 0 ? run.moments.length - 1 : owner)}>
                  <td class="equation">${formula(line.markup)}</td>
                  <td class="why">${line.rule} <span class="number">${line.value}</span></td>
                </tr>`;
          })}
        </tbody>
      </table>`,
  )}
    ${isLast || steps.length === 0 ? html`<p class="verdict">${verdict}</p>` : ""}`;
}
