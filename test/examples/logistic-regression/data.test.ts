import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Choice, type Dataset, readDataset } from "../../../examples/logistic-regression/data.js";
import { Database } from "../../../examples/logistic-regression/database.js";
import { denseRows, designOf } from "../../../examples/logistic-regression/design.js";
import { measure, parametersOf } from "../../../examples/logistic-regression/encoding.js";
import { LineFinder } from "../../../examples/logistic-regression/record.js";
import type { Reading } from "../../../examples/logistic-regression/source.js";
import { foldsOf, holdOut } from "../../../examples/logistic-regression/split.js";
import { readTable } from "../../../examples/logistic-regression/table.js";
import { splitList } from "../../../examples/logistic-regression/text.js";
import { CHOICE, inDirectory, READING } from "./program.js";

/** Reads a text, or files by their names, as the program does. */
const read = (
  text: string | Uint8Array | Record<string, string | Uint8Array>,
  choice: Partial<Choice> = {},
  reading: Partial<Reading> = {},
): Promise<Dataset> =>
  inDirectory(async (directory) => {
    const files = typeof text === "string" || text instanceof Uint8Array ? { "data.csv": text } : text;
    const paths = Object.entries(files).map(([name, content]) => {
      const path = join(directory, name);
      writeFileSync(path, content);
      return path;
    });
    const database = await Database.open();
    try {
      const table = await readTable(database, database.folder, paths, { ...READING, ...reading });
      return await readDataset(table, { ...CHOICE, target: "y", ...choice });
    } finally {
      database.close();
    }
  });
const values = ({ columns }: Dataset): unknown[] =>
  columns.map(({ values: list, levels }) => (levels === undefined ? [...list] : [...list].map((code) => levels[code])));

