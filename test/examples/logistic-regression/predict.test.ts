import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inDirectory, runHere } from "./program.js";

const training = `id,size,color,sick\n${Array.from({ length: 60 }, (_, i) => `r${i},${(i * 37) % 23},${["red", "blue", "gray"][(i * 7) % 3]},${(i * 53) % 7 < 3 ? "yes" : "no"}`).join("\n")}\n`;

interface Paths {
  readonly directory: string;
  readonly model: string;
  readonly data: string;
  readonly out: string;
  /** Predicts for a file with this text. */
  readonly predict: (text: string | Uint8Array, ...args: string[]) => ReturnType<typeof runHere>;
}

const withModel = (body: (paths: Paths) => Promise<void>, ...args: string[]): Promise<void> =>
  inDirectory(async (directory) => {
    const [model, data, out] = ["model.json", "data.csv", "scored.csv"].map((name) => join(directory, name));
    writeFileSync(data, training);
    const fit = [
      "fit",
      "--data",
      data,
      "--target",
      "sick",
      "--positive",
      "yes",
      "--features",
      "size,color",
      "--test",
      "0",
      "--save",
      model,
    ];
    const { code, stderr } = await runHere([...fit, ...args]);
    expect([code, stderr]).toEqual([0, ""]);
    const predict: Paths["predict"] = (text, ...more) => {
      writeFileSync(data, text);
      return runHere(["predict", "--model", model, "--data", data, "--out", out, ...more]);
    };
    await body({ directory, model, data, out, predict });
  });

/** The scored rows as lists of fields, the header first. */
const rowsOf = (file: string): string[][] =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));

test("a saved model scores the rows that it was trained on as the fit did, and keeps their columns", () =>
  withModel(async ({ directory, out, predict, data }) => {
    const { code, stdout, stderr } = await predict(training);
    expect([code, stderr]).toEqual([0, ""]);
    const [header, ...rows] = rowsOf(out);
    expect(header).toEqual(["id", "size", "color", "sick", "probability", "prediction"]);
    expect(rows.map((row) => row.slice(0, 4).join(","))).toEqual(training.trimEnd().split("\n").slice(1));
    for (const [, , , , p, prediction] of rows) expect(prediction).toBe(Number(p) >= 0.5 ? "yes" : "no");
    const json = join(directory, "result.json");
    await runHere(["--data", data, "--target", "sick", "--positive", "yes", "--features", "size,color", "--test", "0", "--json", json]);
    const { training: evaluation, coefficients } = JSON.parse(readFileSync(json, "utf8"));
    const brier = rows.reduce((sum, [, , , sick, p]) => sum + (Number(p) - (sick === "yes" ? 1 : 0)) ** 2, 0) / 60;
    expect(brier).toBeCloseTo(evaluation.brier, 14);
    // By the raw coefficients, too: the reference level is blue.
    const [b, size, gray, red] = coefficients.map((c: { estimate: number }) => c.estimate);
    for (const [, x, color, , p] of rows) {
      const z = b + size * Number(x) + (color === "gray" ? gray : color === "red" ? red : 0);
      expect(Number(p)).toBeCloseTo(1 / (1 + Math.exp(-z)), 12);
    }
    expect(stdout).toMatch(/^60 rows scored into .*: \d+ called yes \(ŷ ≥ 0\.5\), \d+ no\n$/);
  }));

test("neither the target nor the order of the columns matters, nor the unused ones; --threshold overrides the model's", () =>
  withModel(async ({ out, predict }) => {
    expect((await predict("color,size\nred,3\nblue,20\n")).code).toBe(0);
    const [, ...before] = rowsOf(out);
    expect((await predict("size,color\n3,red\n20,blue\n", "--threshold", "0")).code).toBe(0);
    const [, ...after] = rowsOf(out);
    expect(after.map((row) => row[2])).toEqual(before.map((row) => row[2]));
    expect(after.map((row) => row[3])).toEqual(["yes", "yes"]);
  }));

test("quotes and delimiters are written as they must be", () =>
  withModel(async ({ out, predict }) => {
    expect((await predict('id;size;color\n"a;""b""";3;red\n', "--delimiter", ";")).code).toBe(0);
    expect(readFileSync(out, "utf8")).toMatch(/^id;size;color;probability;prediction\n"a;""b""";3;red;0\.\d+;(yes|no)\n$/);
  }));

