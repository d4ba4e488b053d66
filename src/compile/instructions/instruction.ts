import type { Shape } from "../../base/shape.js";
import type { AnyOp, AttributesOf, NameOf } from "../../ops/op.js";
import type { KernelCall } from "../kernel-calls.js";
import { type Operation, order, type Words } from "../machine-words.js";

/** An array as an instruction sees it. */
export interface Sized {
  readonly shape: Shape;
  readonly rank: number;
  readonly size: number;
}

/** A call of an op as its instruction sees it: shapes and attributes. How a tape keeps them, and the values, do not matter. */
export interface Call<Attributes> {
  readonly inputs: readonly Sized[];
  readonly output: Sized;
  readonly attributes: Attributes;
}

/** How an op works along a leading axis of rows. */
export interface Rows {
  /** How many rows there are. */
  readonly count: number;
  /** Whether the output is a sum over the rows; otherwise it has the same rows. */
  readonly sums: boolean;
  /** Which inputs have these rows too. The others are the same for each row. */
  readonly inputs: readonly boolean[];
}

/** A region that an instruction is in: sizes in it are then those of one row, and the machine says how many rows there are. */
export interface Region extends Rows {
  /** The most rows that the instruction is run on at a time. */
  readonly chunk: number;
}

/** Room beside the operands, each piece as a size in numbers where an instruction asks for it, and by its address where it gets it. */
export interface Room {
  /** What stays from chunk to chunk. */
  readonly kept: readonly number[];
  /** What is needed while the instruction runs. */
  readonly passing: readonly number[];
}

export const NO_ROOM: Room = { kept: [], passing: [] };

/** An address in bytes that moves by `stride` bytes with each row of a region: 0 outside of regions, and for what is the same in each row. */
export interface Address {
  readonly at: number;
  readonly stride: number;
}

/** Where an instruction works: the addresses of its operands, and in the place of the sizes those of the room that it needs. */
export interface Site extends Room {
  readonly region: Region | undefined;
  readonly inputs: readonly Address[];
  readonly output: Address;
  /** The kernels that the machine calls by their numbers. An instruction adds those that it needs. */
  readonly kernels: KernelCall[];
}

/** What the machine does for an op. */
export interface Instruction<Attributes> {
  /** Whether the machine has an instruction for this call; it does where this is left out. */
  accepts?(call: Call<Attributes>): boolean;
  /** How the op works along rows, if it does. */
  rows?(call: Call<Attributes>): Rows | undefined;
  /** The room that it needs, if any. */
  needs?(call: Call<Attributes>, region: Region | undefined): Room | undefined;
  /** The words of the instruction, or of several. */
  encode(call: Call<Attributes>, site: Site): number[];
}

// biome-ignore lint/suspicious/noExplicitAny: these are of ops of all attributes; each was checked in the table of its family
export type AnyInstruction = Instruction<any>;

/** Finds the instruction for a call, if there is one. */
export type Choose = (call: Call<unknown> & { readonly op: AnyOp }) => AnyInstruction | undefined;

/**
 * Why an op has no instruction: it is left to its kernel; or its output is the input's own numbers; or the passes before write it
 * as other ops.
 */
export type Without = "kernel" | "alias" | "rewritten";

/** For each op of a family its instruction, or why there is none. */
export type Table<Family> = { readonly [Name in NameOf<Family>]: Instruction<AttributesOf<Family[Name]>> | Without };

/** For each op of a family that the machine knows on single numbers, by a class of the same name, `"machine"`. */
export type SingleTable<Family> = { readonly [Name in NameOf<Family>]: (Name extends Operation ? "machine" : never) | Without };

/** The words of an instruction, or of what is repeated at the end of one. */
export function wordsOf<Name extends keyof Words>(name: Name, values: Words[Name]): number[] {
  const words: number[] = [];
  let stride = 0;
  for (const word of order[name]) {
    const value = typeof word === "number" ? word : (values[word as keyof Words[Name]] as number | Address | undefined);
    if (typeof value === "object") {
      words.push(value.at);
      stride = value.stride;
    } else words.push(value ?? stride); // what is not named is the stride of the address before it
  }
  return words;
}
