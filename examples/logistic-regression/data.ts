import { type CellRules, type CellType, decideTypes, type Wanted } from "./cells.js";
import { identifier, QueryError } from "./database.js";
import { InputError } from "./errors.js";
import { type Column, type Feature, type FeatureSpec, parseFeature, valuesOf } from "./features.js";
import { columnAt, UNNAMED } from "./source.js";
import type { Table } from "./table.js";
import { counted, parseNumber, quote, quoteList } from "./text.js";

/** The rows of a file that a model is fitted to, column by column. */
export interface Dataset {
  readonly file: string;
  /** All that the file has, in its order. */
  readonly header: readonly string[];
  readonly target: string;
  readonly positive: string;
  readonly negative: string;
  readonly specs: readonly FeatureSpec[];
  /** The columns that the features take, as they are in the file. */
  readonly columns: readonly Column[];
  readonly features: readonly Feature[];
  readonly count: number;
  /** The share of y = 1 in each row: 0 or 1, or successes over trials. */
  readonly y: Float64Array;
  /** How many trials each row holds; undefined where each is one. */
  readonly trials: Float64Array | undefined;
  readonly weights: { readonly column: string; readonly type: WeightsType; readonly values: Float64Array } | undefined;
  readonly cluster: { readonly column: string; readonly values: Float64Array } | undefined;
  /** The row of the file, counted from 0, that each row is. */
  readonly rows: Float64Array;
  /** How many rows were left out for their gaps, and how many by `--where`. */
  readonly dropped: number;
  readonly excluded: number;
  /** What the user should know. */
  readonly notes: readonly string[];
}

export const WEIGHTS_TYPES = ["frequency", "sampling"] as const;
export type WeightsType = (typeof WEIGHTS_TYPES)[number];

/** What is taken from the file. */
export interface Choice extends CellRules {
  readonly target: string | undefined;
  /** The value of the target that is y = 1; worked out from the values if undefined. */
  readonly positive: string | undefined;
  /** In place of a target: how many of how many. */
  readonly successes: string | undefined;
  readonly trials: string | undefined;
  /** All columns but the target if undefined. */
  readonly features: readonly string[] | undefined;
  readonly exclude: readonly string[];
  /** Columns of categories even where they hold numbers. */
  readonly categorical: readonly string[];
  readonly where: string | undefined;
  readonly weights: string | undefined;
  readonly weightsType: WeightsType;
  readonly cluster: string | undefined;
  readonly missing: "fail" | "drop";
}

/** Takes the target and the features out of a table, as numbers and categories. */
export async function readDataset(table: Table, choice: Choice): Promise<Dataset> {
  const { file, header, database } = table;
  const { target, successes, trials, weights, cluster, missing } = choice;
  const notes: string[] = [];
  const special = [target, successes, trials, weights, cluster].filter((name) => name !== undefined);
  for (const name of [...special, ...choice.exclude]) columnAt(file, header, name);
  const left = header.filter((name) => !special.includes(name) && !choice.exclude.includes(name));
  const chosen = choice.features ?? (await withoutRowNames(table, left, notes));
  const specs = chosen.map((text) => parseFeature(text, header, file));
  checkSpecs(specs, choice, file, target);

  if (table.rows < 2) throw new InputError(`${file}: at least 2 rows are needed below the header, got ${table.rows}`);

  const wanted = new Map<string, Wanted>();
  const want = (name: string, as: Wanted["as"]): void => {
    if (!wanted.has(name)) wanted.set(name, { name, at: columnAt(file, header, name), as });
  };
  if (target !== undefined) want(target, "label");
  for (const name of [successes, trials, weights]) if (name !== undefined) want(name, "number");
  if (cluster !== undefined) want(cluster, "category");
  for (const { columns } of specs.flatMap(({ factors }) => factors))
    for (const name of columns) want(name, choice.categorical.includes(name) ? "category" : "any");
  const list = [...wanted.values()];
  const types = await decideTypes(table, list, choice);

  const condition = choice.where === undefined ? "true" : await whereClause(table, choice);
  const whole = list.map((_, i) => `NOT ${types[i].gap}`).join(" AND ");
  const [[selected, complete]] = await database.rows(
    `SELECT count(*) FILTER (${condition}), count(*) FILTER (${condition} AND ${whole}) FROM cells`,
  );
  const [total, count] = [Number(selected), Number(complete)];
  if (count < total && missing === "fail") await refuseGap(table, list, types, condition, "--missing drop leaves such rows out");
  const dropped = total - count;
  const after = `${dropped === 0 ? "" : ` after ${dropped} with gaps were dropped`}${choice.where === undefined ? "" : " that --where takes"}`;
  if (count < 2) throw new InputError(`${file}: at least 2 rows are needed below the header, got ${count}${after}`);

  const values = await database.numbers(
    types.map(({ value }) => value),
    "cells",
    count === table.rows ? "true" : `${condition} AND ${whole}`,
    count,
  );
  const [rows] = values;
  const columns = new Map<string, Column>();
  list.forEach(({ name }, i) => {
    const type = types[i];
    columns.set(name, { name, values: values[1 + i], levels: type.kind === "category" ? type.levels : undefined });
  });
  const get = (name: string): Column => columns.get(name) as Column;

  const outcome =
    target === undefined
      ? await groupedOutcome(table, get(successes as string), get(trials as string), rows)
      : labelledOutcome(table, get(target), choice.positive);
  const usedNames = [...new Set(specs.flatMap(({ factors }) => factors.flatMap((factor) => factor.columns)))];
  const features: Feature[] = [];
  for (const spec of specs) {
    const bad: { factor: string; row: number }[] = [];
    features.push(valuesOf(spec, columns, { notFinite: (factor, row) => bad.push({ factor, row }) }));
    if (bad.length > 0)
      throw new InputError(
        `${await table.placeOf(rows[bad[0].row])}: ${quote(bad[0].factor)} is not a finite number${bad.length > 1 ? `, and so in ${counted(bad.length - 1, "more row")}` : ""}; --where can leave such rows out`,
      );
  }
  if (choice.features === undefined) notes.push(...suspicions(usedNames.map(get)));
  return {
    ...{ file, header, specs, features, count, rows, dropped, excluded: table.rows - total, notes },
    ...outcome,
    columns: usedNames.map(get),
    weights: weights === undefined ? undefined : await checkedWeights(table, get(weights), choice.weightsType, rows),
    cluster: cluster === undefined ? undefined : { column: cluster, values: get(cluster).values },
  };
}

