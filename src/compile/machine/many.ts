import { Instruction, moved } from "./instruction";
import { elements } from "./operations";

/** The words of an op over many numbers: its code, how many, and the operands; a step is 1 along many numbers, 0 on a single one. */
@unmanaged class Many extends Instruction {
  op: u32;
  width: u32;
  out: u32;
  outStride: u32;
  a: u32;
  aStride: u32;
  aStep: u32;
  b: u32;
  bStride: u32;
  bStep: u32;
  c: u32;
  cStride: u32;
  cStep: u32;
}

/** The op over `width` numbers. */
@unmanaged export class Elements extends Many {
  @inline
  run(row: usize, rows: usize): usize {
    const a = moved(this.a, this.aStride, row), b = moved(this.b, this.bStride, row), c = moved(this.c, this.cStride, row);
    elements(this.op, rows * this.width, moved(this.out, this.outStride, row), a, this.aStep, b, this.bStep, c, this.cStep);
    return changetype<usize>(this) + offsetof<Elements>();
  }
}

/**
 * The op where it broadcasts: innermost over `width` numbers, outside of them over `axes` axes, of which each has a
 * {@link BroadcastAxis} after this. From row to row the operands move by aRow, bRow and cRow bytes.
 */
@unmanaged export class Broadcast extends Many {
  aRow: u32;
  bRow: u32;
  cRow: u32;
  axes: u32;

  @inline
  run(row: usize, rows: usize): usize {
    let out = moved(this.out, this.outStride, row);
    let a = moved(this.a, this.aStride, row), b = moved(this.b, this.bStride, row), c = moved(this.c, this.cStride, row);
    const axes = changetype<usize>(this) + offsetof<Broadcast>();
    for (let r: usize = 0; r < rows; r++) {
      out = broadcast(this.op, axes, this.axes, this.width, out, a, this.aStep, b, this.bStep, c, this.cStep);
      a += this.aRow;
      b += this.bRow;
      c += this.cRow;
    }
    return axes + this.axes * offsetof<BroadcastAxis>();
  }
}

/** One axis of a broadcast: its size, and the bytes from one place to the next in each operand. The output is contiguous. */
@unmanaged export class BroadcastAxis {
  size: u32;
  a: u32;
  b: u32;
  c: u32;
}

/** The loops over the axes, `count` of them from `at` on; returns where the output goes on. */
function broadcast(
  op: u32, at: usize, count: u32, n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize, c: usize, stepC: usize,
): usize {
  if (count == 0) {
    elements(op, n, out, a, stepA, b, stepB, c, stepC);
    return out + (n << 3);
  }
  const axis = changetype<BroadcastAxis>(at);
  const size = axis.size;
  for (let i: u32 = 0; i < size; i++) {
    out = broadcast(op, at + offsetof<BroadcastAxis>(), count - 1, n, out, a, stepA, b, stepB, c, stepC);
    a += axis.a;
    b += axis.b;
    c += axis.c;
  }
  return out;
}
