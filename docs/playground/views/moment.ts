import { html, type TemplateResult } from "lit-html";
import type { ShownMoment } from "../worker/shown.js";
import { formula } from "./markup.js";

/** What happens at a moment as mathematics, with numbers. */
export const formulasView = ({ formulas, notes }: ShownMoment): TemplateResult => html`<p>
    ${formulas.map(({ markup, text }) => html`<span class="formula">${formula(markup)} ${text}</span>`)}
    ${notes.map((note) => html`<span class="omitted">${note}</span>`)}
  </p>`;
