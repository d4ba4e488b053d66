import temml from "temml";
import { calibrationPlot, forestPlot, lossPlot, precisionRecallPlot, rocPlot, scorePlot } from "./charts.js";
import { derivationOf } from "./derivation.js";
import type { Coefficient } from "./inference.js";
import { curvesOf, type Evaluation } from "./metrics.js";
import { largestDifference, type Outcome } from "./result.js";
import { probability, scores, significant } from "./terminal.js";

/** Markup, as against text that must be escaped. */
type Html = string;

const escapeText = (text: string): Html =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replace(/[^\P{Cc}\n]/gu, "\ufffd");

/** The result as one page that needs nothing from elsewhere. Each section is a line in the list at its end. */
export function reportPage(outcome: Outcome): Html {
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
${sectionsOf(outcome)
  .map(({ heading, body }) => `<section>\n<h2>${escapeText(heading)}</h2>\n${body}\n</section>`)
  .join("\n")}
</body>
</html>
`;
}

interface Section {
  readonly heading: string;
  readonly body: Html;
}

function sectionsOf(outcome: Outcome): Section[] {
  const { judged, test, training, fitted, inference, command, data } = outcome;
  const curve = curvesOf(judged.z, judged.y);
  const share = judged.y.reduce((sum, label) => sum + label, 0) / judged.y.length;
  const on = test === undefined ? "the training rows" : "the rows held out";
  const scaled = scaledCoefficients(outcome).filter(({ name }) => name !== "(intercept)");
  const one = escapeText("Only one class is there to be ranked.");
  const plots: [string, Html][] = [
    ["ROC curve", curve.length === 0 ? one : rocPlot(curve)],
    ["Precision and recall", curve.length === 0 ? one : precisionRecallPlot(curve, share)],
    ["Calibration", calibrationPlot((test ?? training).calibration)],
    ["Scores", scorePlot(judged.z, judged.y, command.threshold)],
  ];
  return [
    { heading: "Summary", body: summary(outcome) },
    { heading: "Coefficients", body: coefficientTable(inference.coefficients, `For a step of 1 of the feature${robust(outcome)}.`) },
    {
      heading: "Standardized coefficients",
      body: coefficientTable(inference.standardizedCoefficients, `For a step of one standard deviation of the feature${robust(outcome)}.`),
    },
    ...(scaled.length === 0
      ? []
      : [
          {
            heading: `Odds ratios per ${command.standardize ? "standard deviation" : "unit"}`,
            body: `<figure>${forestPlot(scaled)}<figcaption>Intervals of 95 %; colored where they do not reach 1.</figcaption></figure>`,
          },
        ]),
    { heading: "Descent", body: `<figure>${lossPlot(fitted.solution.history)}</figure>` },
    { heading: "Evaluation", body: evaluation(outcome) },
    {
      heading: `On ${on}`,
      body: `<p><span class="chip positive"></span>${escapeText(data.positive)} (y = 1) <span class="chip negative"></span>${escapeText(data.negative)} (y = 0)</p>
<div class="plots">${plots.map(([caption, svg]) => `<figure><h3>${escapeText(caption)}</h3>${svg}</figure>`).join("\n")}</div>`,
    },
    { heading: "The gradient, derived", body: derivation(outcome) },
    { heading: "Engine against hand formula", body: gradientCheck(outcome) },
  ];
}

const robust = ({ command }: Outcome): string => (command.robust ? ", with robust standard errors" : "");

const scaledCoefficients = ({ command, inference }: Outcome): readonly Coefficient[] =>
  command.standardize ? inference.standardizedCoefficients : inference.coefficients;

function summary({ command, data, fitted, inference, training, test, warnings }: Outcome): Html {
  const { solution, loss } = fitted;
  const { statistic, degreesOfFreedom, p } = inference.likelihoodRatioTest;
  const positives = data.y.reduce((sum, label) => sum + label, 0);
  const facts: [string, string][] = [
    [
      "Data",
      `${command.data}: ${data.count} rows, ${data.columns.length} features${data.dropped === 0 ? "" : `, ${data.dropped} rows with gaps left out`}`,
    ],
    ["Target", `${data.target}: ${data.positive} (${positives} rows) is y = 1, ${data.negative} (${data.count - positives}) is y = 0`],
    [
      "Parts",
      test === undefined
        ? `${training.rows} rows to train on, none held out`
        : `${training.rows} rows to train on, ${test.rows} held out (seed ${command.seed})`,
    ],
    ["Penalty", command.l2 === 0 ? "none" : `l2 = ${command.l2}, per ${command.standardize ? "standard deviation" : "unit"}`],
    ["Class weights", `${significant(loss.weights.negative)} : ${significant(loss.weights.positive)} (y = 0 : y = 1)`],
    ["Solver", `${solution.solver}, ${solution.iterations} iterations: ${solution.reason}`],
    [
      "Log-likelihood",
      `${inference.logLikelihood.toFixed(4)} (null ${inference.nullLogLikelihood.toFixed(4)}), deviance ${inference.deviance.toFixed(4)}`,
    ],
    ["Likelihood ratio", `${statistic.toFixed(4)} on ${degreesOfFreedom} df, p ${probability(p)}`],
    ["AIC, BIC", `${inference.aic.toFixed(2)}, ${inference.bic.toFixed(2)}`],
    ["McFadden’s R²", inference.mcFaddenR2.toFixed(4)],
  ];
  const notes = warnings.map((warning) => `<li>${escapeText(warning)}</li>`).join("");
  return `<dl>${facts.map(([term, text]) => `<dt>${escapeText(term)}</dt><dd>${escapeText(text)}</dd>`).join("\n")}</dl>${notes === "" ? "" : `\n<ul>${notes}</ul>`}`;
}

function coefficientTable(coefficients: readonly Coefficient[], caption: string): Html {
  const rows = coefficients.map(({ name, estimate, standardError, z, p, confidenceInterval, oddsRatio, oddsRatioInterval }) => [
    name,
    significant(estimate),
    significant(standardError),
    z.toFixed(2),
    probability(p),
    interval(confidenceInterval),
    significant(oddsRatio, 3),
    interval(oddsRatioInterval),
  ]);
  return table(["", "estimate", "std. error", "z", "p", "95 %", "odds ratio", "95 %"], rows, caption);
}

const interval = ([low, high]: readonly [number, number]): string => `${significant(low, 3)} – ${significant(high, 3)}`;

function evaluation({ training, test, crossValidation, data, command }: Outcome): Html {
  const row = (title: string, part: Evaluation): string[] =>
    scores(title, part, part.aucConfidenceInterval === null ? "" : interval(part.aucConfidenceInterval));
  const rows = [row("training", training)];
  if (test !== undefined) rows.push(row("held out", test));
  if (crossValidation !== undefined) {
    const { folds, mean, deviation } = crossValidation;
    const both = (key: keyof typeof mean): string => `${mean[key].toFixed(4)} ± ${deviation[key].toFixed(4)}`;
    rows.push([`${folds}-fold`, String(data.count), both("accuracy"), both("logLoss"), both("brier"), both("auc"), ""]);
  }
  const { truePositive, falsePositive, falseNegative, trueNegative } = (test ?? training).confusion;
  return `${table(["", "rows", "accuracy", "log loss", "Brier", "AUC", "95 %"], rows, "The interval of the AUC is DeLong’s.")}
${table(
  ["", `called ${data.positive}`, `called ${data.negative}`],
  [
    [`is ${data.positive}`, String(truePositive), String(falseNegative)],
    [`is ${data.negative}`, String(falsePositive), String(trueNegative)],
  ],
  `The ${test === undefined ? "training" : "held-out"} rows, called ${data.positive} from ŷ = ${command.threshold} on.`,
)}`;
}

/** What is derived here is checked in the section below it. */
function derivation({ fitted }: Outcome): Html {
  const { derivation, rows } = derivationOf(fitted);
  const math = (tex: string): Html => temml.renderToString(`\\displaystyle ${tex.replace("&=", "=")}`, { throwOnError: true });
  const lines = derivation.steps.map(({ latex, rule }) => `<tr><td>${math(latex)}</td><td>${escapeText(rule)}</td></tr>`);
  return `<p>Read off the tape of the loss by <code>derive</code>: W holds the coefficients of the standardized features, X a row
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
${table(["", "engine", "by hand", "difference"], rows, "Standardized features.")}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[], caption: string): Html {
  const cells = (tag: string, texts: readonly string[]): Html =>
    texts
      .map((text, j) => (j === 0 && tag === "td" ? `<th scope="row">${escapeText(text)}</th>` : `<${tag}>${escapeText(text)}</${tag}>`))
      .join("");
  return `<div class="table"><table><caption>${escapeText(caption)}</caption>
<thead><tr>${cells("th", head)}</tr></thead>
<tbody>${rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n")}</tbody></table></div>`;
}

