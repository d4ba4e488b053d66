// Files for the logistic regression that were made to hurt: cells, columns and rows of any length and kind.
import fc from "fast-check";
import { expectSound } from "../../examples/logistic-regression/sound.js";
import type { Suite } from "../suite.js";

const long = (part: string, count: number): string => part.repeat(count);
const cell = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: -9, max: 9 }).map(String) },
  { weight: 3, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
  fc
    .tuple(
      fc.constantFrom("9", ".", "-", " ", "a", "\u0301", "e", '"', "''", "\u202e", "=", "<b>", "%", "\u001b[31m", "1,", "1e"),
      fc.constantFrom(1, 7, 399, 401, 20_000),
    )
    .map(([part, count]) => `"${long(part, count).replaceAll('"', '""')}"`),
  fc.constantFrom("", "NA", "1e308", "-1e308", "1e-320", "(intercept)", "=cmd()", "__proto__", "\ud800", "😀", "\u2028", "<img onerror=x>"),
);
const name = fc.constantFrom(
  "a",
  "b",
  "c",
  "(intercept)",
  "__proto__",
  "constructor",
  "=a",
  "<b>",
  "a\u202eb",
  "\u001b[1m",
  "a`b",
  'a"b',
  "a,b",
  "x".repeat(5000),
  "log(a)",
  "a:b",
  "rowid",
);

export const suite: Suite<{ readonly csv: string; readonly args: readonly string[] }> = {
  runs: 60,
  input: fc
    .record({
      columns: fc.uniqueArray(name, { minLength: 1, maxLength: 6 }),
      copies: fc.constantFrom(1, 1, 1, 3, 40),
      rows: fc.array(fc.tuple(fc.array(cell, { minLength: 6, maxLength: 6 }), fc.constantFrom("0", "1")), { minLength: 0, maxLength: 40 }),
      missing: fc.constantFrom("fail", "drop"),
      l2: fc.constantFrom("0", "1"),
    })
    .map(({ columns, copies, rows, missing, l2 }) => {
      const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const all = Array.from({ length: copies }, (_, k) => columns.map((column) => (k === 0 ? column : `${column}${k}`))).flat();
      const body = rows.map(([cells, y]) => [...all.map((_, j) => cells[j % columns.length]), y].join(","));
      return {
        csv: `${[[...all.map(quoted), "y"].join(","), ...body].join("\n")}\n`,
        args: ["--target", "y", "--missing", missing, "--l2", l2, "--test", "0"],
      };
    }),
  check: async ({ csv, args }) => {
    await expectSound(csv, args);
  },
};
