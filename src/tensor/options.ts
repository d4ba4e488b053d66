import type { Known } from "../base/options.js";

/** Settings of {@link variance}. */
export interface VarianceOptions {
  /** Subtracted from the count in the denominator: 0 for the population, 1 for a sample. */
  readonly correction?: number;
  /** Whether the reduced axes stay, as size 1. */
  readonly keepDims?: boolean;
}
export const VARIANCE_OPTIONS: Known<VarianceOptions> = { correction: true, keepDims: true };

/** Settings of {@link cumsum}. */
export interface CumsumOptions {
  /** Whether the sums run from the end of the axis. */
  readonly reverse?: boolean;
}
export const CUMSUM_OPTIONS: Known<CumsumOptions> = { reverse: true };

/** Settings of {@link matmul}. */
export interface MatMulOptions {
  /** Whether the last two axes of the left operand are read the other way around; a rank-1 operand is taken as it is. */
  readonly transposeA?: boolean;
  /** The same for the right operand. */
  readonly transposeB?: boolean;
}
export const MATMUL_OPTIONS: Known<MatMulOptions> = { transposeA: true, transposeB: true };
