import { type Shape, sizeOf } from "../base/shape.js";
import { type Columns, type Kind, shapeOf } from "../tape/columns.js";
import { codeOfSingle } from "./instructions/elementwise.js";
import type { AnyInstruction, Choose, Rows, Sized } from "./instructions/instruction.js";
import { instructionOf } from "./instructions/table.js";

/** The nodes of a tape as calls of instructions, or of kernels. */
export class Calls {
  /** For each kind of node the machine's code on single numbers, or −1. */
  private readonly codes: Int32Array;

  private constructor(
    readonly columns: Columns,
    private readonly choose: Choose,
    codeOf: (kind: Kind) => number,
  ) {
    this.codes = Int32Array.from(columns.kinds, codeOf);
  }

  static ofMachine(columns: Columns): Calls {
    return new Calls(columns, instructionOf, ({ op }) => codeOfSingle(op));
  }

  static ofKernels(columns: Columns): Calls {
    return new Calls(
      columns,
      () => undefined,
      () => -1,
    );
  }

  kind(node: number): Kind {
    return this.columns.kinds[this.columns.kindOf[node]];
  }

  /** The code of a node on single numbers, of which most long tapes are made; −1 for all others. */
  code(node: number): number {
    return this.columns.shapes[node].length === 0 ? this.codes[this.columns.kindOf[node]] : -1;
  }

  /** A node for the tables of instructions. */
  call(node: number): Parameters<Choose>[0] {
    const { columns } = this;
    const inputs: Sized[] = [];
    for (let j = columns.begins[node]; j < columns.begins[node + 1]; j++) inputs.push(sized(shapeOf(columns, columns.operands[j])));
    const { op, attributes } = this.kind(node);
    return { op, attributes, inputs, output: sized(columns.shapes[node]) };
  }

  instruction(call: Parameters<Choose>[0]): AnyInstruction | undefined {
    return this.choose(call);
  }

  rows(node: number): Rows | undefined {
    if (this.code(node) >= 0) return undefined;
    const call = this.call(node);
    return this.choose(call)?.rows?.(call);
  }
}

const sized = (shape: Shape): Sized => ({ shape, rank: shape.length, size: sizeOf(shape) });
