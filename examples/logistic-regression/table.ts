import { type Database, literal, type Progress, QueryError } from "./database.js";
import { InputError } from "./errors.js";
import { firstRecord } from "./record.js";
import { lineAtByte, lineOf, lookInto, type Reading, type Source } from "./source.js";
import { quote, quoteList } from "./text.js";

/**
 * The cells of one or more files, in the table `cells` of a database: column j is `c{j}`, in the order of the files. Of CSV
 * and of JSON all cells are text, as they stand; Parquet has columns of numbers, too.
 */
export interface Table {
  readonly database: Database;
  /** For messages. */
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: number;
  /** Of each column: numbers as they come, text, or a type of which nothing can be made. */
  readonly types: readonly ("number" | "text" | { readonly unusable: string })[];
  /** `data.csv, line 7, column "age"`, of a row counted from 0. */
  placeOf(row: number, column?: string): Promise<string>;
}

/** Reads files into a database, strictly: nothing about them is guessed. */
export async function readTable(
  database: Database,
  folder: string,
  files: readonly string[],
  reading: Reading,
  options: { readonly progress?: Progress; readonly signal?: AbortSignal | undefined } = {},
): Promise<Table> {
  const sources: Source[] = [];
  for (const file of files) sources.push(await lookInto(file, reading, folder, options.signal));
  const [first] = sources;
  for (const { file, kind } of sources)
    if (kind !== first.kind) throw new InputError(`${first.file} and ${file}: files of one kind are needed, got ${first.kind} and ${kind}`);
  const columns: { name: string; type: Table["types"][number]; cells: string }[] = [];
  const counts: number[] = [];
  for (const [i, source] of sources.entries()) {
    const own = source.kind === "csv" ? textColumns(source.header) : await typedColumns(database, source);
    if (i === 0) columns.push(...own);
    refuseOtherColumns(first.file, columns, source.file, own);
    const select = `SELECT ${own.map(({ cells }, j) => `${cells} AS c${j}`).join(", ")} FROM ${readerOf(source, reading)}`;
    await load(database, i === 0 ? `CREATE TABLE cells AS ${select}` : `INSERT INTO cells ${select}`, source, options.progress);
    const [[total]] = await database.rows("SELECT count(*) FROM cells");
    counts.push(Number(total));
  }
  const placeOf = async (row: number, column?: string): Promise<string> => {
    const i = counts.findIndex((count) => row < count);
    const line = await lineOf(sources[i], row - (i === 0 ? 0 : counts[i - 1]), reading);
    return `${sources[i].file}, ${first.kind === "parquet" ? "row" : "line"} ${line}${column === undefined ? "" : `, column ${quote(column)}`}`;
  };
  return {
    ...{ database, file: files.join(", "), header: columns.map(({ name }) => name), rows: counts[counts.length - 1] },
    ...{ types: columns.map(({ type }) => type), placeOf },
  };
}

const textColumns = (header: readonly string[]) => header.map((name, j) => ({ name, type: "text" as const, cells: `c${j}` }));

/** The columns of a Parquet file, or of JSON lines. */
async function typedColumns(database: Database, source: Source) {
  const described = await database.rows(`DESCRIBE SELECT * FROM ${readerOf(source)}`).catch((error) => {
    throw new InputError(`${source.file}: ${problem(error)}`);
  });
  return described.map(([name, type]) => {
    const cell = `"${String(name).replaceAll('"', '""')}"`;
    if (type === "JSON") return { name: String(name), type: "text" as const, cells: `${cell} ->> '$'` };
    if (type === "VARCHAR" || String(type).startsWith("ENUM") || type === "BOOLEAN")
      return { name: String(name), type: "text" as const, cells: `CAST(${cell} AS VARCHAR)` };
    if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/.test(String(type))) {
      const value = `CAST(${cell} AS DOUBLE)`;
      return { name: String(name), type: "number" as const, cells: `CASE WHEN isfinite(${value}) THEN ${value} END` };
    }
    return { name: String(name), type: { unusable: String(type) }, cells: `CAST(${cell} AS VARCHAR)` };
  });
}

