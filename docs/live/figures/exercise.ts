import { html, nothing, render } from "lit-html";
import type { Editor } from "../editor.js";
import { type Figure, textOf } from "../figure.js";
import { loadEditor } from "../lazy.js";
import { Output } from "../output.js";

/** An exercise that is code: one's own is run behind the blocks of the page, and then what checks it. */
export const exercise: Figure = (place, settings, page) => {
  const start = textOf(settings, "start");
  const check = textOf(settings, "check");
  const output = new Output();
  const bar = document.createElement("div");
  bar.className = "live-transport";
  const result = document.createElement("p");
  result.className = "live-judged";
  result.setAttribute("role", "status");
  let editor: Editor | undefined;
  place.append(bar, output.element, result);

  const judge = async (): Promise<void> => {
    if (editor === undefined || page.program === undefined) return;
    output.clear();
    result.textContent = "";
    const before = page.program.textsBefore(place);
    let failed = false;
    await page.program.runTexts([...before, editor.text(), check], (block, shown) => {
      if (block < before.length && shown.kind !== "error") return;
      if (shown.kind === "error") failed = true;
      const isVerdict = shown.kind === "error" && block === before.length + 1;
      if (isVerdict) result.textContent = `Not yet: ${shown.text.replace(/^Error: /, "")}`;
      else output.add(shown);
    });
    result.className = `live-judged ${failed ? "wrong" : "right"}`;
    if (!failed) result.textContent = "Right.";
  };
  const write = async (): Promise<void> => {
    const { makeEditor } = await loadEditor();
    editor = makeEditor(
      start,
      "Your answer",
      () => undefined,
      () => void judge(),
    );
    place.prepend(editor.element);
    editor.focus();
    draw();
  };
  const draw = (): void => {
    render(
      editor === undefined
        ? html`<button class="live-run" @click=${() => void write()}>Write your answer here</button>`
        : html`<button class="live-run" @click=${() => void judge()}>Check</button>${nothing}`,
      bar,
    );
  };
  draw();
};
