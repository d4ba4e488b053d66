import Table from "cli-table3";
import { plot } from "simple-ascii-chart";
import type { Dataset, Rows, Scale } from "./data.js";
import type { Evaluation } from "./metrics.js";
import type { Coefficients } from "./model.js";
import type { Options } from "./options.js";
import { plain, shorten } from "./text.js";

/** A parameter's two gradients. */
export interface Compared {
  readonly name: string;
  readonly engine: number;
  readonly byHand: number;
}

/** The loss after a number of steps. */
export interface LossAt {
  readonly step: number;
  readonly loss: number;
}

/** A feature and what was fitted to it. */
export interface Weight {
  readonly name: string;
  /** Per standard deviation of the feature. */
  readonly weight: number;
  readonly mean: number;
  readonly deviation: number;
}

/** The model as numbers. */
export interface Fitted {
  readonly intercept: number;
  readonly weights: readonly Weight[];
}

/** All that came out. */
export interface Result {
  readonly gradientAtZero: readonly Compared[];
  readonly history: readonly LossAt[];
  readonly fitted: Fitted;
  readonly evaluation: Evaluation;
}

/** What is fitted to what. */
export function describeRun(options: Options, data: Dataset, train: Rows, heldOut: Rows | undefined, { constant }: Scale): string {
  const positives = data.y.reduce((sum, label) => sum + label, 0);
  const lines = [
    ["data", `${plain(options.data)}: ${counted(data.count, "row")}, ${counted(data.features.length, "feature")}`],
    [
      "target",
      `${name(data.target)}: ${name(data.positive)} (${counted(positives, "row")}) is y = 1, ${name(data.negative)} (${data.count - positives}) is y = 0`,
    ],
    [
      "parts",
      heldOut === undefined
        ? "all rows to train on, none held out"
        : `${counted(train.count, "row")} to train on, ${heldOut.count} held out (seed ${options.seed})`,
    ],
    ["loss", `mean binary cross entropy + l2/(2n)·Σw², l2 = ${options.l2}`],
    ["descent", `${counted(options.steps, "step")}, learning rate ${options.learningRate}, the gradient's tape compiled`],
  ];
  if (constant.length > 0) lines.push(["note", `constant, so of weight 0: ${constant.map((j) => name(data.features[j])).join(", ")}`]);
  return `Logistic regression by gradient descent\n\n${lines.map(([key, value]) => `  ${key.padEnd(9)}${value}`).join("\n")}\n`;
}

/** The engine's gradient beside the one by hand. */
export function describeGradient(compared: readonly Compared[], width: number): string {
  const rows = compared.map(({ name: of, engine, byHand }) => [name(of), decimal(engine, 5), decimal(byHand, 5)]);
  return [
    "\nGradient at W = 0, by the engine and by hand as Xᵀ(ŷ − y)/n\n",
    inBlocks(["", "engine", "by hand"], rows, width),
    `  Largest difference: ${largestDifference(compared).toExponential(1)}\n`,
  ].join("\n");
}

export const largestDifference = (compared: readonly Compared[]): number =>
  compared.reduce((largest, { engine, byHand }) => Math.max(largest, Math.abs(engine - byHand)), 0);

/** The loss as it falls. The axis of the steps is logarithmic: most happens at the beginning. */
export function describeDescent(history: readonly LossAt[], gradient: Coefficients, columns: number): string {
  const largestPart = Math.max(...[...gradient.w.data, gradient.b.item()].map(Math.abs));
  const first = history[0];
  const last = history[history.length - 1];
  const highest = history.reduce((most, { loss }) => Math.max(most, loss), 0);
  const place = (step: number): number => Math.log10(step + 1);
  const ticks = [0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000].filter((step) => step <= last.step);
  const chart = plot(
    history.map(({ step, loss }) => [place(step), loss]),
    {
      width: Math.min(78, columns - 8),
      height: 10,
      yRange: [0, highest],
      customXAxisTicks: ticks.map(place),
      customYAxisTicks: [0, highest],
      formatter: (value, { axis }) => (axis === "x" ? Math.round(10 ** value - 1) : value.toFixed(3)),
    },
  );
  const lines = [
    `\n${trimLines(chart)}\n`,
    `  Loss ${first.loss.toFixed(6)} → ${last.loss.toFixed(6)} in ${counted(last.step, "step")}; largest part of the gradient at the end ${largestPart.toExponential(1)}`,
  ];
  if (last.loss > first.loss) lines.push("  The loss rose: the learning rate is too large.");
  return `${lines.join("\n")}\n`;
}

