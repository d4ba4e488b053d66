import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Coefficient } from "./inference.js";
import { type CalibrationBin, type CurvePoint, probabilities } from "./metrics.js";
import type { LossAt } from "./solve.js";
import { shorten } from "./text.js";

// Plots as SVG text. Their colors are variables of the page: light, dark or on paper as the page is.
const { document } = parseHTML("<!doctype html><html><body></body></html>");
const STYLE = { fontSize: "13px", background: "transparent", overflow: "visible" };
const SQUARE = { width: 400, height: 360 };
const POSITIVE = "var(--positive)";
const NEGATIVE = "var(--negative)";
const GUIDE = { stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "3,4" };

function draw(label: string, options: Plot.PlotOptions): string {
  const svg = Plot.plot({
    document: document as unknown as Document,
    style: STYLE,
    marginLeft: 56,
    marginBottom: 42,
    ...options,
    ariaLabel: label,
  });
  svg.setAttribute("role", "img");
  return svg.outerHTML;
}

/** Odds ratios with their intervals of 95 %, on a logarithmic axis. What is beyond a factor of a million ends at the edge. */
export function forestPlot(coefficients: readonly Coefficient[]): string {
  const inside = (x: number): number => Math.min(Math.max(x, 1e-6), 1e6);
  const rows = coefficients.map(({ name, oddsRatio, oddsRatioInterval: [low, high] }, i) => ({
    i: String(i),
    name: shorten(name, 26),
    ratio: inside(oddsRatio),
    low: inside(low),
    high: inside(high),
    clear: low > 1 || high < 1,
  }));
  return draw("Odds ratios with their intervals of 95 %", {
    width: 480,
    height: 70 + 22 * rows.length,
    marginLeft: 190,
    marginRight: 24,
    x: { type: "log", label: "odds ratio →", grid: true, tickFormat: "~g", ticks: 5 },
    y: { domain: rows.map(({ i }) => i), tickFormat: (i: string) => rows[Number(i)].name, label: null, tickSize: 0 },
    marks: [
      Plot.ruleX([1], GUIDE),
      Plot.ruleY(rows, { y: "i", x1: "low", x2: "high", stroke: "currentColor", strokeOpacity: 0.7, strokeWidth: 1.5 }),
      Plot.dot(rows, { y: "i", x: "ratio", r: 4, fill: (d) => (d.clear ? POSITIVE : "currentColor") }),
    ],
  });
}

/** The loss as it falls. */
export function lossPlot(history: readonly LossAt[]): string {
  const isLong = history[history.length - 1].iteration > 40;
  return draw("Loss by iteration", {
    width: 480,
    height: 260,
    x: isLong
      ? { type: "symlog", label: "iteration →", ticks: 6 }
      : { label: "iteration →", ticks: Math.min(history.length, 12), tickFormat: "d" },
    y: { label: "↑ loss", grid: true, domain: [0, history.reduce((most, { loss }) => Math.max(most, loss), 0)] },
    marks: [
      Plot.line(thin(history), { x: "iteration", y: "loss", stroke: POSITIVE, strokeWidth: 2 }),
      ...(isLong ? [] : [Plot.dot(history, { x: "iteration", y: "loss", fill: POSITIVE })]),
    ],
  });
}

/** 500 of a list at most, the first and the last among them. */
const thin = <T>(list: readonly T[]): T[] => {
  const every = Math.ceil(list.length / 500);
  return list.filter((_, i) => i % every === 0 || i === list.length - 1);
};

export const rocPlot = (curve: readonly CurvePoint[]): string =>
  draw("ROC curve", {
    ...SQUARE,
    x: { domain: [0, 1], label: "false positive rate →", grid: true, ticks: 5 },
    y: { domain: [0, 1], label: "↑ true positive rate", grid: true, ticks: 5 },
    marks: [
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        GUIDE,
      ), // what chance gives
      Plot.line(curve, { x: "falsePositiveRate", y: "truePositiveRate", stroke: POSITIVE, strokeWidth: 2 }),
    ],
  });

/** `share` of the rows is positive: what calling by chance gives. */
export const precisionRecallPlot = (curve: readonly CurvePoint[], share: number): string =>
  draw("Precision and recall", {
    ...SQUARE,
    x: { domain: [0, 1], label: "recall →", grid: true, ticks: 5 },
    y: { domain: [0, 1], label: "↑ precision", grid: true, ticks: 5 },
    marks: [
      Plot.ruleY([share], GUIDE),
      Plot.line(curve.slice(1), { x: "truePositiveRate", y: "precision", stroke: POSITIVE, strokeWidth: 2 }),
    ],
  });

export const calibrationPlot = (bins: readonly CalibrationBin[]): string =>
  draw("Calibration", {
    ...SQUARE,
    r: { range: [3, 12] },
    x: { domain: [0, 1], label: "mean ŷ →", grid: true, ticks: 5 },
    y: { domain: [0, 1], label: "↑ share positive", grid: true, ticks: 5 },
    marks: [
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        GUIDE,
      ),
      Plot.line(bins, { x: "predicted", y: "observed", stroke: POSITIVE, strokeOpacity: 0.5 }),
      Plot.dot(bins, { x: "predicted", y: "observed", r: "rows", fill: POSITIVE, fillOpacity: 0.75 }),
    ],
  });

/** How many rows of each class have which ŷ: the positive class upwards, the other downwards. */
export function scorePlot(z: Float64Array, y: Float64Array, threshold: number): string {
  const BINS = 20;
  const counts = [new Float64Array(BINS), new Float64Array(BINS)];
  probabilities(z).forEach((p, i) => {
    counts[y[i]][Math.min(Math.floor(BINS * p), BINS - 1)]++;
  });
  const bars = [0, 1].flatMap((label) =>
    Array.from(counts[label], (count, i) => ({ from: i / BINS, to: (i + 1) / BINS, label, count: label === 1 ? count : -count })),
  );
  return draw("Scores by class", {
    ...SQUARE,
    x: { domain: [0, 1], label: "ŷ →", ticks: 5 },
    y: { label: "rows", grid: true, ticks: 6, tickFormat: (count: number) => String(Math.abs(count)) },
    marks: [
      Plot.rect(bars, { x1: "from", x2: "to", y1: 0, y2: "count", inset: 0.5, fill: ({ label }) => (label === 1 ? POSITIVE : NEGATIVE) }),
      Plot.ruleY([0]),
      Plot.ruleX([threshold], GUIDE),
    ],
  });
}
