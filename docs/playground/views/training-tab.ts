import { html, nothing, render, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { Point, Source, TrainingState } from "../state.js";
import { formatNumber } from "../text.js";
import { LossCurve } from "../training/curve.js";
import { Model, type Step } from "../training/model.js";
import { Plot } from "../training/plot.js";
import { featureNames, pointsOf } from "../training/points.js";

/** Newton's method is done after a few steps: they are slow enough to see. */
const NEWTON_PAUSE = 500;
/** Where training stops by itself. */
const CONVERGED = 1e-7;
/** How near the mouse has to come to a point, in pixels. */
const REACH = 14;

/** The second tab: a logistic regression that is trained while one looks. */
export class TrainingTab {
  readonly element = document.createElement("div");
  private readonly model = new Model();
  private readonly plot = new Plot();
  private readonly curve = new LossCurve();
  private points: readonly Point[] = [];
  private last: Step | undefined;
  private running = false;
  private visible = false;
  private frame = 0;
  private newtonAt = 0;
  private label: 0 | 1 = 1;
  private hovered: Point | undefined;
  private cursor: readonly [number, number] | undefined;
  private message = "";

  constructor(
    private state: TrainingState,
    private readonly changed: (state: TrainingState) => void,
  ) {
    this.element.className = "training";
    const { canvas } = this.plot;
    canvas.tabIndex = 0;
    canvas.id = "plane";
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-describedby", "plane-help");
    canvas.addEventListener("pointermove", (event) => this.hover(event));
    canvas.addEventListener("pointerleave", () => this.setHovered(undefined));
    canvas.addEventListener("click", (event) => {
      const at = this.plot.locate(event.offsetX, event.offsetY);
      if (at !== undefined) this.place(at, event.shiftKey ? (this.label === 1 ? 0 : 1) : this.label);
    });
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
    this.running = false;
    this.state = state;
    this.curve.clear();
    this.loadPoints();
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
    if (!visible) this.stop();
    else {
      this.render();
      this.fit();
    }
  }

  private loadPoints(): void {
    this.points = pointsOf(this.state);
    this.model.load(this.points);
    this.plot.setRange(Plot.rangeOf(this.points));
    this.hovered = undefined;
    this.measure();
    this.render();
    this.draw();
  }

  /** The loss at the present weights. */
  private measure(): void {
    this.last = this.points.length === 0 ? undefined : this.model.at(this.state.weights, this.state.l2);
    if (this.last !== undefined) this.curve.add(this.state.iteration, this.last.loss);
  }

  private update(change: Partial<TrainingState>): void {
    this.state = { ...this.state, ...change };
    this.changed(this.state);
    if ("source" in change || "features" in change || "placed" in change) this.loadPoints();
    else {
      this.measure();
      this.render();
      this.draw();
    }
  }

  private reset(): void {
    this.stop();
    this.message = "";
    this.curve.clear();
    this.update({ weights: [0, 0, 0], iteration: 0 });
  }

  private toggle(): void {
    if (this.running) {
      this.stop();
      return;
    }
    if (this.points.length === 0) return;
    this.running = true;
    this.message = "";
    this.newtonAt = 0;
    this.render();
    this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  private stop(): void {
    cancelAnimationFrame(this.frame);
    if (!this.running) return;
    this.running = false;
    this.changed(this.state);
    this.render();
  }

  private tick(now: number): void {
    if (!this.running) return;
    if (this.state.method === "gd" || now - this.newtonAt >= NEWTON_PAUSE) {
      this.newtonAt = now;
      this.advance();
    }
    if (this.running) this.frame = requestAnimationFrame((next) => this.tick(next));
  }

  private advance(): void {
    if (this.points.length === 0) return;
    const { weights, method, learningRate, l2, iteration } = this.state;
    const step = this.model.step(weights, method, learningRate, l2);
    if (!Number.isFinite(step.loss)) {
      const began = this.last !== undefined && Number.isFinite(this.last.loss);
      this.message = began
        ? "The loss is not finite any more: the learning rate is too large. The weights are those before this step."
        : "The loss is not finite at these weights, so there is no step from here. Reset the weights.";
      this.stop();
      this.render();
      return;
    }
    this.last = step;
    this.state = { ...this.state, weights: step.weights, iteration: iteration + 1 };
    this.curve.add(iteration + 1, step.loss);
    if (step.gradientNorm < CONVERGED) {
      this.message = "Converged: the gradient is 0 to seven places.";
      this.stop();
    }
    if (!this.running) this.changed(this.state);
    this.render();
    this.draw();
  }

  private place([x, y]: readonly [number, number], label: 0 | 1): void {
    const round = (value: number): number => Number(value.toFixed(2));
    this.message = "";
    this.update({ placed: [...this.state.placed, [round(x), round(y), label]] });
  }

  private hover({ offsetX, offsetY }: PointerEvent): void {
    const at = this.plot.locate(offsetX, offsetY);
    this.setHovered(at === undefined ? undefined : this.points[this.plot.nearest(this.points, at, REACH)]);
  }

  private setHovered(point: Point | undefined): void {
    if (point === this.hovered) return;
    this.hovered = point;
    if (this.running) return; // the next frame shows it
    this.render();
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    const [x, y] = this.cursor ?? [0, 0];
    const by = event.shiftKey ? 1 : 0.25;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [x - by, y],
      ArrowRight: [x + by, y],
      ArrowUp: [x, y + by],
      ArrowDown: [x, y - by],
    };
    const to = moves[event.key];
    if (to !== undefined) {
      this.cursor = to;
      this.hovered = this.points[this.plot.nearest(this.points, to, REACH)];
    } else if (event.key === "0" || event.key === "1") this.place([x, y], event.key === "1" ? 1 : 0);
    else if (event.key === "Enter" || event.key === " ") this.place([x, y], this.label);
    else if (event.key === "Backspace" || event.key === "Delete") this.update({ placed: this.state.placed.slice(0, -1) });
    else return;
    event.preventDefault();
    this.render();
    this.draw();
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
    const { weights } = this.state;
    const probabilities = this.model.probabilities(weights, this.plot.grid);
    this.plot.draw({ points: this.points, weights, probabilities, hovered: this.hovered, cursor: this.cursor });
  }

  private render(): void {
    if (!this.visible) return;
    const { state } = this;
    this.plot.canvas.setAttribute("aria-label", `Plane with ${this.points.length} points and the decision boundary`);
    render(
      html`<section class="training-controls" aria-label="Points and settings">
          <div class="field"><label for="points">Points</label>
            <select id="points" .value=${live(state.source)} @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value as Source)}>
              <option value="sample" ?selected=${state.source === "sample"}>1,000 points of two clouds</option>
              <option value="data" ?selected=${state.source === "data"}>569 biopsies (real data)</option>
              <option value="none" ?selected=${state.source === "none"}>only those that I place</option>
            </select></div>
          ${state.source === "data" ? html`${this.featureView(0, "Across")}${this.featureView(1, "Upward")}` : nothing}
          <fieldset class="choice"><legend>A click places</legend>
            ${([0, 1] as const).map(
              (label) =>
                html`<label><input type="radio" name="label" value=${label} .checked=${live(this.label === label)} @change=${() => {
                  this.label = label;
                  this.render();
                }} /><span class="key class-${label}" aria-hidden="true"></span>class ${label}</label>`,
            )}
          </fieldset>
          <fieldset class="choice"><legend>Method</legend>
            ${(["gd", "newton"] as const).map((method) => html`<label><input type="radio" name="method" value=${method} .checked=${live(state.method === method)} @change=${() => this.update({ method })} />${method === "gd" ? "gradient descent" : "Newton"}</label>`)}
          </fieldset>
          ${logSlider("rate", "Learning rate", state.learningRate, -3, 1.5, state.method === "newton", (learningRate) => this.update({ learningRate }))}
          ${logSlider("l2", "L2", state.l2, -5, 1, false, (l2) => this.update({ l2 }))}
          <div class="buttons">
            <button id="train" class="main" @click=${() => this.toggle()} ?disabled=${this.points.length === 0}>${this.running ? "Pause" : "Train"}</button>
            <button id="one-step" @click=${() => this.advance()} ?disabled=${this.points.length === 0 || this.running}>One step</button>
            <button id="reset" @click=${() => this.reset()}>Reset weights</button>
            <button id="undo" @click=${() => this.update({ placed: this.state.placed.slice(0, -1) })} ?disabled=${state.placed.length === 0}>Undo point</button>
          </div>
        </section>
        <section class="plane" aria-label="Points and decision boundary">
          ${this.plot.canvas}
          <p id="plane-help" class="note">Click to place a point, with shift one of the other class. By keyboard: arrow keys move a cross, 0 or 1 places a point, Delete takes the last one away.</p>
        </section>
        <section class="numbers" aria-label="Loss and weights">
          <dl>
            <div><dt>Steps</dt><dd id="iteration">${state.iteration}</dd></div>
            <div><dt>Loss</dt><dd id="loss-now">${this.last === undefined ? "–" : formatNumber(this.last.loss)}</dd></div>
            <div><dt>‖∂L/∂W‖</dt><dd id="norm">${this.last === undefined ? "–" : formatNumber(this.last.gradientNorm, 3)}</dd></div>
            ${state.weights.map((w, i) => html`<div><dt>w<sub>${i}</sub></dt><dd class="weight">${formatNumber(w)}</dd></div>`)}
          </dl>
          <p role="status" id="training-message">${this.points.length === 0 ? "Place points of both classes, then train." : this.message}</p>
          <h2>Loss curve</h2>
          ${this.curve.element}
          <h2>One point</h2>
          <div id="pull">${this.pullView()}</div>
        </section>`,
      this.element,
    );
  }

  private pullView(): TemplateResult {
    const { hovered } = this;
    if (hovered === undefined) return html`<p class="note">Point at one: here stands what it pulls at the weights with, (ŷ − y)x.</p>`;
    const { probability, gradient } = this.model.pull(this.state.weights, hovered);
    const [a, b, label] = hovered;
    const list = (values: readonly number[]): string => `[${values.map((value) => formatNumber(value, 4)).join(", ")}]`;
    return html`<p>x = ${list([1, a, b])}, y = ${label}</p>
      <p>ŷ = ${formatNumber(probability, 4)}, ŷ − y = ${formatNumber(probability - label, 4)}</p>
      <p>(ŷ − y)x = <strong>${list(gradient)}</strong></p>`;
  }

  private featureView(place: 0 | 1, title: string): TemplateResult {
    const { features } = this.state;
    const readable = (name: string): string => name.replaceAll("_", " ");
    return html`<div class="field"><label for="feature-${place}">${title}</label>
      <select id="feature-${place}" .value=${live(features[place])} @change=${(event: Event) => {
        const name = (event.target as HTMLSelectElement).value;
        this.restart({ features: place === 0 ? [name, features[1]] : [features[0], name] });
      }}>${featureNames.map((name) => html`<option value=${name} ?selected=${name === features[place]}>${readable(name)}</option>`)}</select></div>`;
  }

  private choose(source: Source): void {
    this.restart({ source, placed: [] });
  }

  /** Other points: the weights begin anew. */
  private restart(change: Partial<TrainingState>): void {
    this.stop();
    this.message = "";
    this.curve.clear();
    this.update({ ...change, weights: [0, 0, 0], iteration: 0 });
  }
}

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
