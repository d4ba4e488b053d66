import { GradtapeError } from "../../base/errors.js";
import { sameShape } from "../../base/shape.js";
import { asTensor, type Tensor } from "../../tensor/tensor.js";
import { checkLimits, withinLimits } from "../limits.js";
import { type Effort, Exhausted } from "./effort.js";
import { atIndices, evaluateAtAll, type Meaning, type Reading, readingsOf } from "./evaluate.js";
import { ShapesDiffer } from "./indices.js";
import type { Asked } from "./left-sides.js";
import { innerOf, NotUnderstood, parseSide, type Vocabulary, type Written } from "./parse.js";
import type { Point, Points } from "./points.js";

const CALLER = "checkDerivation";
/** Of memory, as for other formulas. */
const LIMITS = /* @__PURE__ */ checkLimits(CALLER, undefined);
/** Sides that differ by no more, relative to their size, are the same. */
export const TOLERANCE = 1e-7;
/** Nor are sides different that differ by no more, relative to the largest named value at the point: rounding may do that. */
const ROUNDING = 1e-13;
/** Letters for how many samples there are. */
export const COUNTS = ["n", "N", "m", "M", "B"];
const MOST_MEANINGS = 64;

/** Compares a right side with what is asked for, at all points. */
export class Comparison {
  /** What a letter was found to stand for, for the lines that follow. */
  sizes: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly points: Points,
    private readonly effort: Effort,
  ) {}

  /** The reading of a formula that comes closest at all points. */
  best(written: Written, asked: Asked): Tried {
    let best: Tried | undefined;
    let trouble: Error | undefined;
    for (const sizes of this.meaningsOfSizes(written))
      for (const reading of readingsOf(written)) {
        try {
          const tried = this.at(written, asked, reading, sizes);
          if (
            best === undefined ||
            tried.difference < best.difference ||
            // What cannot be told as it is written is not told by another reading, unless that is true.
            (Number.isNaN(best.difference) && !Number.isNaN(tried.difference) && (!best.isUndecided || tried.difference <= TOLERANCE))
          )
            best = tried;
          if (best.difference <= TOLERANCE) return best;
        } catch (error) {
          if (!(error instanceof ShapesDiffer || error instanceof GradtapeError)) throw error;
          trouble ??= error;
        }
      }
    return best ?? { ...NO_FIT, sizes: this.sizes, values: undefined, trouble: trouble?.message ?? "" };
  }

  at(written: Written, asked: Asked, reading: Reading, sizes: ReadonlyMap<string, number>): Tried {
    const { points } = this.points;
    const { free } = asked;
    const [{ shape }] = asked.expected;
    const values = points.map((point) =>
      withinLimits(CALLER, LIMITS, () => evaluateAtAll(written, this.meaningAt(point, sizes), reading, free, shape)),
    );
    let note = "";
    const differences: number[] = [];
    for (const [k, { x, isRow }] of values.entries()) {
      const expected = asked.expected[k];
      const fitted = inShapeOf(x, expected.shape);
      if (fitted === undefined && !asked.isJacobian) return { ...NO_FIT, sizes, values: values.map((value) => value.x) };
      const rounding = ROUNDING * this.largestAt(points[k]);
      let own = fitted === undefined ? Number.POSITIVE_INFINITY : differenceOf(fitted, expected, rounding);
      if (asked.isJacobian && !(own <= TOLERANCE) && x.rank === 2 && sameShape(x.shape, [...expected.shape].reverse())) {
        own = differenceOf(x.transpose(), expected, rounding);
        note = "true up to a transpose: rows and columns the other way round";
      } else if (isRow && expected.rank === 1) note = "true up to a transpose: it is written as a row";
      else if (x.rank < expected.rank && expected.size > 1 && x.size < expected.size)
        note = "true up to a broadcast: the same number everywhere, or the same row";
      differences.push(own);
    }
    const difference = this.decided(differences, asked);
    return { difference, isUndecided: Number.isNaN(difference), note, sizes, values: values.map(({ x }) => x), trouble: "" };
  }

  /** The largest difference where it can be told; NaN if it cannot. Far from the inputs only if it cannot be told close to them. */
  private decided(differences: readonly number[], { expected }: Asked): number {
    const { close } = this.points;
    const largestOf = (list: readonly number[]): number => {
      const told = list.filter((difference) => !Number.isNaN(difference));
      return told.length === 0 ? Number.NaN : Math.max(...told);
    };
    const here = largestOf(differences.slice(0, close));
    // Where all is 0, that may be what is left of numbers that were too small.
    const isTold = here > 0 || expected.slice(0, close).some(({ data }, k) => differences[k] === 0 && data.some((value) => value !== 0));
    const there = isTold ? Number.NaN : largestOf(differences.slice(close));
    return Number.isNaN(there) ? here : there;
  }

  private readonly largest = new Map<Point, number>();

  /** The largest number of a named value at a point. */
  private largestAt(point: Point): number {
    let found = this.largest.get(point);
    if (found === undefined) {
      found = 0;
      for (const name of this.points.names)
        for (const value of point.value(name)?.data ?? []) if (Number.isFinite(value)) found = Math.max(found, Math.abs(value));
      this.largest.set(point, found);
    }
    return found;
  }

  private meaningAt(point: Point, sizes: ReadonlyMap<string, number>): Meaning {
    return {
      value: (name) => point.value(name) ?? (sizes.has(name) ? asTensor(CALLER, sizes.get(name) as number) : undefined),
      derivative: (of, by) => point.derivative(of, by),
      jacobian: (of, by) => point.jacobian(of, by),
      spend: (products) => this.effort.spend(products),
      places: new Map(),
      known: new Map(),
    };
  }

  /** What n and the like may be: what they were found to be, or each size that there is. */
  meaningsOfSizes(written: Written): ReadonlyMap<string, number>[] {
    const letters = [...lettersOf(written)].filter((name) => !this.points.names.has(name) && !this.sizes.has(name));
    let meanings: ReadonlyMap<string, number>[] = [this.sizes];
    for (const letter of letters) {
      const sizes = COUNTS.includes(letter) ? this.points.counts : this.points.sizes;
      meanings = meanings
        .flatMap((meaning) => (sizes.length === 0 ? [1] : sizes).map((size) => new Map([...meaning, [letter, size]])))
        .slice(0, MOST_MEANINGS);
    }
    return meanings;
  }

  /** What a formula is at all points, in each way that it can be read; nothing where it cannot. */
  valuesOf(right: string, vocabulary: Vocabulary, free: readonly string[]): (readonly Tensor[])[] {
    const { points } = this.points;
    try {
      const written = parseSide(right, vocabulary);
      return this.meaningsOfSizes(written).flatMap((sizes) =>
        readingsOf(written).flatMap((reading) => {
          try {
            return [
              points.map((point) => withinLimits(CALLER, LIMITS, () => atIndices(written, this.meaningAt(point, sizes), reading, free))),
            ];
          } catch (error) {
            if (!(error instanceof ShapesDiffer || error instanceof GradtapeError)) throw error;
            return [];
          }
        }),
      );
    } catch (error) {
      if (error instanceof NotUnderstood || error instanceof Exhausted) return [];
      throw error;
    }
  }
}

