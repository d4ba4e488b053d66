import { isUtf8 } from "node:buffer";
import { spawn } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TextDecoderStream } from "node:stream/web";
import { constants, createGunzip } from "node:zlib";
import { refuseDeep } from "./depth.js";
import { fileProblem, InputError, Interrupted } from "./errors.js";
import { beforeHeader, type Dialect, firstRecord, LineFinder } from "./record.js";
import { quote, quoteList } from "./text.js";

export const ENCODINGS = ["utf-8", "utf-16", "latin-1"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** How files are to be read. */
export interface Reading extends Dialect {
  readonly encoding: Encoding;
}

/** A file that was looked into and not yet read. */
export interface Source {
  /** As the user named it. */
  readonly file: string;
  readonly path: string;
  readonly kind: "csv" | "parquet" | "json";
  readonly isZipped: boolean;
  readonly encoding: Encoding;
  /** Of CSV, the names in its header, and how many lines come before it. */
  readonly header: readonly string[];
  readonly linesBefore: number;
}

/** What the first column is called where it has no name, as R's and pandas' writers leave it. */
export const UNNAMED = "(unnamed)";

/** Each column takes some milliseconds and kilobytes, even where it is left out. */
const MOST_COLUMNS = 30_000;

/** So much of a file is looked at: no header is longer. */
const HEAD = 1 << 20;

/** Looks into a file: what it is, and what its columns are called. A pipe is first copied into `folder`. */
export async function lookInto(file: string, reading: Reading, folder: string, signal?: AbortSignal): Promise<Source> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new InputError(`${file}: is a directory, not a file`);
    const examine = (bytes: Buffer): Promise<Start> => startOf(file, bytes, reading);
    const given = resolve(found.isFile() ? file : await copyInto(join(folder, "input"), file, examine, signal));
    const start = await examine(await firstBytes(given));
    const { kind, isZipped } = start;
    if (kind === "json") await refuseDeep(file, unpacked(given, isZipped));
    if (kind === "csv") return await csvSource(file, given, start, reading, folder, signal);
    return { file, path: given, kind, isZipped, encoding: "utf-8", header: [], linesBefore: 0 };
  } catch (error) {
    if (error instanceof InputError || error instanceof Interrupted) throw error;
    if (signal?.aborted === true) throw new Interrupted("interrupted");
    if (String((error as NodeJS.ErrnoException).code).startsWith("Z_")) throw new InputError(`${file}: begins like gzip, and is damaged`);
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new InputError(`${file}: ${fileProblem(error)}`);
  }
}

/** What the beginning of a file tells. */
interface Start extends Pick<Source, "kind" | "isZipped"> {
  /** Its first bytes, unpacked. */
  readonly head: Buffer;
}

/** Looks at the first bytes of a file, and refuses it if it is nothing that can be read. */
async function startOf(file: string, bytes: Buffer, { encoding }: Reading): Promise<Start> {
  if (bytes.length === 0) throw new InputError(`${file}: is empty`);
  const starts = (...start: number[]): boolean => start.every((byte, i) => bytes[i] === byte);
  if (starts(0x50, 0x41, 0x52, 0x31)) return { kind: "parquet", isZipped: false, head: bytes };
  if (starts(0x50, 0x4b, 3, 4)) throw new InputError(`${file}: is a spreadsheet or a zip archive; save the sheet as CSV, or unpack it`);
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) throw new InputError(`${file}: is compressed with zstd; unpack it, or use gzip`);
  const isZipped = starts(0x1f, 0x8b);
  const head = isZipped ? await unpackedStart(bytes) : bytes;
  const kind = /\.(jsonl|ndjson|json)(\.gz)?$/i.test(file) ? "json" : "csv";
  const isWide = encoding === "utf-16" || (encoding === "utf-8" && hasByteOrder(head));
  if (decode(head, isWide ? "utf-16" : "latin-1").includes("\0"))
    throw new InputError(
      `${file}: is not text: it has a ${isWide ? "character" : "byte"} 0${encoding === "utf-8" && !isWide ? "; if it is UTF-16, --encoding utf-16 reads it" : ""}`,
    );
  return { kind, isZipped, head };
}

