import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Labels, readPart, readRange, type Shard } from "../../../examples/distributed/shard.js";

const directory = mkdtempSync(join(tmpdir(), "distributed-"));
afterAll(() => rmSync(directory, { recursive: true }));

const labels: Labels = { target: "class", positive: "yes", negative: "no" };
const write = (text: string | Uint8Array): string => {
  const file = join(directory, "rows.csv");
  writeFileSync(file, text);
  return file;
};
const all = (file: string, count: number, of = labels): Shard[] => Array.from({ length: count }, (_, i) => readRange(file, i, count, of));
const joined = (shards: readonly Shard[]) => ({ x: shards.flatMap(({ x }) => [...x]), y: shards.flatMap(({ y }) => [...y]) });

describe("the ranges of a file", () => {
  test("hold every row exactly once, in order, for any count of them", () => {
    const rows = Array.from({ length: 23 }, (_, i) => `${i},${"9".repeat(i % 7)}1,${i % 3 === 0 ? "yes" : "no"}`);
    for (const text of [
      `a,b,class\n${rows.join("\n")}\n`,
      `a,b,class\n${rows.join("\n")}`,
      `\uFEFFa,b,class\r\n${rows.join("\r\n")}\r\n`,
    ]) {
      const file = write(text);
      const whole = readRange(file, 0, 1, labels);
      expect(whole.rows).toBe(23);
      expect(whole.features).toEqual(["a", "b"]);
      for (let count = 2; count <= 60; count++) expect(joined(all(file, count)), `${count}`).toEqual(joined([whole]));
    }
  });

  test("go on beyond the block that is searched for a line's end", () => {
    const file = write(`a,class\n${"1".repeat(100)}${" ".repeat(200_000)},yes\n2,no\n3,yes\n`);
    expect(joined(all(file, 5))).toEqual({ x: [Number("1".repeat(100)), 2, 3], y: [1, 0, 1] });
  });

  test("may be empty, and blank lines are none", () => {
    expect(all(write("a,class\n1,yes\n\n"), 4).map(({ rows }) => rows)).toEqual([1, 0, 0, 0]);
    expect(readRange(write("a,class\n"), 0, 1, labels).rows).toBe(0);
    expect(readRange(write("a,class"), 1, 2, labels).rows).toBe(0);
  });

  test("of the real data are those of the whole", () => {
    const of = { target: "diagnosis", positive: "M", negative: "B" };
    const file = "examples/data/wdbc.csv";
    for (const count of [2, 3, 4]) expect(joined(all(file, count, of))).toEqual(joined(all(file, 1, of)));
  });

  test("may have quoted fields and the target in any column", () => {
    expect(readRange(write('"a, b",class,c\n"1",yes,2\n3,"no",4\n'), 0, 1, labels)).toEqual({
      features: ["a, b", "c"],
      rows: 2,
      x: Float64Array.of(1, 2, 3, 4),
      y: Float64Array.of(1, 0),
    });
  });
});

describe("what is wrong is said with the place", () => {
  const problem = (text: string | Uint8Array, index = 0, count = 1): (() => unknown) => {
    const file = write(text);
    return () => readRange(file, index, count, labels);
  };

  test("in a row, by the byte that its line begins at", () => {
    expect(problem("a,b,class\n1,2,yes\n3,no\n")).toThrow("rows.csv, the line at byte 19: expected 3 fields, as in the header, got 2");
    expect(problem("a,b,class\n1,2,yes\n5,6,no\n3,no\n", 1, 2)).toThrow("the line at byte 26: expected 3 fields");
    expect(problem("a,class\nx,yes\n")).toThrow('the line at byte 9: a must be a finite number, got "x"');
    expect(problem("a,class\n,yes\n")).toThrow('a must be a finite number, got ""');
    expect(problem("a,class\n1e999,yes\n")).toThrow('a must be a finite number, got "1e999"');
    expect(problem("a,class\n1,maybe\n")).toThrow('the target must be "yes" or "no", got "maybe"');
    expect(problem('a,class\n"1\n2",yes\n')).toThrow("the line at byte 9: a quoted field is not closed on its line");
    expect(problem(Uint8Array.from([...Buffer.from("a,class\n"), 0xff, 0x0a]))).toThrow("the line at byte 9: is not UTF-8 text");
  });

  test("in the header", () => {
    expect(problem("")).toThrow("rows.csv: has no header");
    expect(problem("a,b\n1,2\n")).toThrow('rows.csv: no column "class" in the header');
    expect(problem("a,a,class\n1,2,yes\n")).toThrow('rows.csv: two columns are called "a"');
  });

  test("with the file itself", () => {
    expect(() => readRange(join(directory, "none.csv"), 0, 1, labels)).toThrow(/none\.csv: no such file$/);
    expect(() => readRange(directory, 0, 1, labels)).toThrow(": is not a file");
  });
});

test("a directory has a file for each rank", () => {
  const shards = join(directory, "shards");
  mkdirSync(shards);
  copyFileSync(write("a,class\n1,yes\n"), join(shards, "part-1-of-2.csv"));
  expect(readPart(shards, 0, 2, labels).rows).toBe(1);
  expect(() => readPart(shards, 1, 2, labels)).toThrow(/part-2-of-2\.csv: no such file$/);
  expect(readFileSync(join(shards, "part-1-of-2.csv"), "utf8")).toBe("a,class\n1,yes\n");
});