function refuseOtherColumns(file: string, columns: readonly { name: string }[], other: string, own: readonly { name: string }[]): void {
  const [expected, found] = [columns.map(({ name }) => name), own.map(({ name }) => name)];
  if (expected.length === found.length && expected.every((name, j) => name === found[j])) return;
  throw new InputError(`${other}: the columns must be those of ${file}, ${quoteList(expected)}, got ${quoteList(found)}`);
}

/** What the database reads a file with. */
function readerOf({ kind, path, isZipped, encoding, header, linesBefore }: Source, reading?: Reading): string {
  const file = literal(path.replace(/[*?[\]]/g, "[$&]")); // these would be patterns
  if (kind === "parquet") return `read_parquet(${file})`;
  const compression = `compression = ${isZipped ? "'gzip'" : kind === "json" ? "'uncompressed'" : "'none'"}`;
  if (kind === "json")
    return `read_json(${file}, format = 'newline_delimited', records = true, sample_size = -1, maximum_depth = 1, ${compression})`;
  return `read_csv(${file}, auto_detect = false, all_varchar = true, strict_mode = true, header = true, store_rejects = true, rejects_limit = 10,
    delim = ${literal(reading?.delimiter ?? ",")}, quote = '"', escape = '"', skip = ${linesBefore}, encoding = '${encoding}', ${compression},
    ${reading?.comment ? `comment = ${literal(reading.comment)},` : ""} columns = {${header.map((_, j) => `'c${j}': 'VARCHAR'`).join(", ")}})`;
}

async function load(database: Database, sql: string, source: Source, progress?: Progress): Promise<void> {
  try {
    await database.run(sql, progress);
  } catch (error) {
    throw error instanceof QueryError ? new InputError(`${source.file}: ${problem(error)}`) : error;
  }
  if (source.kind !== "csv") return;
  const rejected = await database.rows(
    "SELECT line_byte_position, column_idx, error_type, csv_line FROM reject_errors ORDER BY line_byte_position LIMIT 1",
  );
  if (rejected.length === 0) return;
  const [place, column, type, text] = rejected[0] as [string, string, string, string | null];
  const where = `${source.file}, line ${await lineAtByte(source, Number(place))}`;
  const hint = /^\s*[#%;]/.test(text ?? "") ? `; --comment "${(text ?? "").trim()[0]}" leaves out lines that begin so` : "";
  switch (type) {
    case "MISSING COLUMNS":
    case "TOO MANY COLUMNS":
      throw new InputError(
        `${where}: expected ${source.header.length} fields, as in the header, got ${type === "MISSING COLUMNS" ? column : `${column} or more`}${hint}`,
      );
    case "UNQUOTED VALUE":
      throw new InputError(
        `${where}: ${firstRecord(text ?? '"', "\0").isOpen ? "a quoted field is not closed" : "text follows the closing quote of a field, or a quote stands within it"}`,
      );
    case "INVALID ENCODING":
      throw new InputError(`${where}: is not UTF-8 text; --encoding latin-1 or utf-16 may read it`);
    case "LINE SIZE OVER MAXIMUM":
      throw new InputError(`${where}: is longer than 2 MB; is a quoted field not closed?`);
    default:
      throw new InputError(`${where}: ${type.toLowerCase()}`);
  }
}

/** What the database says, on one line. */
function problem(error: unknown): string {
  const { message } = error as Error;
  if (message.includes("reached an invalid state")) return "the lines end in different ways (\\n, \\r\\n, \\r); give them all the same end";
  if (/out of memory|could not allocate/i.test(message)) return "it does not fit into memory, nor into the folder for temporary files";
  return message.split("\n")[0].replace(/^[\w ]*Error: ?/, "");
}
