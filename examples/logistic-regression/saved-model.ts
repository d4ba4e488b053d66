import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { tensor } from "gradtape";
import type { Encoding, Term } from "./design.js";
import { fileProblem, InputError } from "./errors.js";
import type { Outcome } from "./result.js";
import { quote } from "./text.js";

const FORMAT = "gradtape logistic regression";
const VERSION = 1;

/** A fitted model with all that it needs to score new rows. */
export interface Model {
  readonly target: string;
  readonly positive: string;
  readonly negative: string;
  readonly threshold: number;
  /** The columns of the file that it was trained on: no others are expected where it predicts. */
  readonly header: readonly string[];
  /** The features; of categories the levels that were seen, the reference first. */
  readonly features: readonly { readonly name: string; readonly levels: readonly string[] | null }[];
  readonly encoding: Encoding;
  /** The coefficients of the standardized columns, the intercept first. */
  readonly theta: readonly number[];
}

/** The model as a file: versioned, and with a check sum by which damage shows. */
export function savedModel({ command, data, fitted }: Outcome): string {
  const model: Model = {
    target: data.target,
    positive: data.positive,
    negative: data.negative,
    threshold: command.threshold,
    header: data.header,
    features: data.columns.map((column) => ({ name: column.name, levels: column.kind === "category" ? column.levels : null })),
    encoding: fitted.encoding,
    theta: fitted.theta.toArray() as number[],
  };
  return `${JSON.stringify({ format: FORMAT, version: VERSION, checksum: checksum(model), model }, null, 2)}\n`;
}

const checksum = (model: unknown): string => createHash("sha256").update(JSON.stringify(model)).digest("hex");

/** Reads a model that was saved. Anything else, and one that is damaged, is an InputError. */
export function readModel(file: string): Model & { readonly parameters: ReturnType<typeof tensor> } {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError(`${file}: ${fileProblem(error)}`);
  }
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
  if (saved.checksum !== checksum(saved.model)) throw new InputError(`${file}: the model is damaged: its check sum does not fit`);
  const model = saved.model as Model;
  checkModel(file, model);
  return { ...model, parameters: tensor(model.theta) };
}

/** A file with a right check sum may still have been made by another hand. */
function checkModel(file: string, model: Model): void {
  const isText = (value: unknown): boolean => typeof value === "string";
  const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
  const isList = (value: unknown, of: (part: unknown) => boolean): boolean => Array.isArray(value) && value.every(of);
  const isTerm = (term: unknown): boolean => {
    const { name, column, level, mean, deviation } = (term ?? {}) as Term;
    const feature = model.features.find((f) => f.name === column);
    const fits = level === undefined ? feature?.levels === null : feature?.levels?.includes(level) === true;
    return isText(name) && fits && isNumber(mean) && isNumber(deviation) && deviation > 0;
  };
  const isFeature = (feature: unknown): boolean => {
    const { name, levels } = (feature ?? {}) as Model["features"][number];
    return isText(name) && (levels === null || isList(levels, isText));
  };
  const { encoding } = model ?? {};
  const isSound =
    [model?.target, model?.positive, model?.negative].every(isText) &&
    isNumber(model.threshold) &&
    isList(model.header, isText) &&
    isList(model.features, isFeature) &&
    typeof encoding?.intercept === "boolean" &&
    isList(encoding.terms, isTerm) &&
    isList(model.theta, isNumber) &&
    model.theta.length === encoding.terms.length + (encoding.intercept ? 1 : 0);
  if (!isSound) throw new InputError(`${file}: the model is damaged: something is missing or of another kind`);
}
