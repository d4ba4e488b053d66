import { html, render } from "lit-html";
import "./style.css";
import { type Failure, type Run, runOf } from "./run.js";
import { fromHash, type State, toHash } from "./state.js";
import { GraphView } from "./views/graph.js";
import { tapeTab } from "./views/tape-tab.js";
import { TrainingTab } from "./views/training-tab.js";

/** Between two steps while the run plays, and before the address is written. */
const PLAY = 900;
const ADDRESS = 200;

class Playground {
  private state: State = fromHash(location.hash);
  private run: Run | undefined;
  private failure: Failure | undefined;
  private player: ReturnType<typeof setInterval> | undefined;
  private addressTimer: ReturnType<typeof setTimeout> | undefined;
  private notice = "";
  private readonly graph = new GraphView((node) => this.goTo(node + 1));
  private readonly training: TrainingTab;

  constructor(private readonly root: HTMLElement) {
    this.training = new TrainingTab(this.state.training, (training) => {
      this.state = { ...this.state, training };
      this.writeAddress();
    });
    this.compute();
    void this.graph.ready().then(() => this.render());
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
    this.training.load(state.training);
    this.compute();
    this.render();
    this.training.setVisible(state.tab === "training");
  }

  private compute(): void {
    const found = runOf(this.state);
    if ("error" in found) this.failure = found;
    else [this.run, this.failure] = [found, undefined];
  }

  private get step(): number {
    if (this.run === undefined) return 0;
    return Math.min(this.state.step ?? this.run.turn, this.run.moments.length - 1);
  }

  private update(change: Partial<State>): void {
    const needsRun = Object.keys(change).some((key) => key !== "step" && key !== "tab");
    if (needsRun) this.pause();
    this.state = { ...this.state, ...change };
    if (needsRun) this.compute();
    this.render();
    this.writeAddress();
  }

  private goTo(step: number): void {
    if (this.run === undefined) return;
    const last = this.run.moments.length - 1;
    this.update({ step: Math.min(last, Math.max(0, step)) });
    if (this.step === last) this.pause();
    this.root.querySelectorAll<HTMLElement>(".scroll").forEach(revealCurrent);
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
    if ((event.target as Element).closest?.("input, textarea, select, [role=tab]") !== null) return;
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
        <main><div id="page" role="tabpanel" aria-labelledby="tab-${state.tab}">
          ${
            state.tab === "tape"
              ? tapeTab({
                  state,
                  run,
                  failure,
                  graph,
                  step: this.step,
                  playing: this.player !== undefined,
                  update: (change) => this.update(change),
                  goTo: (step) => this.goTo(step),
                  play: () => this.play(),
                })
              : this.training.element
          }
        </div></main>`,
      this.root,
    );
  }
}

/** Scrolls a view, and nothing else, so that its marked line can be seen. */
function revealCurrent(view: HTMLElement): void {
  const line = view.querySelector<Element>("tr.current, g.node.current");
  if (line === null) return;
  const [outer, inner] = [view.getBoundingClientRect(), line.getBoundingClientRect()];
  if (inner.top < outer.top + 30) view.scrollTop -= outer.top + 30 - inner.top;
  else if (inner.bottom > outer.bottom) view.scrollTop += inner.bottom - outer.bottom + 8;
}

const root = document.querySelector<HTMLElement>("#app");
if (root === null) throw new Error("playground: expected an element #app in the page");
new Playground(root);