describe("reading", () => {
  test("a byte order mark, CRLF, quoted fields and names, blanks around values and blank lines are all understood", async () => {
    const data = await read('\ufeff"a ""1""", b ,y\r\n1, 2.5 ,"1"\r\n\r\n"-3e2",.5,0\r\n\r\n');
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

  test.each(["\n", "\r\n", "\r"])("lines may end in %j", async (end) => {
    expect(values(await read(["a,y", "1,0", "2,1", "3,0"].join(end)))).toEqual([[1, 2, 3]]);
  });

  test("another delimiter, a compressed file, and several files that follow each other", async () => {
    expect(values(await read("a;y\n1;0\n2;1\n", {}, { delimiter: ";" }))).toEqual([[1, 2]]);
    expect(values(await read("a\ty\n1\t0\n2\t1\n", {}, { delimiter: "\t" }))).toEqual([[1, 2]]);
    expect(values(await read({ "data.csv.gz": gzipSync("a,y\n1,0\n2,1\n") }))).toEqual([[1, 2]]);
    const both = await read({ "a[1].csv": "a,y\n1,0\n2,1\n", "b*.csv": "a,y\n3,0\n4,1\n" });
    expect(values(both)).toEqual([[1, 2, 3, 4]]);
    await expect(read({ "a.csv": "a,y\n1,0\n2,1\n", "b.csv": "y,a\n1,0\n" })).rejects.toThrow(
      /b\.csv: the columns must be those of .*a\.csv, "a", "y", got "y", "a"/,
    );
    await expect(read({ "a.csv": "a,y\n1,0\n2,1\n", "b.csv": "a,y\n1,0\nsix,1\n" })).rejects.toThrow(/b\.csv, line 3, column "a": "six"/);
  });

  test("UTF-16 in both orders, and Latin-1", async () => {
    const text = "größe,y\n1,nö\n2,ja\n";
    const low = Buffer.from(`\ufeff${text}`, "utf16le");
    const high = Buffer.from(low).swap16();
    for (const bytes of [low, high, Buffer.from(text, "utf16le")])
      expect(await read(bytes, { positive: "ja" }, { encoding: "utf-16" })).toMatchObject({ negative: "nö", header: ["größe", "y"] });
    expect(await read(Buffer.from(text, "latin1"), { positive: "ja" }, { encoding: "latin-1" })).toMatchObject({
      negative: "nö",
      header: ["größe", "y"],
    });
    for (const bytes of [low, high]) await expect(read(bytes)).rejects.toThrow("is UTF-16 text; --encoding utf-16 reads it");
  });

  test("JSON lines, with numbers, texts, truth values and what is missing", async () => {
    const lines = [
      { a: 1, c: "red", t: true, y: "no" },
      { a: 2.5, c: "blue", t: false, y: "yes" },
      { a: "3", c: "red", t: true, y: "yes" },
      { c: "red", y: "no", t: false },
    ];
    const text = lines.map((line) => JSON.stringify(line)).join("\n");
    const data = await read({ "data.jsonl": text }, { positive: "yes", missing: "drop" });
    expect(values(data)).toEqual([
      [1, 2.5, 3],
      ["red", "blue", "red"],
      ["true", "false", "true"],
    ]);
    expect(data.dropped).toBe(1);
    await expect(read({ "data.jsonl": text }, { positive: "yes" })).rejects.toThrow('data.jsonl, line 4, column "a": is empty');
    await expect(read({ "data.jsonl": '{"a":1,"y":0}\nnonsense\n' })).rejects.toThrow(/data\.jsonl: /);
    // The database would follow each bracket by a call, and end the process; those in texts are none.
    const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)},"y":1}\n`;
    const message = "data.jsonl, line 2: expected JSON at most 100 levels deep, got deeper";
    await expect(read({ "data.jsonl": `{"a":"]\\"${"[".repeat(200)}","y":0}\n${deep}` })).rejects.toThrow(message);
  });

  test("Parquet, with its types", () =>
    inDirectory(async (directory) => {
      const database = await Database.open();
      const file = join(directory, "data.parquet");
      await database.run(
        `COPY (SELECT * FROM (VALUES (1::INTEGER, 0.5::DOUBLE, 'red', true, DATE '2020-01-01', 'b'), (NULL, 1.25, 'blue', false, DATE '2020-01-02', 'a'),
         (7, 'nan'::DOUBLE, 'red', true, NULL, 'b'), (4, 2, 'red', true, NULL, 'a')) AS t(i, d, c, t, day, y)) TO '${file}' (FORMAT parquet)`,
      );
      const table = await readTable(database, database.folder, [file], READING);
      const data = await readDataset(table, { ...CHOICE, target: "y", positive: "b", exclude: ["day"], missing: "drop" });
      expect(values(data)).toEqual([
        [1, 4],
        [0.5, 2],
        ["red", "red"],
        ["true", "true"],
      ]);
      expect(data.dropped).toBe(2);
      await expect(readDataset(table, { ...CHOICE, target: "y", positive: "b" })).rejects.toThrow(
        'column "day": is of type DATE, of which no feature can be made',
      );
      database.close();
    }));

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

  test("a row is found at its line, whatever stands between", () => {
    const text = 'n,c\n1,"two\nlines"\n\n2,b\r\n# no row\n3,"a ""q""\n\n"\n4,d';
    const lineOf = (record: number): number | undefined => new LineFinder(record, { delimiter: ",", comment: "#", skip: 0 }).read(text);
    expect([0, 1, 2, 3, 4, 5].map(lineOf)).toEqual([1, 2, 5, 7, 10, undefined]);
  });

  test("a large file is read whole, in its order, with quotes and characters of several bytes", async () => {
    const rows = Array.from({ length: 90_000 }, (_, i) => `${i},"é ü, ""${i % 3}""\n€",${i % 2}`);
    const data = await read(`n,c,y\n${rows.join("\n")}`);
    expect(data.count).toBe(90_000);
    expect(data.columns[0].values.every((value, i) => value === i)).toBe(true);
    expect(data.columns[1].levels).toEqual(['é ü, "0"\n€', 'é ü, "1"\n€', 'é ü, "2"\n€']);
    expect(data.columns[1].values.every((code, i) => code === i % 3)).toBe(true);
  });
});

