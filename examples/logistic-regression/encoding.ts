import { InputError } from "./errors.js";
import type { Feature } from "./features.js";
import type { RowNumbers } from "./split.js";
import { quote, quoteList } from "./text.js";

/** A column of numbers in the design matrix. */
export interface DenseTerm {
  readonly name: string;
  /** The place of its feature. */
  readonly feature: number;
  /** The mean and the population's standard deviation on the rows to train on. */
  readonly mean: number;
  readonly deviation: number;
  /** What the solver takes away and divides by; the mean and the deviation unless there are extreme values. */
  readonly center: number;
  readonly scale: number;
  /** Whether a step of a standard deviation means something: not where there are two values only. */
  readonly isContinuous: boolean;
}

/** A feature of categories: a coefficient for each level, or combination of levels, that has one. */
export interface Block {
  readonly feature: number;
  /** Of each coefficient: `color=red`, `color=red:sex=f`. */
  readonly names: readonly string[];
  /** Of each coefficient, the mean and deviation of its column, which is 1 in the rows of the level, or times the numbers. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly levels: readonly (readonly string[])[];
  /** For each combination of levels, the last factor's fastest: its coefficient's place, `REFERENCE` or `UNSEEN`. */
  readonly slots: readonly number[];
  /** What the numbers that the levels are multiplied with are divided by; undefined where there are none. */
  readonly scale: number | undefined;
}

/** A combination of levels without a coefficient of its own: what the others are compared with. */
export const REFERENCE = -1;
/** A combination of levels that no row to train on has. */
export const UNSEEN = -2;

/** How rows become numbers. The parameters are the intercept, then the dense terms, then those of each block. */
export interface Encoding {
  readonly intercept: boolean;
  readonly dense: readonly DenseTerm[];
  readonly blocks: readonly Block[];
  /** Of each feature of one category the level that has no coefficient, where there is one. */
  readonly references: readonly { readonly feature: string; readonly level: string }[];
}

/** One parameter. */
export interface Parameter {
  readonly name: string;
  /** The place of its feature; −1 for the intercept. */
  readonly feature: number;
  readonly mean: number;
  readonly deviation: number;
  readonly center: number;
  readonly scale: number;
  readonly isContinuous: boolean;
}

const INTERCEPT: Parameter = { name: "(intercept)", feature: -1, mean: 0, deviation: 1, center: 0, scale: 1, isContinuous: false };

/** All parameters in the order in which they are fitted. */
export const parametersOf = ({ intercept, dense, blocks }: Encoding): Parameter[] => [
  ...(intercept ? [INTERCEPT] : []),
  ...dense,
  ...blocks.flatMap(({ feature, names, means, deviations, scale = 1 }) =>
    names.map((name, i) => ({ name, feature, mean: means[i], deviation: deviations[i], center: 0, scale, isContinuous: false })),
  ),
];

/** Their places in the order in which they are told about: that of the features. */
export function reportOrder(encoding: Encoding): number[] {
  const parameters = parametersOf(encoding);
  return [...parameters.keys()].sort((a, b) => parameters[a].feature - parameters[b].feature || a - b);
}

export interface MeasureOptions {
  readonly intercept: boolean;
  readonly references: ReadonlyMap<string, string>;
  /** How often each row counts; undefined where each counts once. */
  readonly counts: Float64Array | undefined;
}

/**
 * Measures the terms on the rows to train on, and on no others: those held out must not leak into the fit. Which levels get a
 * coefficient is R's rule: all of them where what remains of the term without this factor is not in the model, otherwise all
 * but the reference. Without an intercept, whose place the first category then takes, nothing is taken away from columns.
 */