test("each row has a row, without a prediction where there is a gap or an unseen level, if that is asked for", () =>
  withModel(async ({ out, predict }) => {
    const { code, stdout } = await predict(
      "size,color\n3,red\n,red\n4,\n5,blue\n6,green\n?,gray\n",
      "--missing",
      "na",
      "--unseen",
      "na",
      "--level",
      "0.9",
    );
    expect(code).toBe(0);
    expect(stdout).toContain("2 rows scored into");
    expect(stdout).toContain("4 rows without a prediction");
    const [header, ...rows] = rowsOf(out);
    expect(header).toEqual(["size", "color", "probability", "lower", "upper", "prediction"]);
    expect(rows.map(([size, color]) => [size, color])).toEqual([
      ["3", "red"],
      ["", "red"],
      ["4", ""],
      ["5", "blue"],
      ["6", "green"],
      ["?", "gray"],
    ]);
    for (const [i, [, , p, low, high, prediction]] of rows.entries())
      if (i === 0 || i === 3) expect(Number(low) < Number(p) && Number(p) < Number(high) && ["yes", "no"].includes(prediction)).toBe(true);
      else expect([p, low, high, prediction]).toEqual(["", "", "", ""]);
  }));

test("formulas can be made harmless for a spreadsheet, and control characters are not passed on", () =>
  withModel(async ({ out, predict }) => {
    const text = 'size,color,=note\n3,red,"=HYPERLINK(""x"")"\n4,blue,-5\n5,red,\u001b[31m@cmd\n6,red,+a\n';
    expect((await predict(text, "--new-columns", "ignore")).code).toBe(0);
    expect(rowsOf(out).map((row) => row[2])).toEqual(["=note", '"=HYPERLINK(""x"")"', "-5", "[31m@cmd", "+a"]);
    expect((await predict(text, "--new-columns", "ignore", "--escape-formulas")).code).toBe(0);
    expect(rowsOf(out).map((row) => row[2])).toEqual(["'=note", `"'=HYPERLINK(""x"")"`, "-5", "[31m@cmd", "'+a"]);
  }));

test("class weights are told about, for they make the probabilities wrong, and may be taken back", async () => {
  await withModel(
    async ({ predict }) => {
      expect((await predict("size,color\n3,red\n")).stdout).toMatch(
        /note: class weights moved the mean ŷ of the training rows to \d+ %, of which 43 % have y = 1/,
      );
    },
    "--class-weight",
    "1:9",
  );
  await withModel(
    async ({ predict, directory }) => {
      expect((await predict("size,color\n3,red\n")).stdout).not.toContain("note");
      const { share, meanPrediction } = JSON.parse(readFileSync(join(directory, "model.json"), "utf8")).model;
      expect(meanPrediction).toBeCloseTo(share, 1);
    },
    ...["--class-weight", "1:9", "--prior-correction"],
  );
});

const refused: [title: string, text: string | Uint8Array, message: string | RegExp][] = [
  ["a column missing", "id,color\n1,red\n", 'the model needs column "size", and the file has "id", "color"'],
  ["a new column", "size,color,age\n1,red,2\n", '"age" is not in the training data; --new-columns ignore'],
  [
    "an unseen category, far down",
    `size,color\n${"1,red\n".repeat(50_000)}1,green\n`,
    'line 50002, column "color": the category "green" is not one of those trained on, "blue", "gray", "red"',
  ],
  ["text for a number", "size,color\nbig,red\n", 'line 2, column "size": "big" is not a number'],
  ["a gap", "size,color\n1,red\n,red\n", 'line 3, column "size": is empty; --missing na leaves the prediction of such rows empty'],
  ["a ragged row", "size,color\n1,red\n1\n", "line 3: expected 2 fields"],
  ["a binary file", Uint8Array.of(0x73, 0xff, 0x00), "is not text: it has a byte 0"],
  ["an empty file", "", "is empty"],
];
test.each(refused)("%s is a clear error, and nothing is written", (_title, text, message) =>
  withModel(async ({ directory, predict }) => {
    const { code, stdout, stderr } = await predict(text);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^logistic-regression: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect(readdirSync(directory).sort()).toEqual(["data.csv", "model.json"]);
  }),
);

test("Ctrl-C leaves no file", () =>
  withModel(async ({ directory, model, data, out }) => {
    const args = ["predict", "--model", model, "--data", data, "--out", out];
    const { code, stdout, stderr } = await runHere(args, { signal: AbortSignal.abort() });
    expect([code, stdout, stderr]).toEqual([130, "", "logistic-regression: interrupted\n"]);
    expect(readdirSync(directory).sort()).toEqual(["data.csv", "model.json"]);
  }));

