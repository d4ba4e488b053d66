import type { Tensor } from "./tensor.js";

// What the types know of results where a rank or a count is written in the program.

/** The nested arrays of a tensor by its rank. */
export interface ArraysOfRank {
  readonly 0: number;
  readonly 1: number[];
  readonly 2: number[][];
  readonly 3: number[][][];
  readonly 4: number[][][][];
}

/** What {@link split} returns: a tuple where the types know the count of the parts, up to 64. */
export type Parts<P extends number | readonly number[]> = TupleOf<P extends readonly number[] ? P["length"] : P & number>;

type TupleOf<N extends number, Built extends Tensor[] = []> = number extends N
  ? Tensor[]
  : Built["length"] extends N
    ? Built
    : Built["length"] extends 64
      ? Tensor[]
      : TupleOf<N, [...Built, Tensor]>;
