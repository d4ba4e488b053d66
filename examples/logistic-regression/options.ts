import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { InputError } from "./errors.js";
import type { FitOptions } from "./fitting.js";
import { SOLVERS, TOLERANCES } from "./solve.js";
import { parseNumber, quote } from "./text.js";

/** `fit`: what to fit to what, how, and what to write. */
export interface FitCommand extends FitOptions {
  readonly command: "fit";
  readonly data: string;
  readonly target: string;
  /** The value of the target that counts as y = 1; worked out from the data if undefined. */
  readonly positive: string | undefined;
  /** The columns to learn from; all but the target if undefined. */
  readonly features: readonly string[] | undefined;
  readonly categorical: readonly string[];
  readonly missing: "fail" | "drop";
  readonly delimiter: string;
  readonly robust: boolean;
  /** The share of the rows that is held out; 0 fits, and then judges, on all. */
  readonly test: number;
  /** How many parts to cross-validate with; 0 for none. */
  readonly folds: number;
  readonly seed: number;
  /** ŷ from which on a row is called positive. */
  readonly threshold: number;
  readonly json: string | undefined;
  readonly save: string | undefined;
  readonly report: string | undefined;
}

/** `predict`: which model, on which rows, to where. */
export interface PredictCommand {
  readonly command: "predict";
  readonly model: string;
  readonly data: string;
  readonly out: string;
  /** The model's own if undefined. */
  readonly threshold: number | undefined;
  readonly missing: "fail" | "drop";
  readonly newColumns: "fail" | "ignore";
  readonly delimiter: string;
}

export const HELP = `Fits a logistic regression to a CSV file, tells how sure and how good it is, and predicts.

Usage: npx tsx examples/logistic-regression/main.ts [fit] [options]
       npx tsx examples/logistic-regression/main.ts predict --model FILE --data FILE --out FILE
       npm start -- [options]   the same

Data
  --data FILE            CSV file with a header; the Wisconsin breast cancer data if left out
  --target COLUMN        the column to predict, with two values; needed with --data
  --positive VALUE       the value that counts as y = 1; may be left out if the values are 0 and 1
  --features a,b,c       the columns to learn from; all but the target if left out
  --categorical a,b      columns of categories although they look like numbers
  --reference a=x,b=y    levels that the other levels of a column are compared with (the first)
  --missing fail|drop    what to do with rows that have gaps (fail)
  --delimiter CHARACTER  what stands between fields: a character, or tab (,)

Fit
  --solver newton|lbfgs|gd|adam   the method (newton; gd where --learning-rate is given)
  --l2 NUMBER            strength of the penalty on squared coefficients, 0 for none (1)
  --standardize on|off   whether the penalty counts per standard deviation or per unit (on)
  --class-weight balanced|a:b     how much a row counts: a the negative class, b the positive (1:1)
  --no-intercept         leaves the intercept out
  --learning-rate NUMBER length of a step along the negative gradient, for gd and adam
  --steps N              most iterations of the solver
  --tolerance NUMBER     norm of the gradient of the mean loss at which it has converged (1e-8;
                         1e-7 for gd and adam)
  --robust               standard errors that do not trust the model (sandwich)
  --eager                runs the tape as it is recorded, without compiling it

Evaluation
  --test FRACTION        share of the rows that is held out to judge the fit, 0 for none (0.25)
  --folds K              also cross-validates on all rows with K parts
  --seed N               chooses the rows that are held out (1)
  --threshold NUMBER     probability from which on a row is called positive (0.5)

Results
  --json FILE            writes every number to this file
  --report FILE          writes a page with tables and plots to this file
  --save FILE            writes the model to this file, for predict
  --help                 shows this text

predict
  --model FILE           what --save wrote
  --data FILE            CSV file with the columns that the model was fitted to
  --out FILE             gets all columns and two more: probability and prediction
  --threshold NUMBER     the model's own if left out
  --missing fail|drop, --delimiter CHARACTER   as above
  --new-columns fail|ignore   what to do with columns that the training data did not have (fail)

What is minimized is the mean of the binary cross entropy over the n training rows plus l2/(2n)
times the sum of the squared coefficients but the intercept's. Exit codes: 0; 1 for bad input; 2
where there is no fit (no convergence, or separated classes without a penalty); 130 after Ctrl-C.
docs/logistic-regression.md has the formulas and a worked session.
`;

