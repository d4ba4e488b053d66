import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tensor } from "gradtape";
import { type CellType, decideTypes, knownCategory, type Wanted } from "./cells.js";
import { refuseGap } from "./data.js";
import { identifier, literal, QueryError } from "./database.js";
import { designOf, unseenIn } from "./design.js";
import { halfWidth } from "./distributions.js";
import { fileProblem, InputError } from "./errors.js";
import { type Column, type Feature, valuesOf } from "./features.js";
import { quadraticForms } from "./influence.js";
import { probabilities } from "./metrics.js";
import { likelihoodOf } from "./model.js";
import type { PredictCommand } from "./options.js";
import { moveIntoPlace, temporaryName } from "./output.js";
import { type Model, readModel } from "./saved-model.js";
import { columnAt } from "./source.js";
import type { Table } from "./table.js";
import { percent } from "./terminal.js";
import { counted, plain, quote, quoteList } from "./text.js";

/** Scores the rows of a file into another, a row for each. Returns what there is to say. */
export async function predict(command: PredictCommand, read: () => Promise<Table>): Promise<string> {
  const model = readModel(command.model);
  const threshold = command.threshold ?? model.threshold;
  const table = await read();
  const added = ["probability", ...(command.level === undefined ? [] : ["lower", "upper"])];
  checkColumns(table, model, command, [...added, "prediction"]);
  const features = await readFeatures(table, model, command);
  const scored = await score(table, model, features, command);
  const rows = table.rows;
  await table.database.insert("scored", added, scored.columns);
  await write(table, model, command, added, threshold);

  const [probability] = scored.columns;
  const known = probability.reduce((sum, p) => sum + (Number.isNaN(p) ? 0 : 1), 0);
  const positive = probability.reduce((sum, p) => sum + (p >= threshold ? 1 : 0), 0);
  const { classWeights, meanPrediction, share, offset } = model;
  const isWeighted = (classWeights.positive !== 1 || classWeights.negative !== 1) && offset === 0;
  return [
    `${counted(known, "row")} scored into ${plain(command.out)}: ${positive} called ${plain(model.positive)} (ŷ ≥ ${threshold}), ${known - positive} ${plain(model.negative)}\n`,
    known === rows ? "" : `${counted(rows - known, "row")} without a prediction, with gaps or levels that the model has not seen\n`,
    isWeighted
      ? `note: class weights moved the mean ŷ of the training rows to ${percent(meanPrediction)}, of which ${percent(share)} have y = 1: as probabilities the ŷ are wrong; fit with --prior-correction\n`
      : "",
  ].join("");
}

/** The new file must have the columns that the model takes, and no others than the training data; the target need not be there. */
function checkColumns({ file, header }: Table, model: Model, { newColumns }: PredictCommand, added: readonly string[]): void {
  const absent = model.columns.map(({ name }) => name).filter((name) => !header.includes(name));
  if (absent.length > 0)
    throw new InputError(
      `${file}: the model needs ${absent.length === 1 ? "column" : "the columns"} ${quoteList(absent)}, and the file has ${quoteList(header)}`,
    );
  const strange = header.filter((name) => !model.header.includes(name));
  if (strange.length > 0 && newColumns === "fail")
    throw new InputError(
      `${file}: ${quoteList(strange)} ${strange.length === 1 ? "is" : "are"} not in the training data; --new-columns ignore lets ${strange.length === 1 ? "it" : "them"} pass`,
    );
  const taken = added.find((name) => header.includes(name));
  if (taken !== undefined) throw new InputError(`${file}: already has a column ${quote(taken)}, which predict adds`);
}

