import type { HighsSolution } from "highs";
import { orthogonalNear, signOfDot, signOfIntegerDot } from "./exact.js";

/** Columns by which the classes can be told apart. */
export interface Separation {
  /** Complete: every row is on its side. Quasi-complete: some rows are on the border. */
  readonly kind: "complete" | "quasi-complete";
  /** The places of the columns of the design matrix, without the intercept's. */
  readonly columns: readonly number[];
}

/** The rows of a design matrix as separation sees them. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  /** A row's places that are not 0, with the values as they are in the data. */
  row(i: number): { readonly at: readonly number[]; readonly values: readonly number[] };
  /** Whether a row has y = 1 and whether it has y = 0: grouped rows may have both. */
  has(i: number, label: 0 | 1): boolean;
  /** What the solver takes away from a column and divides by: for numbers of about the same size. */
  readonly center: Float64Array;
  readonly scale: Float64Array;
}

/** So many rows are added to the linear program at a time. */
const ROWS = 200;
/** What the linear program calls 0: its own tolerance. The last word is exact. */
const TOLERANCE = 1e-9;

const PRECISE = { primal_feasibility_tolerance: 1e-10, dual_feasibility_tolerance: 1e-10, output_flag: false };

/** A row with its side, ready for the linear program: scaled, and of length 1. */
interface Side {
  readonly i: number;
  readonly s: 1 | -1;
}

/**
 * Looks for a direction β along which the likelihood never falls: s·xβ ≥ 0 for every row, with s = 1 for y = 1 and −1 for
 * y = 0, and > 0 for some. Where there is one, no maximum likelihood estimate exists (Albert and Anderson 1984). Linear
 * programs find it (Konis 2007); rows and columns are scaled for them, which changes no sign, and what they find is then
 * judged on the numbers of the data with integers of any length:
 *
 *     complete:         maximize t           subject to   s·xβ ≥ t in every row,  −1 ≤ βⱼ ≤ 1
 *     quasi-complete:   maximize Σ s·xβ      subject to   s·xβ ≥ 0 in every row,  −1 ≤ βⱼ ≤ 1
 *
 * Then columns that are not needed for it are taken out, so that few are named.
 */
export async function findSeparation(rows: Rows, hasIntercept: boolean): Promise<Separation | undefined> {
  const first = hasIntercept ? 1 : 0;
  if (rows.width === first) return undefined;
  // The types are those of the CommonJS build, which has the loader one `default` deeper. It is loaded only where it is needed.
  const { default: load } = (await import("highs")) as unknown as { default: typeof import("highs")["default"] };
  const highs = await load();
  const search = new DirectionSearch((program) => highs.solve(program, PRECISE), rows, first);
  const all = Array.from({ length: rows.width }, (_, j) => j);
  for (const kind of ["complete", "quasi-complete"] as const) {
    const found = search.find(kind, all);
    if (found !== undefined) return { kind, columns: fewest(search, kind, all, found, first) };
    // What tells the classes apart by less than a linear program can see.
    const alone = all.slice(first).find((j) => search.alone(j) === kind);
    if (alone !== undefined) return { kind, columns: [alone] };
  }
  return undefined;
}

/** Which columns it takes: one alone if one does; else all without those that it can do without, the least used first. */
function fewest(search: DirectionSearch, kind: Separation["kind"], all: readonly number[], found: Float64Array, first: number): number[] {
  const features = all.slice(first);
  const bySize = [...features].sort((a, b) => Math.abs(found[b]) - Math.abs(found[a]));
  for (const j of bySize.slice(0, 40)) if (search.find(kind, [...all.slice(0, first), j]) !== undefined) return [j];
  let columns = all.filter((j) => j < first || found[j] !== 0);
  if (search.find(kind, columns) === undefined) columns = [...all];
  for (const j of bySize.reverse().slice(0, 100)) {
    const without = columns.filter((column) => column !== j);
    if (without.length > first && search.find(kind, without) !== undefined) columns = without;
  }
  return columns.filter((j) => j >= first);
}

/** Most rows do not matter: a program begins with few, and those that its solution has on the wrong side are added. */
class DirectionSearch {
  private readonly sides: readonly Side[];
  private readonly included = new Set<number>();
  private readonly mean: Float64Array;

  constructor(
    private readonly solve: (program: string) => HighsSolution,
    private readonly rows: Rows,
    private readonly first: number,
  ) {
    const sides: Side[] = [];
    for (let i = 0; i < rows.count; i++) {
      if (rows.has(i, 1)) sides.push({ i, s: 1 });
      if (rows.has(i, 0)) sides.push({ i, s: -1 });
    }
    this.sides = sides;
    this.mean = new Float64Array(rows.width);
    for (const side of sides) {
      const { at, values } = this.scaled(side);
      at.forEach((j, k) => {
        this.mean[j] += values[k] / sides.length;
      });
    }
  }

