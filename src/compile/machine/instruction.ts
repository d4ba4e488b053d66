/**
 * An instruction is a row of 32-bit words, the code first; its class names the words in their order, and `run` does the work and
 * returns where the next instruction begins. build-machine.mjs reads these classes: the codes, the cases of the dispatch, and what
 * the encoder knows of the words are made of them.
 *
 * A word x that is followed by xStride is an address that moves by so many bytes with each row of a region. `run` is given rows
 * from `row` on, `rows` of them; outside of regions these are 0 and 1. Sizes along the rows are those of one row.
 */
@unmanaged export class Instruction {
  code: u32;
}

/** Where an address is at a row. */
// @ts-ignore: decorator
@inline
export function moved(address: usize, stride: usize, row: usize): usize {
  return address + row * stride;
}
