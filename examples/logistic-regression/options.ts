import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { CellRules } from "./cells.js";
import { type Choice, WEIGHTS_TYPES } from "./data.js";
import { InputError } from "./errors.js";
import type { FitOptions } from "./fitting.js";
import { ERRORS, type InferenceOptions } from "./inference.js";
import { SOLVERS, TOLERANCES } from "./solve.js";
import { ENCODINGS, type Reading } from "./source.js";
import { parseNumber, quote, splitList, unquote } from "./text.js";

/** `fit`: what to fit to what, how, and what to write. */
export interface FitCommand extends FitOptions, Choice, Reading, Omit<InferenceOptions, "l2" | "firth"> {
  readonly command: "fit";
  readonly data: readonly string[];
  /** What to do with rows held out whose levels no row to train on has. */
  readonly unseen: "fail" | "na";
  /** Shifts the intercept to what it is without class weights. */
  readonly priorCorrection: boolean;
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
  readonly diagnostics: string | undefined;
  /** Of `--test` and `--l2` those that nobody gave: the run says what they do. */
  readonly unsaid: readonly ("test" | "l2")[];
  /** The command line, for the report. */
  readonly line: string;
}

/** `predict`: which model, on which rows, to where. */
export interface PredictCommand extends Reading {
  readonly command: "predict";
  readonly model: string;
  readonly data: readonly string[];
  readonly out: string;
  /** The model's own if undefined. */
  readonly threshold: number | undefined;
  readonly missing: "fail" | "na";
  readonly unseen: "fail" | "na";
  readonly newColumns: "fail" | "ignore";
  /** Of an interval for each ŷ; undefined for none. */
  readonly level: number | undefined;
  readonly escapeFormulas: boolean;
  /** Those of the model where they are not given. */
  readonly rules: Partial<CellRules>;
}

export const HELP = `Fits a logistic regression to a file, tells how sure and how good it is, and predicts.

Usage: npx tsx examples/logistic-regression/main.ts [fit] [options]
       npx tsx examples/logistic-regression/main.ts predict --model FILE --data FILE --out FILE
       npm start -- [options]   the same

Reading
  --data FILE            CSV with a header, also .gz, Parquet, or JSON lines (.jsonl); may be given
                         several times; the Wisconsin breast cancer data if left out
  --delimiter CHARACTER  what stands between fields: a character, or tab (,)
  --encoding utf-8|utf-16|latin-1   (utf-8)
  --skip N               leaves out N lines before the header (0)
  --comment CHARACTER    leaves out lines that begin with it
  --decimal .|,          what stands before the decimals (.)
  --thousands CHARACTER  what stands between thousands: , or . or a space or '
  --strip a,b            texts to take off numbers at both ends, such as $ or %
  --na-values a,b        more words that stand for a missing value

Data
  --target COLUMN        the column to predict, with two values; needed with --data
  --positive VALUE       the value that counts as y = 1; may be left out if the values are 0 and 1
  --successes COLUMN     in place of a target: how many of the --trials ended with y = 1
  --trials COLUMN        how many trials a row is
  --features a,b,c       what to learn from: columns, formulas over them such as log(hp), wt * hp,
                         age^2, and interactions a:b; all columns but the target if left out
  --exclude a,b          columns to leave out
  --categorical a,b      columns of categories although they look like numbers
  --reference a=x,b=y    levels that the other levels of a column are compared with (the first)
  --where CONDITION      takes rows for which it is true: SQL, such as "age > 18 and sex = 'f'"
  --missing fail|drop    what to do with rows that have gaps (fail)
  --weights COLUMN       how often a row counts
  --weights-type frequency|sampling   how many rows it is, or how many of a population it stands
                         for, which makes the errors robust (frequency)

Fit
  --l2 NUMBER            strength of the penalty on squared coefficients, 0 for none (1)
  --standardize on|off   whether the penalty counts per standard deviation or per unit (on)
  --firth                maximizes the likelihood with Jeffreys' prior: finite where classes are
                         separated; without another penalty, and with profile intervals
  --class-weight balanced|a:b     how much a row counts: a the negative class, b the positive (1:1)
  --prior-correction     takes back what class weights do to the intercept
  --no-intercept         leaves the intercept out; all levels of the first category get coefficients
  --solver newton|lbfgs|gd|adam   the method (newton; gd where --learning-rate is given)
  --learning-rate NUMBER length of a step along the negative gradient, for gd and adam
  --steps N              most iterations of the solver
  --tolerance NUMBER     norm of the gradient of the mean loss at which it has converged (1e-8;
                         1e-7 for gd and adam)
  --eager                runs the tape as it is recorded, without compiling it

Inference
  --level NUMBER         of intervals (0.95)
  --intervals wald|profile   by standard errors, or by the likelihood itself (wald)
  --errors model|HC0|HC1 what standard errors trust: the model, or less (model)
  --robust               short for --errors HC0
  --cluster COLUMN       errors for rows that depend on each other within its values

Evaluation
  --test FRACTION        share of the rows that is held out to judge the fit, 0 for none (0.25)
  --folds K              also cross-validates on all rows with K parts
  --seed N               chooses the rows that are held out (1)
  --threshold NUMBER     probability from which on a row is called positive (0.5)
  --unseen fail|na       rows held out with a level that no row to train on has: an error, or left
                         out (fail)

Results
  --json FILE            writes every number to this file
  --report FILE          writes a page with tables and plots to this file
  --save FILE            writes the model to this file, for predict
  --diagnostics FILE     writes leverage, residuals and Cook's distance of each row to this file
  --help                 shows this text

predict
  --model FILE           what --save wrote
  --data FILE            with the columns that the model was fitted to; read as above
  --out FILE             gets all columns and two more: probability and prediction
  --threshold NUMBER     the model's own if left out
  --level NUMBER         adds an interval, lower and upper
  --missing fail|na, --unseen fail|na   what to do with rows that have gaps, or levels that the
                         model has not seen: an error, or no prediction (fail)
  --new-columns fail|ignore   what to do with columns that the training data did not have (fail)
  --escape-formulas      puts ' before texts that a spreadsheet would compute

What is minimized is the mean of the binary cross entropy over the n training rows plus l2/(2n)
times the sum of the squared coefficients but the intercept's. Names with commas may be quoted
within lists: --features '"height, cm",age'. Exit codes: 0; 1 for bad input; 2 where there is no
fit (no convergence, or separated classes without a penalty); 130 after Ctrl-C.
docs/logistic-regression.md has the formulas and a worked session.
`;

