import type { HighsSolution } from "highs";
import type { Chunk } from "./design.js";

/** Columns by which the classes can be told apart. */
export interface Separation {
  /** Complete: every row is on its side. Quasi-complete: some rows of both classes are on the border. */
  readonly kind: "complete" | "quasi-complete";
  /** The places of the columns of the design matrix, without the intercept's. */
  readonly columns: readonly number[];
}

/** A row counts as on the wrong side of the border where it misses it by more than this; the mean distance is about 1. */
const TOLERANCE = 1e-6;
/** So many rows are added to the linear program at a time. */
const ROWS = 200;

/**
 * Looks for a direction β along which the likelihood never falls: s·xβ ≥ 0 for every row, with s = 1 for the positive class
 * and −1 for the other, and > 0 for some. Where there is one, no maximum likelihood estimate exists (Albert and Anderson
 * 1984). It is a question for linear programming (Konis 2007):
 *
 *     minimize Σ|βⱼ|   subject to   s·xβ ≥ 0 in every row,   the mean of s·xβ = 1
 *
 * which has no solution exactly where there is no separation. Separation is complete where s·xβ ≥ 1 can be had in every row
 * in their place. Then columns that are not needed for it are taken out, so that few are named.
 */
export async function findSeparation(chunks: readonly Chunk[], hasIntercept: boolean): Promise<Separation | undefined> {
  const first = hasIntercept ? 1 : 0;
  const width = chunks[0].x.shape[1];
  if (width === first) return undefined;
  if (hasIntercept)
    for (let j = first; j < width; j++) {
      const kind = separatesAlone(chunks, j);
      if (kind !== undefined) return { kind, columns: [j] };
    }
  // The types are those of the CommonJS build, which has the loader one `default` deeper. It is loaded only where it is needed.
  const { default: load } = (await import("highs")) as unknown as { default: typeof import("highs")["default"] };
  const highs = await load();
  const search = directionSearch((program) => highs.solve(program), chunks, first);
  const all = Array.from({ length: width }, (_, j) => j);
  if (search(0, all) === undefined) return undefined;
  const least = search(1, all) === undefined ? 0 : 1;
  // Which columns it takes: those without which it is no more, one after the other, the least used first.
  let columns = all;
  let beta = search(least, columns) as Float64Array;
  for (const j of all.slice(first).sort((a, b) => Math.abs(beta[a]) - Math.abs(beta[b]))) {
    const without = columns.filter((column) => column !== j);
    const found = search(least, without);
    if (found !== undefined) [columns, beta] = [without, found];
  }
  return { kind: least === 1 ? "complete" : "quasi-complete", columns: columns.filter((j) => j >= first) };
}

/**
 * Solves these linear programs, with least = 0 or 1 on the right side, for some of the columns. Most rows do not matter: a
 * program begins with few, and those that its solution has on the wrong side are added until there are none. Without a
 * solution for some rows there is none for all.
 */
function directionSearch(solve: (program: string) => HighsSolution, chunks: readonly Chunk[], first: number) {
  const width = chunks[0].x.shape[1];
  const mean = new Float64Array(width);
  const rows = chunks.reduce((sum, { y }) => sum + y.size, 0);
  eachRow(chunks, (x, at, s) => {
    for (let j = 0; j < width; j++) mean[j] += (s * x[at + j]) / rows;
  });
  /** The rows that were ever on the wrong side, by their numbers. */
  const included = new Map<number, Float64Array>();

  return (least: 0 | 1, columns: readonly number[]): Float64Array | undefined => {
    const sizes = columns.filter((j) => j >= first);
    if (sizes.length === 0) return undefined;
    // Towards which the rows are on average: a guess to begin with.
    let beta = included.size === 0 ? mean : solveWith(least, columns, sizes);
    for (let isGuess = included.size === 0; beta !== undefined; isGuess = false) {
      const at = beta;
      const wrong: { row: number; distance: number; x: Float64Array }[] = [];
      let row = 0;
      eachRow(chunks, (x, start, s) => {
        let distance = 0;
        for (let j = 0; j < width; j++) distance += s * x[start + j] * at[j];
        if (distance < least - TOLERANCE && !included.has(row))
          wrong.push({ row, distance, x: x.slice(start, start + width).map((value) => s * value) });
        row++;
      });
      if (wrong.length === 0 && !isGuess) return at;
      wrong.sort((a, b) => a.distance - b.distance);
      for (const worst of wrong.slice(0, ROWS)) included.set(worst.row, worst.x);
      beta = solveWith(least, columns, sizes);
    }
    return undefined;
  };

  function solveWith(least: 0 | 1, columns: readonly number[], sizes: readonly number[]): Float64Array | undefined {
    const solution = solve(
      [
        "Minimize",
        sizes.map((j) => `u${j}`).join(" + "),
        "Subject To",
        ...(least === 0 ? [`${sum(columns, mean)} = 1`] : []),
        ...sizes.flatMap((j) => [`u${j} - b${j} >= 0`, `u${j} + b${j} >= 0`]),
        ...[...included.values()].map((x) => `${sum(columns, x)} >= ${least}`),
        "Bounds",
        ...columns.map((j) => `b${j} free`),
        "End",
      ].join("\n"),
    );
    if (solution.Status !== "Optimal") return undefined;
    return Float64Array.from({ length: width }, (_, j) => (columns.includes(j) ? primal(solution, j) : 0));
  }
}

const primal = (solution: HighsSolution, j: number): number => {
  const column = solution.Columns[`b${j}`];
  return column !== undefined && "Primal" in column ? column.Primal : 0;
};

/** `+ 0.5 b0 - 2 b1`. */
const sum = (columns: readonly number[], factors: Float64Array): string =>
  columns.map((j) => `${factors[j] < 0 ? "-" : "+"} ${Math.abs(factors[j])} b${j}`).join(" ");

/** Whether all of one class have at least the value that all of the other have at most. */
function separatesAlone(chunks: readonly Chunk[], column: number): Separation["kind"] | undefined {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  eachRow(chunks, (x, at, s) => {
    const label = s > 0 ? 1 : 0;
    const value = x[at + column];
    if (value < low[label]) low[label] = value;
    if (value > high[label]) high[label] = value;
  });
  if (high[0] < low[1] || high[1] < low[0]) return "complete";
  return high[0] === low[1] || high[1] === low[0] ? "quasi-complete" : undefined;
}

function eachRow(chunks: readonly Chunk[], visit: (x: Float64Array, at: number, s: number) => void): void {
  for (const { x, y } of chunks) {
    const width = x.shape[1];
    for (let i = 0; i < y.size; i++) visit(x.data, i * width, y.data[i] === 1 ? 1 : -1);
  }
}
