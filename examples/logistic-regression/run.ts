import { setImmediate as nextTurn } from "node:timers/promises";
import type { Reading } from "./csv.js";
import { type Dataset, readDataset } from "./data.js";
import { targetsOf } from "./design.js";
import { InputError, Interrupted, NotConverged } from "./errors.js";
import { compareGradients, type Fitted, fitRows, predictRows } from "./fitting.js";
import { infer } from "./inference.js";
import { evaluate } from "./metrics.js";
import { logitsOf } from "./model.js";
import { type FitCommand, HELP, readOptions } from "./options.js";
import { checkDestination, writeWhole } from "./output.js";
import { predict } from "./predict.js";
import { type ProgressDisplay, showProgress } from "./progress.js";
import { type CrossValidation, type Outcome, summarize, toJson } from "./result.js";
import { savedModel } from "./saved-model.js";
import type { Watcher } from "./solve.js";
import { foldsOf, holdOut, type RowNumbers } from "./split.js";
import { describeOutcome } from "./terminal.js";
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
 * The program: fits a logistic regression and tells about it, or predicts with one. Returns the exit code: 0; 1 after an
 * error and 2 where there is no fit, each with one line on stderr; 130 if it was interrupted.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    const command = readOptions(args);
    if (command === "help") io.stdout.write(HELP);
    else if (command.command === "fit") await fitAndTell(command, io);
    else io.stdout.write(await predict(command, readingOf(command.delimiter, io)));
    return 0;
  } catch (error) {
    const known = error instanceof InputError || error instanceof NotConverged || error instanceof Interrupted;
    const message = plain(error instanceof Error ? error.message : String(error));
    io.stderr.write(`logistic-regression: ${known ? "" : "unexpected error: "}${message}\n`);
    return error instanceof Interrupted ? 130 : error instanceof NotConverged ? 2 : 1;
  }
}

async function fitAndTell(command: FitCommand, io: Io): Promise<void> {
  const files = [command.json, command.report, command.save].filter((file) => file !== undefined);
  files.forEach((file, i) => {
    if (files.indexOf(file) < i) throw new InputError(`${file} cannot be written twice`);
    checkDestination(file, [command.data]);
  });

  const reading = readingOf(command.delimiter, io);
  const data = await readDataset(command.data, command, reading).finally(reading.stop);
  const watcher = watch(io);
  const outcome = await outcomeOf(command, data, watcher).finally(watcher.stop);
  const texts = await textsOf(outcome);
  await watcher.breathe();
  writeWhole(texts);
  io.stdout.write(describeOutcome(outcome, Math.min(io.stdout.columns || 100, 100)));
  if (texts.length > 0) io.stdout.write(`\nWritten: ${texts.map(({ file }) => plain(file)).join(", ")}\n`);
}

/** Fits, and judges the fit. */
async function outcomeOf(command: FitCommand, data: Dataset, watcher: Watching): Promise<Outcome> {
  const { threshold } = command;
  const parts = holdOut(data.y, command.test, command.seed);
  const fitted = await fitRows(data, parts.train, command, watcher);
  await watcher.breathe();
  const inference = infer(fitted.theta, fitted.chunks, fitted.encoding, { ...fitted.loss, robust: command.robust });
  if (inference === undefined)
    throw new NotConverged("the Hessian at the estimates cannot be inverted, so there are no standard errors; a larger --l2 may help");
  await watcher.breathe();
  const trained = { z: logitsOf(fitted.theta, fitted.chunks), y: targetsOf(fitted.chunks) };
  const training = evaluate(trained.z, trained.y, threshold);
  await watcher.breathe();
  const heldOut = parts.test && judge(fitted, data, parts.test);
  const test = heldOut && evaluate(heldOut.z, heldOut.y, threshold);
  const crossValidation = command.folds === 0 ? undefined : await crossValidate(command, data, watcher);
  return {
    command,
    data,
    fitted,
    inference,
    compared: compareGradients(fitted),
    training,
    test,
    crossValidation,
    judged: heldOut ?? trained,
    warnings: warningsOf(command, data, fitted),
  };
}

/** Each part is foretold by a model that was fitted, with all preprocessing, to the others. */
async function crossValidate(command: FitCommand, data: Dataset, watcher: Watching): Promise<CrossValidation> {
  const parts = [];
  for (const { train, test } of foldsOf(data.y, command.folds, command.seed)) {
    const fitted = await fitRows(data, train, command, watcher).catch((error) => {
      if (!(error instanceof NotConverged)) throw error;
      throw new NotConverged(`part ${parts.length + 1} of ${command.folds} of the cross-validation: ${error.message}`);
    });
    const { z, y } = judge(fitted, data, test);
    parts.push(evaluate(z, y, command.threshold));
  }
  return summarize(parts);
}

/** What a model foretells of rows, and what is true of them. */
const judge = (fitted: Fitted, data: Dataset, rows: RowNumbers): Outcome["judged"] => ({
  z: predictRows(fitted, data, rows),
  y: Float64Array.from(rows, (row) => data.y[row]),
});

function warningsOf(command: FitCommand, { dropped }: Dataset, { warnings, loss }: Fitted): string[] {
  const all = [...warnings];
  if (dropped > 0) all.push(`${dropped} ${dropped === 1 ? "row" : "rows"} with gaps left out`);
  if (command.l2 > 0)
    all.push("penalized estimates are biased towards 0: p values and intervals are approximate; --l2 0 for maximum likelihood");
  if ((loss.weights.positive !== 1 || loss.weights.negative !== 1) && !command.robust)
    all.push("class weights make the standard errors those of another number of rows; --robust for ones that hold");
  return all;
}

/** What the fit leaves in files. */
async function textsOf(outcome: Outcome): Promise<{ file: string; text: string }[]> {
  const { json, report, save } = outcome.command;
  const texts = [];
  if (json !== undefined) texts.push({ file: json, text: toJson(outcome) });
  if (save !== undefined) texts.push({ file: save, text: savedModel(outcome) });
  // Loaded only where it is asked for: the plots bring a DOM along.
  if (report !== undefined) texts.push({ file: report, text: (await import("./report.js")).reportPage(outcome) });
  return texts;
}

/** Reads with a bar that shows how far it has come; Ctrl-C ends it. */
function readingOf(delimiter: string, io: Io): Reading & { stop(): void } {
  let display: ProgressDisplay | undefined;
  return {
    delimiter,
    onProgress: (bytes, total) => {
      if (io.signal?.aborted === true) throw new Interrupted("interrupted");
      // A file that is read in no time needs no bar.
      if (total !== undefined && total > 1 << 22) display ??= showProgress(io.stderr, "reading", total);
      display?.update(bytes, `${(bytes / 2 ** 20).toFixed(0)} MB`);
    },
    stop: () => display?.stop(),
  };
}

type Watching = Watcher & { stop(): void };

/** Shows the loss as it falls once that takes a while, and lets Ctrl-C through. */
function watch({ stderr, signal }: Io): Watching {
  const started = performance.now();
  let display: ProgressDisplay | undefined;
  return {
    onIteration: ({ iteration, loss }, limit) => {
      if (performance.now() - started > 300) display ??= showProgress(stderr, "fitting", limit);
      display?.update(iteration, `iteration ${iteration}, loss ${loss.toFixed(6)}`);
    },
    breathe: async () => {
      await nextTurn();
      if (signal?.aborted === true) throw new Interrupted("interrupted");
    },
    stop: () => display?.stop(),
  };
}