const bundled = fileURLToPath(new URL("../data/wdbc.csv", import.meta.url));

/** Options, and whether they take a value. */
type Known = Readonly<Record<string, { readonly type: "string" | "boolean"; readonly short?: string }>>;
const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const help = { type: "boolean", short: "h" } as const;

const READING: Known = {
  ...{ delimiter: text, encoding: text, skip: text, comment: text, decimal: text, thousands: text, strip: text, "na-values": text },
};
const FIT: Known = {
  ...READING,
  ...{ data: text, target: text, positive: text, successes: text, trials: text, features: text, exclude: text, categorical: text },
  ...{ reference: text, where: text, missing: text, weights: text, "weights-type": text },
  ...{ l2: text, standardize: text, firth: flag, "class-weight": text, "prior-correction": flag, "no-intercept": flag },
  ...{ solver: text, "learning-rate": text, steps: text, tolerance: text, eager: flag },
  ...{ level: text, intervals: text, errors: text, robust: flag, cluster: text },
  ...{ test: text, folds: text, seed: text, threshold: text, unseen: text },
  ...{ json: text, report: text, save: text, diagnostics: text, help },
};
const PREDICT: Known = {
  ...READING,
  ...{ model: text, data: text, out: text, threshold: text, level: text, missing: text, unseen: text, "new-columns": text },
  ...{ "escape-formulas": flag, help },
};

/** Reads the command line; `"help"` if that is what it asks for. Of an option given twice the last one counts. */
export function readOptions(args: readonly string[]): FitCommand | PredictCommand | "help" {
  const command = args[0] === "fit" || args[0] === "predict" ? args[0] : undefined;
  const given = tokensOf(args.slice(command === undefined ? 0 : 1), command === "predict" ? PREDICT : FIT);
  if (given === "help") return "help";
  return command === "predict" ? predictCommand(given) : fitCommand(given, args);
}

function tokensOf(args: readonly string[], known: Known): Given | "help" {
  // Not strict: parseArgs' own messages run over several lines, and it takes no negative number as a value.
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, tokens: true });
  const given = new Map<string, string>();
  const files: string[] = [];
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
    if (name === "data") files.push(value);
    given.set(name, value);
  }
  return { get: (name) => given.get(name), has: (name) => given.has(name), files };
}

/** What was given: the values of options, and all values of --data. */
interface Given {
  get(name: string): string | undefined;
  has(name: string): boolean;
  readonly files: readonly string[];
}