function labelledOutcome(
  { file }: Table,
  { name: target, levels = [], values }: Column,
  wanted: string | undefined,
): Pick<Dataset, "target" | "positive" | "negative" | "y" | "trials"> {
  const seen = new Set(values);
  const { positive, negative } = chooseClasses(
    `${file}, column ${quote(target)}`,
    levels.filter((_, code) => seen.has(code)),
    wanted,
  );
  const code = levels.indexOf(positive);
  return { target, positive, negative, y: values.map((value) => (value === code ? 1 : 0)), trials: undefined };
}

async function groupedOutcome(
  table: Table,
  successes: Column,
  trials: Column,
  rows: Float64Array,
): Promise<Pick<Dataset, "target" | "positive" | "negative" | "y" | "trials">> {
  const bad = successes.values.findIndex(
    (a, i) => !(Number.isInteger(a) && Number.isInteger(trials.values[i]) && a >= 0 && trials.values[i] >= a && trials.values[i] > 0),
  );
  if (bad >= 0)
    throw new InputError(
      `${await table.placeOf(rows[bad])}: ${quote(successes.name)} successes in ${quote(trials.name)} trials must be whole numbers, from 0 to the trials, of which there is one at least; got ${successes.values[bad]} in ${trials.values[bad]}`,
    );
  const y = successes.values.map((a, i) => a / trials.values[i]);
  if (y.every((share) => share === 0) || y.every((share) => share === 1))
    throw new InputError(`${table.file}: two outcomes are needed, but every trial ended alike`);
  return { target: `${successes.name} of ${trials.name}`, positive: "success", negative: "failure", y, trials: trials.values };
}

async function checkedWeights(table: Table, { name, values }: Column, type: WeightsType, rows: Float64Array): Promise<Dataset["weights"]> {
  const allowed =
    type === "frequency" ? (value: number): boolean => Number.isSafeInteger(value) && value >= 0 : (value: number): boolean => value >= 0;
  const bad = values.findIndex((value) => !allowed(value));
  if (bad >= 0)
    throw new InputError(
      `${await table.placeOf(rows[bad], name)}: a ${type} weight must be a ${type === "frequency" ? "whole " : ""}number, 0 or more, got ${values[bad]}${type === "frequency" && values[bad] > 0 ? "; --weights-type sampling takes others" : ""}`,
    );
  if (!values.some((value) => value > 0)) throw new InputError(`${table.file}, column ${quote(name)}: all weights are 0`);
  // Only their proportions count: scaled, they sum to the number of rows.
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { column: name, type, values: type === "frequency" ? values : values.map((value) => value / mean) };
}

/** The columns but a first one without a name that numbers or names the rows, as R's and pandas' writers add it. */
async function withoutRowNames(table: Table, names: readonly string[], notes: string[]): Promise<string[]> {
  if (!names.includes(UNNAMED)) return [...names];
  const [[different]] = await table.database.rows(`SELECT count(DISTINCT c0) FROM cells`);
  if (Number(different) < table.rows)
    throw new InputError(
      `${table.file}: the first column has no name in the header, and its values repeat; give it a name, or --exclude "${UNNAMED}"`,
    );
  notes.push("the first column, which has no name, names the rows, so it is left out");
  return names.filter((name) => name !== UNNAMED);
}

