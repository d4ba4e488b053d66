import { setImmediate as nextTurn } from "node:timers/promises";
import { measureScale, type Rows, readTable, splitRows, standardize, toDataset } from "./data.js";
import { InputError, Interrupted } from "./errors.js";
import { evaluate } from "./metrics.js";
import { descend, gradientByHand, logits, lossAndGradient, type Problem, type Progress, toProblem, zeroCoefficients } from "./model.js";
import { HELP, type Options, readOptions } from "./options.js";
import { checkDestination, writeWhole } from "./output.js";
import { showProgress } from "./progress.js";
import * as report from "./report.js";
import { plain } from "./text.js";

/** Where text goes. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** The world outside, as far as the program needs it. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborts at Ctrl-C. */
  readonly signal?: AbortSignal;
}

/**
 * The program: fits a logistic regression and tells about it. Returns the exit code: 0, 1 after an error, which takes
 * one line on stderr, 130 if it was interrupted.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    const options = readOptions(args);
    if (options === "help") io.stdout.write(HELP);
    else await fitAndReport(options, io);
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    const known = error instanceof InputError;
    io.stderr.write(
      `logistic-regression: ${known ? "" : "unexpected error: "}${plain(error instanceof Error ? error.message : String(error))}\n`,
    );
    return 1;
  }
}

async function fitAndReport(options: Options, io: Io): Promise<void> {
  const { stdout } = io;
  const width = Math.min(stdout.columns || 100, 100);
  const started = performance.now();
  if (options.json !== undefined) checkDestination(options.json, options.data);

  const data = toDataset(readTable(options.data), options);
  const parts = splitRows(data, options.test, options.seed);
  const scale = measureScale(parts.train);
  const train = standardize(parts.train, scale);
  const heldOut = parts.heldOut && standardize(parts.heldOut, scale);
  const problem = toProblem(train, options.l2);
  stdout.write(report.describeRun(options, data, train, heldOut, scale));

  const gradientAtZero = compareAtZero(problem, train);
  stdout.write(report.describeGradient(gradientAtZero, width));

  stdout.write("\nDescent\n\n");
  const descending = performance.now();
  const { last, history } = await watchDescent(problem, options, io);
  const descended = performance.now();
  stdout.write(report.describeDescent(history, last.gradient, width));

  const { w, b } = last.coefficients;
  const fitted = {
    intercept: b.item(),
    weights: data.features.map((name, j) => ({ name, weight: w.data[j], mean: scale.mean[j], deviation: scale.deviation[j] })),
  };
  stdout.write(report.describeWeights(fitted, width));

  const onTraining = evaluate(logits(last.coefficients, problem.x).data, train.y);
  const evaluation = heldOut === undefined ? onTraining : evaluate(logits(last.coefficients, toProblem(heldOut, 0).x).data, heldOut.y);
  stdout.write(report.describeEvaluation(evaluation, data, heldOut === undefined));
  if (options.l2 === 0 && onTraining.accuracy === 1) stdout.write(report.SEPARATED);

  if (options.json !== undefined) {
    await breathe(io);
    writeWhole(options.json, report.toJson(options, data, train, heldOut, { gradientAtZero, history, fitted, evaluation }));
    stdout.write(`\nResults written to ${plain(options.json)}\n`);
  }
  stdout.write(report.describeTime(performance.now() - started, descended - descending, options.steps));
}

/** The gradient at W = 0 from the engine and from the formula, the intercept first. */
function compareAtZero(problem: Problem, train: Rows): report.Compared[] {
  const zero = zeroCoefficients(train.features.length);
  const [, engine] = lossAndGradient(zero, problem);
  const byHand = gradientByHand(train, zero.w.data, zero.b.item());
  return [
    { name: "intercept", engine: engine.b.item(), byHand: byHand.b },
    ...train.features.map((name, j) => ({ name, engine: engine.w.data[j], byHand: byHand.w[j] })),
  ];
}

/** Runs the descent under the user's eyes. Keeps the loss at steps whose distances grow, enough to draw it. */
async function watchDescent(problem: Problem, options: Options, io: Io): Promise<{ last: Progress; history: report.LossAt[] }> {
  const display = showProgress(io.stdout, options.steps);
  const history: report.LossAt[] = [];
  let last: Progress | undefined;
  let keepNext = 0;
  let breathed = performance.now();
  try {
    for (last of descend(problem, options)) {
      const { step, loss } = last;
      display.update(step, loss);
      if (step >= keepNext || step === options.steps) {
        history.push({ step, loss });
        keepNext = 1.1 * step;
      }
      if (performance.now() - breathed > 30) {
        await breathe(io);
        breathed = performance.now();
      }
    }
  } finally {
    display.stop();
  }
  return { last: last as Progress, history };
}

/** Lets Ctrl-C, and whatever else waits outside, have its turn. */
async function breathe({ signal }: Io): Promise<void> {
  await nextTurn();
  if (signal?.aborted === true) throw new Interrupted();
}
