import type { Shape } from "../shape.js";

/** Numbers in row-major order with their shape: all that a kernel knows of a tensor. */
export interface NdArray {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Computes an op: reads `inputs`, writes every place of `out` (zeros when it comes), allocates as little as it can. */
export type Kernel<Attributes = unknown> = (out: NdArray, inputs: readonly NdArray[], attributes: Attributes) => void;
