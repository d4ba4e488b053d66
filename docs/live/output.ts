import { html, nothing, render, type TemplateResult } from "lit-html";
import { loadMath } from "./lazy.js";
import type { DerivationLine, Shown, TapeLine } from "./messages.js";
import { curvesPicture } from "./picture.js";

/** What the blocks of a program show, one element a block. */
export class Output {
  readonly element = document.createElement("div");
  private shown: Shown[] = [];
  private isWaiting = false;

  constructor() {
    this.element.className = "live-output";
    this.element.setAttribute("aria-live", "polite");
  }

  clear(): void {
    this.shown = [];
    this.draw();
  }

  add(shown: Shown): void {
    const last = this.shown[this.shown.length - 1];
    if (shown.kind === "text" && last?.kind === "text") this.shown[this.shown.length - 1] = { kind: "text", text: last.text + shown.text };
    else this.shown.push(shown);
    this.drawSoon();
  }

  /** The place where nothing is shown yet, once a program has ended. */
  finish(): void {
    if (this.shown.length === 0) this.add({ kind: "text", text: "(It prints nothing.)\n" });
  }

  /** A program may print line after line: they are drawn once a frame. */
  private drawSoon(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.isWaiting = false;
    render(html`${this.shown.map(viewOf)}`, this.element);
  }
}

function viewOf(shown: Shown): TemplateResult {
  switch (shown.kind) {
    case "text":
      return html`<pre tabindex="0"><code>${shown.text}</code></pre>`;
    case "error":
      return html`<pre class="live-error" role="alert" tabindex="0"><code>${shown.line > 0 ? `Line ${shown.line}: ` : ""}${shown.text}</code></pre>`;
    case "tape":
      return tapeTable(shown.lines, shown.text);
    case "derivation":
      return derivationTable(shown.lines, shown.verdict, shown.text);
    case "plot":
      return html`<div class="live-plot">${curvesPicture(shown.curves)}</div>`;
  }
}

const asText = (text: string): TemplateResult =>
  html`<details class="live-text"><summary>As text</summary><pre tabindex="0"><code>${text}</code></pre></details>`;

function tapeTable(lines: readonly TapeLine[], text: string): TemplateResult {
  const hasCotangents = lines.some(({ cotangent }) => cotangent !== "");
  const turn = lines.findIndex(({ isBackward }) => isBackward);
  return html`<div class="live-scroll" tabindex="0" role="group" aria-label="Tape"><table class="live-tape-table">
      <thead><tr><th scope="col">No.</th><th scope="col">Name</th><th scope="col">Op</th><th scope="col">Shape</th><th scope="col">Value</th>${hasCotangents ? html`<th scope="col">Cotangent</th>` : nothing}</tr></thead>
      <tbody>${lines.map(
        (line, i) => html`${i === turn ? html`<tr class="turn"><th colspan="6" scope="rowgroup">backward</th></tr>` : nothing}
          <tr class=${line.isBackward ? "backward" : ""}><td>${line.number}</td><th scope="row">${line.name}</th><td>${line.op}</td><td>${line.shape}</td><td>${line.value}</td>${hasCotangents ? html`<td class="cotangent">${line.cotangent}</td>` : nothing}</tr>`,
      )}</tbody>
    </table></div>${asText(text)}`;
}

function derivationTable(lines: readonly DerivationLine[], verdict: string, text: string): TemplateResult {
  const sections = [...new Set(lines.map(({ section }) => section))];
  return html`${sections.map(
    (section) => html`<p class="live-section">${section[0].toUpperCase() + section.slice(1)}</p>
      <div class="live-scroll" tabindex="0" role="group" aria-label=${section}><table class="live-derivation">
        ${lines
          .filter((line) => line.section === section)
          .map(({ latex, rule }) => html`<tr><td>${formula(latex.replace("&=", "="))}</td><td class="why">${rule}</td></tr>`)}
      </table></div>`,
  )}
    <p class="live-verdict">${verdict}</p>${asText(text)}`;
}

/** LaTeX as MathML, once the program that writes it has come; until then as it is. */
export function formula(latex: string): HTMLElement {
  const place = document.createElement("span");
  place.textContent = latex;
  void loadMath().then((write) => {
    place.innerHTML = write(latex);
  });
  return place;
}