/** Whether a text says that it is UTF-16. */
const hasByteOrder = (head: Buffer): boolean => (head[0] === 0xfe && head[1] === 0xff) || (head[0] === 0xff && head[1] === 0xfe);

/** The first HEAD bytes of what is packed: a megabyte may hold a thousand. */
async function unpackedStart(bytes: Buffer): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of Readable.from([bytes]).pipe(createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }))) {
    parts.push(part);
    size += part.length;
    if (size >= HEAD) break;
  }
  return Buffer.concat(parts).subarray(0, HEAD);
}

async function csvSource(
  file: string,
  path: string,
  { head, isZipped }: Start,
  reading: Reading,
  folder: string,
  signal?: AbortSignal,
): Promise<Source> {
  const { encoding, delimiter } = reading;
  if (encoding === "utf-8" && hasByteOrder(head)) throw new InputError(`${file}: is UTF-16 text; --encoding utf-16 reads it`);
  if (encoding === "utf-16" && head[0] === 0xfe && hasByteOrder(head)) {
    // The database reads the other order only.
    const copy = join(folder, "utf-8.csv");
    await pipeline(Readable.toWeb(unpacked(path, isZipped)) as never, new TextDecoderStream("utf-16be") as never, createWriteStream(copy), {
      signal,
    });
    const start = { kind: "csv", isZipped: false, head: await firstBytes(copy) } as const;
    return csvSource(file, copy, start, { ...reading, encoding: "utf-8" }, folder, signal);
  }
  const text = decode(head, encoding);
  // A character may be cut off where the part that is looked at ends.
  if (encoding === "utf-8" && !isUtf8(head.length < HEAD ? head : head.subarray(0, head.lastIndexOf(10) + 1)))
    throw new InputError(`${file}: is not UTF-8 text; --encoding latin-1 or utf-16 may read it`);
  if (text.trim() === "" || text === "\ufeff") throw new InputError(`${file}: is empty`);
  refuseOtherStarts(file, text, reading);
  const { lines, rest } = beforeHeader(text, reading);
  const { fields, isOpen } = firstRecord(rest, delimiter);
  if (rest.trim() === "") throw new InputError(`${file}: is empty below the lines that are left out`);
  if (isOpen) throw new InputError(`${file}, line ${lines + 1}: a quoted field is not closed`);
  return { file, path, kind: "csv", isZipped, encoding, header: namesOf(file, fields), linesBefore: lines };
}

/** Lines that programs put before the header, with what to do about them. */
function refuseOtherStarts(file: string, text: string, { skip, comment, delimiter }: Reading): void {
  if (skip > 0) return;
  const [first, second = ""] = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/, 2);
  const separator = /^"?sep=(.)"?$/i.exec(first)?.[1];
  if (separator !== undefined)
    throw new InputError(
      `${file}: its first line, ${quote(first)}, is for a spreadsheet; --skip 1 --delimiter ${separator === "\t" ? "tab" : quote(separator)} reads the rest`,
    );
  const isComment = first.startsWith("#") && (second.startsWith("#") || (!first.includes(delimiter) && second.includes(delimiter)));
  if (isComment && comment === "")
    throw new InputError(`${file}: begins with a comment, ${quote(first)}; --comment "#" leaves out such lines`);
}

function namesOf(file: string, fields: readonly string[]): string[] {
  if (fields.length > MOST_COLUMNS) throw new InputError(`${file}: expected at most ${MOST_COLUMNS} columns, got ${fields.length}`);
  const names = fields.map((name) => name.trim());
  names.forEach((name, i) => {
    if (name !== "") return;
    if (i > 0) throw new InputError(`${file}: column ${i + 1} has no name in the header`);
    names[0] = UNNAMED;
  });
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new InputError(`${file}: two columns are called ${quote(name)}`);
    seen.add(name);
  }
  return names;
}

