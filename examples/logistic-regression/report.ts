import { readFileSync } from "node:fs";
import temml from "temml";
import { calibrationPlot, forestPlot, lossPlot, precisionRecallPlot, rocPlot, scorePlot } from "./charts.js";
import { derivationOf } from "./derivation.js";
import type { Coefficient } from "./inference.js";
import { type CurvePoint, curvesOf, type Evaluation, type Rates } from "./metrics.js";
import { largestDifference, type Outcome, observationsOf } from "./result.js";
import { STYLE } from "./style.js";
import {
  amount,
  aucInterval,
  describeErrors,
  describeLoss,
  describeTarget,
  percent,
  probability,
  ratio,
  scores,
  significant,
} from "./terminal.js";
import { counted } from "./text.js";

/** Markup, as against text that must be escaped. */
type Html = string;

const escapeText = (text: string): Html =>
  text
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[^\P{Cc}\n]/gu, "\ufffd")
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "");

/** The result as one page that needs nothing from elsewhere. Each section is a line in the list at its end. */
export function reportPage(outcome: Outcome, now = new Date()): Html {
  const title = `Logistic regression of ${outcome.data.target}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeText(title)}</h1>
${sectionsOf(outcome).map(sectionHtml).join("\n")}
<footer>${madeBy(outcome, now)}</footer>
</body>
</html>
`;
}

interface Section {
  readonly heading: string;
  readonly body: Html;
  /** Shown only when somebody opens it. */
  readonly isFolded?: boolean;
}

const sectionHtml = ({ heading, body, isFolded = false }: Section): Html =>
  isFolded
    ? `<section>\n<details><summary><h2>${escapeText(heading)}</h2></summary>\n${body}\n</details>\n</section>`
    : `<section>\n<h2>${escapeText(heading)}</h2>\n${body}\n</section>`;

function madeBy({ command }: Outcome, now: Date): Html {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return `<p>Made on ${now.toISOString().slice(0, 10)} by gradtape ${escapeText(version)}, <code>${escapeText(`npm start -- ${command.line}`.trim())}</code></p>`;
}

function sectionsOf(outcome: Outcome): Section[] {
  const { test, inference, command, fitted } = outcome;
  const on = test === undefined ? "the training rows" : "the rows held out";
  const level = percent(command.level);
  const withErrors = `standard errors ${describeErrors(outcome)}`;
  const shown = inference.coefficients.filter(({ name }) => name !== "(intercept)");
  const hasDeviations = inference.isContinuous.includes(true);
  return [
    { heading: "Summary", body: summary(outcome) },
    { heading: "Coefficients", body: coefficientTable(outcome, inference.coefficients, `For a step of 1 of the column; ${withErrors}.`) },
    ...(shown.length === 0 ? [] : [{ heading: "Odds ratios", body: forests(outcome, shown, level) }]),
    ...(hasDeviations
      ? [
          {
            heading: "Standardized coefficients",
            body: coefficientTable(
              outcome,
              inference.standardizedCoefficients.filter((_, i) => inference.isContinuous[i]),
              `For a step of one standard deviation of a continuous column; ${withErrors}.`,
            ),
          },
        ]
      : []),
    ...featureSections(outcome),
    { heading: "Evaluation", body: evaluation(outcome) },
    { heading: `On ${on}`, body: plots(outcome) },
    { heading: "Thresholds", body: thresholds(test ?? outcome.training) },
    { heading: "Calibration", body: calibration(outcome) },
    { heading: "Descent", body: `<figure>${lossPlot(fitted.solution.history)}</figure>` },
    { heading: "The gradient, derived", body: derivation(outcome), isFolded: true },
    { heading: "Engine against hand formula", body: gradientCheck(outcome), isFolded: true },
  ];
}

/** Odds ratios per unit, and those of continuous columns per standard deviation beside them. */
function forests({ inference }: Outcome, perUnit: readonly Coefficient[], level: string): Html {
  const perDeviation = inference.standardizedCoefficients.filter((_, i) => inference.isContinuous[i]);
  const figure = (heading: string, list: readonly Coefficient[]): Html => `<figure><h3>${heading}</h3>${forestPlot(list, level)}</figure>`;
  const second = perDeviation.length === 0 ? "" : figure("Per standard deviation of continuous columns", perDeviation);
  return `<div class="plots">${figure("Per unit", perUnit)}${second}</div>
<p class="note">Intervals of ${level}; colored where they do not reach 1. What is beyond a factor of a million ends at the edge.</p>`;
}