/** The features of all rows; NaN where there is a gap, or a level that the model does not know. */
async function readFeatures(table: Table, model: Model, command: PredictCommand): Promise<Feature[]> {
  const rules = { ...model.rules, ...command.rules };
  const wanted = model.columns.map(
    ({ name, levels }): Wanted => ({ name, at: columnAt(table.file, table.header, name), as: levels === null ? "number" : "category" }),
  );
  const numbers = wanted.filter(({ as }) => as === "number");
  const decided = await decideTypes(table, numbers, rules);
  const types: (CellType & { readonly text?: string })[] = [];
  for (const [i, column] of wanted.entries())
    types.push(
      column.as === "number" ? decided[numbers.indexOf(column)] : await knownCategory(table, column, model.columns[i].levels ?? [], rules),
    );
  const gaps = types.map(({ gap }) => `(${gap})`);
  if (command.missing === "fail" && wanted.length > 0) {
    const [[count]] = await table.database.rows(`SELECT count(*) FILTER (${gaps.join(" OR ")}) FROM cells`);
    if (Number(count) > 0) await refuseGap(table, wanted, types, "true", "--missing na leaves the prediction of such rows empty");
  }
  if (command.unseen === "fail") await refuseUnseenLevels(table, wanted, types);
  const [, ...values] = await table.database.numbers(
    types.map(({ value }) => value),
    "cells",
    "true",
    table.rows,
  );
  const columns = new Map<string, Column>(
    wanted.map(({ name }, i) => [name, { name, values: values[i], levels: model.columns[i].levels ?? undefined }]),
  );
  const features: Feature[] = [];
  for (const spec of model.specs) {
    const bad: { factor: string; row: number }[] = [];
    features.push(valuesOf(spec, columns, { notFinite: (factor, row) => bad.push({ factor, row }) }));
    if (bad.length > 0 && command.missing === "fail")
      throw new InputError(
        `${await table.placeOf(bad[0].row)}: ${quote(bad[0].factor)} is not a finite number; --missing na leaves the prediction of such rows empty`,
      );
  }
  return features;
}

async function refuseUnseenLevels(
  table: Table,
  wanted: readonly Wanted[],
  types: readonly (CellType & { readonly text?: string })[],
): Promise<void> {
  for (const [i, { name }] of wanted.entries()) {
    const { kind, value, gap, text } = types[i];
    if (kind !== "category") continue;
    const found = await table.database.rows(
      `SELECT rowid, ${text} FROM cells WHERE NOT (${gap}) AND ${value} IS NULL ORDER BY rowid LIMIT 1`,
    );
    if (found.length === 0) continue;
    const [row, level] = found[0];
    const levels = types[i].kind === "category" ? (types[i] as { levels: readonly string[] }).levels : [];
    throw new InputError(
      `${await table.placeOf(Number(row), name)}: the category ${quote(String(level))} is not one of those trained on, ${quoteList(levels)}; --unseen na leaves the prediction of such rows empty`,
    );
  }
}

/** ŷ of each row, with its interval if asked for; NaN for rows that cannot be scored. */
async function score(
  table: Table,
  model: Model,
  features: readonly Feature[],
  command: PredictCommand,
): Promise<{ columns: Float64Array[] }> {
  const { encoding, theta, offset, covariance } = model;
  const isWhole = (row: number): boolean =>
    features.every(
      ({ numbers, categories }) =>
        (numbers === undefined || Number.isFinite(numbers[row])) && categories.every(({ values }) => !Number.isNaN(values[row])),
    );
  const all = Uint32Array.from({ length: table.rows }, (_, row) => row);
  const whole = all.filter(isWhole);
  const unseen = unseenIn(encoding, features, whole);
  if (unseen.size > 0 && command.unseen === "fail") {
    const [[row, feature]] = unseen;
    const level = features[feature].categories.map(({ name, levels, values }) => `${name}=${levels[values[row]]}`).join(":");
    throw new InputError(
      `${await table.placeOf(row)}: no row that the model was trained on has ${quote(level)}; --unseen na leaves the prediction of such rows empty`,
    );
  }
  const known = unseen.size === 0 ? whole : whole.filter((row) => !unseen.has(row));
  const columns = Array.from({ length: command.level === undefined ? 1 : 3 }, () => new Float64Array(table.rows).fill(Number.NaN));
  if (known.length === 0) return { columns };
  const parts = designOf(encoding, features, known, { y: new Float64Array(table.rows), w: undefined });
  const z = likelihoodOf(parts, encoding, true)
    .logits(tensor(theta))
    .map((value) => value + offset);
  const put = (column: Float64Array, p: Float64Array): void =>
    known.forEach((row, i) => {
      column[row] = p[i];
    });
  put(columns[0], probabilities(z));
  if (command.level === undefined) return { columns };
  const half = halfWidth(command.level);
  const errors = quadraticForms(parts, encoding, Float64Array.from(covariance)).map((variance) => half * Math.sqrt(Math.max(variance, 0)));
  put(columns[1], probabilities(z.map((value, i) => value - errors[i])));
  put(columns[2], probabilities(z.map((value, i) => value + errors[i])));
  return { columns };
}

