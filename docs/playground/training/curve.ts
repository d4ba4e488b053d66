import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { TrainingState } from "../state.js";

/** More values are thinned out: a screen has no room for them. */
const MOST = 2000;

const HEIGHT = 150;

/** So many values are enough to see the course. */
const SAMPLES = 50;

/** A loss that shoots up must not flatten all others: above this many times what most of them reach, the curve leaves the picture. */
const HIGHEST = 1.5;

/** The height of the picture: all losses, unless a few of them are far above most. */
export function heightOf(losses: readonly number[]): readonly [number, number] {
  const sorted = losses.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [0, 1];
  const most = sorted[Math.floor(0.9 * (sorted.length - 1))];
  const top = Math.min(sorted[sorted.length - 1], HIGHEST * Math.max(most, losses[0]));
  return [0, top > 0 ? 1.05 * top : 1];
}

/** The loss at each step, of the points that train and of those held back. */
export class LossCurve {
  readonly element = document.createElement("div");
  private steps: number[] = [];
  private losses: number[] = [];
  private tests: (number | null)[] = [];
  private readonly plot: uPlot;

  constructor() {
    this.element.className = "curve";
    this.element.setAttribute("role", "img");
    const color = (name: string) => () => getComputedStyle(this.element).getPropertyValue(name) || "#000";
    const axis = { stroke: color("--ink-soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line"), width: 1 } };
    this.plot = new uPlot(
      {
        width: 300,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { range: () => [...heightOf(this.losses)] } },
        series: [
          {},
          { stroke: color("--accent"), width: 2, points: { show: false } },
          { stroke: color("--class-1"), width: 1.5, dash: [5, 4], points: { show: false } },
        ],
        axes: [axis, { ...axis, size: 52 }],
      },
      [[], [], []],
      this.element,
    );
  }

  add(step: number, loss: number, test = Number.NaN): void {
    this.note(step, loss, test);
    this.show();
  }

  private note(step: number, loss: number, test: number): void {
    if (!Number.isFinite(loss)) return;
    const isSame = this.steps[this.steps.length - 1] === step;
    const place = isSame ? this.steps.length - 1 : this.steps.length;
    this.steps[place] = step;
    this.losses[place] = loss;
    this.tests[place] = Number.isFinite(test) ? test : null;
    if (this.steps.length > MOST) {
      const kept = (_: unknown, i: number): boolean => i % 2 === 0 || i === this.steps.length - 1;
      [this.steps, this.losses, this.tests] = [this.steps.filter(kept), this.losses.filter(kept), this.tests.filter(kept)];
    }
  }

  private show(): void {
    this.plot.setData([this.steps, this.losses, this.tests]);
    if (this.losses.length === 0) {
      this.element.setAttribute("aria-label", "Loss curve, empty");
      return;
    }
    const [first, last] = [this.losses[0], this.losses[this.losses.length - 1]];
    this.element.setAttribute(
      "aria-label",
      `Loss curve from ${first.toPrecision(4)} to ${last.toPrecision(4)} in ${this.steps[this.steps.length - 1]} steps`,
    );
  }

  /** A few of the values, for an address: the first, the last, and evenly between them. */
  samples(): TrainingState["curve"] {
    const last = this.steps.length - 1;
    const count = Math.min(SAMPLES, this.steps.length);
    return Array.from({ length: count }, (_, k) => {
      const i = count === 1 ? 0 : Math.round((k * last) / (count - 1));
      return [this.steps[i], Number(this.losses[i].toPrecision(5))] as const;
    });
  }

  /** Takes over what `samples` gave. */
  load(samples: TrainingState["curve"]): void {
    this.clear();
    for (const [step, loss] of samples) this.note(step, loss, Number.NaN);
    this.show();
  }

  clear(): void {
    this.steps = [];
    this.losses = [];
    this.tests = [];
    this.show();
  }

  /** Fits the width to the room. */
  fit(): void {
    const { clientWidth } = this.element;
    if (clientWidth > 0) this.plot.setSize({ width: clientWidth, height: HEIGHT });
  }

  /** Draws again, in colors that may have changed. */
  repaint(): void {
    this.plot.redraw(false, true);
  }
}
