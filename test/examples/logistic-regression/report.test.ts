import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
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
    ...["Summary", "Coefficients", "Standardized coefficients", "Odds ratios per standard deviation", "Descent", "Evaluation"],
    ...["On the rows held out", "The gradient, derived", "Engine against hand formula"],
  ]);
  expect([...document.querySelectorAll("svg[role=img]")].map((svg) => svg.getAttribute("aria-label"))).toEqual([
    ...[
      "Odds ratios with their intervals of 95 %",
      "Loss by iteration",
      "ROC curve",
      "Precision and recall",
      "Calibration",
      "Scores by class",
    ],
  ]);
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
  expect(rows[5].map(([, engine]) => Number(engine))).toEqual(result.gradientCheck.parameters.map(({ engine }) => engine));
  expect(document.querySelectorAll("[aria-label='dot'] circle").length).toBeGreaterThan(30);
});

test("the gradient is derived for the model that was fitted, and agrees with the engine", async () => {
  for (const [args, result] of [
    [[], "W ⊙ λ + Xᵀ(ŷ − y)/n"],
    [["--class-weight", "balanced", "--no-intercept"], "W ⊙ λ + Xᵀ(w ⊙ (ŷ − y))/n"],
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

test("what comes from the data is escaped", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "data.csv");
    writeFileSync(file, '"<script>alert(1)</script>",y\n1,<b>\n2,&amp;\n4,<b>\n1,&amp;\n');
    const { text } = await pageOf("--data", file, "--target", "y", "--positive", "<b>", "--test", "0");
    expect(text).not.toMatch(/<script|<b>/);
    expect(text).toContain("&#60;script&#62;");
    expect(text).toContain("&#38;amp;");
  }));
