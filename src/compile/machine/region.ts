import { run } from "./dispatch";
import { Instruction } from "./instruction";

/** How many rows the region under way has. */
let total: usize = 0;

/** Whether these rows are the last ones of the region under way. */
// @ts-ignore: decorator
@inline
export function isLast(row: usize, rows: usize): bool {
  return row + rows == total;
}

/** Takes `count` rows, `chunk` of them at a time, through the instructions in the `bytes` after this. */
@unmanaged export class Region extends Instruction {
  bytes: u32;
  count: u32;
  chunk: u32;

  @inline
  run(_row: usize, _rows: usize): usize {
    const from = changetype<usize>(this) + offsetof<Region>();
    const end = from + this.bytes;
    const chunk: usize = this.chunk;
    total = this.count;
    for (let row: usize = 0; row < total; row += chunk) run(from, end, row, min(chunk, total - row));
    return end;
  }
}