export interface Tried {
  readonly difference: number;
  /** Whether no point tells. */
  readonly isUndecided: boolean;
  readonly note: string;
  readonly sizes: ReadonlyMap<string, number>;
  readonly values: readonly Tensor[] | undefined;
  readonly trouble: string;
}

/** A shape that is not what was asked for. */
const NO_FIT = { difference: Number.NaN, isUndecided: false, note: "", trouble: "" };

/** The names in a formula. */
export function lettersOf(written: Written, found = new Set<string>()): Set<string> {
  if (written.kind === "name") found.add(written.name);
  for (const inner of innerOf(written)) lettersOf(inner, found);
  return found;
}

/** The value in the shape that was asked for: axes of size 1 aside, or one number everywhere. */
export function inShapeOf(x: Tensor, shape: readonly number[]): Tensor | undefined {
  if (sameShape(x.shape, shape)) return x;
  if (x.size === 1) return x.reshape([]).broadcastTo(shape);
  const plain = (of: readonly number[]): string => of.filter((size) => size !== 1).join();
  if (plain(x.shape) === plain(shape)) return x.reshape(shape);
  if (x.rank === 1 && shape.length === 2 && x.shape[0] === shape[1]) return x.broadcastTo(shape);
  if (x.rank === 2 && shape.length === 2 && x.shape[1] === 1 && x.shape[0] === shape[0]) return x.broadcastTo(shape);
  return undefined;
}

/** How far two values are apart, relative to their size; NaN where that cannot be told: for what is not finite, and where rounding may be it. */
function differenceOf(a: Tensor, b: Tensor, rounding: number): number {
  let [difference, size] = [0, 0];
  for (const [i, x] of a.data.entries()) {
    const y = b.data[i];
    if (!(Number.isFinite(x) && Number.isFinite(y))) return Number.NaN;
    difference = Math.max(difference, Math.abs(x - y));
    size = Math.max(size, Math.abs(x), Math.abs(y));
  }
  if (difference === 0) return 0;
  return difference > TOLERANCE * size && difference <= rounding ? Number.NaN : difference / size;
}