const CONTROLS = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]";

/** Writes the cells as they came, and what was added, whole or not at all. */
async function write(table: Table, model: Model, command: PredictCommand, added: readonly string[], threshold: number): Promise<void> {
  const { database, header, types } = table;
  const { out, delimiter, escapeFormulas } = command;
  const isText = (j: number): boolean => types[j] !== "number";
  const texts = header.map((_, j) => `c${j}`).filter((_, j) => isText(j));
  const [[hasControls]] =
    texts.length === 0
      ? [[false]]
      : await database.rows(`SELECT bool_or(regexp_matches(concat(${texts.join(", ")}), ${literal(CONTROLS)})) FROM cells`);
  const cell = (j: number): string => {
    const clean = hasControls === true && isText(j) ? `regexp_replace(c${j}, ${literal(CONTROLS)}, '', 'g')` : `c${j}`;
    if (!escapeFormulas || !isText(j)) return clean;
    return `CASE WHEN regexp_matches(${clean}, '^\\s*[=+@\\t\\r-]') AND TRY_CAST(${clean} AS DOUBLE) IS NULL THEN '''' || ${clean} ELSE ${clean} END`;
  };
  const escaped = (text: string): string => {
    const clean = text.replace(new RegExp(CONTROLS, "g"), "");
    return escapeFormulas && /^\s*[=+@\t\r-]/.test(clean) && Number.isNaN(Number(clean)) ? `'${clean}` : clean;
  };
  const label = `CASE WHEN probability >= ${threshold} THEN ${literal(escaped(model.positive))} WHEN probability IS NOT NULL THEN ${literal(escaped(model.negative))} END`;
  const names = [...header.map(escaped), ...added, "prediction"];
  const field = (text: string): string =>
    new RegExp(`["\\r\\n${delimiter === "\t" ? "\\t" : `\\${delimiter}`}]`).test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const temporary = temporaryName(out);
  let isOurs = false;
  try {
    closeSync(openSync(temporary, "wx")); // nobody else's file is written over
    isOurs = true;
    const selected = [...header.map((_, j) => `${cell(j)} AS c${j}`), ...added.map(identifier), `${label} AS label`];
    if (table.rows === 0) writeFileSync(temporary, `${names.map(field).join(delimiter)}\n`);
    // What comes before and after the rows stands where the header and the last line end do: names may repeat but for their case.
    else
      await database.run(
        `COPY (SELECT ${selected.join(", ")} FROM cells POSITIONAL JOIN scored) TO ${literal(temporary)}
       (FORMAT csv, HEADER false, DELIMITER ${literal(delimiter)}, PREFIX ${literal(`${names.map(field).join(delimiter)}\n`)}, SUFFIX '\n')`,
      );
    moveIntoPlace(temporary, out);
  } catch (error) {
    if (isOurs) rmSync(temporary, { force: true });
    if (error instanceof QueryError)
      throw new InputError(
        `cannot write ${out}: ${/No space left|quota/i.test(error.message) ? "no space left on the disk" : error.message.split("\n")[0]}`,
      );
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new InputError(`cannot write ${out}: ${fileProblem(error)}`);
  }
}
