import { GradtapeError } from "../base/errors.js";
import type { NdArray } from "../kernels/kernel.js";
import { isElementwise } from "../ops/op.js";
import type { Node, Tape } from "../tape/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { type Assembly, assemble, fuse } from "./assemble.js";
import { NUMBER, WORD } from "./bytes.js";
import { emitSections } from "./emit/sections.js";
import { type Line, listing } from "./listing.js";
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

/**
 * So many calls are left to the machine before code is emitted. To emit a node costs about as much as some hundred replays of it save,
 * so that a function which is called a few times only does not pay for what it will not use.
 */
const INTERPRETED = 100;

/** Shorter arrays are copied number by number: the call of a copy takes longer. */
const SHORT = 48;

/**
 * A tape as instructions in an arena that is kept between calls. To run it is to copy in the inputs that changed, to call
 * the machine, and to copy out the results. Nothing is traced, and nothing allocated but the results.
 */
export class Program {
  readonly memory: ProgramMemory;
  readonly backend: Backend;

  private readonly runs: (() => void)[];
  private readonly inputs: readonly NdArray[];
  private readonly outputs: readonly NdArray[];
  /** What the memory holds of each input. */
  private readonly held: (Tensor | undefined)[];
  private readonly lines: readonly Line[];
  private isRunning = false;
  /** Calls until short sections are made into code. */
  private untilEmitted = INTERPRETED;
  private readonly emitSections: () => void;

  constructor(tape: Tape, wanted: Backend | undefined) {
    const fused = fuse(tape);
    const { assembly, machine } = (wanted === "js" ? undefined : onMachine(fused)) ?? onKernels(fused);
    const { slotOf, constants, words, wordsAt, sections, lines, bytes, bufferBytes } = assembly;
    const buffer = machine?.buffer ?? reserve(bytes);
    const view = (x: Tensor): NdArray => ({ shape: x.shape, data: new Float64Array(buffer, slotOf(x).at, x.size) });
    this.backend = machine === undefined ? "js" : "wasm";
    this.memory = { buffers: bufferBytes, withoutReuse: bytesOf(fused), total: bytes };
    this.inputs = fused.inputs.map(view);
    this.outputs = fused.outputs.map(view);
    this.held = fused.inputs.map(() => undefined);
    this.lines = lines;
    for (const x of constants) write(view(x).data, x);
    new Uint32Array(buffer, wordsAt, words.length).set(words);
    this.runs = sections.map((section) =>
      "kernel" in section
        ? kernelCall(section.kernel, view(section.kernel.output), section.kernel.inputs.map(view))
        : machineCall(machine as Machine, wordsAt + WORD * section.from, wordsAt + WORD * section.to),
    );
    this.emitSections = () => {
      if (machine === undefined) return;
      const isOutput = (at: number): boolean =>
        this.outputs.some(({ data }) => at >= data.byteOffset && at < data.byteOffset + data.byteLength);
      const emitted = emitSections(machine, assembly, isOutput);
      emitted.forEach((run, i) => {
        this.runs[i] = run ?? this.runs[i];
      });
    };
  }

  run(inputs: readonly Tensor[]): Tensor[] {
    if (this.isRunning)
      throw new GradtapeError(
        "compile: expected no call of a compiled function while it runs, got one from the forward of an op within it; its buffers are in use. Call the function that was compiled",
      );
    this.isRunning = true;
    try {
      return this.runOnce(inputs);
    } finally {
      this.isRunning = false;
    }
  }

  private runOnce(inputs: readonly Tensor[]): Tensor[] {
    for (let i = 0; i < inputs.length; i++) {
      if (this.held[i] === inputs[i]) continue;
      write(this.inputs[i].data, inputs[i]);
      this.held[i] = inputs[i];
    }
    if (this.untilEmitted > 0 && --this.untilEmitted === 0) this.emitSections();
    for (let i = 0; i < this.runs.length; i++) this.runs[i]();
    return this.outputs.map(({ shape, data }) => Tensor.wrap(shape, shape.length === 0 ? data[0] : data.slice()));
  }

  /** One line an instruction: what it writes, the instruction, the op, the shape, the label. */
  toString(): string {
    const { buffers, withoutReuse, total } = this.memory;
    const { length } = this.lines;
    return `${listing(this.lines)}\n${length} instructions, ${buffers} bytes of buffers (${withoutReuse} without reuse), ${total} in all`;
  }
}

/** The program on the machine; `undefined` where there is none, or where its memory would be too large. */
function onMachine(tape: Tape): { assembly: Assembly; machine: Machine } | undefined {
  if (!hasMachine()) return undefined;
  const assembly = assemble(tape, firstFree);
  const machine = startMachine(assembly.bytes);
  return machine && { assembly, machine };
}

function reserve(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes);
  } catch {
    throw new GradtapeError(`compile: expected a program that fits into memory, got one that needs ${bytes} bytes`);
  }
}

const onKernels = (tape: Tape) => ({ assembly: assemble(tape, undefined), machine: undefined });

function write(to: Float64Array, x: Tensor): void {
  if (x.size === 1) {
    to[0] = x.first;
    return;
  }
  const { data } = x;
  if (data.length > SHORT) to.set(data);
  else for (let i = 0; i < data.length; i++) to[i] = data[i];
}

/** What all values that a tape computes take. */
const bytesOf = ({ nodes }: Tape): number =>
  NUMBER * nodes.reduce((sum, { op, output }) => sum + (op.kernel === null ? 0 : output.size), 0);

const machineCall =
  ({ run }: Machine, from: number, to: number): (() => void) =>
  () =>
    run(from, to, 0, 1);

/** Kernels that do not write every place expect zeros. */
function kernelCall({ op, attributes }: Node, out: NdArray, inputs: readonly NdArray[]): () => void {
  const kernel = op.kernel as NonNullable<typeof op.kernel>;
  if (isElementwise(op)) return () => kernel(out, inputs, attributes);
  return () => {
    out.data.fill(0);
    kernel(out, inputs, attributes);
  };
}
