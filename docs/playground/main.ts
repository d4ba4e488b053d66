import { html, render } from "lit-html";
import { live } from "lit-html/directives/live.js";
import "./style.css";
import type { Failure } from "./run.js";
import { type Answered, type Asked, Runner } from "./runner.js";
import { fromHash, type State, toHash, type Value } from "./state.js";
import { GraphView } from "./views/graph.js";
import { OwnWorkView } from "./views/own-work.js";
import { TapeView } from "./views/tape.js";
import { tapeTab } from "./views/tape-tab.js";
import { targetOf } from "./views/tour.js";
import { TrainingTab } from "./views/training-tab.js";
import type { Details } from "./worker/details.js";
import type { ShownRun } from "./worker/shown.js";
import type { Picture } from "./worker/worker.js";

/** Between two steps while the run plays, before the address is written, before it is said what is wrong, and that a run takes long. */
const PLAY = 900;
const ADDRESS = 200;
const ANNOUNCEMENT = 800;
const SLOW = 1000;

class Playground {
  private state: State = fromHash(location.hash);
  private run: ShownRun | undefined;
  private picture: Picture = { svg: "", problem: "" };
  private details: Details | string | undefined;
  private failure: Failure | undefined;
  /** Values that were found for variables without one. */
  private inferred: Readonly<Record<string, Value>> = {};
  /** The number of the variable that the curve is drawn against. */
  private place = 0;
  /** Texts, with their values, that something else was put in the place of. */
  private readonly past: State[] = [];
  private tour: number | undefined = wasOnTour() ? undefined : 0;
  /** What the tour is at. */
  private marked: Element | null = null;
  private player: ReturnType<typeof setInterval> | undefined;
  private addressTimer: ReturnType<typeof setTimeout> | undefined;
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;
  private notice = "";
  private announced = "";
  private announcementTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly runner = new Runner(
    (question, answer) => this.take(question, answer),
    (details) => {
      this.details = details;
      this.askForWork();
      this.renderSoon();
    },
    (found) => this.own.take(found),
  );
  /** Whether the run that is under way takes so long that one may want to stop it. */
  private isSlow = false;
  private slowTimer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the text has changed since the loss was run. */
  private edited = true;
  private frame: number | undefined;
  /** What is on the screen, so that the marked lines are looked for only where they have moved. */
  private shown: readonly unknown[] = [];
  private readonly dragged = new Map<string, number>();
  private readonly graph = new GraphView(
    (node) => this.chooseNode(node),
    () => this.renderSoon(),
  );
  private readonly tape = new TapeView(
    (node) => this.chooseNode(node),
    () => this.renderSoon(),
  );
  private readonly own = new OwnWorkView(
    () => this.askForWork(),
    () => this.render(),
  );
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
    const { state, edited, inferred, place } = this;
    this.runner.ask({ state, edited, inferred: edited ? {} : inferred, place });
    this.edited = false;
    this.isSlow = false;
    // Said at once, though the page is drawn when there is something to show.
    this.root.querySelector("#page")?.setAttribute("aria-busy", "true");
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

  private take({ state }: Asked, { values, found, picture }: Answered): void {
    if (!this.runner.isBusy) this.isSlow = false;
    if (this.state.source === state.source && this.state.values === state.values) this.state = { ...this.state, values };
    if (this.state.source === state.source && found.variables.length > 0) this.inferred = found.inferred;
    if ("error" in found) this.failure = found;
    else {
      // What is known of the same text stays until there is more, so that its buttons keep the focus.
      if (found.source !== this.run?.source) this.details = undefined;
      [this.run, this.failure] = [found, undefined];
      if (picture !== undefined) this.picture = picture;
    }
    this.renderSoon();
  }

  private askForWork(): void {
    const { run, state, inferred } = this;
    const { wish } = this.own;
    if (wish === undefined || run === undefined) return;
    this.runner.askForWork({ state: { ...state, source: run.source }, inferred, ...wish });
  }

