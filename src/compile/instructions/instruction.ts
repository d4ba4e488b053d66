import type { Node } from "../../tape/tape.js";
import type { Tensor } from "../../tensor/tensor.js";

/** How a node works along a leading axis of rows. */
export interface Rows {
  /** How many rows there are. */
  readonly count: number;
  /** Whether the output is a sum over the rows; otherwise it has the same rows. */
  readonly sums: boolean;
  /** Which inputs have these rows too. The others are the same for each row. */
  readonly inputs: readonly boolean[];
}

/** Where an instruction is written: what its operands are called in memory. */
export interface Site {
  /** Set in a region: sizes in the instruction are then those of one row, and the machine says how many rows there are. */
  readonly rows: Rows | undefined;
  /** The most rows that the instruction is run on at a time. */
  readonly chunk: number;
  /** The address of a value. */
  at(x: Tensor): number;
  /** How many bytes the address moves with each row of the region: 0 for what is kept for one chunk only. */
  stride(x: Tensor): number;
  /** Room for so many numbers while the instruction runs. */
  room(size: number): number;
  /** Room for so many numbers that stay from chunk to chunk. */
  keep(size: number): number;
}

/** What the machine does for an op. */
export interface Instruction {
  /** How a node of this op works along rows, if it does. */
  readonly rows: (node: Node) => Rows | undefined;
  /** The words of a node's instruction, or of several; `undefined` where the machine has none for it. */
  readonly encode: (node: Node, site: Site) => number[] | undefined;
}

/** An address in a region: its base, and how far it moves with each row. */
export const moving = (x: Tensor, alongRows: boolean, site: Site): [base: number, stride: number] => [
  site.at(x),
  alongRows && site.rows !== undefined ? site.stride(x) : 0,
];