function summary(outcome: Outcome): Html {
  const { command, data, fitted, inference, training, test, warnings, offset } = outcome;
  const { solution, encoding, classWeights } = fitted;
  const { statistic, degreesOfFreedom, p } = inference.likelihoodRatioTest;
  const observations = observationsOf(data);
  const facts: [string, string][] = [
    [
      "Data",
      `${command.data.join(", ")}: ${counted(data.count, "row")}${observations === data.count ? "" : `, ${amount(observations)} observations`}, ${counted(data.features.length, "feature")}${data.dropped === 0 ? "" : `, ${counted(data.dropped, "row")} with gaps left out`}${data.excluded === 0 ? "" : `, ${counted(data.excluded, "row")} left out by --where ${command.where}`}`,
    ],
    ["Target", describeTarget(outcome)],
    [
      "Parts",
      test === undefined
        ? `${training.rows} rows to train on, none held out`
        : `${training.rows} rows to train on, ${test.rows} held out (seed ${command.seed})`,
    ],
    ["Minimized", describeLoss(outcome)],
    ["Standard errors", describeErrors(outcome)],
    ...(encoding.references.length === 0
      ? []
      : [["Reference levels", encoding.references.map(({ feature, level }) => `${feature}: ${level}`).join("; ")] as [string, string]]),
    ...(data.weights === undefined ? [] : [["Weights", `${data.weights.type}, from ${data.weights.column}`] as [string, string]]),
    ...(classWeights.positive === 1 && classWeights.negative === 1
      ? []
      : [
          [
            "Class weights",
            `${significant(classWeights.negative)} : ${significant(classWeights.positive)} (y = 0 : y = 1)${offset === 0 ? "" : `; intercept corrected by ${significant(offset)}`}`,
          ] as [string, string],
        ]),
    ["Solver", `${solution.solver}, ${counted(solution.iterations, "iteration")}: ${solution.reason}`],
    [
      "Log-likelihood",
      `${inference.logLikelihood.toFixed(4)} (null ${inference.nullLogLikelihood.toFixed(4)}), deviance ${inference.deviance.toFixed(4)}`,
    ],
    ...(inference.penalizedLogLikelihood === null ? [] : [["Penalized", inference.penalizedLogLikelihood.toFixed(4)] as [string, string]]),
    ["Likelihood ratio", `${statistic.toFixed(4)} on ${degreesOfFreedom} df, p ${probability(p)}`],
    ["AIC, BIC", `${inference.aic.toFixed(2)}, ${inference.bic.toFixed(2)}`],
    ["McFadden’s R²", inference.mcFaddenR2.toFixed(4)],
  ];
  const notes = warnings.map((warning) => `<li>${escapeText(warning)}</li>`).join("");
  return `<dl>${facts.map(([term, text]) => `<dt>${escapeText(term)}</dt><dd>${escapeText(text)}</dd>`).join("\n")}</dl>${notes === "" ? "" : `\n<ul>${notes}</ul>`}`;
}

function coefficientTable({ inference, command }: Outcome, coefficients: readonly Coefficient[], caption: string): Html {
  const level = percent(command.level);
  const rows = coefficients.map((c) => {
    const { name, estimate, standardError, z, p, confidenceInterval } = c;
    return [
      name,
      significant(estimate),
      significant(standardError),
      z.toFixed(2),
      probability(p),
      interval(confidenceInterval),
      ...ratio(c),
    ];
  });
  const error = inference.errors === "model" ? "std. error" : "robust error";
  const kind = command.intervals === "profile" ? " p and intervals by the profile likelihood." : "";
  return table(
    ["column", "estimate", error, "z", "p", `${level} of estimate`, "odds ratio", `${level} of odds ratio`],
    rows,
    caption + kind,
  );
}

const interval = ([low, high]: readonly [number, number]): string => `${significant(low)} – ${significant(high)}`;

