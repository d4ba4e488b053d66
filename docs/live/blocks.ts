import { html, nothing, render } from "lit-html";
import type { Editor } from "./editor.js";
import { loadEditor, loadRunner } from "./lazy.js";
import type { Shown } from "./messages.js";
import { Output } from "./output.js";
import type { RunningProgram } from "./runner.js";

/** Of what a page cannot import, a block cannot run here. */
const IMPORTABLE = /^(?:gradtape|gradtape\/math)$/;

/** The text of a block of code as the build has put it into the page: its lines end in elements. */
function textOf(code: Element): string {
  let text = "";
  for (const node of code.childNodes) text += node.nodeName === "BR" ? "\n" : (node.textContent ?? "");
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** The blocks of code of a page: one program, of which any block can be edited and run with those before it. */
export class Program {
  readonly blocks: Block[] = [];
  private running: RunningProgram | undefined;

  /** Takes over all blocks below an element; none, if one of them needs what a page does not have. */
  static of(root: ParentNode): Program | undefined {
    const codes = [...root.querySelectorAll("pre > code.ts, pre > code.typescript")];
    const texts = codes.map(textOf);
    const imported = texts.flatMap((text) => [...text.matchAll(/^import [\s\S]*? from "(.*)";$/gm)].map(([, name]) => name));
    if (codes.length === 0 || !imported.every((name) => IMPORTABLE.test(name))) return undefined;
    const program = new Program();
    codes.forEach((code, i) => {
      program.blocks.push(new Block(program, i, code.parentElement as HTMLElement, texts[i]));
    });
    return program;
  }

  /** Runs the blocks up to one of them, and shows what that one prints. */
  async run(last: Block): Promise<void> {
    last.began();
    const blocks = this.blocks.slice(0, last.index + 1);
    await this.runTexts(
      blocks.map((block) => block.text),
      (index, shown) => {
        if (index === last.index) last.output.add(shown);
        else if (shown.kind === "error") last.output.add({ ...shown, text: `${shown.text} (in block ${index + 1} of this page)` });
      },
    );
    last.ended();
  }

  /** The code of the blocks that stand before an element, without those of answers. */
  textsBefore(element: Element): string[] {
    return this.blocks.filter((block) => !block.isAnswer && block.standsBefore(element)).map((block) => block.text);
  }

  /** Runs pieces of code as one program, in place of what ran before. */
  async runTexts(texts: readonly string[], show: (index: number, shown: Shown) => void): Promise<void> {
    this.running?.stop();
    try {
      const { runBlocks } = await loadRunner();
      this.running = runBlocks(texts, show);
      await this.running.ended;
    } catch (error) {
      show(texts.length - 1, { kind: "error", text: String(error), line: 0 });
    }
  }

  stop(): void {
    this.running?.stop();
  }
}

/** One block of code: Run, Edit, and below it what it prints. */
export class Block {
  readonly output = new Output();
  private readonly bar = document.createElement("div");
  private editor: Editor | undefined;
  private isRunning = false;

  constructor(
    private readonly program: Program,
    readonly index: number,
    private readonly pre: HTMLElement,
    private readonly original: string,
  ) {
    this.bar.className = "live-bar";
    pre.classList.add("live-code");
    pre.after(this.bar);
    // What the block prints stands below it in the page already; a run takes its place.
    const printed = this.bar.nextElementSibling;
    if (printed?.matches("pre:has(> code.text)")) {
      printed.replaceWith(this.output.element);
      this.output.add({ kind: "text", text: textOf(printed.querySelector("code") as HTMLElement) });
    } else this.bar.after(this.output.element);
    this.render();
  }

  /** Whether it is folded away as the answer to an exercise. */
  get isAnswer(): boolean {
    return this.bar.closest("details") !== null;
  }

  standsBefore(element: Element): boolean {
    return (this.bar.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  }

  get text(): string {
    return this.editor?.text() ?? this.original;
  }

  began(): void {
    this.isRunning = true;
    // The output keeps its height until there is a new one: what is below does not jump.
    this.output.element.style.minHeight = `${this.output.element.offsetHeight}px`;
    this.output.clear();
    this.render();
  }

  ended(): void {
    this.isRunning = false;
    this.output.finish();
    this.output.element.style.minHeight = "";
    this.render();
  }

  /** Puts an editor in the place of the code. */
  async edit(): Promise<void> {
    if (this.editor !== undefined) return;
    const { makeEditor } = await loadEditor();
    this.editor = makeEditor(
      this.original.replace(/\n$/, ""),
      `Code of block ${this.index + 1}`,
      () => this.render(),
      () => void this.run(),
    );
    this.pre.replaceWith(this.editor.element);
    this.editor.focus();
    this.render();
  }

  private run(): Promise<void> {
    return this.program.run(this);
  }

  private render(): void {
    const isEdited = this.editor !== undefined && this.editor.text() !== this.original.replace(/\n$/, "");
    render(
      html`<button class="live-run" @click=${() => (this.isRunning ? this.program.stop() : void this.run())}>${this.isRunning ? "Stop" : "▶ Run"}</button>
        ${this.editor === undefined ? html`<button class="live-edit" @click=${() => void this.edit()}>Edit</button>` : nothing}
        ${isEdited ? html`<button class="live-reset" @click=${() => this.editor?.replace(this.original.replace(/\n$/, ""))}>Reset</button>` : nothing}
        ${this.editor === undefined ? nothing : html`<span class="live-hint">Ctrl+Enter runs. <code>plot(x, y)</code> draws.</span>`}`,
      this.bar,
    );
  }
}
