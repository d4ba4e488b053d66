import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Choice, type Dataset, readDataset } from "../../../examples/logistic-regression/data.js";
import { designOf, measure } from "../../../examples/logistic-regression/design.js";
import { foldsOf, holdOut } from "../../../examples/logistic-regression/split.js";
import { inDirectory } from "./program.js";

const read = (text: string | Uint8Array, choice: Partial<Choice> = {}, delimiter = ","): Promise<Dataset> =>
  inDirectory((directory) => {
    const file = join(directory, "data.csv");
    writeFileSync(file, text);
    const all = { target: "y", positive: undefined, features: undefined, categorical: [], missing: "fail", ...choice } as const;
    return readDataset(file, all, { delimiter });
  });
const values = ({ columns }: Dataset): unknown[] =>
  columns.map((c) => (c.kind === "number" ? [...c.values] : [...c.values].map((code) => c.levels[code])));

describe("reading", () => {
  test("a byte order mark, CRLF, quoted fields and names, blanks around values and blank lines at the end are all understood", async () => {
    const data = await read('\ufeff"a ""1""", b ,y\r\n1, 2.5 ,"1"\r\n"-3e2",.5,0\r\n\r\n  \r\n');
    expect(data.columns.map(({ name }) => name)).toEqual(['a "1"', "b"]);
    expect(data).toMatchObject({ count: 2, positive: "1", negative: "0", dropped: 0 });
    expect(values(data)).toEqual([
      [1, -300],
      [2.5, 0.5],
    ]);
    expect([...data.y]).toEqual([1, 0]);
  });

  test("a quoted field may hold commas, quotes and line ends", async () => {
    const data = await read('x,y\n1,"yes, ""really""\nyes"\n2,no\n', { positive: 'yes, "really"\nyes' });
    expect([...data.y]).toEqual([1, 0]);
  });

  test("line ends may be of all kinds in one file, and the last may be missing", async () => {
    expect(values(await read("a,y\r\n1,0\n2,1\r3,0\r\n4,1"))).toEqual([[1, 2, 3, 4]]);
  });

  test("a mark counts at the start only, and a character may be cut off by the end of a part", async () => {
    // The part that is read first ends within the character.
    const filler = "x".repeat((1 << 20) - 10);
    const data = await read(`\ufeffa,c,y\n1,${filler}é,0\n2,\ufeffb,1\n`, { categorical: ["c"] });
    expect(data.columns[1]).toMatchObject({ levels: ["b", `${filler}é`] });
    await expect(read(Buffer.concat([Buffer.from(`a,y\n${"1,0\n".repeat((1 << 18) - 1)}`), Buffer.of(0xc3)]))).rejects.toThrow(
      "is not UTF-8 text",
    );
  });

  test("another delimiter", async () => {
    expect(values(await read("a;y\n1;0\n2;1\n", {}, ";"))).toEqual([[1, 2]]);
    expect(values(await read("a\ty\n1\t0\n2\t1\n", {}, "\t"))).toEqual([[1, 2]]);
  });

  test("features come in the order in which they are asked for, and other columns may hold anything", async () => {
    const data = await read("a,name,b,y\n1,one,2,0\n3,,4,1\n", { features: ["b", "a"] });
    expect(values(data)).toEqual([
      [2, 4],
      [1, 3],
    ]);
  });

  test("of 0 and 1, however they are written, 1 is positive", async () => {
    expect(await read("x,y\n1,1.0\n2,0.0\n")).toMatchObject({ positive: "1.0", negative: "0.0" });
  });

  test("a column whose first value is no number is one of categories, with its levels in order", async () => {
    const data = await read("c,x,y\nred,1,0\nblue,2,1\n3,3,0\n");
    expect(data.columns[0]).toMatchObject({ kind: "category", levels: ["3", "blue", "red"] });
    expect(values(data)[0]).toEqual(["red", "blue", "3"]);
  });

  test("--categorical makes one of numbers", async () => {
    const data = await read("c,y\n01,0\n2,1\n01,1\n", { categorical: ["c"] });
    expect(data.columns[0]).toMatchObject({ kind: "category", levels: ["01", "2"] });
  });

  test("rows with gaps in what is used are dropped and counted, if that is asked for", async () => {
    const data = await read("a,b,c,y\n,1,2,0\n1,NA,,0\nN/A,2,3,1\n3,4,,\n4,5,6,1\n5,6,,0\nnull,1,1,1\n", {
      features: ["a", "b"],
      missing: "drop",
    });
    expect(values(data)).toEqual([
      [4, 5],
      [5, 6],
    ]);
    expect(data.dropped).toBe(5);
  });

  test("a file of several parts reads as one, with quotes, line ends and characters of several bytes across their borders", async () => {
    const rows = Array.from({ length: 90_000 }, (_, i) => `${i},"é ü, ""${i % 3}""\r\n€",${i % 2}`);
    const text = `n,c,y\r\n${rows.join("\r\n")}`;
    expect(Buffer.byteLength(text)).toBeGreaterThan(2 << 20);
    const data = await read(text);
    expect(data.count).toBe(90_000);
    expect([...(data.columns[0].values as Float64Array)].every((value, i) => value === i)).toBe(true);
    expect(data.columns[1]).toMatchObject({ levels: ['é ü, "0"\n€', 'é ü, "1"\n€', 'é ü, "2"\n€'] });
  });
});

