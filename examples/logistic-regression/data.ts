import { readFileSync } from "node:fs";
import { csvParseRows } from "d3-dsv";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { fileProblem, InputError } from "./errors.js";
import { parseNumber, quote, quoteList } from "./text.js";

/** A CSV file as text, every row as long as the header. */
export interface Table {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Rows of numbers: x row after row, one number a feature; y = 1 for the positive class and 0 for the other. */
export interface Rows {
  readonly features: readonly string[];
  readonly count: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** All rows of a table, and what y stands for. */
export interface Dataset extends Rows {
  readonly target: string;
  readonly positive: string;
  readonly negative: string;
}

/** Reads a CSV file: UTF-8 with or without a mark at its start, any line ends, fields quoted or not. */
export function readTable(file: string): Table {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    throw new InputError(`${file}: ${error instanceof TypeError ? "is not UTF-8 text" : fileProblem(error)}`);
  }
  const rows = csvParseRows(text);
  const isBlank = (row: readonly string[] | undefined): boolean => row?.length === 1 && row[0]?.trim() === "";
  while (isBlank(rows.at(-1))) rows.pop();
  if (rows[0] === undefined) throw new InputError(`${file}: is empty`);

  const columns = rows[0].map((name) => name.trim());
  columns.forEach((name, i) => {
    if (name === "") throw new InputError(`${file}: column ${i + 1} has no name in the header`);
    if (columns.indexOf(name) < i) throw new InputError(`${file}: two columns are called ${quote(name)}`);
  });
  // A quote that is never closed takes the rest of the file into one field.
  if (rows.at(-1)?.at(-1)?.includes("\n") && !text.trimEnd().endsWith('"'))
    throw new InputError(`${at(file, rows.length - 2)}: a quoted field is not closed`);
  const body = rows.slice(1);
  body.forEach((row, i) => {
    if (row.length !== columns.length)
      throw new InputError(`${at(file, i)}: expected ${columns.length} fields, as in the header, got ${row.length}`);
  });
  return { file, columns, rows: body };
}

/** Where something is, counted as a spreadsheet counts: the header is row 1. */
const at = (file: string, row: number, column?: string): string =>
  `${file}, row ${row + 2}${column === undefined ? "" : `, column ${quote(column)}`}`;

/** Picks the target and the features out of a table and turns them into numbers. */
export function toDataset(
  table: Table,
  choice: { readonly target: string; readonly positive: string | undefined; readonly features: readonly string[] | undefined },
): Dataset {
  const { file, rows, columns } = table;
  const { target } = choice;
  const place = (name: string): number => {
    const i = columns.indexOf(name);
    if (i < 0) throw new InputError(`${file}: no column ${quote(name)}; it has ${quoteList(columns)}`);
    return i;
  };
  const targetPlace = place(target);
  const features = choice.features ?? columns.filter((name) => name !== target);
  features.forEach((name, i) => {
    if (name === "") throw new InputError("--features has an empty name in its list");
    if (name === target) throw new InputError(`--features must not name the target, got ${quote(name)}`);
    if (features.indexOf(name) < i) throw new InputError(`--features names ${quote(name)} twice`);
  });
  if (features.length === 0) throw new InputError(`${file}: no feature columns, only the target ${quote(target)}`);
  const places = features.map(place);
  if (rows.length < 2) throw new InputError(`${file}: at least 2 rows are needed below the header, got ${rows.length}`);

  const labels = rows.map((row, i) => {
    const label = row[targetPlace].trim();
    if (label === "") throw new InputError(`${at(file, i, target)}: is empty`);
    return label;
  });
  const { positive, negative } = chooseClasses(`${file}, column ${quote(target)}`, [...new Set(labels)], choice.positive);

  const x = new Float64Array(rows.length * places.length);
  rows.forEach((row, i) => {
    places.forEach((from, j) => {
      const text = row[from];
      const value = parseNumber(text);
      if (!Number.isFinite(value)) {
        const problem = text.trim() === "" ? "is empty" : `${quote(text)} is not a ${Number.isNaN(value) ? "" : "finite "}number`;
        throw new InputError(`${at(file, i, columns[from])}: ${problem}`);
      }
      x[i * places.length + j] = value;
    });
  });
  const y = Float64Array.from(labels, (label) => (label === positive ? 1 : 0));
  return { features, count: rows.length, x, y, target, positive, negative };
}

/** Which of the target's two values is y = 1. */
function chooseClasses(where: string, values: readonly string[], wanted: string | undefined): { positive: string; negative: string } {
  if (values.length === 1) throw new InputError(`${where}: two classes are needed, but every row is ${quoteList(values)}`);
  if (values.length > 2) throw new InputError(`${where}: the target must have two values, got ${values.length}: ${quoteList(values)}`);
  const positive = wanted ?? (values.some((v) => parseNumber(v) === 0) ? values.find((v) => parseNumber(v) === 1) : undefined);
  if (positive === undefined)
    throw new InputError(`${where}: say which value is positive with --positive, ${values.map(quote).join(" or ")}`);
  if (!values.includes(positive))
    throw new InputError(`${where}: the positive value ${quote(positive)} does not occur, only ${values.map(quote).join(" and ")}`);
  return { positive, negative: values[1 - values.indexOf(positive)] };
}

/**
 * Parts the rows by chance into those to train on and those held out. Each class gives the same share, so that both
 * parts see both; of each at least one row stays to train on.
 */
export function splitRows(rows: Rows, fraction: number, seed: number): { train: Rows; heldOut: Rows | undefined } {
  if (fraction === 0) return { train: rows, heldOut: undefined };
  const random = xoroshiro128plus(seed);
  const isHeldOut = new Uint8Array(rows.count);
  for (const label of [0, 1]) {
    const members = Array.from(rows.y.keys()).filter((i) => rows.y[i] === label);
    const count = Math.min(Math.round(fraction * members.length), members.length - 1);
    // The first places of a Fisher–Yates shuffle.
    for (let i = 0; i < count; i++) {
      const j = uniformInt(random, i, members.length - 1);
      [members[i], members[j]] = [members[j], members[i]];
      isHeldOut[members[i]] = 1;
    }
  }
  if (!isHeldOut.includes(1))
    throw new InputError(`--test ${fraction} of ${rows.count} rows is not one row of either class; take more, or 0 to fit on all rows`);
  return { train: pick(rows, (i) => isHeldOut[i] === 0), heldOut: pick(rows, (i) => isHeldOut[i] === 1) };
}

function pick({ features, count, x, y }: Rows, wanted: (row: number) => boolean): Rows {
  const width = features.length;
  const kept = Array.from({ length: count }, (_, i) => i).filter(wanted);
  const picked = new Float64Array(kept.length * width);
  kept.forEach((from, to) => {
    picked.set(x.subarray(from * width, (from + 1) * width), to * width);
  });
  return { features, count: kept.length, x: picked, y: Float64Array.from(kept, (i) => y[i]) };
}

/** What standardizing takes away from each column, and what it divides by. */
export interface Scale {
  readonly mean: Float64Array;
  /** The standard deviation of the population (divided by n, not n − 1); 1 for a column that does not vary. */
  readonly deviation: Float64Array;
  /** The columns that do not vary. */
  readonly constant: readonly number[];
}

/** Measures the columns. Only on the rows to train on: those held out must not leak into the fit. */
export function measureScale({ features, count, x }: Rows): Scale {
  const width = features.length;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  const constant: number[] = [];
  for (let j = 0; j < width; j++) {
    const column = Float64Array.from({ length: count }, (_, i) => x[i * width + j]);
    // Asked of the values: the rounded mean of equal numbers can miss them by a little.
    if (column.every((value) => value === column[0])) {
      constant.push(j);
      mean[j] = column[0];
      deviation[j] = 1;
    } else {
      mean[j] = column.reduce((sum, value) => sum + value, 0) / count;
      deviation[j] = Math.sqrt(column.reduce((sum, value) => sum + (value - mean[j]) ** 2, 0) / count);
    }
  }
  return { mean, deviation, constant };
}

/** Every column less its mean, over its standard deviation. */
export function standardize(rows: Rows, { mean, deviation }: Scale): Rows {
  const width = rows.features.length;
  const x = rows.x.map((value, at) => {
    const j = at % width;
    const standard = (value - mean[j]) / deviation[j];
    if (!Number.isFinite(standard) || !Number.isFinite(deviation[j]))
      throw new InputError(`column ${quote(rows.features[j])}: its numbers are too large, or too close together, to be standardized`);
    return standard;
  });
  return { ...rows, x };
}
