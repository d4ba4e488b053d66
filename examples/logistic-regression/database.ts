import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, type DuckDBDoubleVector, DuckDBInstance } from "@duckdb/node-api";
import { Interrupted } from "./errors.js";

/** Told how far a query has come, from 0 to 1. */
export type Progress = (share: number) => void;

/** A query that the engine refused, with its words. */
export class QueryError extends Error {
  override name = "QueryError";
}

/**
 * A database in memory that lives as long as one run: it reads the files and holds their cells. What does not fit into memory
 * goes to a folder of its own, which `close` takes away. Nothing is loaded from the network.
 */
export class Database {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    /** For temporary files. */
    readonly folder: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  static async open(signal?: AbortSignal): Promise<Database> {
    const folder = mkdtempSync(join(tmpdir(), "logistic-regression-"));
    const instance = await DuckDBInstance.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      temp_directory: folder,
    });
    const connection = await instance.connect();
    const database = new Database(instance, connection, folder, signal);
    await database.run("SET enable_progress_bar = true");
    await database.run("SET enable_progress_bar_print = false");
    return database;
  }

  async run(sql: string, progress?: Progress): Promise<void> {
    await this.watched(() => this.connection.run(sql), progress);
  }

  /** The rows of a result that is small. */
  rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return this.watched(async () => (await this.connection.runAndReadAll(sql)).getRowsJson() as unknown[][]);
  }

  /**
   * Expressions of DOUBLE over rows of a table, in the order of the table, with the rows' numbers first; NULL is NaN. Rows come
   * from several threads as they are ready: their numbers say where they belong.
   */
  numbers(expressions: readonly string[], table: string, condition: string, count: number): Promise<Float64Array[]> {
    return this.watched(async () => {
      const result = await this.connection.stream(
        `SELECT ${["rowid::DOUBLE", ...expressions].join(", ")} FROM ${table} WHERE ${condition}`,
      );
      const columns = Array.from({ length: result.columnCount }, () => new Float64Array(count));
      let at = 0;
      for await (const chunk of result) {
        const { rowCount } = chunk;
        columns.forEach((column, j) => {
          const vector = chunk.getColumnVector(j) as DuckDBDoubleVector;
          for (let i = 0; i < rowCount; i++) column[at + i] = vector.getItem(i) ?? Number.NaN;
        });
        at += rowCount;
      }
      return inOrderOf(columns[0], columns);
    });
  }

  /** Puts columns of numbers into a table of DOUBLE, NaN as NULL. */
  async insert(table: string, names: readonly string[], columns: readonly Float64Array[]): Promise<void> {
    await this.run(`CREATE TABLE ${table} (${names.map((name) => `${identifier(name)} DOUBLE`).join(", ")})`);
    const { DOUBLE, DuckDBDataChunk } = await import("@duckdb/node-api");
    const appender = await this.connection.createAppender(table);
    const rows = columns[0].length;
    for (let start = 0; start < rows; start += 2048) {
      this.refuseIfInterrupted();
      const some = Math.min(2048, rows - start);
      const chunk = DuckDBDataChunk.create(
        names.map(() => DOUBLE),
        some,
      );
      columns.forEach((column, j) => {
        chunk.setColumnValues(
          j,
          Array.from(column.subarray(start, start + some), (value) => (Number.isNaN(value) ? null : value)),
        );
      });
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async watched<T>(work: () => Promise<T>, progress?: Progress): Promise<T> {
    this.refuseIfInterrupted();
    const interrupt = (): void => this.connection.interrupt();
    this.signal?.addEventListener("abort", interrupt);
    const timer = progress && setInterval(() => progress(Math.max(this.connection.progress.percentage, 0) / 100), 100);
    try {
      return await work();
    } catch (error) {
      this.refuseIfInterrupted();
      throw new QueryError((error as Error).message);
    } finally {
      clearInterval(timer);
      this.signal?.removeEventListener("abort", interrupt);
    }
  }

  private refuseIfInterrupted(): void {
    if (this.signal?.aborted === true) throw new Interrupted("interrupted");
  }
}

/** Columns with their rows in ascending order of a key of different whole numbers. */
function inOrderOf(key: Float64Array, columns: Float64Array[]): Float64Array[] {
  if (key.every((value, i) => i === 0 || key[i - 1] < value)) return columns;
  // The rank of each key: how many smaller ones there are.
  const rank = new Uint32Array(key.reduce((most, value) => Math.max(most, value), 0) + 2);
  for (const value of key) rank[value + 1] = 1;
  for (let i = 1; i < rank.length; i++) rank[i] += rank[i - 1];
  return columns.map((column) => {
    const sorted = new Float64Array(column.length);
    for (let i = 0; i < column.length; i++) sorted[rank[key[i]]] = column[i];
    return sorted;
  });
}

/** Text as SQL writes it. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as SQL writes it. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