const DARK = "--ground: #16181c; --text: #e3e5e8; --faint: #9aa0a8; --line: #363a41; --positive: #6cb2ff; --negative: #f0a15e;";
const STYLE = `
:root { --ground: #fff; --text: #1c1e21; --faint: #5d636b; --line: #d8dbdf; --positive: #1a66b8; --negative: #b85c12; }
@media screen and (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 60rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 0.75rem; padding-bottom: 0.25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 0.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.25rem; margin: 0; }
dt { color: var(--faint); }
dd { margin: 0; }
.table { overflow-x: auto; margin-bottom: 1.25rem; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
caption { caption-side: bottom; text-align: left; color: var(--faint); padding-top: 0.4rem; }
th, td { padding: 0.2rem 0.7rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); font-weight: normal; }
thead th { color: var(--faint); }
tbody th { text-align: left; }
.derivation td, .derivation th { text-align: left; font-size: 1rem; }
.derivation td:last-child { color: var(--faint); font-size: 0.875rem; }
figure { margin: 0; break-inside: avoid; }
figcaption { color: var(--faint); font-size: 0.875rem; }
figure svg { max-width: 100%; height: auto; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 2rem 1.5rem; }
.chip { display: inline-block; width: 0.8em; height: 0.8em; margin: 0 0.35em 0 0.8em; border-radius: 2px; }
.chip:first-child { margin-left: 0; }
.positive { background: var(--positive); }
.negative { background: var(--negative); }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.5rem; } }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .table { overflow: visible; } table { font-size: 8pt; } th, td { padding: 0.1rem 0.35rem; } tr, .plots figure { break-inside: avoid; }
  h2 { break-after: avoid; } .chip { print-color-adjust: exact; }
}
`;