test("new columns pass with --new-columns ignore, unless they are named as those that are added", () =>
  withModel(async ({ predict }) => {
    expect((await predict("size,color,age\n1,red,2\n", "--new-columns", "ignore")).code).toBe(0);
    const { code, stderr } = await predict("size,color,prediction\n1,red,2\n", "--new-columns", "ignore");
    expect(code).toBe(1);
    expect(stderr).toContain('already has a column "prediction"');
  }));

describe("a model file", () => {
  const broken: [title: string, edit: (text: string) => string, message: string][] = [
    ["that is cut off", (text) => text.slice(0, text.length / 2), "is not a model: no JSON, or cut off"],
    ["that is empty", () => "", "is not a model: no JSON, or cut off"],
    ["that is something else", () => '{"a":1}', "is not a model that --save wrote"],
    ["that is no object", () => "null", "is not a model that --save wrote"],
    ["with a number changed", (text) => text.replace(/"mean": (\d)/, '"mean": 9$1'), "its check sum does not fit"],
    [
      "of another version",
      (text) => text.replace('"version": 2', '"version": 3'),
      'is a model of version "3", and this program reads version 2',
    ],
  ];
  test.each(broken)("%s is a clear error, and nothing is written", (_title, edit, message) =>
    withModel(async ({ directory, model, predict }) => {
      writeFileSync(model, edit(readFileSync(model, "utf8")));
      const { code, stderr } = await predict("size,color\n1,red\n");
      expect(code).toBe(1);
      expect(stderr).toContain(message);
      expect(readdirSync(directory).sort()).toEqual(["data.csv", "model.json"]);
    }),
  );

  test("whose numbers would overflow is refused, check sum or not", () =>
    withModel(async ({ model, predict }) => {
      const saved = JSON.parse(readFileSync(model, "utf8"));
      saved.model.theta[1] = 1e308;
      saved.checksum = createHash("sha256").update(JSON.stringify(saved.model)).digest("hex");
      writeFileSync(model, JSON.stringify(saved));
      const { code, stderr } = await predict("size,color\n1,red\n");
      expect(code).toBe(1);
      expect(stderr).toContain("the model is damaged: something is missing or of another kind");
    }));

  test.runIf(process.platform === "linux")("without an end is refused", () =>
    withModel(async ({ data, out }) => {
      const { code, stderr } = await runHere(["predict", "--model", "/dev/zero", "--data", data, "--out", out]);
      expect([code, stderr]).toEqual([1, "logistic-regression: /dev/zero: is larger than any model, 256 MiB\n"]);
    }),
  );

  test("that is nested deeper than any is refused", () =>
    withModel(async ({ model, predict }) => {
      const text = readFileSync(model, "utf8");
      const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
      writeFileSync(model, text.replace(/"offset": [^,]*,/, `"offset": ${deep},`));
      expect((await predict("size,color\n1,red\n")).stderr).toMatch(/: the model is damaged: it is nested more than 50 levels deep\n$/);
    }));

  test.each([
    "size + ",
    "split(size, 1000000000)",
    "mean(size)",
    "size + color",
    "outer(size, size)",
    "7",
    `${"size + ".repeat(300_000)}size`,
  ])("with another formula, check sum or not, is refused: %.40s", (formula) =>
    withModel(async ({ model, predict }) => {
      const saved = JSON.parse(readFileSync(model, "utf8"));
      const [factor] = saved.model.specs[0].factors;
      expect(factor.columns).toEqual(["size"]);
      const change = async (text: string) => {
        factor.formula = text;
        saved.checksum = createHash("sha256").update(JSON.stringify(saved.model)).digest("hex");
        writeFileSync(model, JSON.stringify(saved));
        return predict("size,color\n1,red\n");
      };
      expect((await change("2 size")).code).toBe(0);
      const { code, stderr } = await change(formula);
      expect(code).toBe(1);
      expect(stderr).toContain("the model is damaged: something is missing or of another kind");
    }),
  );

  test("is not overwritten by the scores, and neither is the data", () =>
    withModel(async ({ model, data, predict }) => {
      for (const out of [model, data]) {
        const before = readFileSync(model, "utf8");
        const { code, stderr } = await predict("size,color\n1,red\n", "--out", out);
        expect(code).toBe(1);
        expect(stderr).toContain("it is read from");
        expect(readFileSync(model, "utf8")).toBe(before);
      }
    }));

  test("without an intercept, and with levels that the training rows do not have", () =>
    withModel(
      async ({ predict, out }) => {
        expect((await predict("size,color\n1,red\n2,gray\n")).code).toBe(0);
        expect(rowsOf(out)).toHaveLength(3);
      },
      "--no-intercept",
      "--test",
      "0.9",
    ));
});