/** Tests of categories with all their levels, and variance inflation. */
function featureSections({ inference, command }: Outcome): Section[] {
  const { featureTests, inflation } = inference;
  const sections: Section[] = [];
  if (featureTests.length > 0) {
    const rows = featureTests.map(({ feature, degreesOfFreedom, wald, likelihoodRatio }) => [
      feature,
      String(degreesOfFreedom),
      wald.statistic.toFixed(3),
      probability(wald.p),
      ...(likelihoodRatio === null ? [] : [likelihoodRatio.statistic.toFixed(3), probability(likelihoodRatio.p)]),
    ]);
    const head = ["feature", "df", "Wald χ²", "p of Wald", ...(command.l2 === 0 ? ["likelihood ratio χ²", "p of likelihood ratio"] : [])];
    sections.push({ heading: "Categories", body: table(head, rows, "Whether all coefficients of a feature are 0 together.") });
  }
  if (inflation.length > 0) {
    const rows = inflation.map(({ feature, degreesOfFreedom, vif, errorFactor }) => [
      feature,
      String(degreesOfFreedom),
      significant(vif),
      significant(errorFactor, 3),
    ]);
    sections.push({
      heading: "Variance inflation",
      body: table(
        ["feature", "df", "VIF", "on errors"],
        rows,
        "How much variances grow because other columns resemble a column; generalized for features of several coefficients.",
      ),
    });
  }
  return sections;
}

function evaluation({ training, test, crossValidation, data, command }: Outcome): Html {
  const level = percent(command.level);
  const row = (title: string, part: Evaluation): string[] => scores(title, part, aucInterval(part));
  const rows = [row("training", training)];
  if (test !== undefined) rows.push(row("held out", test));
  if (crossValidation !== undefined) {
    const { folds, mean, deviation, parts } = crossValidation;
    const both = (key: keyof NonNullable<typeof mean>): string =>
      mean === null || deviation === null ? "–" : `${mean[key].toFixed(4)} ± ${deviation[key].toFixed(4)}`;
    const judged = String(parts.reduce((sum, part) => sum + part.rows, 0));
    rows.push([
      `${parts.length === folds ? "" : `${parts.length} of `}${folds}-fold`,
      judged,
      both("accuracy"),
      both("logLoss"),
      both("brier"),
      both("auc"),
      "",
    ]);
  }
  const judged = test ?? training;
  const { truePositive, falsePositive, falseNegative, trueNegative } = judged.confusion;
  const rate = (name: string, key: keyof Evaluation["intervals"]): string[] => [
    name,
    percentOf(judged[key]),
    rangeOf(judged.intervals[key]),
  ];
  return `${table(["part", "rows", "accuracy", "log loss", "Brier", "AUC", `${level} of AUC`], rows, "The interval of the AUC is DeLong’s.")}
<div class="plots">${table(
    ["true class", `called ${data.positive}`, `called ${data.negative}`],
    [
      [`is ${data.positive}`, amount(truePositive), amount(falseNegative)],
      [`is ${data.negative}`, amount(falsePositive), amount(trueNegative)],
    ],
    `The ${test === undefined ? "training" : "held-out"} rows, called ${data.positive} from ŷ = ${command.threshold} on.`,
  )}
${table(
  ["rate", "share", level],
  [
    rate("sensitivity (recall)", "sensitivity"),
    rate("specificity", "specificity"),
    rate("PPV (precision)", "positivePredictiveValue"),
    rate("NPV", "negativePredictiveValue"),
    ["F1", percentOf(judged.f1), ""],
  ],
  "At the same threshold; Wilson’s intervals.",
)}</div>`;
}

const percentOf = (share: number | null): string => (share === null ? "–" : share.toFixed(4));
const rangeOf = (range: readonly [number, number] | null): string =>
  range === null ? "" : `${range[0].toFixed(4)} – ${range[1].toFixed(4)}`;

function plots(outcome: Outcome): Html {
  const { judged, test, training, command, data } = outcome;
  const curve = curvesOf(judged);
  const on = test ?? training;
  const at: CurvePoint & { threshold: number } = {
    falsePositiveRate: on.specificity === null ? Number.NaN : 1 - on.specificity,
    truePositiveRate: on.sensitivity ?? Number.NaN,
    precision: on.positivePredictiveValue ?? Number.NaN,
    threshold: command.threshold,
  };
  const one = escapeText("Only one class is there to be ranked.");
  const auc = on.auc === null ? "" : `${on.auc.toFixed(3)}`;
  const all: [string, Html][] = [
    ["ROC curve", curve.length === 0 ? one : rocPlot(curve, at, auc)],
    ["Precision and recall", curve.length === 0 ? one : precisionRecallPlot(curve, at, on.share)],
    ["Calibration", calibrationPlot(on.calibration)],
    ["Scores", scorePlot(judged, command.threshold)],
  ];
  return `<p><span class="chip positive"></span>${escapeText(data.positive)} (y = 1) <span class="chip negative"></span>${escapeText(data.negative)} (y = 0); circles mark the threshold, ŷ = ${command.threshold}</p>
<div class="plots">${all.map(([caption, svg]) => `<figure><h3>${escapeText(caption)}</h3>${svg}</figure>`).join("\n")}</div>`;
}