function checkSpecs(specs: readonly FeatureSpec[], { categorical }: Choice, file: string, target: string | undefined): void {
  if (specs.length === 0) throw new InputError(`${file}: no feature columns, only the target ${quote(target ?? "")}`);
  const names = specs.map(({ name }) => name);
  names.forEach((name, i) => {
    if (names.indexOf(name) < i) throw new InputError(`--features names ${quote(name)} twice`);
    if (name === "(intercept)")
      throw new InputError(`the column "(intercept)" is called as the constant of the model is; rename it, or leave it out with --exclude`);
  });
  const used = specs.flatMap(({ factors }) => factors.flatMap(({ columns }) => columns));
  if (target !== undefined && used.includes(target)) throw new InputError(`--features must not name the target, got ${quote(target)}`);
  for (const name of categorical)
    if (!used.includes(name)) throw new InputError(`--categorical: ${quote(name)} is not one of the features ${quoteList(names)}`);
}

/** The condition of `--where` as SQL over the table, in which the columns have their own names and types. */
async function whereClause(table: Table, choice: Choice): Promise<string> {
  const { database, header } = table;
  // The condition is the user's own SQL: it may compute what it likes, but reads no other file.
  await database.run("SET enable_external_access = false");
  const columns = await Promise.all(
    header.map(async (name, at) => {
      const text = table.types[at] === "number" ? `c${at}` : `nullif(trim(c${at}), '')`;
      const [type] = await decideTypes(table, [{ name, at, as: "any" }], choice).catch(() => [undefined]);
      return `${type?.kind === "number" ? type.value : text} AS ${identifier(name)}`;
    }),
  );
  try {
    await database.run(
      `CREATE TABLE chosen AS SELECT r FROM (SELECT rowid AS r, ${columns.join(", ")} FROM cells) WHERE (${choice.where as string}\n)`,
    );
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new InputError(`--where ${quote(choice.where as string)}: ${error.message.split("\n")[0].replace(/^[\w ]*Error: ?/, "")}`);
  }
  return "rowid IN (SELECT r FROM chosen)";
}

/** Says where the first gap is, and what to do about it. */
export async function refuseGap(
  table: Table,
  list: readonly Wanted[],
  types: readonly CellType[],
  condition: string,
  advice: string,
): Promise<never> {
  const gaps = list.map((_, i) => `(${types[i].gap})`);
  const [[row, ...flags]] = await table.database.rows(
    `SELECT rowid, ${list.map(({ at }, i) => `${gaps[i]}, CAST(c${at} AS VARCHAR)`).join(", ")} FROM cells WHERE ${condition} AND (${gaps.join(" OR ")}) ORDER BY rowid LIMIT 1`,
  );
  const i = list.findIndex((_, j) => flags[2 * j] === true);
  const text = String(flags[2 * i + 1] ?? "").trim();
  throw new InputError(
    `${await table.placeOf(Number(row), list[i].name)}: ${text === "" ? "is empty" : `${quote(text)} stands for a missing value`}; ${advice}`,
  );
}

/** Columns that are numbers and may be something else. */
function suspicions(columns: readonly Column[]): string[] {
  const notes: string[] = [];
  for (const { name, values, levels } of columns) {
    if (levels !== undefined) continue;
    const isWhole = values.every((value) => Number.isInteger(value) && value >= 0);
    if (!isWhole) continue;
    const start = values[0];
    const isNumbering = values.length > 10 && start <= 1 && values.every((value, i) => value === start + i);
    const isId = values.length > 10 && /(^|[_ .-])(id|index|no|nr|rowid|uuid|key)$/i.test(name) && new Set(values).size === values.length;
    if (isNumbering || isId)
      notes.push(
        `${quote(name)} ${isNumbering ? "numbers" : "names"} the rows and is used as a feature; --exclude ${quote(name)} leaves it out`,
      );
    else if (/^(freq|frequency|freqs|count|counts|n|wt|weight|weights|fnlwgt|pop|total)$/i.test(name))
      notes.push(`${quote(name)} may be how often a row counts and is used as a feature; --weights ${quote(name)} if it is`);
  }
  return notes;
}

/** Which of the target's two values is y = 1. */
function chooseClasses(where: string, values: readonly string[], wanted: string | undefined): { positive: string; negative: string } {
  if (values.length === 1) throw new InputError(`${where}: two classes are needed, but every row is ${quoteList(values)}`);
  if (values.length !== 2) throw new InputError(`${where}: the target must have two values, got ${values.length}: ${quoteList(values)}`);
  const positive = wanted ?? (values.some((v) => parseNumber(v) === 0) ? values.find((v) => parseNumber(v) === 1) : undefined);
  if (positive === undefined)
    throw new InputError(`${where}: say which value is positive with --positive, ${values.map(quote).join(" or ")}`);
  if (!values.includes(positive))
    throw new InputError(`${where}: the positive value ${quote(positive)} does not occur, only ${values.map(quote).join(" and ")}`);
  return { positive, negative: values[1 - values.indexOf(positive)] };
}
