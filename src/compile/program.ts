import { alignColumns } from "../base/format.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { NdArray } from "../kernels/kernel.js";
import { isElementwise } from "../ops/op.js";
import { canonicalize, fuseGuards, shareExponentials } from "../passes/fuse.js";
import { prune } from "../passes/prune.js";
import type { Node, Tape } from "../tape/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { encode, type Place } from "./encode.js";
import { firstFree, hasMachine, type Machine, startMachine } from "./machine.js";

/** What a program runs on: the WebAssembly machine, or the TypeScript kernels of the eager engine. */
export type Backend = "wasm" | "js";

/** What a program needs to run, in bytes. */
export interface ProgramMemory {
  /** The buffers of all values that the program computes: what is needed at the same time. */
  readonly buffers: number;
  /** What these would take if none were used twice, and none kept for a chunk of rows only. */
  readonly withoutReuse: number;
  /** All of it: buffers, inputs, constants, and the instructions. */
  readonly total: number;
}

/** Runs a part of the program. */
type Run = () => void;

/** Shorter arrays are copied number by number: the call of a copy takes longer. */
const SHORT = 48;

/**
 * A tape as instructions in an arena that is kept between calls. To run it is to copy in the inputs that changed, to call
 * the machine, and to copy out the results. Nothing is traced, and nothing allocated but the results.
 */
export class Program {
  readonly memory: ProgramMemory;
  readonly backend: Backend;

  private readonly numbers: Float64Array;
  private readonly parts: readonly Run[];
  private readonly inputs: readonly Place[];
  private readonly outputs: readonly Place[];
  /** What the arena holds of each input. */
  private readonly held: (Tensor | undefined)[];
  private readonly lines: readonly (readonly string[])[];

  constructor(tape: Tape, wanted: Backend | undefined) {
    const fused = prune(fuseGuards(canonicalize(shareExponentials(tape))));
    const canUseMachine = wanted !== "js" && hasMachine();
    let encoding = encode(fused, canUseMachine ? firstFree : undefined);
    const machine = canUseMachine ? startMachine(encoding.bytes) : undefined;
    if (canUseMachine && machine === undefined) encoding = encode(fused, undefined);
    const buffer = machine?.buffer ?? new ArrayBuffer(encoding.bytes);

    const { inputs, outputs, parts, constants, words, wordsAt, lines, buffers, withoutReuse, bytes } = encoding;
    this.backend = machine === undefined ? "js" : "wasm";
    this.memory = { buffers, withoutReuse, total: bytes };
    this.inputs = inputs;
    this.outputs = outputs;
    this.held = inputs.map(() => undefined);
    this.lines = lines;
    this.numbers = new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8));
    for (const { at, value } of constants) this.write(at, value);
    new Uint32Array(buffer, wordsAt, words.length).set(words);
    this.parts = parts.map((part) =>
      "node" in part
        ? kernelCall(
            part.node,
            view(buffer, part.out),
            part.inputs.map((place) => view(buffer, place)),
          )
        : machineCall(machine as Machine, wordsAt + 4 * part.from, wordsAt + 4 * part.to),
    );
  }

  run(inputs: readonly Tensor[]): Tensor[] {
    for (let i = 0; i < inputs.length; i++) {
      if (this.held[i] === inputs[i]) continue;
      this.write(this.inputs[i].at, inputs[i]);
      this.held[i] = inputs[i];
    }
    for (let i = 0; i < this.parts.length; i++) this.parts[i]();
    return this.outputs.map(({ at, shape }) => this.read(at, shape));
  }

  private write(at: number, x: Tensor): void {
    const from = at / 8;
    if (x.size === 1) {
      this.numbers[from] = x.first;
      return;
    }
    const { data } = x;
    if (data.length > SHORT) this.numbers.set(data, from);
    else for (let i = 0; i < data.length; i++) this.numbers[from + i] = data[i];
  }

  private read(at: number, shape: Shape): Tensor {
    const from = at / 8;
    return Tensor.wrap(shape, shape.length === 0 ? this.numbers[from] : this.numbers.slice(from, from + sizeOf(shape)));
  }

  /** One line an instruction: what it writes, the instruction, the op, the shape, the label. */
  toString(): string {
    const { buffers, withoutReuse, total } = this.memory;
    const count = this.lines.length;
    return `${alignColumns(this.lines)}\n${count} instructions, ${buffers} bytes of buffers (${withoutReuse} without reuse), ${total} in all`;
  }
}

const view = (buffer: ArrayBuffer, { at, shape }: Place): NdArray => ({ shape, data: new Float64Array(buffer, at, sizeOf(shape)) });

const machineCall =
  ({ run }: Machine, from: number, to: number): Run =>
  () =>
    run(from, to, 0, 1);

/** Kernels that do not write every place expect zeros. */
function kernelCall({ op, attributes }: Node, out: NdArray, inputs: readonly NdArray[]): Run {
  const kernel = op.kernel as NonNullable<typeof op.kernel>;
  if (isElementwise(op)) return () => kernel(out, inputs, attributes);
  return () => {
    out.data.fill(0);
    kernel(out, inputs, attributes);
  };
}
