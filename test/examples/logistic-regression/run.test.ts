import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inDirectory, main, runHere, start } from "./program.js";

const widest = (text: string): number => Math.max(...text.split("\n").map((line) => [...line].length));

test("into a pipe it prints plain lines: the gradients, the loss as it falls, the weights, the evaluation, the time", async () => {
  const { code, stdout, stderr } = await start(main, []).outcome;
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).not.toContain("\x1b");
  expect(stdout).not.toContain("\r");
  expect(widest(stdout)).toBeLessThanOrEqual(100);
  expect(stdout).toMatch(/Largest difference: \d\.\de-1[5-9]\n/);
  expect(stdout.match(/^ {2}step +\d+ of 5000 {3}loss 0\.\d{6}$/gm)).toHaveLength(11);
  expect(stdout).toContain("0.693┤━");
  expect(stdout).toMatch(/Loss 0\.693147 → 0\.07\d+ in 5000 steps/);
  expect(stdout).toMatch(/│ worst_texture +│ +1\.\d{6} │ +3\.\d{3} │/);
  expect(stdout).toMatch(/accuracy {3}98\.6 % \(140 of 142\)\n {2}log loss {3}0\.05\d+\n {2}AUC {8}0\.99\d+\n/);
  expect(stdout).toMatch(/│ {6}│ called M │ called B │\n.*\n {2}│ is M │ +52 │ +1 │\n {2}│ is B │ +1 │ +88 │\n/);
  expect(stdout).toMatch(/Took \d+\.\d\d s, of which \d+\.\d\d s for the descent, \d+\.\d{3} ms a step\n$/);
});

test("on a terminal it shows a bar, gives the cursor back, and prints the same otherwise", async () => {
  const { code, stdout } = await runHere(["--steps", "50"], { columns: 100 });
  expect(code).toBe(0);
  expect(stdout).toMatch(/█{40} 100 % {3}step 50 of 50 {3}loss 0\.\d{6}/);
  expect(stdout.lastIndexOf("\x1b[?25h")).toBeGreaterThan(stdout.lastIndexOf("\x1b[?25l"));
  const isProgress = (line: string): boolean => line.includes("\x1b") || /^ {2}step|^Took/.test(line);
  const rest = (text: string): string[] => text.split("\n").filter((line) => !isProgress(line));
  expect(rest(stdout)).toEqual(rest((await runHere(["--steps", "50"])).stdout));
});

/** Lines that steer the cursor: those of the progress bar. */
const progressLines = new RegExp(`^.*${String.fromCharCode(27)}.*$`, "gm");

test("on a narrow terminal the tables stay in one block and the chart shrinks", async () => {
  const { stdout } = await runHere(["--steps", "5"], { columns: 70 });
  // The bar's own line is cut by the terminal, and the lines of prose are wrapped by it.
  expect(widest(stdout.replace(progressLines, "").replace(/^(Weights|Gradient| {2}Loss).*$/gm, ""))).toBeLessThanOrEqual(70);
});

test("a loss that rises is reported", async () => {
  const { code, stdout } = await runHere(["--steps", "3", "--learning-rate", "1000"]);
  expect(code).toBe(0);
  expect(stdout).toContain("The loss rose: the learning rate is too large.");
});

test("weights that separate the classes are reported where there is no penalty", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "separable.csv");
    writeFileSync(file, "x,y\n1,0\n2,0\n3,1\n4,1\n");
    const run = (l2: string) => runHere(["--data", file, "--target", "y", "--test", "0", "--steps", "50", "--l2", l2]);
    expect((await run("0")).stdout).toContain("Note: the weights separate the two classes");
    expect((await run("1")).stdout).not.toContain("Note");
  }));

test("a column that does not vary is named and gets the weight 0", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "constant.csv");
    writeFileSync(file, "x,always,y\n1,0.1,0\n2,0.1,1\n3,0.1,0\n4,0.1,1\n");
    const { code, stdout } = await runHere(["--data", file, "--target", "y", "--test", "0", "--steps", "50"]);
    expect(code).toBe(0);
    expect(stdout).toContain("constant, so of weight 0: always");
    expect(stdout).toMatch(/│ always +│ +0\.000000 │ +1\.000 │/);
  }));

test("names with control characters and long names do no harm to a terminal", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "names.csv");
    writeFileSync(file, `"\x1b[31mred\nline",${"long".repeat(20)},y\n1,2,0\n2,1,1\n3,5,0\n4,0,1\n`);
    const { code, stdout } = await runHere(["--data", file, "--target", "y", "--test", "0", "--steps", "5"]);
    expect(code).toBe(0);
    expect(stdout).not.toContain("\x1b");
    expect(stdout).toContain("│  [31mred line ");
    expect(stdout).toContain("│ longlonglonglonglonglonglon… │");
  }));

test("where one class only is held out, the AUC is said to be undefined, and is null in the file", () =>
  inDirectory(async (directory) => {
    const [file, json] = [join(directory, "rare.csv"), join(directory, "result.json")];
    writeFileSync(file, `x,y\n${Array.from({ length: 20 }, (_, i) => `${i},${i === 7 ? 1 : 0}`).join("\n")}\n`);
    const { stdout } = await runHere(["--data", file, "--target", "y", "--steps", "5", "--json", json]);
    expect(stdout).toContain("AUC        undefined, as there is one class only");
    expect(JSON.parse(readFileSync(json, "utf8")).evaluation.auc).toBeNull();
  }));

test("Ctrl-C ends it with exit code 130 and no file", () =>
  inDirectory(async (directory) => {
    const { child, outcome } = start(main, ["--steps", "100000000", "--json", join(directory, "result.json")]);
    child.stdout.on("data", (text: string) => {
      if (text.includes("step")) child.kill("SIGINT");
    });
    const { code, stderr } = await outcome;
    expect([code, stderr]).toEqual([130, ""]);
    expect(readdirSync(directory)).toEqual([]);
  }));

test("an interruption gives a terminal its cursor back", async () => {
  const { code, stdout } = await runHere(["--steps", "100000000"], { columns: 100, signal: AbortSignal.abort() });
  expect(code).toBe(130);
  expect(stdout.lastIndexOf("\x1b[?25h")).toBeGreaterThan(stdout.lastIndexOf("\x1b[?25l"));
});

test("a reader that leaves early, as head does, is no error, and the file is still written", () =>
  inDirectory(async (directory) => {
    const json = join(directory, "result.json");
    const { child, outcome } = start(main, ["--steps", "2000", "--json", json]);
    child.stdout.once("data", () => child.stdout.destroy());
    const { code, stderr } = await outcome;
    expect([code, stderr]).toEqual([0, ""]);
    expect(existsSync(json)).toBe(true);
  }));
