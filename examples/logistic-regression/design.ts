import { type Tensor, tensor } from "gradtape";
import type { Column } from "./data.js";
import { InputError } from "./errors.js";
import type { RowNumbers } from "./split.js";
import { quote } from "./text.js";

/** A column of the design matrix but the intercept's: a feature of numbers, or whether a feature has a level. */
export interface Term {
  /** `age`, or `color=red`. */
  readonly name: string;
  /** Its feature's name. */
  readonly column: string;
  /** Undefined for a feature of numbers. */
  readonly level: string | undefined;
  /** What is taken away before it is divided by `deviation`. */
  readonly mean: number;
  readonly deviation: number;
}

/** How rows become numbers. */
export interface Encoding {
  readonly intercept: boolean;
  readonly terms: readonly Term[];
}

/** Rows of the design matrix, x of shape [n, p], and their targets, y of shape [n]. */
export interface Chunk {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** So many rows at most are one chunk: enough for the machine to be busy, and few enough to stay in the processor's cache. */
const CHUNK_ROWS = 16_384;

/** The names of the parameters, the intercept first. */
export const parameterNames = ({ intercept, terms }: Encoding): string[] => [
  ...(intercept ? ["(intercept)"] : []),
  ...terms.map(({ name }) => name),
];

/** One number a row of a term, before it is standardized. */
function reader(column: Column, level: string | undefined): (row: number) => number {
  const { values } = column;
  if (column.kind === "number") return (row) => values[row];
  const place = level === undefined ? -1 : column.levels.indexOf(level);
  return (row) => (values[row] === place ? 1 : 0);
}

/**
 * Measures the terms on the rows to train on, and on no others: those held out must not leak into the fit. A feature with
 * m levels has m − 1 terms, one for each but the reference; one that does not vary has none.
 *
 * Without an intercept nothing is taken away, since that would bring one in by the back door: w·(x − mean) has the
 * constant part −w·mean.
 */
export function measure(
  columns: readonly Column[],
  rows: RowNumbers,
  { intercept, references }: { readonly intercept: boolean; readonly references: ReadonlyMap<string, string> },
): { encoding: Encoding; constant: string[] } {
  const terms: Term[] = [];
  const constant: string[] = [];
  for (const column of columns) {
    for (const level of termLevels(column, references.get(column.name))) {
      const name = level === undefined ? column.name : `${column.name}=${level}`;
      const value = reader(column, level);
      const first = value(rows[0]);
      // Asked of the values: the rounded mean of equal numbers can miss them by a little.
      if (rows.every((row) => value(row) === first)) {
        if (intercept || first === 0) constant.push(name);
        else terms.push({ name, column: column.name, level, mean: 0, deviation: Math.abs(first) });
        continue;
      }
      let [sum, squares] = [0, 0];
      for (const row of rows) sum += value(row);
      const mean = sum / rows.length;
      for (const row of rows) squares += (value(row) - mean) ** 2;
      const deviation = Math.sqrt(squares / rows.length);
      if (!(deviation > 1e-150 && deviation < 1e150))
        throw new InputError(`column ${quote(name)}: its numbers are too large, or too close together, to be standardized`);
      terms.push({ name, column: column.name, level, mean: intercept ? mean : 0, deviation });
    }
  }
  return { encoding: { intercept, terms }, constant };
}

/** The levels that get a term; `undefined` alone for a feature of numbers. */
function termLevels(column: Column, reference: string | undefined): readonly (string | undefined)[] {
  if (column.kind === "number") return [undefined];
  return column.levels.filter((level) => level !== (reference ?? column.levels[0]));
}

/** The design matrix of some rows, standardized and in chunks, with a leading column of ones for the intercept. */
export function designOf({ intercept, terms }: Encoding, columns: readonly Column[], y: Float64Array, rows: RowNumbers): readonly Chunk[] {
  const width = terms.length + (intercept ? 1 : 0);
  const readers = terms.map(({ column, level }) => reader(columns.find(({ name }) => name === column) as Column, level));
  const chunks: Chunk[] = [];
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    const some = rows.subarray(start, start + CHUNK_ROWS);
    const x = new Float64Array(some.length * width);
    if (intercept) for (let i = 0; i < some.length; i++) x[i * width] = 1;
    terms.forEach(({ mean, deviation }, j) => {
      const value = readers[j];
      for (let i = 0, at = width - terms.length + j; i < some.length; i++, at += width) x[at] = (value(some[i]) - mean) / deviation;
    });
    chunks.push({ x: tensor(x, [some.length, width]), y: tensor(Float64Array.from(some, (row) => y[row])) });
  }
  return chunks;
}

/** The targets of all chunks in a row. */
export const targetsOf = (chunks: readonly Chunk[]): Float64Array => concatenate(chunks.map(({ y }) => y));

export function concatenate(parts: readonly Tensor[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const { data } of parts) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}
