import { html, nothing, type TemplateResult } from "lit-html";

/** A short way round: what each part of the page is for, and what to do there. */
const STOPS: readonly { readonly at: string; readonly text: string }[] = [
  {
    at: "#loss",
    text: "This is the loss, the function whose gradient is computed. Type your own: 2x, sin x, X @ w, even LaTeX. Its variables stand beside it; the menu after them chooses the one that the gradient is taken with respect to.",
  },
  { at: "#forth", text: "Each press of this button is one step. First forward: every operation appends one node to the tape." },
  { at: "#panel-graph", text: "Then backward: each node multiplies the gradient that comes in by its local derivative and passes it on." },
  { at: "#panel-derivation", text: "The same steps as a derivation on paper, line by line." },
  {
    at: "#panel-check",
    text: "At the end the gradient is compared with finite differences, which use no rule. Drag a slider: everything follows.",
  },
];

export const lastStop = STOPS.length - 1;

/** Where the tour is. */
export const targetOf = (stop: number): string => STOPS[stop]?.at ?? "";

export function tourView(stop: number | undefined, go: (stop: number | undefined) => void): TemplateResult | typeof nothing {
  if (stop === undefined) return nothing;
  return html`<section id="tour" aria-label="A short tour">
    <p><strong>${stop + 1} of ${STOPS.length}</strong> ${STOPS[stop].text}</p>
    <div class="buttons">
      ${stop > 0 ? html`<button @click=${() => go(stop - 1)}>Back</button>` : nothing}
      ${stop < lastStop ? html`<button class="main" id="tour-next" @click=${() => go(stop + 1)}>Next</button>` : nothing}
      <button id="tour-end" @click=${() => go(undefined)}>${stop < lastStop ? "Skip the tour" : "Done"}</button>
    </div>
  </section>`;
}