/** The weights, the strongest first. */
export function describeWeights({ intercept, weights }: Fitted, width: number): string {
  const byStrength = [...weights].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const rows = byStrength.map(({ name: of, weight }) => [name(of), decimal(weight), decimal(Math.exp(weight), 3)]);
  return [
    "\nWeights for one standard deviation of the feature, and the factor that each puts on the odds\n",
    inBlocks(["", "weight", "odds ×"], [["intercept", decimal(intercept), decimal(Math.exp(intercept), 3)], ...rows], width),
  ].join("\n");
}

/** How good the fit is, and on which rows that was measured. */
export function describeEvaluation(evaluation: Evaluation, data: Dataset, onTraining: boolean): string {
  const { count, accuracy, logLoss, auc, confusion } = evaluation;
  const right = confusion.truePositive + confusion.trueNegative;
  const table = new Table({
    ...TABLE,
    head: ["", `called ${name(data.positive)}`, `called ${name(data.negative)}`],
    colAligns: ["left", "right", "right"],
  });
  table.push(
    [`is ${name(data.positive)}`, confusion.truePositive, confusion.falseNegative],
    [`is ${name(data.negative)}`, confusion.falsePositive, confusion.trueNegative],
  );
  return [
    onTraining ? `\nOn the ${count} training rows, as none are held out\n` : `\nOn the ${count} held-out rows\n`,
    `  accuracy   ${(100 * accuracy).toFixed(1)} % (${right} of ${count})`,
    `  log loss   ${logLoss.toFixed(6)}`,
    `  AUC        ${auc === undefined ? "undefined, as there is one class only" : auc.toFixed(6)}\n`,
    `${indent(table.toString())}\n`,
  ].join("\n");
}

/** Then a multiple of the weights that separate the classes always fits still better. */
export const SEPARATED = `
Note: the weights separate the two classes of the training rows. Without a penalty they have no
limit and grow with every step; --l2 with a number above 0 holds them.
`;

/** How long it took, in milliseconds, and how much of that was the descent. */
export function describeTime(total: number, descent: number, steps: number): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  return `\nTook ${seconds(total)}, of which ${seconds(descent)} for the descent, ${(descent / (steps + 1)).toFixed(3)} ms a step\n`;
}

/** The results as a file. No times and no paths but the given one: the same run gives the same bytes. */
export function toJson(options: Options, data: Dataset, train: Rows, heldOut: Rows | undefined, result: Result): string {
  const { fitted, evaluation, gradientAtZero, history } = result;
  return `${JSON.stringify(
    {
      data: { file: options.data, rows: data.count, target: data.target, positive: data.positive, negative: data.negative },
      options: { l2: options.l2, learningRate: options.learningRate, steps: options.steps, test: options.test, seed: options.seed },
      rows: { train: train.count, heldOut: heldOut?.count ?? 0 },
      gradientAtZero: { largestDifference: largestDifference(gradientAtZero), parameters: gradientAtZero },
      intercept: fitted.intercept,
      weights: fitted.weights,
      loss: history[history.length - 1].loss,
      history,
      evaluation: { on: heldOut === undefined ? "training rows" : "held-out rows", ...evaluation, auc: evaluation.auc ?? null },
    },
    null,
    2,
  )}\n`;
}

const TABLE = { style: { head: [], border: [], compact: true } };

/** A table whose rows continue beside it in a second block where the width allows and there are enough of them. */
function inBlocks(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const widths = head.map((cell, j) => Math.max(...[cell, ...rows.map((row) => row[j])].map((text) => text.length)) + 3);
  const block = widths.reduce((sum, w) => sum + w, 0);
  const blocks = rows.length > 8 && 2 * block + 3 <= width ? 2 : 1;
  const height = Math.ceil(rows.length / blocks);
  const table = new Table({
    ...TABLE,
    head: Array.from({ length: blocks }, () => head).flat(),
    colAligns: Array.from({ length: blocks }, () => head.map((_, j) => (j === 0 ? ("left" as const) : ("right" as const)))).flat(),
  });
  for (let i = 0; i < height; i++) {
    table.push(Array.from({ length: blocks }, (_, b) => rows[b * height + i] ?? head.map(() => "")).flat());
  }
  return `${indent(table.toString())}\n`;
}

const indent = (text: string): string => text.replace(/^/gm, "  ");
/** Without blanks at the ends of lines and without empty lines around. */
const trimLines = (text: string): string => text.replace(/[ \t]+$/gm, "").replace(/^\n+|\n+$/g, "");
const name = (text: string): string => shorten(plain(text), 28);
const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** Aligned at the point; with an exponent where that would show nothing or too much. */
const decimal = (value: number, digits = 6): string => {
  const size = Math.abs(value);
  return size !== 0 && (size < 10 ** (2 - digits) || size >= 1e6) ? value.toExponential(2) : value.toFixed(digits);
};