export function measure(
  features: readonly Feature[],
  rows: RowNumbers,
  options: MeasureOptions,
): { encoding: Encoding; constant: string[]; empty: string[] } {
  const dense: DenseTerm[] = [];
  const blocks: Block[] = [];
  const constant: string[] = [];
  const empty: string[] = [];
  const references: Encoding["references"][number][] = [];
  const present = new Set(features.map(({ factors }) => keyOf(factors)));
  if (options.intercept) present.add(keyOf([]));
  features.forEach((feature, place) => {
    if (feature.categories.length === 0) {
      const term = denseTerm(feature, place, rows, options);
      if (term === undefined) constant.push(feature.name);
      else dense.push(term);
      return;
    }
    const used = usedLevels(feature, rows, options);
    const isFull = feature.categories.map(({ name }) => !present.has(keyOf(feature.factors.filter((factor) => factor !== name))));
    if (feature.factors.length === 1 && isFull[0]) present.add(keyOf([]));
    const reference = used.map((levels, k) => options.references.get(feature.categories[k].name) ?? levels[0]);
    reference.forEach((level, k) => {
      if (!used[k].includes(level))
        throw new InputError(
          `--reference: no row to train on has the level ${quote(level)} of ${quote(feature.categories[k].name)}, only ${quoteList(used[k])}`,
        );
    });
    const { block, missing } = blockOf(
      feature,
      place,
      rows,
      reference.map((level, k) => (isFull[k] ? undefined : level)),
      options,
    );
    empty.push(...missing);
    if (feature.factors.length === 1 && !isFull[0]) references.push({ feature: feature.name, level: reference[0] });
    if (block.names.length === 0) constant.push(feature.name);
    else blocks.push(block);
  });
  return { encoding: { intercept: options.intercept, dense, blocks, references }, constant, empty };
}

const keyOf = (factors: readonly string[]): string => JSON.stringify([...new Set(factors)].sort());

const countOf = ({ counts }: MeasureOptions, row: number): number => counts?.[row] ?? 1;

/** Beyond so many deviations from the mean a value bends mean and deviation so much that the other values seem all alike. */
const EXTREME = 100;

function denseTerm({ name, numbers }: Feature, feature: number, rows: RowNumbers, options: MeasureOptions): DenseTerm | undefined {
  const values = numbers as Float64Array;
  const first = values[rows[0]];
  const isContinuous = new Set(firstDifferent(values, rows)).size > 2;
  // Asked of the values: the rounded mean of equal numbers can miss them by a little.
  if (rows.every((row) => values[row] === first)) {
    if (options.intercept || first === 0) return undefined;
    return { name, feature, mean: 0, deviation: Math.abs(first), center: 0, scale: Math.abs(first), isContinuous: false };
  }
  const { mean, deviation } = moments(rows, (row) => values[row], options);
  if (!(deviation > 1e-150 && deviation < 1e150))
    throw new InputError(`column ${quote(name)}: its numbers are too large, or too close together, to be standardized`);
  const isExtreme = rows.some((row) => Math.abs(values[row] - mean) > EXTREME * deviation) || rows.length < EXTREME ** 2;
  const { center, scale } = isExtreme ? robustScale(rows, values, mean, deviation) : { center: mean, scale: deviation };
  return { name, feature, mean, deviation, center: options.intercept ? center : 0, scale, isContinuous };
}

/** Three different values at most. */
function firstDifferent(values: Float64Array, rows: RowNumbers): number[] {
  const found: number[] = [];
  for (const row of rows) {
    if (found.includes(values[row])) continue;
    found.push(values[row]);
    if (found.length > 2) break;
  }
  return found;
}

function moments(rows: RowNumbers, value: (row: number) => number, options: MeasureOptions): { mean: number; deviation: number } {
  let [sum, total] = [0, 0];
  for (const row of rows) {
    sum += countOf(options, row) * value(row);
    total += countOf(options, row);
  }
  const mean = sum / total;
  let squares = 0;
  for (const row of rows) squares += countOf(options, row) * (value(row) - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / total) };
}

/**
 * The median and the distance of the quartiles, where that is far less than the deviation: one income of 99999999 among
 * ordinary ones would leave these at differences of 1e-7 deviations, which the products of columns no longer tell apart.
 */