function fitCommand(given: Given, args: readonly string[]): FitCommand {
  const isOwn = given.files.length > 0;
  const isGrouped = given.has("successes") || given.has("trials");
  const target = given.get("target") ?? (isOwn || isGrouped ? undefined : "diagnosis");
  if (isGrouped && !(given.has("successes") && given.has("trials"))) throw new InputError("--successes and --trials need each other");
  if (isGrouped && (target !== undefined || given.has("positive")))
    throw new InputError("--successes and --trials take the place of --target and --positive");
  if (target === undefined && !isGrouped) throw new InputError("--data needs --target COLUMN, the column to predict");
  const learningRate = given.has("learning-rate") ? number(given, "learning-rate", 1, "a number above 0", (x) => x > 0) : undefined;
  const solver = choice(given, "solver", learningRate === undefined ? "newton" : "gd", SOLVERS);
  if (learningRate !== undefined && solver !== "gd" && solver !== "adam")
    throw new InputError(`--learning-rate is for --solver gd and adam; ${solver} finds its own steps`);
  const firth = given.has("firth");
  const l2 = number(given, "l2", firth ? 0 : 1, "a number, 0 or more", (x) => x >= 0);
  if (firth && l2 > 0) throw new InputError("--firth is a penalty of its own: leave --l2 out, or give 0");
  if (firth && (given.has("class-weight") || given.get("weights-type") === "sampling"))
    throw new InputError("--firth takes no class weights and no sampling weights, whose likelihood is none");
  const intervals = choice(given, "intervals", firth ? "profile" : "wald", ["wald", "profile"]);
  if (intervals === "profile" && l2 > 0) throw new InputError("--intervals profile is for fits without a penalty: --l2 0, or --firth");
  const isSampling = given.get("weights-type") === "sampling";
  const errors = choice(given, "errors", given.has("robust") || isSampling ? "HC0" : "model", ERRORS);
  if (intervals === "profile" && (errors !== "model" || given.has("cluster")))
    throw new InputError("--intervals profile goes by the likelihood, and robust errors do not trust it: choose one");
  if (firth && (errors !== "model" || given.has("cluster"))) throw new InputError("--firth has errors of the model only");
  if (given.has("weights-type") && !given.has("weights")) throw new InputError("--weights-type needs --weights COLUMN");
  if (given.has("prior-correction") && !given.has("class-weight"))
    throw new InputError("--prior-correction takes back --class-weight, which is not given");
  if (given.has("prior-correction") && given.has("no-intercept"))
    throw new InputError("--prior-correction corrects the intercept, and --no-intercept leaves it out");
  return {
    command: "fit",
    data: isOwn ? given.files : [relative(process.cwd(), bundled)],
    target,
    positive: given.get("positive") ?? (!isOwn && target === "diagnosis" ? "M" : undefined),
    successes: given.get("successes"),
    trials: given.get("trials"),
    features: list(given.get("features")),
    exclude: list(given.get("exclude")) ?? [],
    categorical: list(given.get("categorical")) ?? [],
    references: references(given.get("reference")),
    where: given.get("where"),
    missing: choice(given, "missing", "fail", ["fail", "drop"]),
    weights: given.get("weights"),
    weightsType: choice(given, "weights-type", "frequency", WEIGHTS_TYPES),
    ...reading(given),
    ...cellRules(given),
    solver,
    l2,
    standardize: choice(given, "standardize", "on", ["on", "off"]) === "on",
    firth,
    classWeight: classWeight(given.get("class-weight")),
    priorCorrection: given.has("prior-correction"),
    intercept: !given.has("no-intercept"),
    learningRate,
    steps: given.has("steps")
      ? number(given, "steps", 1, "a whole number, 1 or more", (x) => Number.isSafeInteger(x) && x >= 1)
      : undefined,
    tolerance: number(given, "tolerance", TOLERANCES[solver], "a number above 0", (x) => x > 0),
    eager: given.has("eager"),
    level: level(given) ?? 0.95,
    intervals,
    errors,
    cluster: given.get("cluster"),
    test: number(given, "test", 0.25, "a fraction from 0 up to, but not including, 1", (x) => x >= 0 && x < 1),
    folds: number(given, "folds", 0, "0, or a whole number from 2 to 100", (x) => x === 0 || (Number.isInteger(x) && x >= 2 && x <= 100)),
    seed: number(given, "seed", 1, "a whole number from 0 to 4294967295", (x) => Number.isInteger(x) && x >= 0 && x <= 0xffffffff),
    threshold: threshold(given) ?? 0.5,
    unseen: choice(given, "unseen", "fail", ["fail", "na"]),
    json: given.get("json"),
    save: given.get("save"),
    report: given.get("report"),
    diagnostics: given.get("diagnostics"),
    unsaid: (["test", "l2"] as const).filter((name) => !given.has(name) && !(name === "l2" && firth)),
    line: args.map((arg) => (/^[\w./,:=+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`)).join(" "),
  };
}

function predictCommand(given: Given): PredictCommand {
  const needed = (name: string): string => {
    const value = given.get(name);
    if (value === undefined) throw new InputError(`predict needs --${name} FILE`);
    return value;
  };
  const model = needed("model");
  needed("data");
  const { naValues, decimal, thousands, strip } = cellRules(given);
  return {
    command: "predict",
    model,
    data: given.files,
    out: needed("out"),
    threshold: threshold(given),
    level: level(given),
    missing: choice(given, "missing", "fail", ["fail", "na"]),
    unseen: choice(given, "unseen", "fail", ["fail", "na"]),
    newColumns: choice(given, "new-columns", "fail", ["fail", "ignore"]),
    escapeFormulas: given.has("escape-formulas"),
    ...reading(given),
    rules: {
      ...(given.has("na-values") && { naValues }),
      ...(given.has("decimal") && { decimal }),
      ...(given.has("thousands") && { thousands }),
      ...(given.has("strip") && { strip }),
    },
  };
}

function reading(given: Given): Reading {
  return {
    delimiter: delimiter(given.get("delimiter")),
    encoding: choice(given, "encoding", "utf-8", ENCODINGS),
    skip: number(given, "skip", 0, "a whole number, 0 or more", (x) => Number.isSafeInteger(x) && x >= 0 && x < 1e6),
    comment: character(given, "comment", ""),
  };
}

function cellRules(given: Given): CellRules {
  const decimal = choice(given, "decimal", ".", [".", ","]);
  const thousands = given.get("thousands") ?? "";
  if (!["", ",", ".", " ", "'", "’", "_"].includes(thousands))
    throw new InputError(`--thousands must be , or . or a space or ', got ${quote(thousands)}`);
  // 1,250 is 1250 where nothing else is said: of two signs one groups and the other is the decimal sign.
  if (thousands === decimal && given.has("decimal"))
    throw new InputError(`--thousands and --decimal must differ, got ${quote(decimal)} for both`);
  if (thousands === ".")
    return { decimal: ",", thousands, naValues: list(given.get("na-values")) ?? [], strip: list(given.get("strip")) ?? [] };
  return {
    decimal,
    thousands,
    naValues: list(given.get("na-values")) ?? [],
    strip: (list(given.get("strip")) ?? []).filter((text) => text !== ""),
  };
}

function character(given: Given, name: string, otherwise: string): string {
  const value = given.get(name);
  if (value === undefined) return otherwise;
  if (!/^[\x21-\x7e]$/.test(value) || value === '"')
    throw new InputError(`--${name} must be one character, and not a quote, got ${quote(value)}`);
  return value;
}

const list = (names: string | undefined): string[] | undefined => (names === undefined ? undefined : splitList(names));

const level = (given: Given): number | undefined =>
  given.has("level") ? number(given, "level", 0.95, "a number between 0 and 1", (x) => x > 0 && x < 1) : undefined;

const threshold = (given: Given): number | undefined =>
  given.has("threshold") ? number(given, "threshold", 0.5, "a number from 0 to 1", (x) => x >= 0 && x <= 1) : undefined;

function references(value: string | undefined): Map<string, string> {
  const pairs = (list(value) ?? []).map((pair) => {
    // A name with an equals sign may be quoted: "a=b"=level.
    const quoted = /^(["`])(.*)\1=(.*)$/.exec(pair);
    if (quoted !== null) return [quoted[2], unquote(quoted[3])] as const;
    const at = pair.lastIndexOf("=");
    if (at < 1) throw new InputError(`--reference must be column=level, got ${quote(pair)}`);
    return [pair.slice(0, at), unquote(pair.slice(at + 1))] as const;
  });
  return new Map(pairs);
}

function delimiter(value: string | undefined): string {
  if (value === undefined) return ",";
  const character = value === "tab" || value === "\\t" ? "\t" : value;
  // The database takes a byte; of those, letters and digits would be part of the fields.
  if (!/^[\t\x20-\x7e]$/.test(character) || /["\w.+-]/.test(character))
    throw new InputError(`--delimiter must be one character such as ; or |, or tab, got ${quote(value)}`);
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
