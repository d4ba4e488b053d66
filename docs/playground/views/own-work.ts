import { html, nothing, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { checkedView } from "../../live/checked.js";
import { type Target, targets } from "../export.js";
import type { OwnWork } from "../worker/own-work.js";
import type { ShownRun } from "../worker/shown.js";

/** The user's own derivation of the loss that is shown, checked line by line, and the loss as a program. */
export class OwnWorkView {
  private isOpen = false;
  private text = "";
  /** The lines that are to be checked. */
  private asked = "";
  private target: Target = "PyTorch";
  private found: OwnWork | string | undefined;
  private notice = "";

  /** `wanted` is told when there is something to work out. */
  constructor(
    private readonly wanted: () => void,
    private readonly changed: () => void,
  ) {}

  /** What is to be worked out; nothing while nobody looks. */
  get wish(): { readonly text: string; readonly target: Target } | undefined {
    return this.isOpen ? { text: this.asked, target: this.target } : undefined;
  }

  take(found: OwnWork | string): void {
    this.found = found;
    this.changed();
  }

  /** Unfolds the part, and goes there. */
  show(place: "own-derivation" | "own-code"): void {
    this.isOpen = true;
    this.wanted();
    this.changed();
    document.querySelector(`#${place}`)?.scrollIntoView({ block: "center" });
    document.querySelector<HTMLElement>(`#${place} :is(textarea, select)`)?.focus({ preventScroll: true });
  }

  view({ output, by, source }: ShownRun): TemplateResult {
    return html`<details id="own" .open=${live(this.isOpen)} @toggle=${(event: Event) => {
      const { open } = event.target as HTMLDetailsElement;
      if (open === this.isOpen) return;
      this.isOpen = open;
      if (open) this.wanted();
      this.changed();
    }}>
      <summary>Check your own derivation, take the loss as code</summary>
      ${this.isOpen ? html`<div class="own">${this.derivation(`∂${output.name}/∂${by}`)}${this.code(source)}</div>` : nothing}
    </details>`;
  }

  private derivation(gradient: string): TemplateResult {
    const found = typeof this.found === "object" ? this.found : undefined;
    const problem = typeof this.found === "string" ? this.found : "";
    return html`<section id="own-derivation" aria-labelledby="heading-own-derivation">
      <h2 id="heading-own-derivation">Check your derivation</h2>
      <label class="field"><span>Your lines, one equation each; the last one is ${gradient} = …</span>
        <textarea id="own-lines" rows="5" maxlength="5000" spellcheck="false" autocomplete="off" autocapitalize="off" placeholder="${gradient} = …" .value=${live(this.text)}
          @input=${(event: Event) => {
            this.text = (event.target as HTMLTextAreaElement).value;
          }}></textarea></label>
      <p class="buttons"><button id="check-lines" class="main" @click=${() => this.check(this.text)}>Check my derivation</button></p>
      ${
        found === undefined || found.beginnings.length === 0
          ? nothing
          : html`<p class="buttons" role="group" aria-label="Derivations to try"><span class="note">Try:</span>${found.beginnings.map(
              ({ title, text }) => html`<button class="beginning" @click=${() => this.check(text)}>${title}</button>`,
            )}</p>`
      }
      <div id="checked" role="status">${problem}${found?.checked === undefined ? nothing : "error" in found.checked ? html`<p class="live-judged wrong">${found.checked.error}</p>` : checkedView(found.checked)}</div>
    </section>`;
  }

  private code(source: string): TemplateResult {
    const code = typeof this.found === "object" ? this.found.code : "";
    return html`<section id="own-code" aria-labelledby="heading-own-code">
      <h2 id="heading-own-code">The loss as code</h2>
      <p class="buttons"><label>for <select id="target" .value=${live(this.target)} @change=${(event: Event) => {
        this.target = (event.target as HTMLSelectElement).value as Target;
        this.wanted();
      }}>${targets.map((name) => html`<option value=${name} ?selected=${name === this.target}>${name}</option>`)}</select></label>
        <button id="copy-code" ?disabled=${typeof code !== "string" || code === ""} @click=${() => this.copy(String(code))}>Copy</button> <span role="status">${this.notice}</span></p>
      ${typeof code === "string" ? html`<pre tabindex="0" aria-label=${`A program for ${this.target}: ${source.split("\n").length} lines of the loss`}><code>${code}</code></pre>` : html`<p class="live-judged wrong">${code.error}</p>`}
    </section>`;
  }

  private check(text: string): void {
    this.text = text;
    this.asked = text;
    this.wanted();
    this.changed();
  }

  private async copy(code: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(code);
      this.notice = "Copied.";
    } catch {
      this.notice = "Select the text to copy it.";
    }
    this.changed();
  }
}
