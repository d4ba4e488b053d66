import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { evenTicks } from "../../../examples/logistic-regression/charts.js";
import { ratio } from "../../../examples/logistic-regression/terminal.js";
import { inDirectory, resultOf, runHere } from "./program.js";

const pageOf = (...args: string[]): Promise<{ text: string; document: Document }> =>
  inDirectory(async (directory) => {
    const file = join(directory, "report.html");
    const { code, stderr } = await runHere([...args, "--report", file]);
    expect([code, stderr]).toEqual([0, ""]);
    const text = readFileSync(file, "utf8");
    return { text, document: parseHTML(text).document as unknown as Document };
  });

test("the page has all tables and plots, needs nothing from elsewhere, and runs no script", async () => {
  const { text, document } = await pageOf("--folds", "3");
  expect([...document.querySelectorAll("h2")].map((h) => h.textContent)).toEqual([
    ...["Summary", "Coefficients", "Odds ratios", "Standardized coefficients", "Variance inflation", "Evaluation"],
    ...["On the rows held out", "Thresholds", "Calibration", "Descent", "The gradient, derived", "Engine against hand formula"],
  ]);
  expect([...document.querySelectorAll("details h2")].map((h) => h.textContent)).toEqual([
    "The gradient, derived",
    "Engine against hand formula",
  ]);
  const forest = "Odds ratios with their intervals of 95 %";
  expect([...document.querySelectorAll("svg[role=img]")].map((svg) => svg.getAttribute("aria-label"))).toEqual([
    ...[
      forest,
      forest,
      expect.stringMatching(/^ROC curve, AUC 0\.99\d$/),
      "Precision and recall",
      "Calibration",
      "Scores by class",
      "Loss by iteration",
    ],
  ]);
  for (const head of document.querySelectorAll("thead tr")) {
    const titles = [...head.children].map((cell) => cell.textContent);
    expect(titles).not.toContain("");
    expect(new Set(titles).size).toBe(titles.length);
  }
  expect(document.querySelector("footer")?.textContent).toMatch(
    /^Made on \d{4}-\d\d-\d\d by gradtape \d+\.\d+\.\d+, npm start -- --folds 3 --report/,
  );
  // Every plot has its data: paths, circles or bars.
  for (const svg of document.querySelectorAll("svg[role=img]"))
    expect(svg.querySelectorAll("[aria-label=line] path, [aria-label=dot] circle, [aria-label=rect] rect").length).toBeGreaterThan(0);
  expect(text.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:|<script|<link|@import|url\(|src=|NaN|undefined/);
});

test("its numbers are those of --json", async () => {
  const [{ document }, result] = [await pageOf("--test", "0"), await resultOf("--test", "0")];
  const rows = [...document.querySelectorAll("table")].map((table) =>
    [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent)),
  );
  expect(rows[0].map(([name]) => name)).toEqual(result.coefficients.map(({ name }) => name));
  expect(rows[0].map((row) => row[1])).toEqual(
    result.coefficients.map(({ estimate }) => expect.stringContaining(estimate.toPrecision(4).slice(0, 4))),
  );
  expect(rows[rows.length - 1].map(([, engine]) => Number(engine))).toEqual(result.gradientCheck.parameters.map(({ engine }) => engine));
  expect(document.querySelectorAll("[aria-label='dot'] circle").length).toBeGreaterThan(30);
});

test("the gradient is derived for the model that was fitted, and agrees with the engine", async () => {
  for (const [args, result] of [
    [[], "Xᵀ(ŷ − y)/n + W ⊙ λ"],
    [["--class-weight", "balanced", "--no-intercept"], "Xᵀ(w ⊙ (ŷ − y))/n + W ⊙ λ"],
    [["--l2", "0", "--features", "mean_radius,mean_texture", "--test", "0"], "Xᵀ(ŷ − y)/n"],
  ] as const) {
    const { document } = await pageOf(...args);
    const section = [...document.querySelectorAll("section")].find((part) => part.querySelector("h2")?.textContent?.includes("derived"));
    expect(Number(/the largest difference is (\S+)\./.exec(section?.textContent ?? "")?.[1])).toBeLessThan(1e-14);
    const equations = [...(section?.querySelectorAll("tbody tr") ?? [])];
    expect(equations.length).toBeGreaterThan(10);
    for (const equation of equations) expect(equation.querySelector("math")).not.toBeNull();
    const plain = (text: string): string => text.replace(/[^\p{L}\d]/gu, "");
    expect(plain(equations[equations.length - 1].querySelector("math")?.textContent ?? "")).toContain(
      plain(result.replace("ᵀ", "").replace("ŷ", "yˆ")),
    );
  }
});

test("the reference levels, robust errors and what categories do are told about", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "data.csv");
    writeFileSync(
      file,
      `g,x,y\n${Array.from({ length: 90 }, (_, i) => `${"uvw"[i % 3]},${(i * 37) % 23},${(i * 53) % 7 < 3 ? 1 : 0}`).join("\n")}\n`,
    );
    const { document } = await pageOf("--data", file, "--target", "y", "--test", "0", "--l2", "0", "--errors", "HC1", "--level", "0.9");
    const text = document.body.textContent as string;
    expect(text).toContain("g: u");
    expect(text).toContain("standard errors robust, HC1");
    expect([...document.querySelectorAll("th")].map((cell) => cell.textContent)).toContain("90 % of odds ratio");
    expect([...document.querySelectorAll("h2")].map((h) => h.textContent)).toContain("Categories");
  }));

test("an odds ratio close to 1 shows how it differs", () => {
  const about = { name: "x", estimate: 0.00031, standardError: 1.2e-4, z: 2.5, p: 0.012, confidenceInterval: [7e-5, 5.5e-4] } as const;
  expect(ratio({ ...about, oddsRatio: 1.00031, oddsRatioInterval: [1.00007, 1.00055] })).toEqual(["1.000310", "1.000070 – 1.000550"]);
});

test.each([
  [0.01, 3],
  [0.9, 1.2],
  [1e-6, 1e6],
  [0.999, 1.002],
  [1, 40],
])("the ticks of a forest plot from %f to %f are at even distances, and 1 is one of them", (low, high) => {
  const ticks = evenTicks(low, high);
  const steps = ticks.slice(1).map((tick, i) => Math.log(tick / ticks[i]));
  for (const step of steps) expect(step).toBeCloseTo(steps[0], 9);
  expect(ticks.some((tick) => Math.abs(tick - 1) < 1e-9)).toBe(true);
  expect(ticks[0]).toBeLessThanOrEqual(low * (1 + 1e-9));
  expect(ticks[ticks.length - 1]).toBeGreaterThanOrEqual(high * (1 - 1e-9));
  expect(ticks.length).toBeLessThanOrEqual(7);
});

test("what comes from the data is escaped", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "data.csv");
    writeFileSync(file, '"<script>alert(1)</script>",y\n1,<b>\n2,&amp;\n4,<b>\n1,&amp;\n');
    const { text } = await pageOf("--data", file, "--target", "y", "--positive", "<b>", "--test", "0");
    expect(text).not.toMatch(/<script|<b>/);
    expect(text).toContain("&#60;script&#62;");
    expect(text).toContain("&#38;amp;");
  }));