function thresholds(on: Evaluation): Html {
  const row = (rates: Rates): string[] => [
    String(rates.threshold),
    ...[rates.sensitivity, rates.specificity, rates.positivePredictiveValue, rates.negativePredictiveValue, rates.f1, rates.accuracy].map(
      (rate) => (rate === null ? "–" : rate.toFixed(3)),
    ),
  ];
  return table(
    ["called positive from ŷ =", "sensitivity", "specificity", "PPV", "NPV", "F1", "accuracy"],
    on.thresholds.map(row),
    "On the same rows.",
  );
}

function calibration({ test, training, recalibration, command }: Outcome): Html {
  const on = test ?? training;
  const rows = on.calibration.map(({ from, to, rows: count, predicted, observed, interval: range }) => [
    `${from.toFixed(1)} – ${to.toFixed(1)}`,
    amount(count),
    predicted.toFixed(4),
    observed.toFixed(4),
    rangeOf(range),
  ]);
  const fitted =
    recalibration === null
      ? "A recalibration of the logits has no estimate here."
      : `Of y ~ intercept + slope·z: slope ${recalibration.slope.estimate.toFixed(3)} (${rangeOf(recalibration.slope.interval)}), which is 1 where the ŷ are as far from the middle as they should be; intercept with slope 1 ${recalibration.intercept.estimate.toFixed(3)} (${rangeOf(recalibration.intercept.interval)}), which is 0 where they are right altogether.`;
  return `${table(["ŷ", "rows", "mean ŷ", "share of y = 1", percent(command.level)], rows, "Wilson’s intervals.")}<p>${escapeText(fitted)}</p>`;
}

/** What is derived here is checked in the section below it. */
function derivation({ fitted }: Outcome): Html {
  const { derivation, rows } = derivationOf(fitted);
  const math = (tex: string): Html => temml.renderToString(`\\displaystyle ${tex.replace("&=", "=")}`, { throwOnError: true });
  const lines = derivation.steps.map(({ latex, reason }) => `<tr><td>${math(latex)}</td><td>${escapeText(reason)}</td></tr>`);
  return `<p>Read off the tape of the loss by <code>derive</code>: W holds the coefficients of the standardized columns, X a row
for each observation${fitted.loss.l2 === 0 ? "" : ", λ the strength of the penalty on each coefficient, divided by n"}. The two sides of each line were
evaluated on ${rows} rows, at a tenth of the fitted coefficients so that no ŷ rounds to 0 or 1. ${escapeText(derivation.verdict)}</p>
<div class="table"><table class="derivation"><thead><tr><th>equation</th><th>why</th></tr></thead>
<tbody>${lines.join("\n")}</tbody></table></div>`;
}

function gradientCheck({ compared }: Outcome): Html {
  const rows = compared.map(({ name, engine, byHand }) => [
    name,
    String(engine),
    String(byHand),
    Math.abs(engine - byHand).toExponential(1),
  ]);
  return `<p>The gradient of the mean loss at W = 0 on the training rows, by the engine and by hand as Xᵀ(ŷ − y)/n. The largest
difference is ${largestDifference(compared).toExponential(1)}.</p>
${table(["column", "engine", "by hand", "difference"], rows, "Standardized columns.")}`;
}

/** A table whose first column stays where it is when a narrow screen scrolls the others. */
function table(head: readonly string[], rows: readonly (readonly string[])[], caption: string): Html {
  const cells = (tag: string, texts: readonly string[]): Html =>
    texts
      .map((text, j) => (j === 0 && tag === "td" ? `<th scope="row">${escapeText(text)}</th>` : `<${tag}>${escapeText(text)}</${tag}>`))
      .join("");
  return `<div class="table" tabindex="0" role="region" aria-label="${escapeText(caption)}"><table><caption>${escapeText(caption)}</caption>
<thead><tr>${cells("th", head)}</tr></thead>
<tbody>${rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n")}</tbody></table></div>`;
}
