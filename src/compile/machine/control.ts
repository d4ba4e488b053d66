import { Instruction } from "./instruction";

/**
 * Runs the instructions in the last of the `bytes` after this, so many steps. First in these bytes stand `before` moves and then `after`
 * moves, each a {@link LoopMove}: what is moved before and after the instructions in each step.
 */
@unmanaged export class Loop extends Instruction {
  bytes: u32;
  steps: u32;
  before: u32;
  after: u32;
}

// What is outside of the machine, and knows the kernels.
// @ts-ignore: decorator
@external("host", "call")
declare function call(kernel: u32): void;

/** Calls a kernel that is outside of the machine, by its number. */
@unmanaged export class CallKernel extends Instruction {
  kernel: u32;

  run(_row: usize, _rows: usize): usize {
    call(this.kernel);
    return changetype<usize>(this) + offsetof<CallKernel>();
  }
}

/** Copies so many numbers; both places go on by so many bytes with each step, which may be backward. */
@unmanaged export class LoopMove {
  out: u32;
  outStep: i32;
  x: u32;
  xStep: i32;
  count: u32;
}

/** Does the moves from `at` up to `end` of a step. */
export function move(at: usize, end: usize, step: i32): void {
  for (; at < end; at += offsetof<LoopMove>()) {
    const m = changetype<LoopMove>(at);
    const out: usize = m.out + step * m.outStep;
    const x: usize = m.x + step * m.xStep;
    if (m.count == 1) store<f64>(out, load<f64>(x));
    else memory.copy(out, x, (<usize>m.count) << 3);
  }
}
