import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { outcomeOfRun } from "../processes.js";
import { inDirectory, main, runHere } from "./program.js";

/** An error ends with exit code 1 and one line on stderr, and leaves no file. */
async function expectError(
  args: readonly string[],
  message: string | RegExp,
  files: Record<string, string | Uint8Array> = {},
  expectedCode = 1,
): Promise<void> {
  await inDirectory(async (directory) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const placed = args.map((arg) => arg.replace("DIR", directory));
    const json = args.includes("--json") || args[0] === "predict" ? [] : ["--json", join(directory, "result.json")];
    const { code, stderr } = await runHere([...placed, ...json]);
    expect(stderr).toMatch(/^logistic-regression: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("unexpected error");
    expect(code).toBe(expectedCode);
    expect(readdirSync(directory).sort()).toEqual(Object.keys(files).sort());
  });
}

const options: [title: string, args: string[], message: string | RegExp][] = [
  ["an unknown option", ["--rate", "3"], "unknown option --rate"],
  ["an unknown short option", ["-x"], "unknown option -x"],
  ["an argument without an option", ["file.csv"], 'unexpected argument "file.csv"'],
  ["an option without its value", ["--seed"], /--seed (needs a value|must be)/],
  ["another option in the place of a value", ["--json", "--seed", "1"], "--json needs a value"],
  ["an empty value", ["--l2="], "--l2 needs a value"],
  ["a value for --help", ["--help=yes"], "--help takes no value"],
  ...["abc", "NaN", "Infinity", "-1", "1e999", "0x1F", "1,5", "1 2"].map((value): [string, string[], string] => [
    `--l2 ${value}`,
    ["--l2", value],
    `--l2 must be a number, 0 or more, got ${JSON.stringify(value)}`,
  ]),
  ...["0", "-0.5", "fast"].map((value): [string, string[], string] => [
    `--learning-rate ${value}`,
    ["--learning-rate", value],
    "--learning-rate must be a number above 0",
  ]),
  ...["0", "-3", "2.5", "many"].map((value): [string, string[], string] => [
    `--steps ${value}`,
    ["--steps", value],
    "--steps must be a whole number, 1 or more",
  ]),
  ...["1", "-0.1", "1.5", "half"].map((value): [string, string[], string] => [
    `--test ${value}`,
    ["--test", value],
    "--test must be a fraction",
  ]),
  ...["-1", "1.5", "4294967296"].map((value): [string, string[], string] => [
    `--seed ${value}`,
    ["--seed", value],
    "--seed must be a whole number",
  ]),
  ["a share that holds no row", ["--test", "0.0001"], "--test 0.0001 of 569 rows is not one row"],
  [
    "a learning rate for a solver that takes none",
    ["--solver", "newton", "--learning-rate", "1"],
    "--learning-rate is for --solver gd and adam",
  ],
  ["an unknown solver", ["--solver", "magic"], '--solver must be newton or lbfgs or gd or adam, got "magic"'],
  ["a value for a switch", ["--robust=yes"], "--robust takes no value"],
  ["--standardize maybe", ["--standardize", "maybe"], "--standardize must be on or off"],
  ["--missing guess", ["--missing", "guess"], "--missing must be fail or drop"],
  ["--delimiter of two characters", ["--delimiter", ";;"], "--delimiter must be one character"],
  ["--delimiter of a quote", ["--delimiter", '"'], "--delimiter must be one character"],
  ...["heavy", "1", "1:0", "1:2:3", "-1:2", "1:x"].map((value): [string, string[], string] => [
    `--class-weight ${value}`,
    ["--class-weight", value],
    "--class-weight must be balanced, or two numbers above 0",
  ]),
  ...["1", "2.5", "101", "-2"].map((value): [string, string[], string] => [
    `--folds ${value}`,
    ["--folds", value],
    "--folds must be 0, or a whole",
  ]),
  ...["1.1", "-0.1"].map((value): [string, string[], string] => [
    `--threshold ${value}`,
    ["--threshold", value],
    "--threshold must be a number from 0 to 1",
  ]),
  ["--tolerance 0", ["--tolerance", "0"], "--tolerance must be a number above 0"],
  ["--categorical of no feature", ["--categorical", "nothing"], '--categorical: "nothing" is not one of the features'],
  ["--reference of a column of numbers", ["--reference", "mean_area=3"], '--reference: "mean_area" is not a feature of categories'],
  ["--reference without a level", ["--reference", "mean_area"], "--reference must be column=level"],
  ["two results into one file", ["--save", "DIR/a", "--report", "DIR/a"], "cannot be written twice"],
  ["predict without a model", ["predict", "--data", "x", "--out", "y"], "predict needs --model FILE"],
  ["an option of fit for predict", ["predict", "--l2", "1"], "unknown option --l2"],
  ["no such target", ["--target", "diagnose"], 'no column "diagnose"; it has "mean_radius"'],
  ["no such feature", ["--features", "mean_area,mean_aria"], 'no column "mean_aria"'],
  ["the target among the features", ["--features", "mean_area,diagnosis"], "--features must not name the target"],
  ["a feature twice", ["--features", "mean_area,mean_area"], '--features names "mean_area" twice'],
  ["an empty name among the features", ["--features", "mean_area,,mean_texture"], "--features has an empty name"],
  ["a positive value that does not occur", ["--positive", "X"], '"X" does not occur, only "B" and "M"'],
  ["a target with more than two values", ["--target", "mean_area"], /must have two values, got 539: .* and 533 more/],
  ["data without a target", ["--data", "DIR/some.csv"], "--data needs --target COLUMN"],
  ["no such file", ["--data", "DIR/none.csv", "--target", "y"], "none.csv: no such file or directory"],
  ["a directory in the file's place", ["--data", "DIR", "--target", "y"], "is a directory, not a file"],
  ["--json into a directory that does not exist", ["--json", "DIR/none/result.json"], "none/result.json: no such file or directory"],
  ["--json onto a directory", ["--json", "DIR"], "is a directory, not a file"],
  ["--json onto a device", ["--json", "/dev/null"], "/dev/null: is not an ordinary file"],
];

