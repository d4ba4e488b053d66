import { html, nothing, render } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { checkedView } from "../checked.js";
import { newId } from "../controls.js";
import { checkText } from "../derivation-check.js";
import { type Figure, textOf } from "../figure.js";
import type { Values } from "../trace.js";

/** A derivation with a mistake that many make. */
interface Mistake {
  readonly title: string;
  readonly text: string;
}

/** *Check my derivation*: one's own lines, and which of them is the first that is wrong. */
export const derivation: Figure = (place, settings) => {
  const task = {
    source: textOf(settings, "formula"),
    values: JSON.parse(settings["values"] ?? "{}") as Values,
    wrt: textOf(settings, "wrt"),
  };
  const mistakes = JSON.parse(settings["mistakes"] ?? "[]") as readonly Mistake[];
  const id = newId();
  let text = settings["start"] ?? "";
  let checked: unknown = nothing;
  const check = (): void => {
    try {
      checked = text.trim() === "" ? nothing : checkedView(checkText(task, text));
    } catch (error) {
      checked = html`<p class="live-judged unreadable">${(error as Error).message}</p>`;
    }
    draw();
  };
  const draw = (): void => {
    render(
      html`<label for=${id}>Your derivation, one equation per line</label>
        <textarea id=${id} rows="5" spellcheck="false" autocomplete="off" autocapitalize="off" .value=${live(text)}
          @input=${(event: Event) => {
            text = (event.target as HTMLTextAreaElement).value;
          }}></textarea>
        <div class="live-transport"><button class="live-run" @click=${check}>Check my derivation</button></div>
        <div role="status">${checked}</div>
        ${
          mistakes.length === 0
            ? nothing
            : html`<p class="live-mistakes">Classic mistakes to try: ${mistakes.map(
                (mistake) =>
                  html`<button @click=${() => {
                    ({ text } = mistake);
                    check();
                  }}>${mistake.title}</button> `,
              )}</p>`
        }`,
      place,
    );
  };
  draw();
};
