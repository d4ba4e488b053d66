import Table from "cli-table3";
import { plot } from "simple-ascii-chart";
import type { Coefficient } from "./inference.js";
import type { Evaluation } from "./metrics.js";
import { largestDifference, type Outcome, observationsOf, positivesOf } from "./result.js";
import type { LossAt } from "./solve.js";
import { counted, plain, shorten } from "./text.js";

/** The whole result as text of a given width. */
export function describeOutcome(outcome: Outcome, width: number): string {
  return [
    describeRun(outcome),
    describeDescent(outcome.fitted.solution.history, width),
    describeCoefficients(outcome),
    describeFeatures(outcome),
    describeFit(outcome),
    describeEvaluation(outcome),
    outcome.warnings.map((warning) => `  note: ${plain(warning)}\n`).join(""),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** What is fitted to what. */
function describeRun(outcome: Outcome): string {
  const { command, data, fitted, training, test, compared } = outcome;
  const { seed, eager } = command;
  const observations = observationsOf(data);
  const lines: [string, string][] = [
    [
      "data",
      `${command.data.map(plain).join(", ")}: ${counted(data.count, "row")}${observations === data.count ? "" : `, ${amount(observations)} observations`}, ${counted(data.features.length, "feature")}${data.dropped === 0 ? "" : `; ${counted(data.dropped, "row")} with gaps left out`}`,
    ],
    ["target", describeTarget(outcome)],
    [
      "parts",
      test === undefined
        ? "all rows to train on, none held out"
        : `${counted(training.rows, "row")} to train on, ${test.rows} held out (seed ${seed})`,
    ],
    ["loss", describeLoss(outcome)],
  ];
  const references = fitted.encoding.references.map(({ feature, level }) => `${name(feature)} with ${name(level)}`);
  if (references.length > 0) lines.push(["compare", references.join(", ")]);
  const { positive, negative } = fitted.classWeights;
  if (positive !== 1 || negative !== 1)
    lines.push([
      "weights",
      `a row of ${name(data.positive)} counts ${significant(positive)}, one of ${name(data.negative)} ${significant(negative)}${outcome.offset === 0 ? "" : `; intercept corrected by ${significant(outcome.offset)}`}`,
    ]);
  if (data.weights !== undefined)
    lines.push(["weights", `${data.weights.type === "frequency" ? "frequencies" : "sampling weights"} from ${name(data.weights.column)}`]);
  const { solver, iterations, reason, history } = fitted.solution;
  const [first, last] = [history[0].loss, history[history.length - 1].loss];
  lines.push(
    ["solver", `${solver}, ${eager ? "eager" : "compiled"}: ${counted(iterations, "iteration")}; ${reason}`],
    ["gradient", `at W = 0 by the engine and by hand, Xᵀ(ŷ − y)/n: largest difference ${largestDifference(compared).toExponential(1)}`],
    ["descent", `loss ${first.toFixed(6)} → ${last.toFixed(6)}`],
  );
  return `Logistic regression\n\n${lines.map(([key, value]) => `  ${key.padEnd(9)}${value}`).join("\n")}\n`;
}

/** Which value of the target is y = 1, and how many rows have it. */
export function describeTarget({ data }: Outcome): string {
  const [positives, all] = [positivesOf(data), observationsOf(data)];
  const noun = data.trials !== undefined ? "trial" : data.weights !== undefined ? "weighted row" : "row";
  return `${name(data.target)}: ${name(data.positive)} (${amount(positives)} ${noun}${positives === 1 ? "" : "s"}) is y = 1, ${name(data.negative)} (${amount(all - positives)}) is y = 0`;
}

export function describeLoss({ command }: Outcome): string {
  const { l2, standardize, firth } = command;
  if (firth) return "mean binary cross entropy − ½·ln det(XᵀWX)/n, Firth's penalty";
  return l2 === 0 ? "mean binary cross entropy" : `mean binary cross entropy + l2/(2n)·Σ${standardize ? "w" : "β"}², l2 = ${l2}`;
}

/** What the standard errors are. */
export function describeErrors({ inference }: Outcome): string {
  const { errors, clusters } = inference;
  if (clusters !== null) return `robust, of ${clusters} clusters`;
  return errors === "model" ? "of the model" : `robust, ${errors}`;
}

/** The loss as it falls. Where there are many iterations the axis is logarithmic: most happens at the beginning. */
function describeDescent(history: readonly LossAt[], columns: number): string {
  if (history.length < 3) return "";
  const last = history[history.length - 1].iteration;
  const isLong = last > 40;
  const highest = history.reduce((most, { loss }) => Math.max(most, loss), 0);
  const lowest = history.reduce((least, { loss }) => Math.min(least, loss), 0);
  const place = (iteration: number): number => (isLong ? Math.log10(iteration + 1) : iteration);
  const ticks = isLong ? [0, 1, 10, 100, 1000, 10_000, 100_000].filter((step) => step <= last) : history.map(({ iteration }) => iteration);
  const chart = plot(
    history.map(({ iteration, loss }): [x: number, y: number] => [place(iteration), loss]),
    {
      width: Math.min(78, columns - 8),
      height: 7,
      yRange: [lowest, highest],
      customXAxisTicks: ticks.map(place),
      customYAxisTicks: [lowest, highest],
      formatter: (value, { axis }) => (axis === "x" ? Math.round(isLong ? 10 ** value - 1 : value) : value.toFixed(3)),
    },
  );
  return `${trimLines(chart)}\n`;
}

/** The coefficients, and below them the odds ratios: per unit, and for continuous columns per standard deviation beside it. */
function describeCoefficients({ inference, command }: Outcome): string {
  const { coefficients, standardizedCoefficients, isContinuous, errors } = inference;
  const level = percent(command.level);
  const table = tableOf(["", "estimate", `${errors === "model" ? "std." : "robust"} error`, "z", "p", level]);
  for (const {
    name: title,
    estimate,
    standardError,
    z,
    p,
    confidenceInterval: [low, high],
  } of coefficients)
    table.push([
      name(title),
      significant(estimate),
      significant(standardError),
      z.toFixed(2),
      probability(p),
      `${significant(low)} – ${significant(high)}`,
    ]);
  const hasDeviations = isContinuous.includes(true);
  const ratios = tableOf(["", "odds × per unit", level, ...(hasDeviations ? ["odds × per sd", level] : [])]);
  coefficients.forEach((c, i) => {
    // Odds where all columns are 0 are no ratio.
    if (c.name === "(intercept)") return;
    ratios.push([name(c.name), ...ratio(c), ...(!hasDeviations ? [] : isContinuous[i] ? ratio(standardizedCoefficients[i]) : ["", ""])]);
  });
  return `${indent(table.toString())}\n${ratios.length === 0 ? "" : `${indent(ratios.toString())}\n`}`;
}

/** An odds ratio and its interval, with as many digits as it takes to tell them from each other and from 1. */
export function ratio({ oddsRatio, oddsRatioInterval: [low, high] }: Coefficient): [string, string] {
  const nearest = Math.min(...[oddsRatio, low, high].map((value) => Math.abs(value - 1)).filter((distance) => distance > 0));
  const widest = Math.max(...[oddsRatio, low, high].map((value) => Math.abs(value - 1)));
  // Three digits of the distance from 1, where all three are close to it.
  const decimals = widest < 0.1 && Number.isFinite(nearest) ? Math.min(Math.max(2 - Math.floor(Math.log10(widest)), 3), 12) : undefined;
  const text = (value: number): string => (decimals === undefined ? short(value) : value.toFixed(decimals));
  return [text(oddsRatio), `${text(low)} – ${text(high)}`];
}

/** Three digits, or of what is very large or small one. */
const short = (value: number): string =>
  value !== 0 && Number.isFinite(value) && (value < 1e-3 || value >= 1e5)
    ? value.toExponential(0).replace("e+", "e")
    : significant(value, 3);

/** Of features of categories whether they matter at all. */
function describeFeatures({ inference, command }: Outcome): string {
  const tests = inference.featureTests.filter(({ degreesOfFreedom }) => degreesOfFreedom > 1);
  if (tests.length === 0) return "";
  const hasRatio = command.l2 === 0;
  const head = ["all levels of", "df", "Wald χ²", "p", ...(hasRatio ? ["likelihood ratio", "p"] : [])];
  const table = tableOf(head);
  for (const { feature, degreesOfFreedom, wald, likelihoodRatio } of tests)
    table.push([
      name(feature),
      String(degreesOfFreedom),
      wald.statistic.toFixed(2),
      probability(wald.p),
      ...(likelihoodRatio === null ? [] : [likelihoodRatio.statistic.toFixed(2), probability(likelihoodRatio.p)]),
    ]);
  return `${indent(table.toString())}\n`;
}

function describeFit({ inference, command }: Outcome): string {
  const {
    logLikelihood,
    penalizedLogLikelihood,
    nullLogLikelihood,
    deviance,
    likelihoodRatioTest: test,
    aic,
    bic,
    mcFaddenR2,
    inflation,
  } = inference;
  const most = inflation.reduce((worst, one) => (one.errorFactor > worst.errorFactor ? one : worst), inflation[0]);
  return [
    `  log-likelihood ${logLikelihood.toFixed(4)} (null ${nullLogLikelihood.toFixed(4)}), deviance ${deviance.toFixed(4)}`,
    ...(penalizedLogLikelihood === null ? [] : [`  penalized log-likelihood ${penalizedLogLikelihood.toFixed(4)}`]),
    `  likelihood ratio ${test.statistic.toFixed(4)} on ${test.degreesOfFreedom} df, p ${probability(test.p)}`,
    `  AIC ${aic.toFixed(2)}, BIC ${bic.toFixed(2)}, McFadden's R² ${mcFaddenR2.toFixed(4)}${command.l2 === 0 && !command.firth ? "" : " (at penalized estimates)"}`,
    ...(most === undefined
      ? []
      : [
          `  largest variance inflation ${significant(most.vif, 3)}, of ${name(most.feature)}${most.degreesOfFreedom > 1 ? " (generalized)" : ""}`,
        ]),
    "",
  ].join("\n");
}

/** How good the fit is, and on which rows that was measured. */
function describeEvaluation({ training, test, crossValidation, recalibration, data, command }: Outcome): string {
  const head = ["", "rows", "accuracy", "log loss", "Brier", "AUC", percent(command.level)];
  const table = tableOf(head);
  table.push(scores("training", training, aucInterval(training)));
  if (test !== undefined) table.push(scores("held out", test, aucInterval(test)));
  if (crossValidation !== undefined) {
    const { folds, mean, deviation, parts } = crossValidation;
    const both = (key: keyof NonNullable<typeof mean>, digits: number): string =>
      mean === null || deviation === null ? "–" : `${mean[key].toFixed(digits)} ± ${deviation[key].toFixed(digits)}`;
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    table.push([
      `${parts.length === folds ? "" : `${parts.length} of `}${folds}-fold`,
      String(rows),
      both("accuracy", 3),
      both("logLoss", 3),
      both("brier", 3),
      both("auc", 3),
      "",
    ]);
  }
  const judged = test ?? training;
  const { truePositive, falsePositive, falseNegative, trueNegative } = judged.confusion;
  const confusion = new Table({
    ...TABLE,
    head: ["", `called ${name(data.positive)}`, `called ${name(data.negative)}`],
    colAligns: ["left", "right", "right"],
  });
  confusion.push(
    [`is ${name(data.positive)}`, amount(truePositive), amount(falseNegative)],
    [`is ${name(data.negative)}`, amount(falsePositive), amount(trueNegative)],
  );
  const rate = (value: number | null): string => (value === null ? "–" : value.toFixed(4));
  const around = ({ estimate, interval: [low, high] }: { estimate: number; interval: readonly [number, number] }): string =>
    `${estimate.toFixed(3)} (${low.toFixed(3)} – ${high.toFixed(3)})`;
  return [
    indent(table.toString()),
    "",
    `  On the ${test === undefined ? "training" : "held-out"} rows, called ${name(data.positive)} from ŷ = ${command.threshold} on`,
    indent(confusion.toString()),
    `  sensitivity ${rate(judged.sensitivity)}, specificity ${rate(judged.specificity)}, PPV ${rate(judged.positivePredictiveValue)}, NPV ${rate(judged.negativePredictiveValue)}, F1 ${rate(judged.f1)}`,
    ...(recalibration === null
      ? []
      : [`  calibration: slope ${around(recalibration.slope)}, intercept ${around(recalibration.intercept)}`]),
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

export const aucInterval = ({ aucConfidenceInterval: interval }: Evaluation): string =>
  interval === null ? "" : `${interval[0].toFixed(4)} – ${interval[1].toFixed(4)}`;

const tableOf = (head: readonly string[]): InstanceType<typeof Table> =>
  new Table({ ...TABLE, head: [...head], colAligns: head.map((_, j) => (j === 0 ? "left" : "right")) });

const TABLE = { style: { head: [], border: [], compact: true } };

const indent = (text: string): string => text.replace(/^/gm, "  ");
/** Without blanks at the ends of lines and without empty lines around. */
const trimLines = (text: string): string => text.replace(/[ \t]+$/gm, "").replace(/^\n+|\n+$/g, "");
const name = (text: string): string => shorten(plain(text), 26);

/** How many, which weights may make no whole number. */
export const amount = (count: number): string => (Number.isInteger(count) ? String(count) : count.toFixed(1));

/** `95 %`, `3.1 %`, `99.9 %`. */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(share > 0.99 ? 4 : 2))} %`;

/** With so many digits that count, and an exponent where it would be long otherwise. */
export function significant(value: number, digits = 4): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(digits - 2);
  return size >= 10 ** (digits - 1) ? value.toFixed(0) : value.toPrecision(digits);
}

/** A p value. */
export const probability = (p: number): string => (p === 0 ? "< 1e-300" : p < 1e-3 ? p.toExponential(1) : p.toFixed(4));