test.each(options)("%s is refused", (_title, args, message) => expectError(args, message));

test.runIf(process.platform === "linux").each(["utf-8", "utf-16", "latin-1"])(
  "what never ends and is no text in %s is refused",
  (encoding) =>
    expectError(["--data", "/dev/zero", "--target", "y", "--encoding", encoding], /\/dev\/zero: is not text: it has a (byte|character) 0/),
);

test("of a packed file the beginning only is unpacked to see what it is", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "zeros.csv.gz");
    const part = gzipSync(Buffer.alloc(1 << 24));
    writeFileSync(file, Buffer.concat(new Array(50).fill(part))); // 800 MB, in as many bytes as are looked at
    const before = process.resourceUsage().maxRSS;
    await expectError(["--data", file, "--target", "y"], "is not text: it has a byte 0");
    expect(1024 * (process.resourceUsage().maxRSS - before)).toBeLessThan(1 << 28);
  }));

const files: [title: string, csv: string | Uint8Array, message: string | RegExp][] = [
  [
    "text in a numeric column",
    "a,b,y\n1,2,0\n3,4,1\n5,six,1\n",
    /data.csv, line 4, column "b": "six" is not a number, as 2 of 3 values are; --na-values "six" takes it as a gap, --categorical "b"/,
  ],
  [
    "several texts in a numeric column",
    `a,y\n${"1,0\n2,1\n".repeat(5)}x,1\ny,0\nz,1\nx,1\n`,
    /line 12, column "a": "x" is not a number, as 10 of 14 values are; so are "y" in line 13, "z" in line 14;/,
  ],
  ["a gap in a numeric column", "a,b,y\n1,2,0\n ,4,1\n", 'data.csv, line 3, column "a": is empty; --missing drop'],
  ["a number that is too large for one", "a,y\n1,0\n2,1\n1e999,1\n", 'line 4, column "a": "1e999" is too large for a number'],
  ["a gap in the target", "a,y\n1,0\n2,\n3,1\n", 'line 3, column "y": is empty'],
  ["a row that is too short", "a,b,y\n1,2,0\n3,1\n", "line 3: expected 3 fields, as in the header, got 2"],
  ["a row that is too long", "a,b,y\n1,2,0\n3,4,1,5\n", "line 3: expected 3 fields, as in the header, got 4"],
  ["a row that is too short below a quoted line end", 'a,b,y\n1,"2\n3",0\n3,1\n', "line 4: expected 3 fields, as in the header, got 2"],
  ["a quote that is not closed", 'a,y\n1,"0\n2,1\n3,0\n', "line 2: a quoted field is not closed"],
  ["text behind a closing quote", 'a,y\n1,0\n"2"x,1\n', "line 3: text follows the closing quote"],
  ["line ends of several kinds", "a,y\r\n1,0\n2,1\r\n", "the lines end in different ways"],
  ["a word for a gap", "a,y\n1,0\n2,1\nNaN,1\n", 'line 4, column "a": "NaN" stands for a missing value'],
  ["a hexadecimal number", "a,y\n1,0\n2,1\n0x10,1\n", 'line 4, column "a": "0x10" is not a number'],
  ["a number with underscores", "a,y\n1,0\n2,1\n1_000,1\n", 'line 4, column "a": "1_000" is not a number'],
  ["a decimal comma", 'a,y\n1,0\n"1,5",1\n', 'line 3, column "a": "1,5" has a decimal comma; --decimal "," reads it'],
  [
    "a comma that may be either",
    'a,y\n"1,250",0\n"2,500",1\n',
    '"1,250" has a decimal comma, or one between thousands; --decimal "," or --thousands "," says which',
  ],
  [
    "blanks between thousands",
    "a,y\n1 000,0\n25,1\n2 000,0\n",
    'line 2, column "a": "1 000" has its thousands apart; --thousands " " reads it',
  ],
  [
    "points between thousands",
    "a,y\n1.000.000,0\n2.500.000,1\n",
    '"1.000.000" has its thousands apart; --thousands "." --decimal "," reads it',
  ],
  ["amounts of money", "a,y\n$900,0\n$80,1\n", 'line 2, column "a": "$900" is an amount of money; --strip "$" takes the sign off'],
  ["percentages", "a,y\n12%,0\n8%,1\n", '"12%" is a percentage; --strip "%" takes the sign off'],
  ["units", "a,y\n70 kg,0\n80 kg,1\n", '"70 kg" is a number with a unit; --strip "kg" takes it off'],
  ["a byte 0", "a,y\n1,0\n\0,1\n", "is not text: it has a byte 0"],
  ["more columns than anybody means", `a${",".repeat(50_000)}\n1\n`, "expected at most 30000 columns, got 50001"],
  ["a name twice in the header", "a,a,y\n1,2,0\n3,4,1\n", 'two columns are called "a"'],
  ["a column without a name", "a,,y\n1,2,0\n3,4,1\n", "column 2 has no name"],
  [
    "a first column without a name that names no rows",
    ",a,y\n1,2,0\n1,4,1\n",
    "the first column has no name in the header, and its values repeat",
  ],
  ["a column called as the intercept is", "(intercept),y\n1,0\n2,1\n", "is called as the constant of the model is"],
  ["a column without a value", "a,b,y\n1,,0\n2,NA,1\n", 'column "b": has no value in any row; --exclude'],
  [
    "a column of too many texts",
    `a,y\n${Array.from({ length: 303 }, (_, i) => `t${i % 101},${i % 2}`).join("\n")}\n`,
    'has 101 different texts in 303 rows, "t0", "t1", "t2" …; a column of categories has at most 100, or 2000 with --categorical; --exclude "a" leaves it out',
  ],
  [
    "a column of dates",
    `a,y\n${Array.from({ length: 303 }, (_, i) => `2020-${1 + (i % 12)}-${1 + ((i * 7) % 31)},${i % 2}`).join("\n")}\n`,
    "they look like dates",
  ],
  [
    "a column that names the rows",
    `id,y\n${Array.from({ length: 60 }, (_, i) => `u${i},${i % 2}`).join("\n")}\n`,
    "it names rows and is no category; --exclude",
  ],
  ["an empty file", "", "data.csv: is empty"],
  ["blank lines alone", "\n\n", "data.csv: is empty"],
  ["a header alone", "a,y\n", "at least 2 rows are needed below the header, got 0"],
  ["one row", "a,y\n1,0\n", "at least 2 rows are needed below the header, got 1"],
  ["a target that is the only column", "y\n0\n1\n", "no feature columns"],
  ["one class only", "a,y\n1,0\n2,0\n3,0\n", 'two classes are needed, but every row is "0"'],
  ["three classes", "a,y\n1,0\n2,1\n3,2\n", 'must have two values, got 3: "0", "1", "2"'],
  ["two values of which none is known to be positive", "a,y\n1,no\n2,yes\n", 'say which value is positive with --positive, "no" or "yes"'],
  ["a file that is not text", Uint8Array.of(0x61, 0xff, 0xfe, 0x0a), "is not UTF-8 text; --encoding"],
  [
    "a row that is not text",
    Buffer.concat([Buffer.from(`a,y\n${"1,0\n2,1\n".repeat(300_000)}`), Buffer.of(0xff, 0x2c, 0x31, 0x0a)]),
    "line 600002: is not UTF-8 text",
  ],
  ["UTF-16", Buffer.from("\ufeffa,y\n1,0\n2,1\n", "utf16le"), "is UTF-16 text; --encoding utf-16 reads it"],
  ["UTF-16 without a mark", Buffer.from("a,y\n1,0\n2,1\n", "utf16le"), "if it is UTF-16, --encoding utf-16 reads it"],
  ["a spreadsheet in its place", Uint8Array.of(0x50, 0x4b, 3, 4, 1), "is a spreadsheet or a zip archive; save the sheet as CSV"],
  ["a compressed file that is damaged", Uint8Array.of(0x1f, 0x8b, 3, 4, 1), "begins like gzip, and is damaged"],
  [
    "a line for a spreadsheet",
    "sep=;\na;y\n1;0\n",
    'its first line, "sep=;", is for a spreadsheet; --skip 1 --delimiter ";" reads the rest',
  ],
  ["comments", "# made by hand\na,y\n1,0\n2,1\n", 'begins with a comment, "# made by hand"; --comment "#" leaves out such lines'],
  [
    "a comment at its end",
    "a,y\n1,0\n2,1\n# the end\n",
    'line 4: expected 2 fields, as in the header, got 1; --comment "#" leaves out lines that begin so',
  ],
  ["columns separated by semicolons", "a;y\n1;0\n2;1\n", 'no column "y"; it has "a;y"; the fields may be separated by --delimiter ";"'],
  ["columns separated by tabs", "a\ty\n1\t0\n2\t1\n", "the fields may be separated by --delimiter tab"],
  ["numbers that overflow when squared", "a,y\n1e300,0\n-1e300,1\n", 'column "a": its numbers are too large'],
  ["a line end in a value that a message quotes", 'a,y\n2,1\n3,0\n"one\ntwo",0\n', 'line 4, column "a": "one\\ntwo" is not a number'],
];

