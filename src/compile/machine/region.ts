import { Instruction } from "./instruction";

/** Takes `count` rows, `chunk` of them at a time, through the instructions in the `bytes` after this. */
@unmanaged export class Region extends Instruction {
  bytes: u32;
  count: u32;
  chunk: u32;
}

/** How many rows the region under way has. */
let total: usize = 0;

/** Begins a region of so many rows. */
export function begin(count: usize): void {
  total = count;
}

/** Whether these rows are the last ones of the region under way. */
// @ts-ignore: decorator
@inline
export function isLast(row: usize, rows: usize): bool {
  return row + rows == total;
}
