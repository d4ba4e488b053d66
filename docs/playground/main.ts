import { html, render } from "lit-html";
import "./style.css";
import type { Failure } from "./run.js";
import { Runner } from "./runner.js";
import { fromHash, type State, toHash } from "./state.js";
import { GraphView } from "./views/graph.js";
import { tapeTab } from "./views/tape-tab.js";
import { TrainingTab } from "./views/training-tab.js";
import type { ShownRun } from "./worker/shown.js";
import type { Answer, Picture, Question } from "./worker/worker.js";

/** Between two steps while the run plays, before the address is written, before it is said what is wrong, and that a run takes long. */
const PLAY = 900;
const ADDRESS = 200;
const ANNOUNCEMENT = 800;
const SLOW = 1000;

class Playground {
  private state: State = fromHash(location.hash);
  private run: ShownRun | undefined;
  private picture: Picture = { svg: "", problem: "" };
  private failure: Failure | undefined;
  private player: ReturnType<typeof setInterval> | undefined;
  private addressTimer: ReturnType<typeof setTimeout> | undefined;
  private notice = "";
  private announced = "";
  private announcementTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly runner = new Runner((question, answer) => this.take(question, answer));
  /** Whether the run that is under way takes so long that one may want to stop it. */
  private isSlow = false;
  private slowTimer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the text has changed since the loss was run. */
  private edited = true;
  /** What is on the screen, so that the marked lines are looked for only where they have moved. */
  private shown: readonly unknown[] = [];
  private readonly dragged = new Map<string, number>();
  private readonly graph = new GraphView((node) => this.chooseNode(node));
  private readonly training: TrainingTab;

  constructor(private readonly root: HTMLElement) {
    this.training = new TrainingTab(this.state.training, (training) => {
      this.state = { ...this.state, training };
      this.writeAddress();
    });
    this.compute();
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("hashchange", () => {
      if (location.hash.slice(1) !== toHash(this.state)) this.show(fromHash(location.hash));
    });
    this.render();
    this.training.setVisible(this.state.tab === "training");
  }

  private show(state: State): void {
    this.pause();
    this.state = state;
    this.dragged.clear();
    this.edited = true;
    this.training.load(state.training);
    this.compute();
    this.render();
    this.training.setVisible(state.tab === "training");
  }

  /** Has the loss run. What is on the screen stays until the run is over. */
  private compute(): void {
    this.runner.ask({ state: this.state, edited: this.edited });
    this.edited = false;
    this.isSlow = false;
    clearTimeout(this.slowTimer);
    this.slowTimer = setTimeout(() => {
      this.isSlow = this.runner.isBusy;
      this.render();
    }, SLOW);
    clearTimeout(this.announcementTimer);
    this.announcementTimer = setTimeout(() => {
      this.announced = this.failure?.error ?? "";
      this.render();
    }, ANNOUNCEMENT);
  }

  private take({ state }: Question, { values, found, picture }: Answer): void {
    if (!this.runner.isBusy) this.isSlow = false;
    if (this.state.source === state.source && this.state.values === state.values) this.state = { ...this.state, values };
    if ("error" in found) this.failure = found;
    else [this.run, this.picture, this.failure] = [found, picture, undefined];
    this.render();
  }

  private get step(): number {
    if (this.run === undefined) return 0;
    return Math.min(this.state.step ?? this.run.turn, this.run.moments.length - 1);
  }

  private update(change: Partial<State>): void {
    const needsRun = Object.keys(change).some((key) => key !== "step" && key !== "tab");
    if (needsRun) this.pause();
    this.state = { ...this.state, ...change };
    if ("source" in change) {
      this.dragged.clear();
      this.edited = !("values" in change);
    }
    if (needsRun) this.compute();
    this.render();
    this.writeAddress();
  }

  private goTo(step: number): void {
    if (this.run === undefined) return;
    const last = this.run.moments.length - 1;
    this.update({ step: Math.min(last, Math.max(0, step)) });
    if (this.step === last) this.pause();
  }

  /** A node that is chosen in the backward pass is shown there, if a rule of it is. */
  private chooseNode(node: number): void {
    const { run } = this;
    if (run === undefined) return;
    const backward = this.step > run.turn ? run.moments.findIndex(({ kind, node: other }) => kind === "backward" && other === node) : -1;
    this.goTo(backward >= 0 ? backward : node + 1);
  }