  /** Answers may come faster than the screen is drawn. */
  private renderSoon(): void {
    if (this.frame !== undefined) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = undefined;
      this.render();
    });
  }

  private get step(): number {
    return this.run === undefined ? 0 : Math.min(this.state.step ?? 0, this.run.moments.length - 1);
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
    // Of a number that is changed the page shows nothing new before the run is over.
    if (Object.keys(change).every((key) => key === "values")) this.renderSoon();
    else this.render();
    this.writeAddress();
  }

  /** Puts another text in the place of the one that there is. */
  private replace(change: Partial<State>): void {
    this.past.push(this.state);
    this.update(change);
  }

  private undo(): void {
    const before = this.past.pop();
    if (before === undefined) return;
    const { source, values, by, stabilized } = before;
    this.update({ source, values, by, stabilized, step: undefined });
  }

  /** A value that the text gives is changed there; any other is the user's. */
  private setValue(name: string, value: Value): void {
    const given = this.given.get(name);
    if (given === undefined) {
      this.update({ values: { ...this.state.values, [name]: value } });
      return;
    }
    const { source } = this.state;
    const written = JSON.stringify(value).replaceAll(",", ", ");
    this.state = { ...this.state, source: source.slice(0, given.start) + written + source.slice(given.end) };
    this.update({ values: this.state.values });
  }

  private choosePlace(place: number): void {
    this.place = place;
    this.compute();
    this.render();
  }

  private goOnTour(stop: number | undefined): void {
    this.tour = stop;
    if (stop === undefined) rememberTour();
    this.render();
    if (stop !== undefined) this.root.querySelector("#tour-next, #tour-end")?.scrollIntoView({ block: "nearest" });
  }

  private goTo(step: number): void {
    if (this.run === undefined) return;
    const last = this.run.moments.length - 1;
    this.update({ step: Math.min(last, Math.max(0, step)) });
    if (this.step === last) this.pause();
  }

  /**
   * A node that is chosen in the backward pass is shown there, if a rule of it is. An input (−1, −2, …) is where its gradient is
   * complete, or at the beginning.
   */
  private chooseNode(node: number): void {
    const { run } = this;
    if (run === undefined) return;
    const isBackward = this.step > run.turn;
    if (node < 0) {
      const x = run.inputs[-node - 1];
      this.goTo(
        isBackward
          ? Math.max(
              run.turn + 1,
              run.moments.findLastIndex(({ parts }) => parts.some(({ to }) => to === x)),
            )
          : 0,
      );
      return;
    }
    const backward = isBackward ? run.moments.findIndex(({ kind, node: other }) => kind === "backward" && other === node) : -1;
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
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => {
      this.notice = "";
      this.render();
    }, 4000);
  }

  private choose(tab: State["tab"]): void {
    this.pause();
    this.update({ tab });
    this.training.setVisible(tab === "training");
  }

  /** The values that the text itself gives. */
  private get given(): ShownRun["given"] {
    return this.run?.source === this.state.source ? this.run.given : new Map();
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
          <div class="share"><a href="../documents/1-the-chain-rule-by-hand.html">Learn</a><span role="status">${this.notice}</span><button id="share" @click=${() => this.share()}>Copy link</button></div>
        </header>
        <main><div id="page" role="tabpanel" aria-labelledby="tab-${state.tab}" aria-busy=${live(this.runner.isBusy ? "true" : "false")} data-late=${this.runner.isDetailing ? "true" : "false"}>
          ${
            state.tab === "tape"
              ? tapeTab({
                  state,
                  run,
                  failure,
                  details: this.details,
                  picture: this.picture,
                  values: {
                    ...this.inferred,
                    ...this.state.values,
                    ...Object.fromEntries([...this.given].map(([name, { value }]) => [name, value])),
                  },
                  canUndo: this.past.length > 0,
                  tour: this.tour,
                  graph,
                  tape: this.tape,
                  own: this.own,
                  isFollowing: this.runner.isDetailing,
                  step: this.step,
                  playing: this.player !== undefined,
                  isSlow: this.isSlow,
                  announced: this.announced,
                  dragged: this.dragged,
                  update: (change) => this.update(change),
                  replace: (change) => this.replace(change),
                  undo: () => this.undo(),
                  setValue: (name, value) => this.setValue(name, value),
                  choosePlace: (place) => this.choosePlace(place),
                  goOnTour: (stop) => this.goOnTour(stop),
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
    const target = this.tour === undefined ? null : this.root.querySelector(targetOf(this.tour));
    if (target !== this.marked) this.marked?.classList.remove("on-tour");
    target?.classList.add("on-tour");
    this.marked = target;
    const shown = [state.tab, run?.structure, this.step, this.picture, this.details];
    if (shown.some((part, i) => part !== this.shown[i])) this.root.querySelectorAll<HTMLElement>(".scroll").forEach(revealCurrent);
    this.shown = shown;
  }
}

/** Whether somebody has seen the tour. A page from a file may have no memory. */
function wasOnTour(): boolean {
  try {
    return location.hash.length > 1 || localStorage.getItem(TOUR) !== null;
  } catch {
    return true;
  }
}

function rememberTour(): void {
  try {
    localStorage.setItem(TOUR, "seen");
  } catch {
    // It comes again the next time.
  }
}

const TOUR = "gradtape playground tour";

/**
 * Scrolls a view, and nothing else, so that its marked lines can be seen: the current one, with its inputs or targets where there is
 * room; where they are too many, the first of them.
 */
function revealCurrent(view: HTMLElement): void {
  const boxesOf = (selector: string): DOMRect[] => [...view.querySelectorAll(selector)].map((line) => line.getBoundingClientRect());
  const all = boxesOf("tr.current, tr.target, g.node.current, g.node.target, g.node.operand");
  if (all.length === 0) return;
  const outer = view.getBoundingClientRect();
  const edge = view.querySelector("thead") === null ? 8 : 30;
  const spanOf = (boxes: readonly DOMRect[]): { top: number; bottom: number; left: number; right: number } => ({
    top: Math.min(...boxes.map(({ top }) => top)),
    bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
    left: Math.min(...boxes.map(({ left }) => left)),
    right: Math.max(...boxes.map(({ right }) => right)),
  });
  const isGraph = view.querySelector("g.node") !== null;
  const whole = spanOf(all);
  const fits = whole.bottom - whole.top < outer.height - edge - 8 && (!isGraph || whole.right - whole.left < outer.width - 16);
  const current = boxesOf("tr.current, g.node.current");
  const { top, bottom, left, right } = fits || current.length === 0 ? whole : spanOf(isGraph ? current.slice(0, 1) : current);
  const above = top - outer.top - edge;
  const under = bottom - outer.bottom + 8;
  if (above < 0) view.scrollTop += above;
  else if (under > 0) view.scrollTop += Math.min(above, under);
  if (!isGraph) return;
  const before = left - outer.left - 8;
  const behind = right - outer.right + 8;
  if (before < 0) view.scrollLeft += before;
  else if (behind > 0) view.scrollLeft += Math.min(before, behind);
}

const root = document.querySelector<HTMLElement>("#app");
if (root === null) throw new Error("playground: expected an element #app in the page");
root.replaceChildren();
new Playground(root);
