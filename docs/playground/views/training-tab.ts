import { html, nothing, render, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { hiddenSizes, type Point, type Source, type TrainingState } from "../state.js";
import { formatNumber } from "../text.js";
import { LossCurve } from "../training/curve.js";
import { Plot } from "../training/plot.js";
import { featureNames, pointsOf } from "../training/points.js";
import { Trainer } from "../training/trainer.js";

/** How near the pointer has to come to a point, in pixels: a finger is less exact than a mouse. */
const REACH = 14;
const FINGER = 22;

/** What the points of each source are. */
const SOURCES: Readonly<Record<Source, string>> = {
  sample: "two clouds, 1,000 points",
  xor: "XOR",
  moons: "moons",
  circles: "circles",
  spiral: "spiral",
  data: "569 biopsies (real data)",
  none: "only those that I place",
};
/** What the methods are called. */
const METHODS: Readonly<Record<TrainingState["method"], string>> = { gd: "gradient descent", adam: "Adam", newton: "Newton" };

/** The second tab: a logistic regression or a small network that is trained while one looks. */
export class TrainingTab {
  readonly element = document.createElement("div");
  private readonly plot = new Plot();
  private readonly curve = new LossCurve();
  private readonly trainer: Trainer;
  private visible = false;
  private hovered: Point | undefined;
  private selected: Point | undefined;
  private cursor: readonly [number, number] | undefined;
  /** What the keyboard has done, to be read out. */
  private said = "";

  constructor(
    state: TrainingState,
    private readonly changed: (state: TrainingState) => void,
  ) {
    this.element.className = "training";
    this.trainer = new Trainer(
      state,
      {
        measured: (iteration, loss, testLoss) => this.curve.add(iteration, loss, testLoss),
        cleared: () => this.curve.clear(),
        replaced: () => this.replaced(),
        changed: () => this.report(),
        moved: () => this.show(),
      },
      pointsOf,
    );
    const { canvas } = this.plot;
    canvas.tabIndex = 0;
    canvas.id = "plane";
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-describedby", "plane-help");
    canvas.addEventListener("pointermove", (event) => this.setHovered(this.pointAt(event, REACH)));
    canvas.addEventListener("pointerleave", () => this.setHovered(undefined));
    canvas.addEventListener("click", (event) => this.click(event));
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => {
      this.cursor = undefined;
      this.draw();
    });
    new ResizeObserver(() => this.fit()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.curve.repaint();
      this.draw();
    });
    this.load(state);
  }

  /** Takes over a state from outside. */
  load(state: TrainingState): void {
    this.curve.load(state.curve);
    this.selected = undefined;
    this.trainer.load(state);
    this.show();
  }

  /** Tells its present state, which changes with every step while it trains. */
  report(): void {
    this.trainer.state = { ...this.trainer.state, curve: this.curve.samples() };
    this.changed(this.trainer.state);
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
    if (!visible) this.trainer.stop();
    else {
      this.render();
      this.fit();
    }
  }

  /** All points that are shown. */
  private get points(): readonly Point[] {
    const { train, test } = this.trainer.points;
    return test.length === 0 ? train : [...train, ...test];
  }

  /** There are other points: what was looked at may be gone. */
  private replaced(): void {
    const { points } = this;
    this.plot.setRange(Plot.rangeOf(points));
    this.hovered = undefined;
    if (this.selected !== undefined && !points.includes(this.selected)) this.selected = undefined;
  }

  private show(): void {
    this.render();
    this.draw();
  }

  private place([x, y]: readonly [number, number], label: 0 | 1): void {
    const round = (value: number): number => Number(value.toFixed(2));
    this.trainer.message = "";
    this.trainer.update({ placed: [...this.trainer.state.placed, [round(x), round(y), label]] });
  }

  /** Takes a placed point away: the one that is looked at, or the last one. */
  private remove(point: Point | undefined): void {
    const { placed } = this.trainer.state;
    const own = point === undefined ? -1 : placed.indexOf(point);
    const gone = own < 0 ? placed.length - 1 : own;
    this.trainer.update({ placed: placed.filter((_, i) => i !== gone) });
  }

  private pointAt({ offsetX, offsetY }: MouseEvent, reach: number): Point | undefined {
    const at = this.plot.locate(offsetX, offsetY);
    const { points } = this;
    return at === undefined ? undefined : points[this.plot.nearest(points, at, reach)];
  }

  /** On a point: it is looked at until another click. Elsewhere: a point is placed. */
  private click(event: MouseEvent): void {
    const isFinger = event instanceof PointerEvent && event.pointerType === "touch";
    const point = this.pointAt(event, isFinger ? FINGER : REACH);
    if (point !== undefined) {
      this.selected = point === this.selected ? undefined : point;
      this.show();
      return;
    }
    const at = this.plot.locate(event.offsetX, event.offsetY);
    const { label } = this.trainer.state;
    if (at !== undefined) this.place(at, event.shiftKey ? (label === 1 ? 0 : 1) : label);
  }

  private setHovered(point: Point | undefined): void {
    if (point === this.hovered) return;
    this.hovered = point;
    if (!this.trainer.isRunning) this.show(); // otherwise the next frame shows it
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [x, y] = this.cursor ?? [0, 0];
    const by = event.shiftKey ? 1 : 0.25;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [x - by, y],
      ArrowRight: [x + by, y],
      ArrowUp: [x, y + by],
      ArrowDown: [x, y - by],
    };
    const to = moves[event.key];
    const { trainer } = this;
    if (to !== undefined) {
      this.cursor = this.plot.clamp(to);
      this.hovered = this.points[this.plot.nearest(this.points, this.cursor, REACH)];
    } else if (event.key === "0" || event.key === "1") this.place([x, y], event.key === "1" ? 1 : 0);
    else if (event.key === "Enter" || event.key === " ") this.place([x, y], trainer.state.label);
    else if (event.key === "Backspace" || event.key === "Delete") this.remove(this.selected ?? this.hovered);
    else return;
    event.preventDefault();
    this.said =
      this.cursor !== undefined && to !== undefined
        ? this.describe(this.cursor, this.hovered)
        : `${trainer.state.placed.length} points are placed.`;
    this.show();
  }

  private describe([x, y]: readonly [number, number], point: Point | undefined): string {
    const at = `Cross at ${formatNumber(x, 3)}, ${formatNumber(y, 3)}.`;
    if (point === undefined) return at;
    const { gradient } = this.trainer.model.pull(this.trainer.state.weights, point);
    return `${at} Point of class ${point[2]} at ${listOf([point[0], point[1]])}; its share of the gradient is ${listOf(gradient)}.`;
  }

  private fit(): void {
    const { clientWidth, clientHeight } = this.plot.canvas;
    if (clientWidth === 0) return;
    this.plot.resize(clientWidth, clientHeight);
    this.curve.fit();
    this.draw();
  }

  private draw(): void {
    if (!this.visible) return;
    const { state, points, model } = this.trainer;
    const probabilities = model.probabilities(state.weights, this.plot.grid);
    const ringed = [this.hovered, this.selected].filter((point) => point !== undefined);
    const axes: readonly [string, string] =
      state.source === "data"
        ? [`${readable(state.features[0])}, standardized`, `${readable(state.features[1])}, standardized`]
        : ["x₁", "x₂"];
    this.plot.draw({ points: points.train, heldBack: points.test, probabilities, ringed, cursor: this.cursor, axes });
  }

  private render(): void {
    if (!this.visible) return;
    const { trainer } = this;
    const { state, last } = trainer;
    const points = trainer.points.train;
    const meanings = state.source === "data" ? [", benign", ", malignant"] : ["", ""];
    const isRemovable = this.selected !== undefined && state.placed.includes(this.selected);
    this.plot.canvas.setAttribute("aria-label", `Plane with ${this.points.length} points and the decision boundary`);
    render(
      html`<section class="training-controls" aria-label="Points and settings">
          <div class="field"><label for="points">Points</label>
            <select id="points" .value=${live(state.source)} @change=${(event: Event) => trainer.restart({ source: (event.target as HTMLSelectElement).value as Source })}>
              ${Object.entries(SOURCES).map(([source, title]) => html`<option value=${source} ?selected=${state.source === source}>${title}</option>`)}
            </select></div>
          ${state.source === "data" ? html`${this.featureView(0, "Across")}${this.featureView(1, "Upward")}` : nothing}
          <div class="field"><label for="hidden-units">Model</label>
            <select id="hidden-units" .value=${live(String(state.hidden))} @change=${(event: Event) => trainer.restart({ hidden: Number((event.target as HTMLSelectElement).value) })}>
              ${hiddenSizes.map((size) => html`<option value=${size} ?selected=${state.hidden === size}>${size === 0 ? "logistic regression" : `${size} hidden units, tanh`}</option>`)}
            </select></div>
          <fieldset class="choice"><legend>A click places</legend>
            ${([0, 1] as const).map(
              (label) =>
                html`<label><input type="radio" name="label" value=${label} .checked=${live(state.label === label)} @change=${() => trainer.update({ label })} /><span class="key class-${label}" aria-hidden="true"></span>class ${label}${meanings[label]}</label>`,
            )}
          </fieldset>
          <fieldset class="choice"><legend>Method</legend>
            ${(["gd", "adam", "newton"] as const).map((method) => html`<label><input type="radio" name="method" value=${method} .checked=${live(state.method === method)} ?disabled=${method === "newton" && state.hidden > 0} @change=${() => trainer.update({ method })} />${METHODS[method]}</label>`)}
          </fieldset>
          ${logSlider("rate", "Learning rate", state.learningRate, -3, 1.5, state.method === "newton", (learningRate) => trainer.update({ learningRate }))}
          ${logSlider("l2", "L2 penalty", state.l2, -5, 1, false, (l2) => trainer.update({ l2 }))}
          <div class="buttons">
            <button id="train" class="main" @click=${() => trainer.toggle()} ?disabled=${points.length === 0}>${trainer.isRunning ? "Pause" : "Train"}</button>
            <button id="one-step" @click=${() => trainer.advance()} ?disabled=${points.length === 0 || trainer.isRunning}>One step</button>
            <button id="reset" @click=${() => trainer.restart()}>Reset</button>
            <button id="undo" aria-disabled=${state.placed.length === 0 ? "true" : "false"} @click=${() => (state.placed.length === 0 ? undefined : this.remove(undefined))}>Undo point</button>
          </div>
          <p id="plane-help" class="note">The solid line is where ŷ is 50 %; on the dashed ones it is 10 % and 90 %. Hollow points are held back for the test. Click to place a point, with Shift one of the other class; click a point to select it. By keyboard: the arrow keys move a cross, 0 or 1 places a point, Delete removes the point at the cross or else the last one.</p>
        </section>
        <section class="plane" aria-label="Points and decision boundary">
          ${this.plot.canvas}
          <p class="hidden" role="status" id="said">${this.said}</p>
        </section>
        <section class="numbers" aria-label="Loss and weights">
          <dl>
            <div><dt>Steps</dt><dd id="iteration">${state.iteration}</dd></div>
            <div><dt>Training loss</dt><dd id="loss-now">${last === undefined ? "–" : formatNumber(last.loss)}</dd></div>
            <div><dt>Test loss</dt><dd id="test-loss">${last === undefined || Number.isNaN(last.testLoss) ? "–" : formatNumber(last.testLoss)}</dd></div>
            <div><dt>Gradient ‖∂L/∂W‖</dt><dd id="norm">${last === undefined ? "–" : formatNumber(last.gradientNorm, 3)}</dd></div>
            <div><dt>Accuracy</dt><dd id="accuracy">${percent(last?.accuracy)}</dd></div>
            <div><dt>Test accuracy</dt><dd id="test-accuracy">${percent(last?.testAccuracy)}</dd></div>
            ${state.hidden > 0 ? nothing : state.weights.map((w, i) => html`<div><dt>w<sub>${i}</sub></dt><dd class="weight">${formatNumber(w, 4)}</dd></div>`)}
          </dl>
          <p role="status" id="training-message">${this.message}</p>
          <h2>Loss curve</h2>
          ${this.curve.element}
          <p class="note">Solid: the points that train. Dashed: those held back.</p>
          <h2>One point</h2>
          <div id="pull">${this.pullView()}
            ${isRemovable ? html`<button id="remove" @click=${() => this.remove(this.selected)}>Remove this point</button>` : nothing}</div>
        </section>`,
      this.element,
    );
  }

  /** What to do, or how it goes. */
  private get message(): string {
    const { state, points, message, course, isRunning } = this.trainer;
    if (points.train.length === 0) return "Place points of both classes, then train.";
    if (message !== "") return message;
    return state.iteration === 0 && !isRunning ? BEGIN : course;
  }

  private pullView(): TemplateResult {
    const point = this.hovered ?? this.selected;
    if (point === undefined)
      return html`<p class="note">Hover over a point, or select one, to see its share of the gradient, ${this.trainer.state.hidden === 0 ? "(ŷ − y)x" : "through all layers"}.</p>`;
    const { probability, gradient } = this.trainer.model.pull(this.trainer.state.weights, point);
    const [a, b, label] = point;
    return html`<p>x = ${listOf([1, a, b])}, y = ${label}</p>
      <p>ŷ = ${formatNumber(probability, 4)}, ŷ − y = ${formatNumber(probability - label, 4)}</p>
      ${
        this.trainer.state.hidden === 0
          ? html`<p>(ŷ − y)x = <strong>${listOf(gradient)}</strong></p>`
          : html`<p>‖∂L/∂W‖ of this point = <strong>${formatNumber(Math.hypot(...gradient), 4)}</strong>, over ${gradient.length} weights</p>`
      }`;
  }

  private featureView(place: 0 | 1, title: string): TemplateResult {
    const { features } = this.trainer.state;
    return html`<div class="field"><label for="feature-${place}">${title}</label>
      <select id="feature-${place}" .value=${live(features[place])} @change=${(event: Event) => {
        const name = (event.target as HTMLSelectElement).value;
        this.trainer.restart({ features: place === 0 ? [name, features[1]] : [features[0], name] });
      }}>${featureNames.map((name) => html`<option value=${name} ?selected=${name === features[place]}>${readable(name)}</option>`)}</select></div>`;
  }
}

/** Said before the first step. */
const BEGIN = "Press Train. Each step moves the weights against the gradient of the loss, and with them the line between the classes.";

const readable = (name: string): string => name.replaceAll("_", " ");
const percent = (part: number | undefined): string => (part === undefined || Number.isNaN(part) ? "–" : `${formatNumber(100 * part, 3)} %`);
const listOf = (values: readonly number[]): string => `[${values.map((value) => formatNumber(value, 4)).join(", ")}]`;

/** A slider over powers of ten. */
function logSlider(
  id: string,
  title: string,
  value: number,
  low: number,
  high: number,
  disabled: boolean,
  change: (value: number) => void,
): TemplateResult {
  const shown = formatNumber(value, 2);
  const power = value === 0 ? low : Math.log10(value);
  return html`<div class="field"><label for=${id}>${title} <output for=${id}>${shown}</output></label>
    <input id=${id} type="range" min=${low} max=${high} step="0.05" .value=${live(String(power))} ?disabled=${disabled} aria-valuetext=${shown}
      @input=${(event: Event) => {
        const next = Number((event.target as HTMLInputElement).value);
        change(next <= low && id === "l2" ? 0 : Number((10 ** next).toPrecision(2)));
      }} /></div>`;
}