function decode(bytes: Buffer, encoding: Encoding): string {
  if (encoding === "utf-16") return bytes.subarray(0, bytes.length & ~1).toString("utf16le");
  return bytes.toString(encoding === "utf-8" ? "utf8" : "latin1");
}

async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * What comes through a pipe can be read once only, and is read twice. Another process copies it: a read that waits for a
 * writer cannot be ended within this one, and `cat` can. What comes without an end, such as /dev/zero, is examined before all of it is
 * there.
 */
async function copyInto(copy: string, file: string, examine: (head: Buffer) => Promise<unknown>, signal?: AbortSignal): Promise<string> {
  const inherited = /^\/dev\/(stdin|fd\/(\d+))$/.exec(file);
  const stdin = inherited === null ? "ignore" : Number(inherited[2] ?? 0);
  const cat = spawn("cat", inherited === null ? ["--", resolve(file)] : [], { stdio: [stdin, "pipe", "ignore"] });
  const output = cat.stdout as Readable;
  const end = (): boolean => cat.kill();
  signal?.addEventListener("abort", end);
  try {
    await pipeline(output, (chunks: AsyncIterable<Buffer>) => examined(chunks, examine), createWriteStream(copy), { signal });
    return copy;
  } finally {
    end();
    signal?.removeEventListener("abort", end);
  }
}

/** Passes on what it is given, once the beginning is found good. */
async function* examined(chunks: AsyncIterable<Buffer>, examine: (head: Buffer) => Promise<unknown>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head.length < HEAD) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= HEAD) await examine(head.subarray(0, HEAD));
    }
    yield chunk;
  }
}

/** The line in which a row of data begins; rows are counted from 0. */
export async function lineOf(source: Source, row: number, dialect: Dialect): Promise<number> {
  if (source.kind !== "csv") return row + 1;
  const finder = new LineFinder(row + 1, dialect);
  for await (const text of textOf(source)) {
    const line = finder.read(text);
    if (line !== undefined) return line;
  }
  return row + 2;
}

/** The line in which the byte at a place is, counted as the database counts: in UTF-8, from 1. */
export async function lineAtByte(source: Source, place: number): Promise<number> {
  let line = 1;
  let left = place - 1;
  let last = 0;
  for await (const text of textOf(source)) {
    const bytes = Buffer.from(text);
    for (let i = 0; i < bytes.length && i < left; i++) {
      // \n, or \r alone.
      if (bytes[i] === 10 || last === 13) line++;
      if (bytes[i] === 10 && last === 13) line--;
      last = bytes[i];
    }
    if (bytes.length >= left) return last === 13 ? line + 1 : line;
    left -= bytes.length;
  }
  return line;
}

const unpacked = (path: string, isZipped: boolean): Readable =>
  isZipped ? createReadStream(path).pipe(createGunzip()) : createReadStream(path);

async function* textOf(source: Source): AsyncGenerator<string> {
  const bytes = unpacked(source.path, source.isZipped);
  const encoding = source.encoding === "utf-16" ? "utf-16le" : source.encoding === "latin-1" ? "latin1" : "utf-8";
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for await (const part of bytes) yield decoder.decode(part, { stream: true });
}

/** Where a column with a name is in a header. */
export function columnAt(file: string, columns: readonly string[], name: string): number {
  const i = columns.indexOf(name);
  if (i >= 0) return i;
  // One column whose name holds another separator is a header that was not taken apart.
  const other = columns.length === 1 ? /[,;\t|]/.exec(columns[0])?.[0] : undefined;
  const hint = other === undefined ? "" : `; the fields may be separated by --delimiter ${other === "\t" ? "tab" : `"${other}"`}`;
  throw new InputError(`${file}: no column ${quote(name)}; it has ${quoteList(columns)}${hint}`);
}
