import { html, type TemplateResult } from "lit-html";
import type { ShownMoment, ShownRun } from "../worker/shown.js";
import { formula } from "./markup.js";

const capitalized = (text: string): string => text[0].toUpperCase() + text.slice(1);

/** The derivation, with the lines that belong to the moment marked. */
export function derivationView({ derivation }: ShownRun, moment: ShownMoment): TemplateResult {
  const { steps, verdict } = derivation;
  const current = new Set(moment.lines);
  const sections = [...new Set(steps.map(({ section }) => section))];
  return html`${sections.map(
    (section) => html`<h3>${capitalized(section)}</h3>
      <table class="lines derivation">
        <caption class="hidden">${capitalized(section)}: equation, why it holds, value</caption>
        <tbody>
          ${steps.map((step, i) =>
            step.section !== section
              ? ""
              : html`<tr class=${current.has(i) ? (moment.kind === "forward" ? "current" : "current backward") : ""} aria-current=${current.has(i) ? "step" : "false"}>
                  <td class="equation">${formula(step.markup)}</td>
                  <td class="why">${step.rule} <span class="number">${step.value}</span></td>
                </tr>`,
          )}
        </tbody>
      </table>`,
  )}
    <p class="verdict">${verdict}</p>`;
}
