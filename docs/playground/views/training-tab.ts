import { html, nothing, render, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { Point, Source, TrainingState } from "../state.js";
import { formatNumber } from "../text.js";
import { LossCurve } from "../training/curve.js";
import { Plot } from "../training/plot.js";
import { featureNames } from "../training/points.js";
import { Trainer } from "../training/trainer.js";

/** How near the pointer has to come to a point, in pixels: a finger is less exact than a mouse. */
const REACH = 14;
const FINGER = 22;

/** The second tab: a logistic regression that is trained while one looks. */
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
    this.trainer = new Trainer(state, {
      measured: (iteration, loss) => this.curve.add(iteration, loss),
      cleared: () => this.curve.clear(),
      replaced: () => this.replaced(),
      changed: () => this.report(),
      moved: () => this.show(),
    });
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

  /** There are other points: what was looked at may be gone. */
  private replaced(): void {
    const { points } = this.trainer;
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
    const { points } = this.trainer;
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
      this.hovered = trainer.points[this.plot.nearest(trainer.points, this.cursor, REACH)];
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
    return `${at} Point of class ${point[2]} at ${listOf([point[0], point[1]])}; it pulls with ${listOf(gradient)}.`;
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
    this.plot.draw({ points, weights: state.weights, probabilities, ringed, cursor: this.cursor, axes });
  }

  private render(): void {
    if (!this.visible) return;
    const { trainer } = this;
    const { state, points, last } = trainer;
    const meanings = state.source === "data" ? [", benign", ", malignant"] : ["", ""];
    const isRemovable = this.selected !== undefined && state.placed.includes(this.selected);
    this.plot.canvas.setAttribute("aria-label", `Plane with ${points.length} points and the decision boundary`);
    render(
      html`<section class="training-controls" aria-label="Points and settings">
          <div class="field"><label for="points">Points</label>
            <select id="points" .value=${live(state.source)} @change=${(event: Event) => trainer.restart({ source: (event.target as HTMLSelectElement).value as Source })}>
              <option value="sample" ?selected=${state.source === "sample"}>1,000 points of two clouds</option>
              <option value="data" ?selected=${state.source === "data"}>569 biopsies (real data)</option>
              <option value="none" ?selected=${state.source === "none"}>only those that I place</option>
            </select></div>
          ${state.source === "data" ? html`${this.featureView(0, "Across")}${this.featureView(1, "Upward")}` : nothing}
          <fieldset class="choice"><legend>A click places</legend>
            ${([0, 1] as const).map(
              (label) =>
                html`<label><input type="radio" name="label" value=${label} .checked=${live(state.label === label)} @change=${() => trainer.update({ label })} /><span class="key class-${label}" aria-hidden="true"></span>class ${label}${meanings[label]}</label>`,
            )}
          </fieldset>
          <fieldset class="choice"><legend>Method</legend>
            ${(["gd", "newton"] as const).map((method) => html`<label><input type="radio" name="method" value=${method} .checked=${live(state.method === method)} @change=${() => trainer.update({ method })} />${method === "gd" ? "gradient descent" : "Newton"}</label>`)}
          </fieldset>
          ${logSlider("rate", "Learning rate", state.learningRate, -3, 1.5, state.method === "newton", (learningRate) => trainer.update({ learningRate }))}
          ${logSlider("l2", "L2", state.l2, -5, 1, false, (l2) => trainer.update({ l2 }))}
          <div class="buttons">
            <button id="train" class="main" @click=${() => trainer.toggle()} ?disabled=${points.length === 0}>${trainer.isRunning ? "Pause" : "Train"}</button>
            <button id="one-step" @click=${() => trainer.advance()} ?disabled=${points.length === 0 || trainer.isRunning}>One step</button>
            <button id="reset" @click=${() => trainer.restart()}>Reset weights</button>
            <button id="undo" aria-disabled=${state.placed.length === 0 ? "true" : "false"} @click=${() => (state.placed.length === 0 ? undefined : this.remove(undefined))}>Undo point</button>
          </div>
        </section>
        <section class="plane" aria-label="Points and decision boundary">
          ${this.plot.canvas}
          <p id="plane-help" class="note">The line is where ŷ is 50 %, the dashed lines where it is 10 % and 90 %. A click places a point, with shift one of the other class; a click on a point selects it. By keyboard: arrow keys move a cross, 0 or 1 places a point, Delete takes the one at the cross or the last one away.</p>
          <p class="hidden" role="status" id="said">${this.said}</p>
        </section>
        <section class="numbers" aria-label="Loss and weights">
          <dl>
            <div><dt>Steps</dt><dd id="iteration">${state.iteration}</dd></div>
            <div><dt>Loss</dt><dd id="loss-now">${last === undefined ? "–" : formatNumber(last.loss)}</dd></div>
            <div><dt>‖∂L/∂W‖</dt><dd id="norm">${last === undefined ? "–" : formatNumber(last.gradientNorm, 3)}</dd></div>
            ${state.weights.map((w, i) => html`<div><dt>w<sub>${i}</sub></dt><dd class="weight">${formatNumber(w, 4)}</dd></div>`)}
          </dl>
          <p role="status" id="training-message">${points.length === 0 ? "Place points of both classes, then train." : trainer.message}</p>
          <h2>Loss curve</h2>
          ${this.curve.element}
          <h2>One point</h2>
          <div id="pull">${this.pullView()}
            ${isRemovable ? html`<button id="remove" @click=${() => this.remove(this.selected)}>Remove this point</button>` : nothing}</div>
        </section>`,
      this.element,
    );
  }

  private pullView(): TemplateResult {
    const point = this.hovered ?? this.selected;
    if (point === undefined)
      return html`<p class="note">Point at one, or select it: here stands what it pulls at the weights with, (ŷ − y)x.</p>`;
    const { probability, gradient } = this.trainer.model.pull(this.trainer.state.weights, point);
    const [a, b, label] = point;
    return html`<p>x = ${listOf([1, a, b])}, y = ${label}</p>
      <p>ŷ = ${formatNumber(probability, 4)}, ŷ − y = ${formatNumber(probability - label, 4)}</p>
      <p>(ŷ − y)x = <strong>${listOf(gradient)}</strong></p>`;
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

const readable = (name: string): string => name.replaceAll("_", " ");
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