test.each(files)("data with %s is refused", (_title, csv, message) =>
  expectError(["--data", "DIR/data.csv", "--target", "y", "--test", "0"], message, { "data.csv": csv }),
);

test("the data file cannot be chosen for the results, and stays as it is", () =>
  expectError(["--data", "DIR/data.csv", "--target", "y", "--json", "DIR/data.csv"], "it is read from", {
    "data.csv": "a,y\n1,0\n2,1\n",
  }));

test("a path through a file is refused", () =>
  expectError(["--data", "DIR/data.csv/more.csv", "--target", "y"], "a part of the path is not a directory", { "data.csv": "" }));

const separable = "size,color,y\n1,red,0\n2,blue,0\n3,red,1\n4,blue,1\n";
const unfit: [title: string, args: string[], csv: string, message: string | RegExp][] = [
  [
    "a column that separates the classes",
    ["--l2", "0"],
    separable,
    /^logistic-regression: complete separation: column "size" alone tells the classes apart, .*--firth gives estimates that exist, and so does a penalty/,
  ],
  [
    "a level that occurs with one class only",
    ["--l2", "0"],
    "color,y\nred,0\nred,1\nblue,1\nred,0\nblue,1\nred,1\n",
    /quasi-complete separation: column "color=red" alone/,
  ],
  [
    "columns that separate the classes together",
    ["--l2", "0"],
    "a,b,y\n1,1,0\n2,2.5,1\n3,3,0\n4,4.5,1\n5,5,0\n0,0.5,1\n",
    /complete separation: the columns "a", "b" together/,
  ],
  ["too few iterations", ["--steps", "2"], separable, "newton did not converge: the limit of 2 iterations was reached"],
  [
    "a learning rate at which the penalty blows up",
    ["--learning-rate", "1e6"],
    separable,
    /not finite after \d+ iterations?: --learning-rate 1000000 is too large/,
  ],
  [
    "a learning rate at which the first step overflows",
    ["--learning-rate", "1e300", "--solver", "adam"],
    separable,
    /adam: the loss is not finite/,
  ],
];

test.each(unfit)("with %s there is no fit: exit code 2", (_title, args, csv, message) =>
  expectError(["--data", "DIR/data.csv", "--target", "y", "--test", "0", ...args], message, { "data.csv": csv }, 2),
);

test("as a process, too, it ends with exit code 2 and one line, without a stack", () =>
  inDirectory(async (directory) => {
    mkdirSync(join(directory, "empty"));
    const json = join(directory, "empty", "result.json");
    const { code, stderr } = await outcomeOfRun(main, ["--l2", "0", "--json", json]);
    expect(stderr).toMatch(/^logistic-regression: complete separation: the columns [^\n]+\n$/);
    expect(code).toBe(2);
    expect(readdirSync(join(directory, "empty"))).toEqual([]);
  }));
