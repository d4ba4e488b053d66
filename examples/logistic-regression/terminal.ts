import Table from "cli-table3";
import { plot } from "simple-ascii-chart";
import type { Coefficient } from "./inference.js";
import type { Evaluation } from "./metrics.js";
import { largestDifference, type Outcome } from "./result.js";
import type { LossAt } from "./solve.js";
import { plain, shorten } from "./text.js";

/** The whole result as text of a given width. */
export function describeOutcome(outcome: Outcome, width: number): string {
  return [
    describeRun(outcome),
    describeDescent(outcome.fitted.solution.history, width),
    describeCoefficients(outcome),
    describeFit(outcome),
    describeEvaluation(outcome),
    outcome.warnings.map((warning) => `  note: ${plain(warning)}\n`).join(""),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** What is fitted to what. */
function describeRun({ command, data, fitted, training, test, compared }: Outcome): string {
  const positives = data.y.reduce((sum, label) => sum + label, 0);
  const { l2, standardize, seed, eager } = command;
  const { weights } = fitted.loss;
  const lines = [
    [
      "data",
      `${plain(command.data)}: ${counted(data.count, "row")}, ${counted(data.columns.length, "feature")}${data.dropped === 0 ? "" : `; ${counted(data.dropped, "row")} with gaps left out`}`,
    ],
    [
      "target",
      `${name(data.target)}: ${name(data.positive)} (${counted(positives, "row")}) is y = 1, ${name(data.negative)} (${data.count - positives}) is y = 0`,
    ],
    [
      "parts",
      test === undefined
        ? "all rows to train on, none held out"
        : `${counted(training.rows, "row")} to train on, ${test.rows} held out (seed ${seed})`,
    ],
    ["loss", l2 === 0 ? "mean binary cross entropy" : `mean binary cross entropy + l2/(2n)·Σ${standardize ? "w" : "β"}², l2 = ${l2}`],
  ];
  if (weights.positive !== 1 || weights.negative !== 1)
    lines.push([
      "weights",
      `a row of ${name(data.positive)} counts ${significant(weights.positive)}, one of ${name(data.negative)} ${significant(weights.negative)}`,
    ]);
  const { solver, iterations, reason, history } = fitted.solution;
  const [first, last] = [history[0].loss, history[history.length - 1].loss];
  lines.push(
    ["solver", `${solver}, ${eager ? "eager" : "compiled"}: ${counted(iterations, "iteration")}; ${reason}`],
    ["gradient", `at W = 0 by the engine and by hand, Xᵀ(ŷ − y)/n: largest difference ${largestDifference(compared).toExponential(1)}`],
    ["descent", `loss ${first.toFixed(6)} → ${last.toFixed(6)}`],
  );
  return `Logistic regression\n\n${lines.map(([key, value]) => `  ${key.padEnd(9)}${value}`).join("\n")}\n`;
}

/** The loss as it falls. Where there are many iterations the axis is logarithmic: most happens at the beginning. */
function describeDescent(history: readonly LossAt[], columns: number): string {
  if (history.length < 3) return "";
  const last = history[history.length - 1].iteration;
  const isLong = last > 40;
  const highest = history.reduce((most, { loss }) => Math.max(most, loss), 0);
  const place = (iteration: number): number => (isLong ? Math.log10(iteration + 1) : iteration);
  const ticks = isLong ? [0, 1, 10, 100, 1000, 10_000, 100_000].filter((step) => step <= last) : history.map(({ iteration }) => iteration);
  const chart = plot(
    history.map(({ iteration, loss }) => [place(iteration), loss]),
    {
      width: Math.min(78, columns - 8),
      height: 7,
      yRange: [0, highest],
      customXAxisTicks: ticks.map(place),
      customYAxisTicks: [0, highest],
      formatter: (value, { axis }) => (axis === "x" ? Math.round(isLong ? 10 ** value - 1 : value) : value.toFixed(3)),
    },
  );
  return `${trimLines(chart)}\n`;
}

/** The coefficients on the raw scale, and the odds ratios with their intervals on the scale that the penalty counts on. */
function describeCoefficients({ inference, command }: Outcome): string {
  const { coefficients, standardizedCoefficients } = inference;
  const scaled = command.standardize ? standardizedCoefficients : coefficients;
  const row = (c: Coefficient, i: number): string[] => {
    const [low, high] = scaled[i].oddsRatioInterval;
    const error = significant(c.standardError);
    return [
      name(c.name),
      significant(c.estimate),
      error,
      c.z.toFixed(2),
      probability(c.p),
      significant(scaled[i].oddsRatio, 3),
      `${significant(low, 3)} – ${significant(high, 3)}`,
    ];
  };
  const head = [
    "",
    "estimate",
    `${command.robust ? "robust" : "std."} error`,
    "z",
    "p",
    command.standardize ? "odds × / sd" : "odds ×",
    "95 %",
  ];
  const table = new Table({ ...TABLE, head, colAligns: head.map((_, j) => (j === 0 ? "left" : "right")) });
  table.push(...coefficients.map(row));
  return `${indent(table.toString())}\n`;
}

function describeFit({ inference, command }: Outcome): string {
  const { logLikelihood, nullLogLikelihood, deviance, likelihoodRatioTest: test, aic, bic, mcFaddenR2 } = inference;
  return [
    `  log-likelihood ${logLikelihood.toFixed(4)} (null ${nullLogLikelihood.toFixed(4)}), deviance ${deviance.toFixed(4)}`,
    `  likelihood ratio ${test.statistic.toFixed(4)} on ${test.degreesOfFreedom} df, p ${probability(test.p)}`,
    `  AIC ${aic.toFixed(2)}, BIC ${bic.toFixed(2)}, McFadden's R² ${mcFaddenR2.toFixed(4)}${command.l2 === 0 ? "" : " (at penalized estimates)"}`,
    "",
  ].join("\n");
}

/** How good the fit is, and on which rows that was measured. */
function describeEvaluation({ training, test, crossValidation, data, command }: Outcome): string {
  const head = ["", "rows", "accuracy", "log loss", "Brier", "AUC", "95 %"];
  const table = new Table({ ...TABLE, head, colAligns: head.map((_, j) => (j === 0 ? "left" : "right")) });
  table.push(scores("training", training, aucInterval(training)));
  if (test !== undefined) table.push(scores("held out", test, aucInterval(test)));
  if (crossValidation !== undefined) {
    const { folds, mean, deviation } = crossValidation;
    const both = (key: keyof typeof mean, digits: number): string => `${mean[key].toFixed(digits)} ± ${deviation[key].toFixed(digits)}`;
    table.push([`${folds}-fold`, String(data.count), both("accuracy", 3), both("logLoss", 3), both("brier", 3), both("auc", 3), ""]);
  }
  const judged = test ?? training;
  const { truePositive, falsePositive, falseNegative, trueNegative } = judged.confusion;
  const confusion = new Table({
    ...TABLE,
    head: ["", `called ${name(data.positive)}`, `called ${name(data.negative)}`],
    colAligns: ["left", "right", "right"],
  });
  confusion.push([`is ${name(data.positive)}`, truePositive, falseNegative], [`is ${name(data.negative)}`, falsePositive, trueNegative]);
  return [
    indent(table.toString()),
    "",
    `  On the ${test === undefined ? "training" : "held-out"} rows, called ${name(data.positive)} from ŷ = ${command.threshold} on`,
    indent(confusion.toString()),
    "",
  ].join("\n");
}

/** The scores of one part as a row of a table: on the terminal and in the report. */
export const scores = (title: string, { rows, accuracy, logLoss, brier, auc }: Evaluation, interval: string): string[] => [
  title,
  String(rows),
  accuracy.toFixed(4),
  logLoss.toFixed(6),
  brier.toFixed(6),
  auc === null ? "one class" : auc.toFixed(6),
  interval,
];

const aucInterval = ({ aucConfidenceInterval: interval }: Evaluation): string =>
  interval === null ? "" : `${interval[0].toFixed(4)} – ${interval[1].toFixed(4)}`;

const TABLE = { style: { head: [], border: [], compact: true } };

const indent = (text: string): string => text.replace(/^/gm, "  ");
/** Without blanks at the ends of lines and without empty lines around. */
const trimLines = (text: string): string => text.replace(/[ \t]+$/gm, "").replace(/^\n+|\n+$/g, "");
const name = (text: string): string => shorten(plain(text), 26);
const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** With so many digits that count, and an exponent where it would be long otherwise. */
export function significant(value: number, digits = 4): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(digits - 2);
  return size >= 10 ** (digits - 1) ? value.toFixed(0) : value.toPrecision(digits);
}

/** A p value. */
export const probability = (p: number): string => (p === 0 ? "< 1e-300" : p < 1e-3 ? p.toExponential(1) : p.toFixed(4));
