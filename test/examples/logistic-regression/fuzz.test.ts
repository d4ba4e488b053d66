import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readDataset } from "../../../examples/logistic-regression/data.js";
import { Database } from "../../../examples/logistic-regression/database.js";
import { readTable } from "../../../examples/logistic-regression/table.js";
import { CHOICE, inDirectory, READING } from "./program.js";
import { expectSound } from "./sound.js";

const field = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -9, max: 9 }).map(String) },
  { weight: 4, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
  fc.constantFrom(
    "",
    " ",
    "NaN",
    "NA",
    "null",
    "1e400",
    "-1e400",
    "0x10",
    '"1,5"',
    '"1,250"',
    "$9",
    "12%",
    "7 kg",
    "−5",
    "?",
    "None",
    "1 000",
    "1_000",
    "Infinity",
    "1e-320",
    "1e308",
    "é",
    "女",
    "\u{1f600}",
    '"a ""b"""',
    '"x\ny"',
    '"open',
    'a"b',
    "\ufeff",
    "=1+1",
    "yes",
    "no",
  ),
);
const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
const table = fc
  .record({
    header: fc.oneof(
      { weight: 6, arbitrary: fc.constant(["a", "b", "y"]) },
      fc.array(fc.constantFrom("a", "b", "y", "", "é", '"q,"', "__proto__", "constructor", "(intercept)", "A", "c0", "rowid"), {
        minLength: 1,
        maxLength: 5,
      }),
    ),
    rows: fc.array(
      fc.oneof(
        { weight: 12, arbitrary: fc.tuple(field, field, fc.constantFrom("0", "1")).map((row) => [...row]) },
        fc.array(field, { maxLength: 5 }),
      ),
      { maxLength: 25 },
    ),
    end: lineEnd,
    mark: fc.constantFrom("", "\ufeff"),
    last: fc.constantFrom("", "\n", "\n\n  \n"),
  })
  .map(({ header, rows, end, mark, last }) => mark + [header, ...rows].map((row) => row.join(",")).join(end) + last);

test("any CSV gives a whole result or one clear line", () =>
  fc.assert(
    fc.asyncProperty(table, fc.constantFrom("fail", "drop"), fc.constantFrom("0", "1", "1e-6"), async (csv, missing, l2) => {
      await expectSound(csv, ["--target", "y", "--missing", missing, "--l2", l2, "--test", "0"]);
    }),
    { numRuns: 50, seed: 11 },
  ));

test("any bytes do", () =>
  fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      await expectSound(bytes, ["--target", "y"]);
    }),
    { numRuns: 50, seed: 12 },
  ));

const good = `a,b,c,y\n${Array.from({ length: 40 }, (_, i) => `${(i * 37) % 23},${(i * 11) % 7},${"uvw"[i % 3]},${(i * 53) % 7 < 3 ? 1 : 0}`).join("\n")}\n`;
const word = fc.constantFrom(
  ...[
    "--data",
    "--target",
    "--positive",
    "--features",
    "--categorical",
    "--reference",
    "--missing",
    "--delimiter",
    "--solver",
    "--l2",
    "--standardize",
  ],
  ...[
    "--class-weight",
    "--no-intercept",
    "--learning-rate",
    "--steps",
    "--tolerance",
    "--robust",
    "--eager",
    "--test",
    "--folds",
    "--seed",
    "--threshold",
    "--firth",
    "--exclude",
    "--where",
    "--weights",
    "--weights-type",
    "--cluster",
    "--errors",
    "--intervals",
    "--level",
    "--unseen",
    "--prior-correction",
    "--decimal",
    "--thousands",
    "--strip",
    "--na-values",
    "--skip",
    "--comment",
    "--encoding",
    "--successes",
    "--trials",
  ],
  ...[
    "y",
    "a",
    "a,b",
    "c",
    "a,c,a:c",
    "log(a + 1)",
    "a > 3",
    "c = 'u'",
    "profile",
    "HC1",
    "sampling",
    "na",
    "c=v",
    "drop",
    "newton",
    "lbfgs",
    "gd",
    "adam",
    "0",
    "1",
    "0.5",
    "7",
    "-1",
    "1e400",
    "balanced",
    "2:1",
    "on",
    "off",
    "",
    "--",
    "-x",
    "x=y",
  ],
);
test("any options do", () =>
  fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 8 }), async (args) => {
      await expectSound(good, ["--target", "y", "--steps", "50", ...args]);
    }),
    { numRuns: 80, seed: 13 },
  ));

test("what is written as CSV by the rules is read as it was meant", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "\u{1f600}", '"', ",", "\n", "\r\n", " ", ";", "1") }).map((s) => `t${s}t`);
  const quoted = (s: string): string => `"${s.replaceAll('"', '""')}"`;
  return fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), text), { minLength: 2, maxLength: 30 }),
      lineEnd,
      fc.constantFrom("", "\ufeff"),
      fc.constantFrom(",", ";", "\t", "|"),
      (rows, end, mark, delimiter) =>
        inDirectory(async (directory) => {
          const file = join(directory, "data.csv");
          const body = rows.map(([x, t], i) => [String(x), quoted(t), String(i % 2)].join(delimiter));
          writeFileSync(file, mark + [["x", "t", "y"].join(delimiter), ...body].join(end));
          const database = await Database.open();
          try {
            const table = await readTable(database, database.folder, [file], { ...READING, delimiter });
            const { columns, y } = await readDataset(table, { ...CHOICE, target: "y", categorical: ["t"] });
            const [x, t] = columns;
            expect([...x.values].map((value) => value + 0)).toEqual(rows.map(([value]) => value + 0)); // String(-0) is 0
            expect([...t.values].map((code) => t.levels?.[code])).toEqual(rows.map(([, value]) => value));
            expect([...y]).toEqual(rows.map((_, i) => i % 2));
          } finally {
            database.close();
          }
        }),
    ),
    { numRuns: 30, seed: 14 },
  );
});
