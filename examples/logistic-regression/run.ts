import { setImmediate as nextTurn } from "node:timers/promises";
import { tensor } from "gradtape";
import { type Dataset, readDataset } from "./data.js";
import { Database } from "./database.js";
import { InputError, Interrupted, NotConverged } from "./errors.js";
import { compareGradients, type Fitted, firstUnseen, fitRows, predictRows } from "./fitting.js";
import { infer } from "./inference.js";
import { influenceTable } from "./influence.js";
import { evaluate, type Judged, recalibrationOf } from "./metrics.js";
import { type FitCommand, HELP, readOptions } from "./options.js";
import { checkDestination, checkDifferent, writeWhole } from "./output.js";
import { predict } from "./predict.js";
import { type ProgressDisplay, showProgress } from "./progress.js";
import { type CrossValidation, type FoldFailure, type Outcome, shifted, summarize, toJson } from "./result.js";
import { savedModel } from "./saved-model.js";
import type { Watcher } from "./solve.js";
import { foldsOf, holdOut, type RowNumbers } from "./split.js";
import { readTable, type Table } from "./table.js";
import { describeOutcome, percent } from "./terminal.js";
import { counted, plain, quote } from "./text.js";

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
    else {
      const { out } = command;
      checkDestination(out, [...command.data, command.model]);
      await withDatabase(io, async (database) => {
        const reading = progressOf(io);
        const table = () =>
          readTable(database, database.folder, command.data, command, { progress: reading.show, signal: io.signal }).finally(reading.stop);
        io.stdout.write(await predict(command, table));
      });
    }
    return 0;
  } catch (error) {
    const known = error instanceof InputError || error instanceof NotConverged || error instanceof Interrupted;
    const message = plain(error instanceof Error ? error.message : String(error));
    io.stderr.write(`logistic-regression: ${known ? "" : "unexpected error: "}${message}\n`);
    return error instanceof Interrupted ? 130 : error instanceof NotConverged ? 2 : 1;
  }
}

async function withDatabase<T>({ signal }: Io, body: (database: Database) => Promise<T>): Promise<T> {
  const database = await Database.open(signal);
  try {
    return await body(database);
  } finally {
    database.close();
  }
}

async function fitAndTell(command: FitCommand, io: Io): Promise<void> {
  const files = [command.json, command.report, command.save, command.diagnostics].filter((file) => file !== undefined);
  checkDifferent(files);
  for (const file of files) checkDestination(file, command.data);

  await withDatabase(io, async (database) => {
    const reading = progressOf(io);
    const table = await readTable(database, database.folder, command.data, command, { progress: reading.show, signal: io.signal }).finally(
      reading.stop,
    );
    const data = await readDataset(table, command);
    const watcher = watch(io);
    const outcome = await outcomeOf(command, data, table, watcher).finally(watcher.stop);
    const texts = await textsOf(outcome);
    await watcher.breathe();
    writeWhole(texts);
    io.stdout.write(describeOutcome(outcome, Math.min(io.stdout.columns || 100, 100)));
    if (texts.length > 0) io.stdout.write(`\nWritten: ${texts.map(({ file }) => plain(file)).join(", ")}\n`);
  });
}

/** Fits, and judges the fit. */
async function outcomeOf(command: FitCommand, data: Dataset, table: Table, watcher: Watching): Promise<Outcome> {
  const { threshold, level } = command;
  const parts = holdOut(data.y, command.test, command.seed);
  const fitted = await fitRows(data, parts.train, command, watcher);
  await watcher.breathe();
  const found = await infer(fitted, data, command, watcher);
  if (found === undefined)
    throw new NotConverged("the Hessian at the estimates cannot be inverted, so there are no standard errors; a larger --l2 may help");
  await watcher.breathe();
  const { positive, negative } = fitted.classWeights;
  const offset = command.priorCorrection ? -Math.log(positive / negative) : 0;
  const inference = shifted(found, offset);
  const trained = judgedRows(data, parts.train, trainedLogits(fitted, offset));
  const training = evaluate(trained, threshold, level);
  await watcher.breathe();
  const heldOut = parts.test && (await judge(fitted, data, parts.test, table, command, offset));
  const test = heldOut && evaluate(heldOut.judged, threshold, level);
  const judged = heldOut?.judged ?? trained;
  const crossValidation = command.folds === 0 ? undefined : await crossValidate(command, data, table, watcher);
  const warnings = [...data.notes, ...warningsOf(command, data, fitted, training.share, training.meanPrediction, crossValidation)];
  if (heldOut !== undefined && heldOut.unseen > 0)
    warnings.push(`${counted(heldOut.unseen, "row")} held out with a level that no row to train on has, so left out of the evaluation`);
  return {
    ...{ command, data, fitted, inference, training, test, crossValidation, judged, warnings, offset },
    compared: compareGradients(fitted),
    recalibration: recalibrationOf(judged, level),
  };
}