describe("what a column is", () => {
  test.each([
    ["text with a number among it", "c,x,y\nred,1,0\nblue,2,1\n3,3,0\n", { c: ["red", "blue", "3"] }],
    ["numbers with a real minus sign", "c,y\n−5,0\n2,1\n", { c: [-5, 2] }],
    ["a column whose text comes late", `c,y\n${"1,0\n".repeat(3)}${"b,1\n".repeat(5)}`, { c: ["1", "1", "1", "b", "b", "b", "b", "b"] }],
  ])("%s", async (_title, text, expected) => {
    const data = await read(text);
    expect(Object.fromEntries(data.columns.map(({ name }, i) => [name, values(data)[i]]))).toMatchObject(expected);
  });

  test("it does not depend on the order of the rows", async () => {
    const cells = ["?", "25", "31", "31", "None", ".", "#N/A", "<NA>", "-", "inf", "unknown", "40"];
    const text = (list: readonly string[]): string => `y,age\n${list.map((cell, i) => `${i % 2},${cell}`).join("\n")}\n`;
    for (const list of [cells, [...cells].reverse(), [...cells].sort()]) {
      const data = await read(text(list), { missing: "drop" });
      expect([...data.columns[0].values].sort()).toEqual([25, 31, 31, 40]);
      expect(data.dropped).toBe(8);
    }
  });

  test("levels are in order: texts by alphabet, numbers by size", async () => {
    const data = await read("c,d,y\nb,10,0\na,9,1\nc,100,0\n", { categorical: ["d"] });
    expect(data.columns.map(({ levels }) => levels)).toEqual([
      ["a", "b", "c"],
      ["9", "10", "100"],
    ]);
  });

  test("blanks are a gap, however many", async () => {
    for (const blanks of ["", " ", "       ", "        ", "\t", "\u00a0"])
      expect((await read(`c,y\na,0\n"${blanks}",1\nb,1\na,1\n`, { missing: "drop" })).dropped).toBe(1);
  });

  test("unknown may be a level, and is no number", async () => {
    expect((await read("c,y\nyes,0\nunknown,1\nnone,1\n-,1\n")).columns[0].levels).toEqual(["-", "none", "unknown", "yes"]);
    expect((await read("c,y\n1,0\nunknown,1\n2,1\n", { missing: "drop" })).count).toBe(2);
  });

  test.each([
    ["a decimal comma", ["0,5", "2,5"], { decimal: "," }, [0.5, 2.5]],
    ["thousands with a comma", ["1,250", "900"], { thousands: "," }, [1250, 900]],
    ["thousands with a blank that does not break", ["1\u00a0250,5", "900"], { thousands: " ", decimal: "," }, [1250.5, 900]],
    ["money", ["$900", "-$20"], { strip: ["$"] }, [900, -20]],
    ["percentages", ["12%", "3.5 %"], { strip: ["%"] }, [12, 3.5]],
    ["units", ["70 kg", "80kg"], { strip: ["kg"] }, [70, 80]],
  ] as const)("%s are read where somebody says so", async (_title, cells, choice, expected) => {
    const rows = cells.map((cell, i) => `${i % 2},"${cell}"`).join("\n");
    const data = await read(`y,dose\n${rows}\n`, choice as Partial<Choice>);
    expect([...data.columns[0].values]).toEqual(expected);
  });

  test("words of one's own may stand for gaps", async () => {
    const data = await read("y,dose\n0,7\n1,Refused\n1,8\n0,\n", { naValues: ["refused"], missing: "drop" });
    expect([...data.columns[0].values]).toEqual([7, 8]);
  });

  test("a number that is written in another way is not read in silence", async () => {
    await expect(read("y,a\n0,1.5\n1,2.5\n", { decimal: "," })).rejects.toThrow('line 2, column "a": "1.5"');
    await expect(read("y,a\n0,12\n1,1.50\n0,3\n", { decimal: ",", thousands: "." })).rejects.toThrow(
      'line 3, column "a": "1.50" has a decimal point, and --decimal is a comma',
    );
  });

  test("a row is taken or left by a condition, which sees numbers as numbers", async () => {
    const data = await read("age,sex,y\n9,f,0\n10,f,1\n100,m,0\n20,f,0\n,f,1\n30,f,1\n", { where: "age >= 10 AND sex = 'f'" });
    expect([...data.columns[0].values]).toEqual([10, 20, 30]);
    expect(data.excluded).toBe(3);
    await expect(read("a,y\n1,0\n2,1\n", { where: "b > 1" })).rejects.toThrow(/--where "b > 1": .*"b"/);
    await expect(read("a,y\n1,0\n2,1\n", { where: "a > (SELECT count(*) FROM read_csv('/etc/passwd'))" })).rejects.toThrow("--where");
  });

  test("lists keep what is quoted together", () => {
    expect(splitList('a, "b, c" ,log(d, e),`f,g`, "h ""i"""')).toEqual(["a", "b, c", "log(d, e)", "f,g", 'h "i"']);
  });
});