function robustScale(rows: RowNumbers, values: Float64Array, mean: number, deviation: number): { center: number; scale: number } {
  const sorted = Float64Array.from(rows, (row) => values[row]).sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))];
  const spread = (at(0.75) - at(0.25)) / 1.35;
  return spread > 0 && spread < deviation / EXTREME ** 0.5 ? { center: at(0.5), scale: spread } : { center: mean, scale: deviation };
}

/** Of each category the levels that rows to train on have, in order. */
function usedLevels({ categories }: Feature, rows: RowNumbers, options: MeasureOptions): string[][] {
  return categories.map(({ levels, values }) => {
    const seen = new Uint8Array(levels.length);
    for (const row of rows) if (countOf(options, row) > 0) seen[values[row]] = 1;
    return levels.filter((_, code) => seen[code] === 1);
  });
}

function blockOf(
  { categories, numbers, factors }: Feature,
  feature: number,
  rows: RowNumbers,
  reference: readonly (string | undefined)[],
  options: MeasureOptions,
): { block: Block; missing: string[] } {
  const place = combination(categories);
  const size = categories.reduce((product, { levels }) => product * levels.length, 1);
  if (size > 1_000_000) throw new InputError(`an interaction has ${size} combinations of levels; at most 1000000 can be counted`);
  const total = new Float64Array(size);
  const [sum, squares] = [new Float64Array(size), new Float64Array(size)];
  let all = 0;
  let largest = 0;
  for (const row of rows) {
    const count = countOf(options, row);
    const value = numbers?.[row] ?? 1;
    total[place(row)] += count;
    sum[place(row)] += count * value;
    squares[place(row)] += count * value ** 2;
    largest = Math.max(largest, Math.abs(value));
    all += count;
  }
  const names: string[] = [];
  const missing: string[] = [];
  const [means, deviations]: number[][] = [[], []];
  const slots = Array.from(total, (count, i) => {
    const levels = levelsAt(categories, i);
    const name = factors
      .map((factor) => {
        const k = categories.findIndex((category) => category.name === factor);
        return k < 0 ? factor : `${factor}=${levels[k]}`;
      })
      .join(":");
    const isReference = levels.some((level, k) => level === reference[k]);
    if (count === 0) {
      // A level alone that only other rows have is told about where they are.
      if (categories.length > 1 && !isReference) missing.push(name);
      return UNSEEN;
    }
    if (isReference || (numbers !== undefined && squares[i] === 0)) return REFERENCE;
    means.push(sum[i] / all);
    deviations.push(Math.sqrt(Math.max(squares[i] / all - (sum[i] / all) ** 2, 0)));
    names.push(name);
    return names.length - 1;
  });
  const scale = numbers === undefined ? undefined : Math.sqrt(squares.reduce((a, b) => a + b, 0) / all) || largest || 1;
  const levels = categories.map((category) => category.levels);
  return { block: { feature, names, means, deviations, levels, slots, scale }, missing };
}

/** Which combination of levels a row has. */
export function combination(categories: Feature["categories"]): (row: number) => number {
  if (categories.length === 1) return (row) => categories[0].values[row];
  return (row) => categories.reduce((place, { values, levels }) => place * levels.length + values[row], 0);
}

function levelsAt(categories: Feature["categories"], place: number): string[] {
  const found: string[] = [];
  for (let k = categories.length - 1, rest = place; k >= 0; k--) {
    const { levels } = categories[k];
    found.unshift(levels[rest % levels.length]);
    rest = Math.floor(rest / levels.length);
  }
  return found;
}

/** The linear map from the fitted parameters to those of the raw columns. */
export function rawOf(encoding: Encoding, theta: Float64Array): Float64Array {
  const parameters = parametersOf(encoding);
  const raw = theta.map((value, j) => value / parameters[j].scale);
  if (encoding.intercept) for (let j = 1; j < raw.length; j++) raw[0] -= raw[j] * parameters[j].center;
  return raw;
}
