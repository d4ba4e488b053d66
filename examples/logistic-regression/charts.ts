import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Coefficient } from "./inference.js";
import { type CalibrationBin, type CurvePoint, type Judged, probabilities } from "./metrics.js";
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

/** Odds ratios with their intervals, on a logarithmic axis. What is beyond a factor of a million ends at the edge. */
export function forestPlot(coefficients: readonly Coefficient[], level: string): string {
  const inside = (x: number): number => Math.min(Math.max(x, 1e-6), 1e6);
  const rows = coefficients.map(({ name, oddsRatio, oddsRatioInterval: [low, high] }, i) => ({
    i: String(i),
    name: shorten(name, 26),
    ratio: inside(oddsRatio),
    low: inside(low),
    high: inside(high),
    clear: low > 1 || high < 1,
  }));
  const ends = rows.flatMap(({ low, high }) => [low, high]);
  const ticks = evenTicks(Math.min(1, ...ends), Math.max(1, ...ends));
  return draw(`Odds ratios with their intervals of ${level}`, {
    width: 480,
    height: 70 + 22 * rows.length,
    marginLeft: 190,
    marginRight: 24,
    // The logarithms on a linear axis: a logarithmic one would leave out labels.
    x: {
      ...{ label: "odds ratio →", grid: true, ticks: ticks.map(Math.log10), tickFormat: (log: number) => tickText(10 ** log) },
      domain: [Math.log10(Math.min(ticks[0], ...ends)), Math.log10(Math.max(ticks[ticks.length - 1], ...ends))],
    },
    y: { domain: rows.map(({ i }) => i), tickFormat: (i: string) => rows[Number(i)].name, label: null, tickSize: 0 },
    marks: [
      Plot.ruleX([0], GUIDE),
      Plot.ruleY(rows, {
        y: "i",
        x1: ({ low }) => Math.log10(low),
        x2: ({ high }) => Math.log10(high),
        stroke: "currentColor",
        strokeOpacity: 0.7,
        strokeWidth: 1.5,
      }),
      Plot.dot(rows, { y: "i", x: ({ ratio }) => Math.log10(ratio), r: 4, fill: (d) => (d.clear ? POSITIVE : "currentColor") }),
    ],
  });
}

/** At most six ticks at even distances on a logarithmic axis, 1 among them, and beyond both ends. */
export function evenTicks(low: number, high: number): number[] {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const step =
    [0.005, 0.01, 0.02, 0.05, Math.log10(1.2), Math.log10(1.5), Math.log10(2), Math.log10(3), Math.log10(5), 1, 2, 3, 4].find(
      (size) => (to - from) / size <= 4.5,
    ) ?? 4;
  const first = Math.floor(from / step + 1e-9);
  const last = Math.ceil(to / step - 1e-9);
  return Array.from({ length: Math.max(last - first, 1) + 1 }, (_, i) => 10 ** ((first + i) * step));
}

const tickText = (value: number): string => {
  const text = Number(value.toPrecision(Math.abs(value - 1) < 0.2 ? 3 : 2));
  return text >= 1e4 || text < 1e-3 ? text.toExponential(0).replace("e+", "e") : String(text);
};

/** The loss as it falls. */
export function lossPlot(history: readonly LossAt[]): string {
  const isLong = history[history.length - 1].iteration > 40;
  return draw("Loss by iteration", {
    width: 480,
    height: 260,
    x: isLong
      ? { type: "symlog", label: "iteration →", ticks: 6 }
      : { label: "iteration →", ticks: Math.min(history.length, 12), tickFormat: "d" },
    y: {
      label: "↑ loss",
      grid: true,
      domain: [history.reduce((least, { loss }) => Math.min(least, loss), 0), history.reduce((most, { loss }) => Math.max(most, loss), 0)],
    },
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

/** The ROC curve with the area below it, and where the threshold is on it. */
export const rocPlot = (curve: readonly CurvePoint[], at: CurvePoint & { readonly threshold: number }, auc: string): string =>
  draw(`ROC curve, AUC ${auc}`, {
    ...SQUARE,
    x: { domain: [0, 1], label: "false positive rate (1 − specificity) →", grid: true, ticks: 5 },
    y: { domain: [0, 1], label: "↑ true positive rate (sensitivity)", grid: true, ticks: 5 },
    marks: [
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        GUIDE,
      ), // what chance gives
      Plot.line(curve, { x: "falsePositiveRate", y: "truePositiveRate", stroke: POSITIVE, strokeWidth: 2 }),
      Plot.dot([at], {
        x: "falsePositiveRate",
        y: "truePositiveRate",
        r: 5,
        stroke: "currentColor",
        strokeWidth: 2,
        fill: "var(--ground)",
      }),
      Plot.text([`AUC ${auc}`], { x: 0.97, y: 0.08, textAnchor: "end", fill: "currentColor", fontSize: 14 }),
      Plot.text([`ŷ = ${at.threshold}`], {
        x: at.falsePositiveRate,
        y: at.truePositiveRate,
        dx: 10,
        dy: 12,
        textAnchor: "start",
        fill: "currentColor",
        fontSize: 12,
      }),
    ],
  });

/** `share` of the rows is positive: what calling by chance gives. */
export const precisionRecallPlot = (curve: readonly CurvePoint[], at: CurvePoint, share: number): string =>
  draw("Precision and recall", {
    ...SQUARE,
    x: { domain: [0, 1], label: "recall →", grid: true, ticks: 5 },
    y: { domain: [0, 1], label: "↑ precision", grid: true, ticks: 5 },
    marks: [
      Plot.ruleY([share], GUIDE),
      Plot.line(curve.slice(1), { x: "truePositiveRate", y: "precision", stroke: POSITIVE, strokeWidth: 2 }),
      Plot.dot(
        [at].filter(({ precision }) => !Number.isNaN(precision)),
        { x: "truePositiveRate", y: "precision", r: 5, stroke: "currentColor", strokeWidth: 2, fill: "var(--ground)" },
      ),
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
      Plot.ruleX(bins, {
        x: "predicted",
        y1: ({ interval }) => interval[0],
        y2: ({ interval }) => interval[1],
        stroke: POSITIVE,
        strokeOpacity: 0.6,
      }),
      Plot.dot(bins, { x: "predicted", y: "observed", r: "rows", fill: POSITIVE, fillOpacity: 0.75 }),
    ],
  });

/** How many rows of each class have which ŷ: the positive class upwards, the other downwards. */
export function scorePlot({ z, y, counts: weights }: Judged, threshold: number): string {
  const BINS = 20;
  const counts = [new Float64Array(BINS), new Float64Array(BINS)];
  probabilities(z).forEach((p, i) => {
    const bin = Math.min(Math.floor(BINS * p), BINS - 1);
    counts[1][bin] += (weights?.[i] ?? 1) * y[i];
    counts[0][bin] += (weights?.[i] ?? 1) * (1 - y[i]);
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