const bundled = fileURLToPath(new URL("../data/wdbc.csv", import.meta.url));

/** Options, and whether they take a value. */
type Known = Readonly<Record<string, { readonly type: "string" | "boolean"; readonly short?: string }>>;
const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const help = { type: "boolean", short: "h" } as const;

const FIT: Known = {
  ...{ data: text, target: text, positive: text, features: text, categorical: text, reference: text, missing: text, delimiter: text },
  ...{ solver: text, l2: text, standardize: text, "class-weight": text, "no-intercept": flag, "learning-rate": text, steps: text },
  ...{ tolerance: text, robust: flag, eager: flag, test: text, folds: text, seed: text, threshold: text },
  ...{ json: text, report: text, save: text, help },
};
const PREDICT: Known = {
  ...{ model: text, data: text, out: text, threshold: text, missing: text, "new-columns": text, delimiter: text, help },
};

/** Reads the command line; `"help"` if that is what it asks for. Of an option given twice the last one counts. */
export function readOptions(args: readonly string[]): FitCommand | PredictCommand | "help" {
  const command = args[0] === "fit" || args[0] === "predict" ? args[0] : undefined;
  const given = tokensOf(args.slice(command === undefined ? 0 : 1), command === "predict" ? PREDICT : FIT);
  if (given === "help") return "help";
  return command === "predict" ? predictCommand(given) : fitCommand(given);
}

function tokensOf(args: readonly string[], known: Known): Given | "help" {
  // Not strict: parseArgs' own messages run over several lines, and it takes no negative number as a value.
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, tokens: true });
  const given = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "positional") throw new InputError(`unexpected argument ${quote(token.value)}; --help lists the options`);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    if (!Object.hasOwn(known, name)) throw new InputError(`unknown option ${quote(rawName).slice(1, -1)}; --help lists the options`);
    if (known[name].type === "boolean") {
      if (value !== undefined) throw new InputError(`--${name} takes no value`);
      if (name === "help") return "help";
      given.set(name, "");
      continue;
    }
    if (value === undefined || value === "" || (value.startsWith("--") && inlineValue !== true))
      throw new InputError(`${rawName} needs a value`);
    given.set(name, value);
  }
  return given;
}

type Given = ReadonlyMap<string, string>;