describe("the parts", () => {
  const every = (n: number, k: number): Float64Array => Float64Array.from({ length: n }, (_, i) => (i % k === 0 ? 1 : 0));

  test("every row is in exactly one part, and each class gives its share", () => {
    const y = every(100, 5);
    const { train, test: heldOut } = holdOut(y, 0.3, 7);
    expect([...train, ...(heldOut ?? [])].sort((a, b) => a - b)).toEqual(Array.from(y.keys()));
    expect(heldOut?.length).toBe(30);
    expect(heldOut?.reduce((sum, row) => sum + y[row], 0)).toBe(6);
  });

  test("a row of each class stays to train on, even where nearly all is held out", () => {
    const y = every(10, 5);
    expect([...holdOut(y, 0.99, 1).train].map((row) => y[row]).sort()).toEqual([0, 1]);
  });

  test("the seed decides, and every row gets its chance", () => {
    const heldOut = (seed: number): number[] => [...(holdOut(every(20, 5), 0.25, seed).test ?? [])];
    expect(heldOut(3)).toEqual(heldOut(3));
    expect(heldOut(3)).not.toEqual(heldOut(4));
    expect(new Set(Array.from({ length: 100 }, (_, seed) => heldOut(seed)).flat()).size).toBe(20);
  });

  test("folds hold out each row once, with the same share of each class", () => {
    const y = every(100, 5);
    const folds = foldsOf(y, 4, 1);
    expect(folds.flatMap(({ test: rows }) => [...rows]).sort((a, b) => a - b)).toEqual(Array.from(y.keys()));
    for (const { train, test: rows } of folds) {
      expect(rows.reduce((sum, row) => sum + y[row], 0)).toBe(5);
      expect([...train, ...rows].sort((a, b) => a - b)).toEqual(Array.from(y.keys()));
    }
    expect(() => foldsOf(every(10, 5), 3, 1)).toThrow("one class has 2 rows");
  });
});

describe("the design matrix", () => {
  const csv = "n,c,y\n1,b,0\n2,a,1\n3,c,0\n6,a,1\n";
  const all = Uint32Array.of(0, 1, 2, 3);

  test("has a leading column of ones, and standardized columns of mean 0 and population standard deviation 1", async () => {
    const { columns, y } = await read(csv);
    const { encoding } = measure(columns, all, { intercept: true, references: new Map() });
    const [{ x }] = designOf(encoding, columns, y, all);
    expect(x.shape).toEqual([4, 4]);
    const rows = x.toArray() as number[][];
    expect(rows.map((row) => row[0])).toEqual([1, 1, 1, 1]);
    for (let j = 1; j < 4; j++) {
      expect(rows.reduce((sum, row) => sum + row[j], 0)).toBeCloseTo(0, 14);
      expect(rows.reduce((sum, row) => sum + row[j] ** 2, 0) / 4).toBeCloseTo(1, 14);
    }
  });

  test("has a term for each level but the reference", async () => {
    const { columns } = await read(csv);
    const names = (references: [string, string][]): string[] =>
      measure(columns, all, { intercept: true, references: new Map(references) }).encoding.terms.map(({ name }) => name);
    expect(names([])).toEqual(["n", "c=b", "c=c"]);
    expect(names([["c", "b"]])).toEqual(["n", "c=a", "c=c"]);
  });

  test("without an intercept has no column of ones and moves no column", async () => {
    const { columns, y } = await read(csv, { features: ["n"] });
    const { encoding } = measure(columns, all, { intercept: false, references: new Map() });
    const [{ x }] = designOf(encoding, columns, y, all);
    const { deviation } = encoding.terms[0];
    expect(x.toArray()).toEqual([[1 / deviation], [2 / deviation], [3 / deviation], [6 / deviation]]);
  });

  test("rows that are held out are measured with the scale of those to train on", async () => {
    const { columns, y } = await read("n,y\n0,0\n2,1\n1,0\n5,1\n");
    const { encoding } = measure(columns, Uint32Array.of(0, 1), { intercept: true, references: new Map() });
    expect(designOf(encoding, columns, y, Uint32Array.of(2, 3))[0].x.toArray()).toEqual([
      [1, 0],
      [1, 4],
    ]);
  });

  test("a column that does not vary on the rows to train on has no term", async () => {
    const { columns } = await read("n,m,y\n0.1,1,0\n0.1,2,1\n0.1,3,0\n7,4,1\n");
    const { encoding, constant } = measure(columns, Uint32Array.of(0, 1, 2), { intercept: true, references: new Map() });
    expect(constant).toEqual(["n"]);
    expect(encoding.terms.map(({ name }) => name)).toEqual(["m"]);
  });

  test("comes in chunks", async () => {
    const { columns, y } = await read(`n,y\n${Array.from({ length: 40_000 }, (_, i) => `${i},${i % 2}`).join("\n")}\n`);
    const rows = Uint32Array.from(y.keys());
    const { encoding } = measure(columns, rows, { intercept: true, references: new Map() });
    const chunks = designOf(encoding, columns, y, rows);
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.reduce((sum, { x }) => sum + x.shape[0], 0)).toBe(40_000);
  });
});