  /** A direction in some of the columns, as coefficients of the data's own columns; undefined where there is none. */
  find(kind: Separation["kind"], columns: readonly number[]): Float64Array | undefined {
    if (columns.length === 0) return undefined;
    for (let round = 0; round < 1000; round++) {
      const beta = this.program(kind, columns);
      if (beta === undefined) return undefined;
      const margins = this.sides.map((side, k) => ({ k, margin: this.margin(side, beta.scaled) }));
      const wrong = margins.filter(({ k, margin }) => margin < beta.least - TOLERANCE && !this.included.has(k));
      if (wrong.length === 0) return this.judged(kind, columns, beta.scaled, margins);
      wrong.sort((a, b) => a.margin - b.margin);
      for (const { k } of wrong.slice(0, ROWS)) this.included.add(k);
    }
    return undefined;
  }

  /** Whether one column with an intercept tells the classes apart: all of one class at or beyond a value, all of the other at or before it. */
  alone(column: number): Separation["kind"] | undefined {
    if (this.first === 0) return undefined;
    const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { i, s } of this.sides) {
      const { at, values } = this.rows.row(i);
      const place = at.indexOf(column);
      const value = place < 0 ? 0 : values[place];
      const label = s > 0 ? 1 : 0;
      low[label] = Math.min(low[label], value);
      high[label] = Math.max(high[label], value);
    }
    if (high[0] < low[1] || high[1] < low[0]) return "complete";
    const isConstant = Math.min(...low) === Math.max(...high);
    return !isConstant && (high[0] === low[1] || high[1] === low[0]) ? "quasi-complete" : undefined;
  }

  /** s·x, its columns scaled and its length 1. */
  private scaled({ i, s }: Side): { at: readonly number[]; values: number[] } {
    const { at, values } = this.rows.row(i);
    const { center, scale } = this.rows;
    const numbers = values.map((value, k) => (at[k] < this.first ? 1 : (value - center[at[k]]) / scale[at[k]]));
    const length = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    return { at, values: numbers.map((value) => (s * value) / length) };
  }

  private margin(side: Side, beta: Float64Array): number {
    const { at, values } = this.scaled(side);
    return at.reduce((sum, j, k) => sum + values[k] * beta[j], 0);
  }

  private program(kind: Separation["kind"], columns: readonly number[]): { scaled: Float64Array; least: number } | undefined {
    const isComplete = kind === "complete";
    const inColumns = new Set(columns);
    const term = (at: readonly number[], values: ArrayLike<number>): string =>
      at.map((j, k) => (inColumns.has(j) && values[k] !== 0 ? `${values[k] < 0 ? "-" : "+"} ${Math.abs(values[k])} b${j}` : "")).join(" ");
    const goal = isComplete ? "t" : term([...this.mean.keys()], this.mean);
    if (goal.trim() === "") return undefined;
    const constraints = [...this.included].map((k) => {
      const { at, values } = this.scaled(this.sides[k]);
      const left = term(at, values);
      return isComplete ? `${left} - t >= 0` : left.trim() === "" ? "" : `${left} >= 0`;
    });
    const solution = this.solve(
      [
        "Maximize",
        goal,
        "Subject To",
        ...constraints.filter((line) => line !== ""),
        ...(isComplete ? [] : [`${goal} <= 1`]),
        "Bounds",
        ...columns.map((j) => `-1 <= b${j} <= 1`),
        ...(isComplete ? ["0 <= t <= 1"] : []),
        "End",
      ].join("\n"),
    );
    if (solution.Status !== "Optimal" || !(solution.ObjectiveValue > TOLERANCE)) return undefined;
    const scaled = Float64Array.from({ length: this.rows.width }, (_, j) => (inColumns.has(j) ? primal(solution, `b${j}`) : 0));
    return { scaled, least: isComplete ? solution.ObjectiveValue : 0 };
  }

  /** The direction in the data's own columns, if every row is where it should be, exactly. */
  private judged(
    kind: Separation["kind"],
    columns: readonly number[],
    scaled: Float64Array,
    margins: readonly { k: number; margin: number }[],
  ): Float64Array | undefined {
    const { center, scale, width } = this.rows;
    const beta = scaled.map((value, j) => (j < this.first ? value : value / scale[j]));
    if (this.first === 1) for (let j = 1; j < width; j++) beta[0] -= beta[j] * center[j];
    const vector = (i: number): number[] => {
      const { at, values } = this.rows.row(i);
      const x = new Array<number>(columns.length).fill(0);
      at.forEach((j, k) => {
        const place = columns.indexOf(j);
        if (place >= 0) x[place] = values[k];
      });
      return x;
    };
    const guess = columns.map((j) => beta[j]);
    if (kind === "complete") return this.sides.every(({ i, s }) => s * signOfDot(vector(i), guess) > 0) ? beta : undefined;
    // Rows that the program has on the border are there exactly, or the direction is none.
    for (const near of [1e-7, 1e-9, 1e-11]) {
      const border = margins.filter(({ margin }) => margin < near).map(({ k }) => this.sides[k]);
      const different = [...new Map(border.map(({ i }) => [vector(i).join(), vector(i)])).values()];
      const exact = orthogonalNear(different, guess);
      if (exact === undefined) continue;
      const signs = this.sides.map(({ i, s }) => s * signOfIntegerDot(vector(i), exact));
      if (signs.every((sign) => sign >= 0) && signs.includes(1)) return beta;
    }
    return undefined;
  }
}

const primal = (solution: HighsSolution, name: string): number => {
  const column = solution.Columns[name];
  return column !== undefined && "Primal" in column ? column.Primal : 0;
};
