// What one rank reads: the lines of a CSV file that begin in its range of bytes, or a file of its own. No rank reads the rows
// of another.

import { constants } from "node:buffer";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { csvParseRows } from "d3-dsv";

/** The rows of one shard; there may be none. */
export interface Shard {
  /** The names of the features. */
  readonly features: readonly string[];
  readonly rows: number;
  /** The features, row after row. */
  readonly x: Float64Array;
  /** 1 for the positive label, 0 for the negative one. */
  readonly y: Float64Array;
}

/** Which column is the target, and the two labels in it. */
export interface Labels {
  readonly target: string;
  readonly positive: string;
  readonly negative: string;
}

/** The lines of a file that begin in part `index` of `count` of the bytes below the header. A field must not hold a line break. */
export function readRange(file: string, index: number, count: number, labels: Labels): Shard {
  return withFile(file, (read, size) => {
    const body = endOfLine(read, 0, size);
    const cut = (i: number): number => body + Math.floor(((size - body) * i) / count);
    // A line belongs to the range that holds its first byte: a cut within a line moves to the line's end.
    const [from, to] = [index, index + 1].map((i) => (cut(i) === body ? body : endOfLine(read, cut(i) - 1, size)));
    return parse(file, read(0, body), read(from, to), from, labels);
  });
}

/** The file of one rank in a directory of shards, each with the header: part-1-of-3.csv, part-2-of-3.csv, part-3-of-3.csv. */
export function readPart(directory: string, index: number, count: number, labels: Labels): Shard {
  return readRange(join(directory, `part-${index + 1}-of-${count}.csv`), 0, 1, labels);
}

type Read = (from: number, to: number) => Buffer;

function withFile<T>(file: string, body: (read: Read, size: number) => T): T {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    throw new Error(`${file}: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (error as Error).message}`);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error(`${file}: is not a file`);
    const read: Read = (from, to) => {
      if (to - from > constants.MAX_STRING_LENGTH)
        throw new Error(`${file}: a shard of ${to - from} bytes is more than one rank can hold as text; take more ranks`);
      const bytes = Buffer.allocUnsafe(to - from);
      for (let at = 0; at < bytes.length; ) {
        const length = readSync(descriptor, bytes, at, bytes.length - at, from + at);
        if (length === 0) throw new Error(`${file}: became shorter while it was read`);
        at += length;
      }
      return bytes;
    };
    return body(read, stat.size);
  } finally {
    closeSync(descriptor);
  }
}

/** Where the line that goes through a byte ends: the place behind its line break, or the end of the file. */
function endOfLine(read: Read, from: number, size: number): number {
  const block = 65_536;
  for (let at = from; at < size; at += block) {
    const found = read(at, Math.min(at + block, size)).indexOf("\n");
    if (found >= 0) return at + found + 1;
  }
  return size;
}

function parse(file: string, header: Buffer, body: Buffer, offset: number, { target, positive, negative }: Labels): Shard {
  const columns = (csvParseRows(decode(file, header))[0] ?? []).map((name) => name.trim());
  if (columns.join("") === "") throw new Error(`${file}: has no header`);
  const place = columns.indexOf(target);
  if (place < 0) throw new Error(`${file}: no column ${JSON.stringify(target)} in the header`);
  columns.forEach((name, i) => {
    if (columns.indexOf(name) < i) throw new Error(`${file}: two columns are called ${JSON.stringify(name)}`);
  });
  const features = columns.filter((_, i) => i !== place);

  const x: number[] = [];
  const y: number[] = [];
  for (let at = 0; at < body.length; ) {
    const newline = body.indexOf("\n", at);
    const end = newline < 0 ? body.length : newline + 1;
    // Counted from 1, so that `tail -c +N file | head -1` shows the line.
    const where = `${file}, the line at byte ${offset + at + 1}`;
    const line = decode(where, body.subarray(at, end)).trim();
    at = end;
    if (line === "") continue;
    if ((line.split('"').length - 1) % 2 === 1) throw new Error(`${where}: a quoted field is not closed on its line`);
    const fields = csvParseRows(line)[0];
    if (fields.length !== columns.length)
      throw new Error(`${where}: expected ${columns.length} fields, as in the header, got ${fields.length}`);
    fields.forEach((text, i) => {
      if (i === place) {
        if (text !== positive && text !== negative)
          throw new Error(
            `${where}: the target must be ${JSON.stringify(positive)} or ${JSON.stringify(negative)}, got ${JSON.stringify(text)}`,
          );
        y.push(text === positive ? 1 : 0);
      } else {
        const value = text.trim() === "" ? Number.NaN : Number(text);
        if (!Number.isFinite(value)) throw new Error(`${where}: ${columns[i]} must be a finite number, got ${JSON.stringify(text)}`);
        x.push(value);
      }
    });
  }
  return { features, rows: y.length, x: Float64Array.from(x), y: Float64Array.from(y) };
}

function decode(where: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${where}: is not UTF-8 text`);
  }
}
