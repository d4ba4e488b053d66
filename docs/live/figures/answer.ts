import { html, nothing, render } from "lit-html";
import { judge } from "../answer.js";
import { newId } from "../controls.js";
import { type Figure, numberOf, textOf } from "../figure.js";

/** A place for one's own answer, a formula or a number, which is checked. */
export const answer: Figure = (place, settings) => {
  const expected = textOf(settings, "formula");
  const tolerance = numberOf(settings, "tolerance", 1e-9);
  const id = newId();
  let given = "";
  let judged: ReturnType<typeof judge> | undefined;
  const check = (event: Event): void => {
    event.preventDefault();
    judged = given.trim() === "" ? undefined : judge(given, expected, tolerance);
    draw();
  };
  const draw = (): void => {
    render(
      html`<form class="live-question" @submit=${check}>
          <label for=${id}>${textOf(settings, "question")} =</label>
          <input id=${id} type="text" autocomplete="off" autocapitalize="off" spellcheck="false" placeholder=${settings["in"] === undefined ? "a number" : `a formula in ${settings["in"]}`}
            @input=${(event: Event) => {
              given = (event.target as HTMLInputElement).value;
            }} />
          <button class="live-run">Check</button>
        </form>
        <p class="live-judged ${judged?.verdict ?? ""}" role="status">${
          judged === undefined ? nothing : judged.verdict === "right" ? "Right." : judged.said
        }</p>`,
      place,
    );
  };
  draw();
};
