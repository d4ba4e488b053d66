import { html, render } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { Source, TrainingState } from "../../playground/state.js";
import { dataSets } from "../../playground/training/data-sets.js";
import { initialWeights } from "../../playground/training/model.js";
import { Plot } from "../../playground/training/plot.js";
import { split, Trainer } from "../../playground/training/trainer.js";
import { newId, slider } from "../controls.js";
import { type Figure, numberOf, textOf } from "../figure.js";
import { axes, curve, intervalOf, picture, planeOf, write } from "../picture.js";

const HEIGHT = 320;
/** More losses are thinned out. */
const MOST = 400;

const isMade = (name: string): name is keyof typeof dataSets => name in dataSets;

/** A small network that is seen learning: the points, the probability of the second class, both losses. */
export const train: Figure = (place, settings) => {
  const source = textOf(settings, "points");
  if (!isMade(source)) throw new Error(`live train: expected one of ${Object.keys(dataSets).join(", ")}, got ${source}`);
  const hidden = numberOf(settings, "hidden", 8);
  const plot = new Plot();
  const { canvas } = plot;
  canvas.className = "live-plane";
  canvas.setAttribute("role", "img");
  let curveOfLoss: { step: number; loss: number; test: number }[] = [];
  const state: TrainingState = {
    source: source as Source,
    features: ["", ""],
    placed: [],
    learningRate: numberOf(settings, "rate", 0.03),
    l2: 0,
    method: settings["method"] === "gd" ? "gd" : "adam",
    hidden,
    weights: initialWeights(hidden),
    iteration: 0,
    curve: [],
    label: 1,
  };
  const trainer = new Trainer(
    state,
    {
      measured: (step, loss, test) => {
        curveOfLoss = [...curveOfLoss.filter((one) => one.step !== step), { step, loss, test }];
        if (curveOfLoss.length > MOST) curveOfLoss = curveOfLoss.filter((_, i) => i % 2 === 0);
      },
      cleared: () => {
        curveOfLoss = [];
      },
      replaced: () => plot.setRange(Plot.rangeOf(trainer.points.train)),
      changed: () => undefined,
      moved: () => draw(),
    },
    ({ source: name }) => split(isMade(name) ? dataSets[name] : []),
  );
  const ids = [newId(), newId()];

  const draw = (): void => {
    const { state: now, last, points, model } = trainer;
    canvas.setAttribute("aria-label", `Plane with ${points.train.length} points and the boundary after ${now.iteration} steps`);
    plot.draw({
      points: points.train,
      heldBack: points.test,
      probabilities: model.probabilities(now.weights, plot.grid),
      ringed: [],
      cursor: undefined,
      axes: ["x₁", "x₂"],
    });
    const link = new URLSearchParams({
      tab: "training",
      points: now.source,
      hidden: String(now.hidden),
      method: now.method,
      rate: String(now.learningRate),
      l2: "0",
    });
    const percent = (part: number | undefined): string => `${write(100 * (part ?? 0), 3)} %`;
    render(
      html`<div class="live-transport">
          <button class="live-run" @click=${() => trainer.toggle()}>${trainer.isRunning ? "Pause" : "Train"}</button>
          <button @click=${() => trainer.advance()} ?disabled=${trainer.isRunning}>One step</button>
          <button @click=${() => trainer.restart()}>Reset</button>
          <label for=${ids[0]}>hidden units
            <select id=${ids[0]} .value=${live(String(now.hidden))} @change=${(event: Event) => trainer.restart({ hidden: Number((event.target as HTMLSelectElement).value) })}>
              ${[0, 2, 4, 8, 16, 32].map((size) => html`<option value=${size} ?selected=${size === now.hidden}>${size === 0 ? "none" : size}</option>`)}
            </select></label>
          <a class="live-open" href="${place.dataset["base"] ?? "../"}playground/index.html#${link}">Open in playground</a>
        </div>
        <div class="live-controls">${slider(ids[1], "learning rate", Math.log10(now.learningRate), [-3, 1], "any", (power) => trainer.update({ learningRate: Number((10 ** power).toPrecision(2)) }), write(now.learningRate, 2))}</div>
        <p class="live-answer">Step ${now.iteration}: training loss <strong>${write(last?.loss ?? Number.NaN)}</strong>, test loss ${write(last?.testLoss ?? Number.NaN)}; accuracy ${percent(last?.accuracy)}, on the points held back <strong>${percent(last?.testAccuracy)}</strong>. ${trainer.message === "" ? trainer.course : trainer.message}</p>
        ${lossPicture(curveOfLoss)}`,
      panel,
    );
  };

  const panel = document.createElement("div");
  place.append(canvas, panel);
  const fit = (): void => {
    if (canvas.clientWidth === 0) return;
    plot.resize(canvas.clientWidth, HEIGHT);
    draw();
  };
  trainer.load(state);
  new ResizeObserver(fit).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", fit);
  draw();
};

function lossPicture(losses: readonly { step: number; loss: number; test: number }[]): unknown {
  const last = losses[losses.length - 1]?.step ?? 0;
  const plane = planeOf([0, Math.max(1, last)], intervalOf([0, ...losses.map(({ loss }) => Math.min(loss, 1.5))]), 150);
  const steps = losses.map(({ step }) => step);
  return picture(plane, "Training loss and test loss at each step", [
    axes(plane, ["step", "loss"]),
    curve(
      plane,
      steps,
      losses.map(({ test }) => test),
      "curve curve-1",
    ),
    curve(
      plane,
      steps,
      losses.map(({ loss }) => loss),
      "curve curve-0",
    ),
  ]);
}
