import { Instruction } from "./instruction";

/** Writes the same number `count` times; the number stands in two words. */
@unmanaged export class Fill extends Instruction {
  out: u32;
  count: u32;
  low: u32;
  high: u32;

  @inline
  run(_row: usize, _rows: usize): usize {
    const at = changetype<usize>(this);
    fill(this.out, this.count, load<f64>(at + offsetof<Fill>("low")));
    return at + offsetof<Fill>();
  }
}

/** Copies along nested axes, `axes` of them, of which each has a {@link CopyAxis} after this. */
@unmanaged export class Copy extends Instruction {
  out: u32;
  x: u32;
  axes: u32;

  @inline
  run(_row: usize, _rows: usize): usize {
    const axes = changetype<usize>(this) + offsetof<Copy>();
    copy(axes, this.axes, this.out, this.x);
    return axes + this.axes * offsetof<CopyAxis>();
  }
}

/** One axis of a copy: its size, and the bytes from one place to the next on both sides, which may go backward. */
@unmanaged export class CopyAxis {
  size: u32;
  out: i32;
  x: i32;
}

/** n times the same number. */
function fill(out: usize, n: usize, value: f64): void {
  for (const end = out + (n << 3); out < end; out += 8) store<f64>(out, value);
}

/** Copies along `count` axes from `at` on. */
function copy(at: usize, count: u32, out: usize, x: usize): void {
  const axis = changetype<CopyAxis>(at);
  const size = axis.size;
  const stepOut = axis.out;
  const stepX = axis.x;
  if (count > 1) {
    for (let i: u32 = 0; i < size; i++, out += stepOut, x += stepX) copy(at + offsetof<CopyAxis>(), count - 1, out, x);
  } else if (stepOut == 8 && stepX == 8) {
    memory.copy(out, x, (<usize>size) << 3);
  } else {
    for (let i: u32 = 0; i < size; i++, out += stepOut, x += stepX) store<f64>(out, load<f64>(x));
  }
}
