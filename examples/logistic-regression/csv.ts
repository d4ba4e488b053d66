import { isAscii } from "node:buffer";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import Papa from "papaparse";
import { fileProblem, InputError } from "./errors.js";
import { quote, quoteList } from "./text.js";

/** A CSV file whose header is read, and whose rows come in batches as the file is read. */
export interface Csv {
  readonly file: string;
  readonly columns: readonly string[];
  /** Rows as long as the header, in the order of the file. To be gone through once. */
  readonly batches: AsyncIterable<Batch>;
}

/** Some rows that follow each other. */
export interface Batch {
  /** How many rows of data came before these. */
  readonly before: number;
  readonly rows: readonly (readonly string[])[];
}

/** How a file is read. */
export interface Reading {
  /** What stands between two fields: one character. */
  readonly delimiter: string;
  /** Told how many bytes were read, of how many in all where that is known. */
  readonly onProgress?: (bytes: number, total: number | undefined) => void;
}

/** No row is longer than this, in characters. A quote that is never closed would take the rest of the file into one field. */
const LONGEST_ROW = 1 << 24;

/** Where something is, counted as a spreadsheet counts: the header is row 1. */
export const placeOf = (file: string, row: number, column?: string): string =>
  `${file}, row ${row + 2}${column === undefined ? "" : `, column ${quote(column)}`}`;

/** Where a column with a name is in a header. */
export function columnAt(file: string, columns: readonly string[], name: string): number {
  const i = columns.indexOf(name);
  if (i < 0) {
    // One column whose name holds another separator is a header that was not taken apart.
    const other = columns.length === 1 ? /[,;\t]/.exec(columns[0])?.[0] : undefined;
    const hint =
      other === undefined ? "" : `; the fields may be separated by ${other === "\t" ? "--delimiter tab" : `--delimiter "${other}"`}`;
    throw new InputError(`${file}: no column ${quote(name)}; it has ${quoteList(columns)}${hint}`);
  }
  return i;
}

/** Opens a CSV file: UTF-8 with or without a mark at its start, any line ends, fields quoted or not. */
export async function openCsv(file: string, reading: Reading): Promise<Csv> {
  const raw = rawRows(file, reading);
  let first = await raw.next();
  while (first.done !== true && first.value.length === 0) first = await raw.next();
  if (first.done === true || first.value.every(isBlank)) throw new InputError(`${file}: is empty`);

  const columns = first.value[0].map((name) => name.trim());
  const seen = new Set<string>();
  columns.forEach((name, i) => {
    if (name === "") throw new InputError(`${file}: column ${i + 1} has no name in the header`);
    if (seen.has(name)) throw new InputError(`${file}: two columns are called ${quote(name)}`);
    seen.add(name);
  });
  return { file, columns, batches: checked(file, columns, first.value.slice(1), raw) };
}

const isBlank = (row: readonly string[]): boolean => row.length === 1 && row[0].trim() === "";

/** Every row as long as the header. Blank lines at the end of the file are none; elsewhere they are rows that are too short. */
async function* checked(
  file: string,
  { length }: readonly string[],
  first: string[][],
  rest: AsyncIterable<string[][]>,
): AsyncGenerator<Batch> {
  let before = 0;
  let blank = 0;
  const check = (rows: string[][]): Batch => {
    const kept: string[][] = [];
    for (const row of rows) {
      if (isBlank(row)) {
        blank++;
        continue;
      }
      const at = before + kept.length;
      if (blank > 0) throw new InputError(`${placeOf(file, at)}: expected ${length} fields, as in the header, got a blank line`);
      if (row.length !== length)
        throw new InputError(`${placeOf(file, at)}: expected ${length} fields, as in the header, got ${row.length}`);
      kept.push(row);
    }
    before += kept.length;
    return { before: before - kept.length, rows: kept };
  };
  yield check(first);
  for await (const rows of rest) yield check(rows);
}

/** The rows as the file has them, the header among them, a batch for each part of the file that was read. */
async function* rawRows(file: string, { delimiter, onProgress }: Reading): AsyncGenerator<string[][]> {
  const parser = new Papa.Parser({ delimiter, newline: "\n" });
  const decode = decoder();
  let pending = ""; // what was read and not yet parsed: the beginning of a row
  let done = 0;
  let bytes = 0;
  const parse = (text: string, isLast: boolean): string[][] => {
    // One kind of line end, also within quotes. A \r at the end waits for its \n.
    const end = text.endsWith("\r") && !isLast ? text.length - 1 : text.length;
    const whole = text.includes("\r") ? text.slice(0, end).replace(/\r\n?/g, "\n") + text.slice(end) : text;
    if (whole.includes("\0")) throw new InputError(`${file}: is not text: it has a byte 0`);
    const { data, errors, meta } = parser.parse(whole, 0, !isLast) as Papa.ParseResult<string[]>;
    // A row that is not at its end yet is parsed again with the next part, and only then judged.
    const problem = errors.find(({ row }) => isLast || (row ?? 0) < data.length);
    if (problem !== undefined)
      throw new InputError(
        `${placeOf(file, done + (problem.row ?? 0) - 1)}: ${problem.code === "MissingQuotes" ? "a quoted field is not closed" : "text follows the closing quote of a field"}`,
      );
    pending = isLast ? "" : whole.slice(meta.cursor);
    if (pending.length > LONGEST_ROW)
      throw new InputError(
        `${placeOf(file, done + data.length - 1)}: is longer than ${LONGEST_ROW} characters; is a quoted field not closed?`,
      );
    done += data.length;
    return data;
  };
  try {
    const total = await stat(file).then((found) => (found.isFile() ? found.size : undefined));
    for await (const part of createReadStream(file, { highWaterMark: 1 << 20 })) {
      bytes += part.length;
      yield parse(pending + decode(part), false);
      onProgress?.(bytes, total);
    }
    const rest = pending + decode();
    if (rest !== "") yield parse(rest, true);
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (error instanceof TypeError) throw new InputError(`${file}: is not UTF-8 text`);
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new InputError(`${file}: ${fileProblem(error)}`);
  }
}

/** UTF-8 to text, part by part, without a mark at the start. What is ASCII takes a short way, to text of half the size. */
function decoder(): (part?: Buffer) => string {
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let isStart = true;
  let isBetween = true; // no character is cut off by the end of the part before
  return (part) => {
    if (part === undefined) return utf8.decode();
    const text = isBetween && isAscii(part) ? part.toString("latin1") : utf8.decode(part, { stream: true });
    isBetween = (part.at(-1) ?? 0) < 0x80;
    const hasMark = isStart && text.startsWith("\ufeff");
    isStart &&= text === "";
    return hasMark ? text.slice(1) : text;
  };
}
