import { tensor } from "gradtape";
import { type Formula, parseMath } from "gradtape/math";
import { InputError } from "./errors.js";
import { columnAt } from "./source.js";
import { quote, unquote } from "./text.js";

/** A column of the file, as numbers: of categories the place of each value in `levels`. */
export interface Column {
  readonly name: string;
  readonly values: Float64Array;
  /** Undefined for a column of numbers. */
  readonly levels: readonly string[] | undefined;
}

/** What a feature is made of: a product of columns and formulas; most have one factor. */
export interface FeatureSpec {
  readonly name: string;
  readonly factors: readonly FactorSpec[];
}

export interface FactorSpec {
  readonly name: string;
  /** The names of the columns that it takes. */
  readonly columns: readonly string[];
  /** Undefined where it is the column itself. */
  readonly formula: string | undefined;
}

/** A feature with its values: the product of its numbers, and its categories. */
export interface Feature {
  readonly name: string;
  /** The names of its factors. */
  readonly factors: readonly string[];
  /** Undefined where all factors are categories. */
  readonly numbers: Float64Array | undefined;
  readonly categories: readonly (Column & { readonly levels: readonly string[] })[];
}

/** Functions that take one row at a time. Others, such as `mean`, would carry the rows held out into the fit. */
const BY_ROW = new Set(
  (
    "neg exp expm1 log ln log1p sqrt square reciprocal abs sign sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh atan2 hypot cbrt " +
    "exp2 log2 log10 erf erfc lgamma digamma logAddExp xlogy floor ceil round trunc mod sigmoid σ softplus relu logSigmoid silu " +
    "add sub mul div pow maximum minimum clamp where equal notEqual less lessEqual greater greaterEqual"
  ).split(" "),
);

/** Reads one entry of `--features`: a column, a formula over columns, or such joined by colons, which is an interaction. */
export function parseFeature(text: string, header: readonly string[], file: string): FeatureSpec {
  if (text === "") throw new InputError("--features has an empty name in its list");
  if (header.includes(text)) return { name: text, factors: [{ name: text, columns: [text], formula: undefined }] };
  const factors = splitAtColons(text).map((part) => parseFactor(part, header, file));
  return { name: factors.map(({ name }) => name).join(":"), factors };
}

function parseFactor(text: string, header: readonly string[], file: string): FactorSpec {
  const name = unquote(text);
  if (header.includes(name)) return { name, columns: [name], formula: undefined };
  // A name alone can be nothing but a column.
  if (text === "" || !/[-+*/^()·×÷²³√<>=@`"]/.test(text)) columnAt(file, header, name);
  const { formula, names } = rowFormula(text);
  const columns = formula.variables.map(
    (variable) => names.get(variable) ?? header.find((column) => column.normalize() === variable) ?? variable,
  );
  for (const column of columns) columnAt(file, header, column);
  if (columns.length === 0) throw new InputError(`--features: ${quote(text)} takes no column`);
  return { name: text, columns, formula: text };
}

/** A formula that takes one row at a time, and the names in quotes by those that stand for them in it. */
function rowFormula(text: string): { formula: Formula; names: Map<string, string> } {
  const { source, names } = withPlaceholders(text);
  const formula = refusing(text, () => parseMath(source));
  const whole = formula.functions.find((used) => !BY_ROW.has(used));
  if (whole !== undefined || /[@ᵀ[]/.test(source))
    throw new InputError(`--features: ${quote(text)} must take one row at a time, and ${whole ?? "@, ᵀ and lists"} does not`);
  return { formula, names };
}

/** Whether a text is a formula that takes one row at a time and so many columns: in a saved model it may be anything. */
export function isRowFormula(text: string, columns: number): boolean {
  try {
    return rowFormula(text).formula.variables.length === columns;
  } catch {
    return false;
  }
}

/** What the engine says of a formula, in one line. */
function refusing<T>(text: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new InputError(`--features: ${quote(text)}: ${(error as Error).message.split("\n")[0].replace(/^parseMath: /, "")}`);
  }
}

/** Names in quotes or backquotes may hold anything: they get names that a formula can have. */
function withPlaceholders(text: string): { source: string; names: Map<string, string> } {
  const names = new Map<string, string>();
  const source = text.replace(/`[^`]*`|"[^"]*"/g, (quoted) => {
    const variable = `column_${names.size}_`;
    names.set(variable, quoted.slice(1, -1));
    return variable;
  });
  return { source, names };
}

function splitAtColons(text: string): string[] {
  const parts = [""];
  let open = "";
  for (const character of text) {
    if (open !== "") open = character === open ? "" : open;
    else if (character === '"' || character === "`") open = character;
    if (character === ":" && open === "") parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

/** The values of a feature. `columns` are those that it takes, by name; `rowName` says where a row is, for errors. */
export function valuesOf(
  spec: FeatureSpec,
  columns: ReadonlyMap<string, Column>,
  options: { readonly notFinite: (factor: string, row: number) => void },
): Feature {
  const numbers: Float64Array[] = [];
  const categories: Feature["categories"][number][] = [];
  for (const factor of spec.factors) {
    const [first] = factor.columns.map((name) => columns.get(name) as Column);
    if (factor.formula === undefined && first.levels !== undefined) categories.push({ ...first, levels: first.levels });
    else numbers.push(factor.formula === undefined ? first.values : evaluated(factor, columns, options.notFinite));
  }
  const product = (a: Float64Array, b: Float64Array): Float64Array => tensor(a).mul(tensor(b)).data;
  return {
    name: spec.name,
    factors: spec.factors.map(({ name }) => name),
    numbers: numbers.length === 0 ? undefined : numbers.reduce(product),
    categories,
  };
}

/** A formula at all rows at once, by the engine. */
function evaluated(
  { name, columns, formula }: FactorSpec,
  known: ReadonlyMap<string, Column>,
  notFinite: (factor: string, row: number) => void,
): Float64Array {
  const { formula: f } = rowFormula(formula as string);
  const values: Record<string, ReturnType<typeof tensor>> = {};
  let rows = 0;
  f.variables.forEach((variable, i) => {
    const column = known.get(columns[i]) as Column;
    if (column.levels !== undefined)
      throw new InputError(`--features: ${quote(name)} computes with ${quote(column.name)}, which is a column of categories`);
    values[variable] = tensor(column.values);
    rows = column.values.length;
  });
  const result = refusing(name, () => f(values).data);
  const isGap = (row: number): boolean => columns.some((column) => Number.isNaN((known.get(column) as Column).values[row]));
  for (let row = 0; row < rows; row++) if (!Number.isFinite(result[row]) && !isGap(row)) notFinite(name, row);
  return result;
}
