import type { Shape } from "../base/shape.js";

/** Numbers in row-major order with their shape: all that a kernel knows of a tensor. */
export interface NdArray {
  /** The sizes of the axes, outermost first. */
  readonly shape: Shape;
  /** The numbers, the last axis running fastest. */
  readonly data: Float64Array;
}

/** Computes an op: reads `inputs`, writes every place of `out` (zeros when it comes), allocates as little as it can. */
export type Kernel<Attributes = unknown> = (out: NdArray, inputs: readonly NdArray[], attributes: Attributes) => void;