describe("features", () => {
  const csv = 'a,b,"c, d",g,h,y\n1,4,7,u,p,0\n2,5,8,v,p,1\n3,6,9,u,q,0\n5,7,1,v,q,1\n';
  test("may be formulas over columns, evaluated by the engine", async () => {
    const { features } = await read(csv, { features: ["log(a)", "a * b", "a^2", "`c, d`/2", "b"] });
    expect(features.map(({ name }) => name)).toEqual(["log(a)", "a * b", "a^2", "`c, d`/2", "b"]);
    expect(features.map(({ numbers }) => (numbers as Float64Array)[2])).toEqual([Math.log(3), 18, 9, 4.5, 6]);
  });

  test("interactions multiply numbers and combine categories", async () => {
    const { features } = await read(csv, { features: ["a", "b", "a:b", "g", "h", "g:h", "a:g"] });
    expect([...(features[2].numbers as Float64Array)]).toEqual([4, 10, 18, 35]);
    const all = Uint32Array.of(0, 1, 2, 3);
    const { encoding } = measure(features, all, { intercept: true, references: new Map(), counts: undefined });
    expect(parametersOf(encoding).map(({ name }) => name)).toEqual(["(intercept)", "a", "b", "a:b", "g=v", "h=q", "g=v:h=q", "a:g=v"]);
  });

  test.each([
    ["mean(a)", "must take one row at a time, and mean does not"],
    ["a @ b", "must take one row at a time"],
    ["log(g)", 'computes with "g", which is a column of categories'],
    ["log(e)", '"log(e)" takes no column'],
    ["log(a", "expected"],
    ["1 + 2", "takes no column"],
    ["log(a - 1)", 'line 2: "log(a - 1)" is not a finite number'],
  ])("%s is refused", async (feature, message) => {
    await expect(read(csv, { features: [feature] })).rejects.toThrow(message);
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
  const options = { intercept: true, references: new Map<string, string>(), counts: undefined };
  const dense = (data: Dataset, rows = all, changed = {}) => {
    const { encoding } = measure(data.features, rows, { ...options, ...changed });
    const [part] = designOf(encoding, data.features, rows, { y: data.y, w: undefined });
    return denseRows(part, encoding, rows.length).toArray() as number[][];
  };

  test("has a leading column of ones, standardized numbers, and a column of 0 and 1 for each level but the reference", async () => {
    const rows = dense(await read(csv));
    expect(rows.map((row) => row[0])).toEqual([1, 1, 1, 1]);
    expect(rows.reduce((sum, row) => sum + row[1], 0)).toBeCloseTo(0, 14);
    expect(rows.reduce((sum, row) => sum + row[1] ** 2, 0) / 4).toBeCloseTo(1, 14);
    expect(rows.map((row) => row.slice(2))).toEqual([
      [1, 0],
      [0, 0],
      [0, 1],
      [0, 0],
    ]);
  });

  test("has a term for each level but the reference, which may be chosen, and without an intercept for all of the first", async () => {
    const { features } = await read("c,d,y\nb,p,0\na,q,1\nc,p,0\na,q,1\n");
    const names = (changed: object): string[] =>
      parametersOf(measure(features, all, { ...options, ...changed }).encoding).map(({ name }) => name);
    expect(names({})).toEqual(["(intercept)", "c=b", "c=c", "d=q"]);
    expect(names({ references: new Map([["c", "b"]]) })).toEqual(["(intercept)", "c=a", "c=c", "d=q"]);
    expect(names({ intercept: false })).toEqual(["c=a", "c=b", "c=c", "d=q"]);
    expect(measure(features, all, options).encoding.references).toEqual([
      { feature: "c", level: "a" },
      { feature: "d", level: "p" },
    ]);
  });

  test("without an intercept has no column of ones and moves no column", async () => {
    const rows = dense(await read(csv, { features: ["n"] }), all, { intercept: false });
    const deviation = Math.sqrt([1, 2, 3, 6].reduce((sum, value) => sum + (value - 3) ** 2, 0) / 4);
    rows.forEach((row, i) => {
      expect(row[0]).toBeCloseTo([1, 2, 3, 6][i] / deviation, 14);
    });
  });

  test("rows that are held out are measured with the scale of those to train on", async () => {
    const data = await read("n,y\n0,0\n2,1\n1,0\n5,1\n");
    const { encoding } = measure(data.features, Uint32Array.of(0, 1), options);
    const [part] = designOf(encoding, data.features, Uint32Array.of(2, 3), { y: data.y, w: undefined });
    expect(part.x.toArray()).toEqual([
      [1, 0],
      [1, 4],
    ]);
  });

  test("a column that does not vary on the rows to train on has no term", async () => {
    const { features } = await read("n,m,c,y\n0.1,1,u,0\n0.1,2,u,1\n0.1,3,u,0\n7,4,v,1\n");
    const { encoding, constant } = measure(features, Uint32Array.of(0, 1, 2), options);
    expect(constant).toEqual(["n", "c"]);
    expect(parametersOf(encoding).map(({ name }) => name)).toEqual(["(intercept)", "m"]);
  });
});
