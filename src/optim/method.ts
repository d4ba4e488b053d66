import type { Asking, Objective, Point } from "./objective.js";

/** Why a method takes no further step. */
export type NoStep =
  /** No step along its direction lowers the value; the direction had promised that the value falls by so much. */
  | { readonly kind: "no descent"; readonly promised: number }
  /** The entry of the Hessian for these two parameters is not finite. */
  | { readonly kind: "Hessian not finite"; readonly row: number; readonly column: number; readonly entry: number };

/** A way to go on from a point. It may remember what it learned from the steps before. */
export type Method = (from: Point) => Asking<Point | NoStep>;

/** Tries a search along a direction again where it fails, if the noise turns out larger than was assumed: then the slopes decide. */
export function* despiteNoise<T>(objective: Objective, from: Point, search: () => Asking<T | undefined>): Asking<T | undefined> {
  const found = yield* search();
  return found === undefined && (yield* objective.measureNoise(from)) ? yield* search() : found;
}