/** Each part is foretold by a model that was fitted, with all preprocessing, to the others. A part without a fit is told about. */
async function crossValidate(command: FitCommand, data: Dataset, table: Table, watcher: Watching): Promise<CrossValidation> {
  const parts = [];
  const failed: FoldFailure[] = [];
  for (const [i, { train, test }] of foldsOf(data.y, command.folds, command.seed).entries()) {
    try {
      const fitted = await fitRows(data, train, command, watcher);
      const { positive, negative } = fitted.classWeights;
      const { judged } = await judge(fitted, data, test, table, command, command.priorCorrection ? -Math.log(positive / negative) : 0);
      parts.push(evaluate(judged, command.threshold, command.level));
    } catch (error) {
      if (!(error instanceof NotConverged)) throw error;
      failed.push({ part: i + 1, reason: error.message });
    }
  }
  return summarize(command.folds, parts, failed);
}

const trainedLogits = ({ likelihood, solution }: Fitted, offset: number): Float64Array => {
  const z = likelihood.logits(tensor(solution.theta));
  return offset === 0 ? z : z.map((value) => value + offset);
};

function judgedRows(data: Dataset, rows: RowNumbers, z: Float64Array): Judged {
  const { trials, weights } = data;
  const isWeighted = trials !== undefined || weights !== undefined;
  return {
    z,
    y: Float64Array.from(rows, (row) => data.y[row]),
    counts: isWeighted ? Float64Array.from(rows, (row) => (trials?.[row] ?? 1) * (weights?.values[row] ?? 1)) : undefined,
  };
}

/** What a model foretells of rows, and what is true of them; without those that it cannot score. */
async function judge(
  fitted: Fitted,
  data: Dataset,
  rows: RowNumbers,
  table: Table,
  { unseen }: FitCommand,
  offset: number,
): Promise<{ judged: Judged; unseen: number }> {
  const first = firstUnseen(fitted, data, rows);
  if (first !== undefined && unseen === "fail")
    throw new InputError(
      `${await table.placeOf(data.rows[first.row])}: no row to train on has ${quote(first.name)}, so that the model cannot score ${counted(first.count, "row")} held out; --unseen na leaves such rows out of the evaluation, --test 0 trains on all`,
    );
  const z = predictRows(fitted, data, rows).map((value) => value + offset);
  if (first === undefined) return { judged: judgedRows(data, rows, z), unseen: 0 };
  const known = rows.filter((_, i) => !Number.isNaN(z[i]));
  if (known.length === 0) throw new InputError("none of the rows held out can be scored: all have levels that no row to train on has");
  return {
    judged: judgedRows(
      data,
      known,
      z.filter((value) => !Number.isNaN(value)),
    ),
    unseen: rows.length - known.length,
  };
}

function warningsOf(
  command: FitCommand,
  { dropped, excluded, weights }: Dataset,
  { warnings, classWeights }: Fitted,
  share: number,
  mean: number,
  crossValidation: CrossValidation | undefined,
): string[] {
  const all = [...warnings];
  if (excluded > 0) all.push(`${counted(excluded, "row")} left out by --where`);
  if (dropped > 0) all.push(`${counted(dropped, "row")} with gaps left out`);
  const isWeighted = classWeights.positive !== 1 || classWeights.negative !== 1;
  if (isWeighted && !command.priorCorrection)
    all.push(
      `class weights move the mean ŷ to ${percent(mean)}, while ${percent(share)} of the rows have y = 1: as probabilities the ŷ are wrong; --prior-correction takes that back from the intercept`,
    );
  if (isWeighted && command.errors === "model" && command.cluster === undefined)
    all.push("class weights make the standard errors those of another number of rows; --robust for ones that hold");
  if (command.l2 > 0)
    all.push("penalized estimates are biased towards 0: p values and intervals are approximate; --l2 0 for maximum likelihood");
  if (weights?.type === "sampling")
    all.push("with sampling weights the likelihood is none of a sample: its tests, AIC and BIC are approximate");
  const unsaid = command.unsaid.map((name) =>
    name === "test" ? "a quarter of the rows is held out (--test 0 for none)" : "coefficients are penalized (--l2 0 for none)",
  );
  if (unsaid.length > 0) all.push(`by default ${unsaid.join(" and ")}`);
  for (const { part, reason } of crossValidation?.failed ?? [])
    all.push(`part ${part} of ${command.folds} of the cross-validation has no fit and is left out: ${reason}`);
  return all;
}

/** What the fit leaves in files. */
async function textsOf(outcome: Outcome): Promise<{ file: string; text: string }[]> {
  const { json, report, save, diagnostics } = outcome.command;
  const texts = [];
  if (json !== undefined) texts.push({ file: json, text: toJson(outcome) });
  if (save !== undefined) texts.push({ file: save, text: savedModel(outcome) });
  if (diagnostics !== undefined) texts.push({ file: diagnostics, text: influenceTable(outcome.fitted, outcome.data) });
  // Loaded only where it is asked for: the plots bring a DOM along.
  if (report !== undefined) texts.push({ file: report, text: (await import("./report.js")).reportPage(outcome) });
  return texts;
}

/** A bar that shows how far the reading has come, once that takes a while. */
function progressOf(io: Io): { show(share: number): void; stop(): void } {
  const started = performance.now();
  let display: ProgressDisplay | undefined;
  return {
    show: (share) => {
      if (performance.now() - started > 300) display ??= showProgress(io.stderr, "reading", 1);
      display?.update(share, "");
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
