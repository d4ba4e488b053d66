import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { InputError } from "./errors.js";
import { parseNumber, quote } from "./text.js";

/** What the program was asked to do. */
export interface Options {
  readonly data: string;
  readonly target: string;
  /** The value of the target that counts as y = 1; worked out from the data if undefined. */
  readonly positive: string | undefined;
  /** The columns to learn from; all but the target if undefined. */
  readonly features: readonly string[] | undefined;
  readonly l2: number;
  readonly learningRate: number;
  readonly steps: number;
  /** The share of the rows that is held out; 0 fits, and then judges, on all. */
  readonly test: number;
  readonly seed: number;
  readonly json: string | undefined;
}

export const HELP = `Fits a logistic regression to a CSV file by gradient descent.

Usage: npm start -- [options]

  --data FILE            CSV file with a header; the Wisconsin breast cancer data if left out
  --target COLUMN        the column to predict, with two values; needed with --data
  --positive VALUE       the value that counts as y = 1; may be left out if the values are 0 and 1
  --features a,b,c       the numeric columns to learn from; all but the target if left out
  --l2 NUMBER            strength of the penalty on squared weights, 0 for none (1)
  --learning-rate NUMBER length of a step along the negative gradient (0.5)
  --steps N              number of steps (5000)
  --test FRACTION        share of the rows that is held out to judge the fit, 0 for none (0.25)
  --seed N               chooses the rows that are held out (1)
  --json FILE            also writes the results to this file
  --help                 shows this text

The features are standardized (mean 0, standard deviation 1). What is minimized is the mean of the
binary cross entropy over the n training rows plus l2/(2n) times the sum of the squared weights. The
intercept is not penalized.
`;

const bundled = fileURLToPath(new URL("../data/wdbc.csv", import.meta.url));

const known = {
  data: { type: "string" },
  target: { type: "string" },
  positive: { type: "string" },
  features: { type: "string" },
  l2: { type: "string" },
  "learning-rate": { type: "string" },
  steps: { type: "string" },
  test: { type: "string" },
  seed: { type: "string" },
  json: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the command line; `"help"` if that is what it asks for. Of an option given twice the last one counts. */
export function readOptions(args: readonly string[]): Options | "help" {
  // Not strict: parseArgs' own messages run over several lines, and it takes no negative number as a value.
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, tokens: true });
  const given = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "positional") throw new InputError(`unexpected argument ${quote(token.value)}; --help lists the options`);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    if (!Object.hasOwn(known, name)) throw new InputError(`unknown option ${rawName}; --help lists the options`);
    if (name === "help") {
      if (value !== undefined) throw new InputError("--help takes no value");
      return "help";
    }
    if (value === undefined || value === "" || (value.startsWith("--") && inlineValue !== true))
      throw new InputError(`${rawName} needs a value`);
    given.set(name, value);
  }

  const data = given.get("data");
  const target = given.get("target") ?? (data === undefined ? "diagnosis" : undefined);
  if (target === undefined) throw new InputError("--data needs --target COLUMN, the column to predict");
  return {
    data: data ?? relative(process.cwd(), bundled),
    target,
    positive: given.get("positive") ?? (data === undefined && target === "diagnosis" ? "M" : undefined),
    features: given
      .get("features")
      ?.split(",")
      .map((name) => name.trim()),
    l2: number(given, "l2", 1, "a number, 0 or more", (x) => x >= 0),
    learningRate: number(given, "learning-rate", 0.5, "a number above 0", (x) => x > 0),
    steps: number(given, "steps", 5000, "a whole number, 1 or more", (x) => Number.isSafeInteger(x) && x >= 1),
    test: number(given, "test", 0.25, "a fraction from 0 up to, but not including, 1", (x) => x >= 0 && x < 1),
    seed: number(given, "seed", 1, "a whole number from 0 to 4294967295", (x) => Number.isInteger(x) && x >= 0 && x <= 0xffffffff),
    json: given.get("json"),
  };
}

function number(
  given: ReadonlyMap<string, string>,
  name: string,
  otherwise: number,
  expected: string,
  allowed: (x: number) => boolean,
): number {
  const text = given.get(name);
  if (text === undefined) return otherwise;
  const value = parseNumber(text);
  if (!Number.isFinite(value) || !allowed(value)) throw new InputError(`--${name} must be ${expected}, got ${quote(text)}`);
  return value;
}
