import { html, render } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { codeOf, type Target, targets } from "../../playground/export.js";
import { readLoss } from "../../playground/expression.js";
import { newId } from "../controls.js";
import { type Figure, textOf } from "../figure.js";
import type { Values } from "../trace.js";

/** A formula as a program for another library. */
export const exported: Figure = (place, settings) => {
  const [id, menu] = [newId(), newId()];
  const values = JSON.parse(settings["values"] ?? "{}") as Values;
  const wrt = textOf(settings, "wrt");
  let source = textOf(settings, "formula");
  let target: Target = "PyTorch";
  const draw = (): void => {
    let code = "";
    let problem = "";
    try {
      const { variables } = readLoss(source);
      code = codeOf(source, values, variables.includes(wrt) ? wrt : variables[0], target);
    } catch (error) {
      problem = (error as Error).message;
    }
    render(
      html`<label for=${id}>A loss, as in the playground</label>
        <textarea id=${id} rows="4" spellcheck="false" autocomplete="off" .value=${live(source)} @input=${(event: Event) => {
          source = (event.target as HTMLTextAreaElement).value;
          draw();
        }}></textarea>
        <label for=${menu}>as a program for
          <select id=${menu} @change=${(event: Event) => {
            target = (event.target as HTMLSelectElement).value as Target;
            draw();
          }}>${targets.map((name) => html`<option value=${name} ?selected=${name === target}>${name}</option>`)}</select></label>
        ${problem === "" ? html`<pre tabindex="0"><code>${code}</code></pre>` : html`<p class="live-judged unreadable" role="status">${problem}</p>`}`,
      place,
    );
  };
  draw();
};
