// The machine: reads the instructions of a program one after the other and runs them. A program, its constants and all its
// numbers are in one memory. What it can do is written in the other files of this folder: ops on numbers as classes with `apply`,
// in the file of their family; instructions as classes with their words and `run`. build-machine.mjs writes operations.ts and
// dispatch.ts, which find them by their codes.

import { step } from "./dispatch";
import { Code } from "./operations";
import { begin, Region } from "./region";

export { useRoom } from "./loops";
export * from "./single";

/** Where a program may begin: what is before it is the machine's own. */
export const firstFree: usize = __heap_base;

/** Runs the instructions from `at` up to `end`. Within a region: on `rows` rows from `row` on; otherwise 1 and 0. */
export function run(at: usize, end: usize, row: usize, rows: usize): void {
  while (at < end) at = load<u32>(at) == Code.Region ? runRegion(at) : step(at, row, rows);
}

/** Runs all instructions of a region on one chunk of its rows after the other, and returns where the region ends. */
function runRegion(at: usize): usize {
  const region = changetype<Region>(at);
  const from = at + offsetof<Region>();
  const end = from + region.bytes;
  const count: usize = region.count, chunk: usize = region.chunk;
  begin(count);
  for (let row: usize = 0; row < count; row += chunk) run(from, end, row, min(chunk, count - row));
  return end;
}
