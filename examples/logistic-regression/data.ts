import { columnAt, openCsv, placeOf, type Reading } from "./csv.js";
import { InputError } from "./errors.js";
import { isGap, parseNumber, quote, quoteList } from "./text.js";

/** A feature of numbers. */
export interface NumberColumn {
  readonly kind: "number";
  readonly name: string;
  readonly values: Float64Array;
}

/** A feature of categories. */
export interface CategoryColumn {
  readonly kind: "category";
  readonly name: string;
  /** For each row the place of its value in `levels`. */
  readonly values: Float64Array;
  readonly levels: readonly string[];
}

export type Column = NumberColumn | CategoryColumn;

/** The rows of a file that a model is fitted to, column by column. */
export interface Dataset {
  readonly file: string;
  /** All that the file has, in its order. */
  readonly header: readonly string[];
  readonly target: string;
  readonly positive: string;
  readonly negative: string;
  readonly columns: readonly Column[];
  readonly count: number;
  /** 1 for the positive class and 0 for the other. */
  readonly y: Float64Array;
  /** How many rows were left out for their gaps. */
  readonly dropped: number;
}

/** What is taken from the file. */
export interface Choice {
  readonly target: string;
  /** The value of the target that is y = 1; worked out from the values if undefined. */
  readonly positive: string | undefined;
  /** All columns but the target if undefined. */
  readonly features: readonly string[] | undefined;
  /** Columns of categories even where they hold numbers. */
  readonly categorical: readonly string[];
  readonly missing: "fail" | "drop";
}

/** A column of text with more different values than this is hardly one of categories. */
const MOST_LEVELS = 100;

/** Reads a file whole, as numbers and categories. */
export async function readDataset(file: string, choice: Choice, reading: Reading): Promise<Dataset> {
  const { columns: header, batches } = await openCsv(file, reading);
  const { target, missing } = choice;
  const targetAt = columnAt(file, header, target);
  const names = choice.features ?? header.filter((name) => name !== target);
  names.forEach((name, i) => {
    if (name === "") throw new InputError("--features has an empty name in its list");
    if (name === target) throw new InputError(`--features must not name the target, got ${quote(name)}`);
    if (names.indexOf(name) < i) throw new InputError(`--features names ${quote(name)} twice`);
  });
  if (names.length === 0) throw new InputError(`${file}: no feature columns, only the target ${quote(target)}`);
  for (const name of choice.categorical)
    if (!names.includes(name)) throw new InputError(`--categorical: ${quote(name)} is not one of the features ${quoteList(names)}`);

  const features = names.map((name) => new Collector(file, name, choice.categorical.includes(name)));
  const places = names.map((name) => columnAt(file, header, name));
  const labels = new Collector(file, target, true, 2);
  let [count, total] = [0, 0];
  for await (const { before, rows } of batches) {
    rows.forEach((row, i) => {
      total++;
      const gap = isGap(row[targetAt]) ? targetAt : places.find((at) => isGap(row[at]));
      if (gap !== undefined) {
        if (missing === "drop") return;
        const text = row[gap].trim();
        throw new InputError(
          `${placeOf(file, before + i, header[gap])}: ${text === "" ? "is empty" : `${quote(text)} stands for a missing value`}; --missing drop leaves such rows out`,
        );
      }
      labels.add(row[targetAt], before + i);
      for (let j = 0; j < places.length; j++) features[j].add(row[places[j]], before + i);
      count++;
    });
  }
  const dropped = total - count;
  const left = dropped === 0 ? "" : ` after ${dropped} with gaps were dropped`;
  if (count < 2) throw new InputError(`${file}: at least 2 rows are needed below the header, got ${count}${left}`);
  const { positive, negative } = chooseClasses(`${file}, column ${quote(target)}`, labels.levels, choice.positive);
  const positiveCode = labels.levels.indexOf(positive);
  const y = labels.numbers().map((code) => (code === positiveCode ? 1 : 0));
  return { file, header, target, positive, negative, columns: features.map((f) => f.column()), count, y, dropped };
}

/** Takes in a column value by value. The first one decides whether it is one of numbers. */
class Collector {
  readonly levels: string[] = [];
  private readonly codes = new Map<string, number>();
  private list = new Float64Array(1024);
  private length = 0;

  constructor(
    private readonly file: string,
    private readonly name: string,
    /** Undefined until the first value is seen, where nobody said it. */
    private isCategory: boolean,
    private readonly mostShown = MOST_LEVELS,
  ) {
    this.isGiven = isCategory;
  }
  private readonly isGiven: boolean;

  add(text: string, row: number): void {
    if (this.length === 0 && !this.isGiven) this.isCategory = Number.isNaN(parseNumber(text));
    const value = this.isCategory ? this.code(text.trim()) : this.number(text, row);
    if (this.length === this.list.length) {
      const longer = new Float64Array(2 * this.length);
      longer.set(this.list);
      this.list = longer;
    }
    this.list[this.length++] = value;
  }

  private number(text: string, row: number): number {
    const value = parseNumber(text);
    if (Number.isFinite(value)) return value;
    throw new InputError(
      `${placeOf(this.file, row, this.name)}: ${quote(text)} is not a ${Number.isNaN(value) ? "" : "finite "}number${Number.isNaN(value) ? `, as the values above it are; --categorical ${quote(this.name)} takes all as categories` : ""}`,
    );
  }

  private code(text: string): number {
    const known = this.codes.get(text);
    if (known !== undefined) return known;
    this.codes.set(text, this.levels.length);
    this.levels.push(text);
    // Of the target all values are counted, to say how many they are; memory is not an issue before it is one of a million.
    if (!this.isGiven && this.levels.length > this.mostShown)
      throw new InputError(
        `${this.file}, column ${quote(this.name)}: more than ${this.mostShown} different texts, ${quoteList(this.levels, 3)}; it is no column of numbers, and as categories these are many; leave it out with --features, or insist with --categorical`,
      );
    return this.levels.length - 1;
  }

  numbers(): Float64Array {
    return this.list.slice(0, this.length);
  }

  /** The levels in order, so that the reference is the same whatever the order of the rows. */
  column(): Column {
    const { name } = this;
    if (!this.isCategory) return { kind: "number", name, values: this.numbers() };
    const levels = [...this.levels].sort();
    const place = this.levels.map((level) => levels.indexOf(level));
    return { kind: "category", name, levels, values: this.numbers().map((code) => place[code]) };
  }
}

/** Which of the target's two values is y = 1. */
function chooseClasses(where: string, values: readonly string[], wanted: string | undefined): { positive: string; negative: string } {
  if (values.length === 1) throw new InputError(`${where}: two classes are needed, but every row is ${quoteList(values)}`);
  if (values.length > 2) throw new InputError(`${where}: the target must have two values, got ${values.length}: ${quoteList(values)}`);
  const positive = wanted ?? (values.some((v) => parseNumber(v) === 0) ? values.find((v) => parseNumber(v) === 1) : undefined);
  if (positive === undefined)
    throw new InputError(`${where}: say which value is positive with --positive, ${values.map(quote).join(" or ")}`);
  if (!values.includes(positive))
    throw new InputError(`${where}: the positive value ${quote(positive)} does not occur, only ${values.map(quote).join(" and ")}`);
  return { positive, negative: values[1 - values.indexOf(positive)] };
}
