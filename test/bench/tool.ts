// The logistic regression of the examples against pandas with statsmodels and scikit-learn: whole runs, from the file to the
// result, in processes of their own that take turns. What is not installed is skipped (Debian: python3-pandas
// python3-statsmodels python3-sklearn r-base-core).
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { printBar, printTable, times } from "./report.js";

const ROUNDS = 3;
const directory = mkdtempSync(join(tmpdir(), "gradtape-tool-"));
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const at = (name: string): string => join(directory, name);

/** What a run took: seconds by the clock and of processors, and the most memory that it held, in MB. */
interface Run {
  readonly seconds: number;
  readonly processor: number;
  readonly memory: number;
  readonly output: string;
}

/** Runs a program to its end. */
function run(command: string, args: readonly string[]): Run {
  // The BLAS of Python is to choose its kernels by the processor.
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...env } = process.env;
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync("/usr/bin/time", ["-f", "%M %U %S", command, ...args], {
    encoding: "utf8",
    env,
    maxBuffer: 1 << 26,
  });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  const [memory, user, system] = (stderr.trim().split("\n").at(-1) as string).split(" ").map(Number);
  return { seconds, processor: user + system, output: stdout, memory: memory / 1024 };
}

const tool = (...args: string[]) => run(process.execPath, ["--import", "tsx", here("../../examples/logistic-regression/main.ts"), ...args]);
const python = ["python3", "/usr/bin/python3"].find((command) => spawnSync(command, [here("tool.py"), "versions"]).status === 0);
const R = spawnSync("Rscript", ["--version"]).status === 0 ? "Rscript" : undefined;

interface Side {
  readonly name: string;
  run(): Run;
}

/** Lets the sides take turns; prints the best time of each, and returns that of the tool over that of the first other side. */
function compare(title: string, sides: readonly Side[]): number | undefined {
  const best = sides.map(() => ({ seconds: Number.POSITIVE_INFINITY, processor: Number.POSITIVE_INFINITY, memory: 0 }));
  for (let round = 0; round < ROUNDS; round++)
    sides.forEach((side, i) => {
      const { seconds, processor, memory } = side.run();
      best[i] = {
        seconds: Math.min(best[i].seconds, seconds),
        processor: Math.min(best[i].processor, processor),
        memory: Math.max(best[i].memory, memory),
      };
    });
  console.log(`\n${title}\n`);
  const rows = sides.map(({ name }, i) => [
    name,
    best[i].seconds.toFixed(2),
    times(best[0].seconds / best[i].seconds),
    best[i].processor.toFixed(2),
    best[i].memory.toFixed(0),
  ]);
  printTable(["", "seconds", "this tool", "processor seconds", "peak MB"], rows);
  return sides.length > 1 ? best[0].seconds / best[1].seconds : undefined;
}

try {
  if (python === undefined) console.log("pandas, statsmodels and scikit-learn: not found, skipped");
  else
    console.log(
      Object.entries(JSON.parse(run(python, [here("tool.py"), "versions"]).output))
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    );

  run(process.execPath, ["--import", "tsx", here("large-csv.ts"), at("large.csv"), "200000"]);
  const fit = compare("Fit of 200,000 × 30, maximum likelihood, with errors and evaluation", [
    {
      name: "this tool",
      run: () => tool("--data", at("large.csv"), "--target", "y", "--l2", "0", "--test", "0", "--json", at("fit.json")),
    },
    ...(python === undefined
      ? []
      : [{ name: "pandas and statsmodels", run: () => run(python, [here("tool.py"), "fit", at("large.csv")]) }]),
  ]);
  if (python !== undefined) {
    const own = JSON.parse(readFileSync(at("fit.json"), "utf8")).logLikelihood as number;
    const theirs = JSON.parse(run(python, [here("tool.py"), "fit", at("large.csv")]).output).logLikelihood as number;
    if (Math.abs(own - theirs) > 1e-8 * Math.abs(own)) throw new Error(`the fits differ: ${own} and ${theirs}`);
  }

  tool("--data", at("large.csv"), "--target", "y", "--l2", "0", "--test", "0", "--save", at("model.json"));
  if (python !== undefined) run(python, [here("tool.py"), "train", at("large.csv"), at("model.pickle")]);
  const predict = compare("Prediction of 200,000 × 30, to a file with all columns", [
    { name: "this tool", run: () => tool("predict", "--model", at("model.json"), "--data", at("large.csv"), "--out", at("scored.csv")) },
    ...(python === undefined
      ? []
      : [
          {
            name: "pandas and scikit-learn",
            run: () => run(python, [here("tool.py"), "predict", at("model.pickle"), at("large.csv"), at("theirs.csv")]),
          },
        ]),
  ]);

  // A category of 500 levels, and two numbers.
  let state = 1;
  const random = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const rows = Array.from({ length: 20_000 }, (_, i) => {
    const [level, a, b] = [i % 500, random() * 4 - 2, random() * 4 - 2];
    const p = 1 / (1 + Math.exp(-(Math.sin(level) + a - 0.5 * b)));
    return `L${String(level).padStart(3, "0")},${a},${b},${random() < p ? 1 : 0}`;
  });
  writeFileSync(at("levels.csv"), `level,a,b,y\n${rows.join("\n")}\n`);
  const script = `d <- read.csv("${at("levels.csv")}", stringsAsFactors = TRUE); m <- glm(y ~ level + a + b, binomial, d); s <- summary(m); cat(logLik(m))`;
  const levels = compare("Fit of 20,000 rows with a category of 500 levels", [
    {
      name: "this tool",
      run: () => tool("--data", at("levels.csv"), "--target", "y", "--l2", "0", "--test", "0", "--categorical", "level"),
    },
    ...(R === undefined ? [] : [{ name: "R, glm", run: () => run(R, ["-e", script]) }]),
    ...(python === undefined
      ? []
      : [{ name: "pandas and statsmodels", run: () => run(python, [here("tool.py"), "levels", at("levels.csv")]) }]),
  ]);

  const wide = Array.from(
    { length: 100 },
    () => `${Array.from({ length: 800 }, () => random().toFixed(6)).join(",")},${random() < 0.5 ? 1 : 0}`,
  );
  writeFileSync(at("wide.csv"), `${Array.from({ length: 800 }, (_, j) => `x${j}`).join(",")},y\n${wide.join("\n")}\n`);
  compare("Fit of 100 × 800 with a penalty", [
    { name: "this tool", run: () => tool("--data", at("wide.csv"), "--target", "y", "--test", "0") },
  ]);

  const bars = [
    { where: "fit", value: fit, atMost: 1 },
    { where: "predict", value: predict, atMost: 1 },
    { where: "levels", value: levels, atMost: 1 },
  ].flatMap(({ where, value, atMost }) => (value === undefined ? [] : [{ where, value, atMost }]));
  if (bars.length > 0) printBar("no slower than the first of the others, reading included", bars);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
