import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type Dataset,
  measureScale,
  type Rows,
  readTable,
  splitRows,
  standardize,
  toDataset,
} from "../../../examples/logistic-regression/data.js";
import { inDirectory } from "./program.js";

const read = (text: string | Uint8Array, choice: Partial<Parameters<typeof toDataset>[1]> = {}): Promise<Dataset> =>
  inDirectory((directory) => {
    const file = join(directory, "data.csv");
    writeFileSync(file, text);
    return toDataset(readTable(file), { target: "y", positive: undefined, features: undefined, ...choice });
  });

/** n rows, each with its own number as its only feature; every fifth is positive. */
const numbered = (n: number): Rows => ({
  features: ["number"],
  count: n,
  x: Float64Array.from({ length: n }, (_, i) => i),
  y: Float64Array.from({ length: n }, (_, i) => (i % 5 === 0 ? 1 : 0)),
});

describe("reading", () => {
  test("a byte order mark, CRLF, quoted fields and names, blanks around values and blank lines at the end are all understood", async () => {
    const data = await read('\ufeff"a ""1""", b ,y\r\n1, 2.5 ,"1"\r\n"-3e2",.5,0\r\n\r\n  \r\n');
    expect(data).toMatchObject({ features: ['a "1"', "b"], count: 2, positive: "1", negative: "0" });
    expect([...data.x]).toEqual([1, 2.5, -300, 0.5]);
    expect([...data.y]).toEqual([1, 0]);
  });

  test("a quoted field may hold commas, quotes and line ends", async () => {
    const data = await read('x,y\n1,"yes, ""really""\nyes"\n2,no\n', { positive: 'yes, "really"\nyes' });
    expect([...data.y]).toEqual([1, 0]);
  });

  test("features come in the order in which they are asked for, and other columns may hold anything", async () => {
    const data = await read("a,name,b,y\n1,one,2,0\n3,,4,1\n", { features: ["b", "a"] });
    expect([...data.x]).toEqual([2, 1, 4, 3]);
  });

  test("of 0 and 1, however they are written, 1 is positive", async () => {
    expect(await read("x,y\n1,1.0\n2,0.0\n")).toMatchObject({ positive: "1.0", negative: "0.0" });
  });
});

describe("the parts", () => {
  test("every row is in exactly one part, with its own target", () => {
    const { train, heldOut } = splitRows(numbered(100), 0.3, 7);
    expect([...train.x, ...(heldOut?.x ?? [])].sort((a, b) => a - b)).toEqual([...numbered(100).x]);
    for (const part of [train, heldOut as Rows]) expect([...part.y]).toEqual([...part.x].map((x) => (x % 5 === 0 ? 1 : 0)));
  });

  test("each class gives its share", () => {
    const { heldOut } = splitRows(numbered(100), 0.3, 7);
    expect(heldOut?.count).toBe(30);
    expect(heldOut?.y.reduce((a, b) => a + b)).toBe(6);
  });

  test("a row of each class stays to train on, even where nearly all is held out", () => {
    const { train } = splitRows(numbered(10), 0.99, 1);
    expect([...train.y].sort()).toEqual([0, 1]);
  });

  test("the seed decides, and every row gets its chance", () => {
    const heldOut = (seed: number): number[] => [...(splitRows(numbered(20), 0.25, seed).heldOut?.x ?? [])];
    expect(heldOut(3)).toEqual(heldOut(3));
    expect(heldOut(3)).not.toEqual(heldOut(4));
    expect(new Set(Array.from({ length: 100 }, (_, seed) => heldOut(seed)).flat()).size).toBe(20);
  });
});

describe("standardizing", () => {
  test("a column gets mean 0 and population standard deviation 1", () => {
    const rows = numbered(50);
    const { x } = standardize(rows, measureScale(rows));
    expect(x.reduce((a, b) => a + b) / 50).toBeCloseTo(0, 14);
    expect(x.reduce((a, b) => a + b * b, 0) / 50).toBeCloseTo(1, 14);
  });

  test("a column that does not vary becomes exactly 0", () => {
    const rows = { ...numbered(10), x: new Float64Array(10).fill(0.1) };
    const scale = measureScale(rows);
    expect(scale.constant).toEqual([0]);
    expect([...standardize(rows, scale).x]).toEqual(new Array(10).fill(0));
  });

  test("rows that are held out are measured with the scale of those to train on", () => {
    const train = { ...numbered(2), x: Float64Array.of(0, 2) };
    const other = { ...numbered(2), x: Float64Array.of(1, 5) };
    expect([...standardize(other, measureScale(train)).x]).toEqual([0, 4]);
  });
});
