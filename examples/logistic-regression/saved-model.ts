import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import type { CellRules } from "./cells.js";
import { type Encoding, parametersOf } from "./encoding.js";
import { fileProblem, InputError } from "./errors.js";
import { type FeatureSpec, isRowFormula } from "./features.js";
import type { Outcome } from "./result.js";
import { quote } from "./text.js";
import type { ClassWeights } from "./weights.js";

const FORMAT = "gradtape logistic regression";
const VERSION = 2;

/** A fitted model with all that it needs to score new rows. */
export interface Model {
  readonly target: string;
  readonly positive: string;
  readonly negative: string;
  readonly threshold: number;
  /** The columns of the file that it was trained on: no others are expected where it predicts. */
  readonly header: readonly string[];
  /** The columns that the features take; of categories the levels that were seen. */
  readonly columns: readonly { readonly name: string; readonly levels: readonly string[] | null }[];
  readonly specs: readonly FeatureSpec[];
  readonly rules: CellRules;
  readonly encoding: Encoding;
  /** The parameters as the encoding has them. */
  readonly theta: readonly number[];
  /** What is added to each logit: the correction for class weights, or 0. */
  readonly offset: number;
  /** Of θ, row-major. */
  readonly covariance: readonly number[];
  readonly classWeights: ClassWeights;
  /** The share of y = 1 among the rows to train on, and the mean ŷ there. */
  readonly share: number;
  readonly meanPrediction: number;
}

/** The model as a file: versioned, and with a check sum by which damage shows. */
export function savedModel({ command, data, fitted, inference, training, offset }: Outcome): string {
  const { naValues, decimal, thousands, strip } = command;
  const model: Model = {
    target: data.target,
    positive: data.positive,
    negative: data.negative,
    threshold: command.threshold,
    header: data.header,
    columns: data.columns.map(({ name, levels }) => ({ name, levels: levels ?? null })),
    specs: data.specs,
    rules: { naValues, decimal, thousands, strip },
    encoding: fitted.encoding,
    theta: [...fitted.theta],
    offset,
    covariance: [...inference.covariance],
    classWeights: fitted.classWeights,
    share: training.share,
    meanPrediction: training.meanPrediction,
  };
  return `${JSON.stringify({ format: FORMAT, version: VERSION, checksum: checksum(model), model }, null, 1)}\n`;
}

const checksum = (model: unknown): string => createHash("sha256").update(JSON.stringify(model)).digest("hex");

/** Reads a model that was saved. Anything else, and one that is damaged, is an InputError. */
export function readModel(file: string): Model {
  const text = textOf(file);
  let saved: { format?: unknown; version?: unknown; checksum?: unknown; model?: unknown };
  try {
    saved = JSON.parse(text);
  } catch {
    throw new InputError(`${file}: is not a model: no JSON, or cut off`);
  }
  if (saved === null || typeof saved !== "object" || saved.format !== FORMAT)
    throw new InputError(`${file}: is not a model that --save wrote`);
  if (saved.version !== VERSION)
    throw new InputError(`${file}: is a model of version ${quote(String(saved.version))}, and this program reads version ${VERSION}`);
  if (isDeep(saved.model)) throw new InputError(`${file}: the model is damaged: it is nested more than ${DEEPEST} levels deep`);
  if (saved.checksum !== checksum(saved.model)) throw new InputError(`${file}: the model is damaged: its check sum does not fit`);
  const model = saved.model as Model;
  if (!isSound(model)) throw new InputError(`${file}: the model is damaged: something is missing or of another kind`);
  return model;
}

/** No model is larger: its covariance has a number for each pair of coefficients. */
const LARGEST = 1 << 28;

