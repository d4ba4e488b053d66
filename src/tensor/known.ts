import type { Tensor } from "./tensor.js";

// What the types know of results where a rank or a count is written in the program.

/** The nested arrays of a tensor by its rank. */
export interface ArraysOfRank {
  /** A scalar's number. */
  readonly 0: number;
  /** A vector. */
  readonly 1: number[];
  /** A matrix, as its rows. */
  readonly 2: number[][];
  /** Matrices, along the first axis. */
  readonly 3: number[][][];
  /** Rows of matrices, along the first two axes. */
  readonly 4: number[][][][];
}

/** What {@link split} returns: a tuple where the types know the count of the parts, up to 64. */
export type Parts<P extends number | readonly number[]> = TupleOf<P extends readonly number[] ? P["length"] : P & number>;

/** A tuple of so many tensors. */
export type TupleOf<N extends number, Built extends Tensor[] = []> = number extends N
  ? Tensor[]
  : Built["length"] extends N
    ? Built
    : Built["length"] extends 64
      ? Tensor[]
      : TupleOf<N, [...Built, Tensor]>;