  private play(): void {
    if (this.player !== undefined) {
      this.pause();
      return;
    }
    if (this.run !== undefined && this.step === this.run.moments.length - 1) this.goTo(0);
    this.player = setInterval(() => this.goTo(this.step + 1), PLAY);
    this.render();
  }

  private pause(): void {
    if (this.player === undefined) return;
    clearInterval(this.player);
    this.player = undefined;
    this.render();
  }

  private key(event: KeyboardEvent): void {
    if (this.state.tab !== "tape" || this.run === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    if ((event.target as Element).closest?.("input, textarea, select, summary, [role=tab], .scroll, #formulas") !== null) return;
    const to = { ArrowRight: this.step + 1, ArrowLeft: this.step - 1, Home: 0, End: this.run.moments.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.pause();
    this.goTo(to);
  }

  private writeAddress(): void {
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(() => this.writeAddressNow(), ADDRESS);
  }

  private writeAddressNow(): void {
    clearTimeout(this.addressTimer);
    history.replaceState(null, "", `#${toHash(this.state)}`);
  }

  private async share(): Promise<void> {
    this.training.report();
    this.writeAddressNow();
    try {
      await navigator.clipboard.writeText(location.href);
      this.notice = "The link is copied.";
    } catch {
      this.notice = "The address of this page is the link.";
    }
    this.render();
    setTimeout(() => {
      this.notice = "";
      this.render();
    }, 4000);
  }

  private choose(tab: State["tab"]): void {
    this.pause();
    this.update({ tab });
    this.training.setVisible(tab === "training");
  }

  private render(): void {
    const { state, run, failure, graph } = this;
    const tab = (id: State["tab"], title: string) => html`<button
      role="tab" id="tab-${id}" aria-controls="page" aria-selected=${state.tab === id ? "true" : "false"} tabindex=${state.tab === id ? 0 : -1}
      @click=${() => this.choose(id)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
        this.choose(state.tab === "tape" ? "training" : "tape");
        this.root.querySelector<HTMLElement>("[role=tab][aria-selected=true]")?.focus();
      }}>${title}</button>`;
    render(
      html`<header>
          <h1><a href="../index.html">gradtape</a> playground</h1>
          <div role="tablist" aria-label="What to look at">${tab("tape", "Tape")}${tab("training", "Training")}</div>
          <div class="share"><span role="status">${this.notice}</span><button id="share" @click=${() => this.share()}>Copy link</button></div>
        </header>
        <main><div id="page" role="tabpanel" aria-labelledby="tab-${state.tab}" aria-busy=${this.runner.isBusy ? "true" : "false"}>
          ${
            state.tab === "tape"
              ? tapeTab({
                  state,
                  run,
                  failure,
                  picture: this.picture,
                  graph,
                  step: this.step,
                  playing: this.player !== undefined,
                  isSlow: this.isSlow,
                  announced: this.announced,
                  dragged: this.dragged,
                  update: (change) => this.update(change),
                  goTo: (step) => this.goTo(step),
                  choose: (node) => this.chooseNode(node),
                  play: () => this.play(),
                  stop: () => this.runner.stop(),
                })
              : this.training.element
          }
        </div></main>`,
      this.root,
    );
    const shown = [state.tab, run, this.step];
    if (shown.some((part, i) => part !== this.shown[i])) this.root.querySelectorAll<HTMLElement>(".scroll").forEach(revealCurrent);
    this.shown = shown;
  }
}

/** Scrolls a view, and nothing else, so that its marked lines can be seen; where they are too many, the first of them. */
function revealCurrent(view: HTMLElement): void {
  const lines = [...view.querySelectorAll("tr.current, g.node.current")].map((line) => line.getBoundingClientRect());
  if (lines.length === 0) return;
  const outer = view.getBoundingClientRect();
  const edge = view.querySelector("thead") === null ? 8 : 30;
  const [top, bottom] = [Math.min(...lines.map((line) => line.top)), Math.max(...lines.map((line) => line.bottom))];
  const above = top - outer.top - edge;
  const below = bottom - outer.bottom + 8;
  if (above < 0) view.scrollTop += above;
  else if (below > 0) view.scrollTop += Math.min(above, below);
  if (view.querySelector("g.node.current") === null) return;
  const [left, right] = [lines[0].left - outer.left - 8, lines[0].right - outer.right + 8];
  if (left < 0) view.scrollLeft += left;
  else if (right > 0) view.scrollLeft += Math.min(left, right);
}

const root = document.querySelector<HTMLElement>("#app");
if (root === null) throw new Error("playground: expected an element #app in the page");
new Playground(root);