/** The text of a file, which may be a pipe and may have no end. */
function textOf(file: string): string {
  const parts: Buffer[] = [];
  let size = 0;
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    for (;;) {
      const part = Buffer.allocUnsafe(1 << 20);
      const count = readSync(handle, part);
      if (count === 0) return Buffer.concat(parts).toString("utf8");
      size += count;
      if (size > LARGEST) throw new InputError(`${file}: is larger than any model, ${LARGEST / 2 ** 20} MiB`);
      parts.push(part.subarray(0, count));
    }
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(`${file}: ${fileProblem(error)}`);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** A model has fewer levels. */
const DEEPEST = 50;

/** Whether a part lies too deep for those who go through all parts. */
function isDeep(model: unknown): boolean {
  let level = [model];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level
      .flatMap((part) => (typeof part === "object" && part !== null ? Object.values(part) : []))
      .filter((part) => typeof part === "object");
  }
  return false;
}

/** A file with a right check sum may still have been made by another hand. */
function isSound(model: Model): boolean {
  const isText = (value: unknown): boolean => typeof value === "string";
  // Far below the largest double: sums of products of these stay finite, so that no ŷ is NaN.
  const isNumber = (value: unknown): boolean => typeof value === "number" && Math.abs(value) < 1e150;
  const isPositive = (value: unknown): boolean => isNumber(value) && (value as number) > 1e-150;
  const isList = (value: unknown, of: (part: never) => boolean): boolean =>
    Array.isArray(value) && value.every(of as (part: unknown) => boolean);
  try {
    const { encoding, columns, specs, theta, covariance, rules } = model;
    const names = columns.map(({ name }) => name);
    const levelsOf = (name: string) => columns[names.indexOf(name)]?.levels;
    const isPlace = (place: number): boolean => Number.isInteger(place) && place >= 0 && place < specs.length;
    const isFactor = ({ name, columns: taken, formula }: FeatureSpec["factors"][number]): boolean =>
      isText(name) &&
      isList(taken, (column: string) => names.includes(column)) &&
      taken.length > 0 &&
      (formula === undefined ||
        (isText(formula) && isRowFormula(formula, taken.length) && taken.every((column) => levelsOf(column) === null)));
    const categoriesOf = (feature: number) =>
      specs[feature].factors.flatMap(({ columns: [first], formula }) => (formula === undefined ? (levelsOf(first) ?? []) : []).length);
    return (
      [model.target, model.positive, model.negative].every(isText) &&
      [model.threshold, model.offset, model.share, model.meanPrediction].every(isNumber) &&
      [model.classWeights.positive, model.classWeights.negative].every(isPositive) &&
      isList(model.header, isText) &&
      new Set(names).size === names.length &&
      isList(
        columns as unknown,
        ({ name, levels }: Model["columns"][number]) => isText(name) && (levels === null || isList(levels, isText)),
      ) &&
      isList(specs, ({ name, factors }: FeatureSpec) => isText(name) && factors.length > 0 && isList(factors, isFactor)) &&
      isList(rules.naValues, isText) &&
      isList(rules.strip, isText) &&
      (rules.decimal === "." || rules.decimal === ",") &&
      isText(rules.thousands) &&
      typeof encoding.intercept === "boolean" &&
      isList(
        encoding.dense,
        (term: Encoding["dense"][number]) =>
          isPlace(term.feature) &&
          isNumber(term.center) &&
          isPositive(term.scale) &&
          isNumber(term.mean) &&
          isPositive(term.deviation) &&
          isText(term.name),
      ) &&
      isList(
        encoding.blocks,
        ({ feature, names: own, slots, scale }: Encoding["blocks"][number]) =>
          isPlace(feature) &&
          isList(own, isText) &&
          isList(slots, (slot: number) => Number.isInteger(slot) && slot >= -2 && slot < own.length) &&
          slots.length ===
            categoriesOf(feature)
              .filter((length) => length > 0)
              .reduce((product, length) => product * length, 1) &&
          (scale === undefined || isPositive(scale)),
      ) &&
      isList(theta, isNumber) &&
      theta.length === parametersOf(encoding).length &&
      isList(covariance, isNumber) &&
      covariance.length === theta.length ** 2
    );
  } catch {
    return false; // something that should be an object is none
  }
}
