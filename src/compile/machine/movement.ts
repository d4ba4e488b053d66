/** n times the same number. */
export function fill(out: usize, n: usize, value: f64): void {
  for (const end = out + (n << 3); out < end; out += 8) store<f64>(out, value);
}

/**
 * Copies along nested axes, any strides on both sides. `axes` holds three words an axis: its size, and the bytes from one
 * place to the next in the output and in the input.
 */
export function copy(axes: usize, count: u32, out: usize, x: usize): void {
  const size = load<u32>(axes);
  const stepOut = load<i32>(axes, 4);
  const stepX = load<i32>(axes, 8);
  if (count > 1) {
    for (let i: u32 = 0; i < size; i++, out += stepOut, x += stepX) copy(axes + 12, count - 1, out, x);
  } else if (stepOut == 8 && stepX == 8) {
    memory.copy(out, x, (<usize>size) << 3);
  } else {
    for (let i: u32 = 0; i < size; i++, out += stepOut, x += stepX) store<f64>(out, load<f64>(x));
  }
}