function fitCommand(given: Given): FitCommand {
  const data = given.get("data");
  const target = given.get("target") ?? (data === undefined ? "diagnosis" : undefined);
  if (target === undefined) throw new InputError("--data needs --target COLUMN, the column to predict");
  const learningRate = given.has("learning-rate") ? number(given, "learning-rate", 1, "a number above 0", (x) => x > 0) : undefined;
  const solver = choice(given, "solver", learningRate === undefined ? "newton" : "gd", SOLVERS);
  if (learningRate !== undefined && solver !== "gd" && solver !== "adam")
    throw new InputError(`--learning-rate is for --solver gd and adam; ${solver} finds its own steps`);
  return {
    command: "fit",
    data: data ?? relative(process.cwd(), bundled),
    target,
    positive: given.get("positive") ?? (data === undefined && target === "diagnosis" ? "M" : undefined),
    features: list(given.get("features")),
    categorical: list(given.get("categorical")) ?? [],
    references: references(given.get("reference")),
    missing: choice(given, "missing", "fail", ["fail", "drop"]),
    delimiter: delimiter(given.get("delimiter")),
    solver,
    l2: number(given, "l2", 1, "a number, 0 or more", (x) => x >= 0),
    standardize: choice(given, "standardize", "on", ["on", "off"]) === "on",
    classWeight: classWeight(given.get("class-weight")),
    intercept: !given.has("no-intercept"),
    learningRate,
    steps: given.has("steps")
      ? number(given, "steps", 1, "a whole number, 1 or more", (x) => Number.isSafeInteger(x) && x >= 1)
      : undefined,
    tolerance: number(given, "tolerance", TOLERANCES[solver], "a number above 0", (x) => x > 0),
    robust: given.has("robust"),
    eager: given.has("eager"),
    test: number(given, "test", 0.25, "a fraction from 0 up to, but not including, 1", (x) => x >= 0 && x < 1),
    folds: number(given, "folds", 0, "0, or a whole number from 2 to 100", (x) => x === 0 || (Number.isInteger(x) && x >= 2 && x <= 100)),
    seed: number(given, "seed", 1, "a whole number from 0 to 4294967295", (x) => Number.isInteger(x) && x >= 0 && x <= 0xffffffff),
    threshold: threshold(given) ?? 0.5,
    json: given.get("json"),
    save: given.get("save"),
    report: given.get("report"),
  };
}

function predictCommand(given: Given): PredictCommand {
  const needed = (name: string): string => {
    const value = given.get(name);
    if (value === undefined) throw new InputError(`predict needs --${name} FILE`);
    return value;
  };
  return {
    command: "predict",
    model: needed("model"),
    data: needed("data"),
    out: needed("out"),
    threshold: threshold(given),
    missing: choice(given, "missing", "fail", ["fail", "drop"]),
    newColumns: choice(given, "new-columns", "fail", ["fail", "ignore"]),
    delimiter: delimiter(given.get("delimiter")),
  };
}

const list = (names: string | undefined): string[] | undefined => names?.split(",").map((name) => name.trim());

const threshold = (given: Given): number | undefined =>
  given.has("threshold") ? number(given, "threshold", 0.5, "a number from 0 to 1", (x) => x >= 0 && x <= 1) : undefined;

function references(value: string | undefined): Map<string, string> {
  const pairs = (list(value) ?? []).map((pair) => {
    const at = pair.lastIndexOf("=");
    if (at < 1) throw new InputError(`--reference must be column=level, got ${quote(pair)}`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return new Map(pairs);
}

function delimiter(value: string | undefined): string {
  if (value === undefined) return ",";
  const character = value === "tab" || value === "\\t" ? "\t" : value;
  if ([...character].length !== 1 || /["\r\n\0\ufeff]/.test(character))
    throw new InputError(`--delimiter must be one character, or tab, got ${quote(value)}`);
  return character;
}

function classWeight(value: string | undefined): FitOptions["classWeight"] {
  if (value === undefined || value === "balanced") return value;
  const parts = value.split(":").map(parseNumber);
  if (parts.length !== 2 || !parts.every((part) => part > 0 && Number.isFinite(part)))
    throw new InputError(`--class-weight must be balanced, or two numbers above 0 such as 1:5, got ${quote(value)}`);
  return { negative: parts[0], positive: parts[1] };
}

function choice<T extends string>(given: Given, name: string, otherwise: T, allowed: readonly T[]): T {
  const value = given.get(name) ?? otherwise;
  if (!allowed.includes(value as T)) throw new InputError(`--${name} must be ${allowed.join(" or ")}, got ${quote(value)}`);
  return value as T;
}

function number(given: Given, name: string, otherwise: number, expected: string, allowed: (x: number) => boolean): number {
  const value = given.get(name);
  if (value === undefined) return otherwise;
  const parsed = parseNumber(value);
  if (!Number.isFinite(parsed) || !allowed(parsed)) throw new InputError(`--${name} must be ${expected}, got ${quote(value)}`);
  return parsed;
}
