// The machine: reads the instructions of a program one after the other and runs them. A program, its constants and all its
// numbers are in one memory. What it can do is written in the other files of this folder: ops on numbers as classes with `apply`,
// in the file of their family; instructions as classes with their words and `run`. build-machine.mjs writes operations.ts and
// dispatch.ts, which find them by their codes.

import { Loop, LoopMove, move } from "./control";
import { step } from "./dispatch";
import { Code } from "./operations";
import { begin, Region } from "./region";

export { useRoom } from "./loops";
export * from "./single";

/** Where a program may begin: what is before it is the machine's own. */
export const firstFree: usize = __heap_base;

/** Runs the instructions from `at` up to `end`. Within a region: on `rows` rows from `row` on; otherwise 1 and 0. */
export function run(at: usize, end: usize, row: usize, rows: usize): void {
  while (at < end) {
    const code = load<u32>(at);
    at = code == Code.Region ? runRegion(at) : code == Code.Loop ? runLoop(at) : step(at, row, rows);
  }
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

/** Runs the instructions of a loop step after step, and returns where the loop ends. */
function runLoop(at: usize): usize {
  const loop = changetype<Loop>(at);
  const before = at + offsetof<Loop>();
  const after = before + loop.before * offsetof<LoopMove>();
  const from = after + loop.after * offsetof<LoopMove>();
  const end = before + loop.bytes;
  const steps: i32 = loop.steps;
  for (let step: i32 = 0; step < steps; step++) {
    move(before, after, step);
    run(from, end, 0, 1);
    move(after, from, step);
  }
  return end;
}
