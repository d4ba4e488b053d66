import { DomainError, GradtapeError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";
import type { NdArray } from "../kernels/kernel.js";
import { loopOf } from "../ops/body.js";
import type { Columns } from "../tape/columns.js";
import { Tensor } from "../tensor/tensor.js";
import { type Assembly, assemble } from "./assemble.js";
import { NUMBER, WORD } from "./bytes.js";
import { emitSections } from "./emit/sections.js";
import { type KernelCall, kernelCallOf, kernelIn, type Place, placeOf, viewIn } from "./kernel-calls.js";
import { linesOf } from "./listing.js";
import { firstFree, hasMachine, type Machine, startMachine } from "./machine.js";
import { type CallKernel, type Parts, type Team, team } from "./team.js";

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
 * so that a function which is called a few times only does not pay for what it will not use. Each step of a loop is as good as a call.
 */
const INTERPRETED = 100;

/** Shorter arrays are copied number by number: the call of a copy takes longer. */
const SHORT = 48;

type Section = { readonly from: number; readonly to: number } | { readonly kernel: KernelCall };

/**
 * A tape as instructions in an arena that is kept between calls. To run it is to copy in the inputs that changed, to call
 * the machine, and to copy out the results. Nothing is traced, and nothing allocated but the results.
 */
export class Program {
  readonly memory: ProgramMemory;
  readonly backend: Backend;

  private readonly places: { readonly inputs: readonly Place[]; readonly outputs: readonly Place[] };
  private readonly sections: readonly Section[];
  private parts: Parts;
  /** How the tape was made ready, for its listing. */
  private readonly assembly: Omit<Assembly, "encoding">;
  /** What the memory holds of each input. */
  private readonly held: (Tensor | undefined)[];
  private isRunning = false;

  private machine: Machine | undefined;
  /** The threads that were last asked to share the program. */
  private asked: Team | undefined;
  /** Calls until short sections are made into code. */
  private untilEmitted: number;

  // These are in the memory that the program runs in.
  private buffer!: ArrayBuffer;
  private inputs!: readonly NdArray[];
  private outputs!: readonly NdArray[];
  private runs!: (() => unknown)[];
  /** What the machine calls. */
  private called!: readonly (() => void)[];

  constructor(
    private readonly columns: Columns,
    wanted: Backend | undefined,
  ) {
    const call = (kernel: number): void => this.called[kernel]();
    const { assembly, machine } = (wanted === "js" ? undefined : onMachine(columns, call)) ?? onKernels(columns);
    const { encoding, ...ready } = assembly;
    const { calls, arena, bytes } = ready;
    const { words, sections } = encoding;
    const { wordsAt, buffersAt, bufferBytes } = arena;
    const place = (value: number): Place => placeOf(calls, arena, value);
    const buffer = machine?.buffer ?? reserve(bytes);
    this.machine = machine;
    this.backend = machine === undefined ? "js" : "wasm";
    this.memory = { buffers: bufferBytes, withoutReuse: bytesOf(columns), total: bytes };
    this.places = { inputs: columns.inputs.map((_, i) => place(i)), outputs: columns.outputs.map(place) };
    this.held = columns.inputs.map(() => undefined);
    this.assembly = ready;
    this.untilEmitted = Math.ceil(INTERPRETED / Math.max(1, longestLoop(columns)));
    this.sections = sections.map((section) => ("kernel" in section ? { kernel: kernelCallOf(calls, arena, section.kernel) } : section));
    for (const at of arena.constants) write(viewIn(buffer)(place(~at)).data, columns.constants[at]);
    const written = new Uint32Array(buffer, wordsAt, words.length);
    written.set(words);
    this.parts = { words: written, wordsAt, buffersAt, sections: this.sections, call };
    this.runIn(buffer, machine === undefined ? [] : this.sections.map((section) => machineCall(machine, wordsAt, section)));
  }

  /** Lets the program run in a memory, with what runs its sections there, but for kernels. */
  private runIn(buffer: ArrayBuffer, runs: readonly (() => unknown)[]): void {
    const view = viewIn(buffer);
    this.buffer = buffer;
    this.inputs = this.places.inputs.map(view);
    this.outputs = this.places.outputs.map(view);
    this.runs = this.sections.map((section, i) => ("kernel" in section ? kernelIn(section.kernel, view) : runs[i]));
    this.called = this.assembly.kernels.map((kernel) => kernelIn(kernel, view));
  }

  /** Lets threads share the program, if that is worth while: in another memory, to which goes what this one has of inputs and constants. */
  private shareWith(threads: Team): boolean {
    this.asked = threads;
    const shared = threads.share(this.parts, this.buffer);
    if (shared === undefined) return false;
    this.parts = { ...this.parts, words: this.parts.words.slice() }; // the memory that they stand in is left
    this.machine = undefined;
    this.runIn(shared.buffer, shared.runs);
    return true;
  }

  run(inputs: readonly Tensor[]): Tensor[] {
    if (this.isRunning)
      throw new GradtapeError(
        "compile: expected no call of a compiled function while it runs, got one from the forward of an op within it; its buffers are in use. Call the function that was compiled",
      );
    this.isRunning = true;
    try {
      return this.runOnce(inputs);
    } catch (error) {
      // Where the machine runs a loop nobody counts its steps. Kernels do, and say in which one the error was raised.
      if (error instanceof DomainError && this.backend === "wasm" && longestLoop(this.columns) > 0)
        new Program(this.columns, "js").run(inputs);
      throw error;
    } finally {
      this.isRunning = false;
    }
  }

  private runOnce(inputs: readonly Tensor[]): Tensor[] {
    if (team !== undefined && team !== this.asked && this.backend === "wasm") this.shareWith(team);
    for (let i = 0; i < inputs.length; i++) {
      if (this.held[i] === inputs[i]) continue;
      write(this.inputs[i].data, inputs[i]);
      this.held[i] = inputs[i];
    }
    if (this.untilEmitted > 0 && --this.untilEmitted === 0) this.emitSections();
    this.runSections();
    return this.outputs.map(({ shape, data }) => Tensor.wrap(shape, shape.length === 0 ? data[0] : data.slice()));
  }

  private runSections(): void {
    for (let i = 0; i < this.runs.length; i++) {
      if (this.runs[i]() !== false) continue;
      // A worker was lost on the way, and may still write where it was: in another memory all is run again.
      if (!this.shareWith(this.asked as Team))
        throw new GradtapeError("compile: expected room for another memory after a worker was lost, got none");
      i = -1;
    }
  }

  private emitSections(): void {
    if (this.machine === undefined) return;
    const isOutput = (at: number): boolean => this.places.outputs.some((place) => at >= place.at && at < place.at + NUMBER * place.size);
    emitSections(this.machine, this.parts, isOutput).forEach((run, i) => {
      this.runs[i] = run ?? this.runs[i];
    });
  }

  /** One line an instruction: what it writes, the instruction, the op, the shape, the label. */
  toString(): string {
    const { buffers, withoutReuse, total } = this.memory;
    const lines = linesOf(this.assembly);
    return `${lines.join("\n")}\n${lines.length} instructions, ${buffers} bytes of buffers (${withoutReuse} without reuse), ${total} in all`;
  }
}

/** The program on the machine; `undefined` where there is none, or where its memory would be too large. */
function onMachine(columns: Columns, call: CallKernel): { assembly: Assembly; machine: Machine } | undefined {
  if (!hasMachine()) return undefined;
  const assembly = assemble(columns, firstFree);
  const machine = startMachine(assembly.bytes, call);
  return machine && { assembly, machine };
}

function reserve(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes);
  } catch {
    throw new GradtapeError(`compile: expected a program that fits into memory, got one that needs ${bytes} bytes`);
  }
}

const onKernels = (columns: Columns) => ({ assembly: assemble(columns, undefined), machine: undefined });

function write(to: Float64Array, x: Tensor): void {
  if (x.size === 1) {
    to[0] = x.first;
    return;
  }
  const { data } = x;
  if (data.length > SHORT) to.set(data);
  else for (let i = 0; i < data.length; i++) to[i] = data[i];
}

/** The most steps that a loop of a tape has, 0 without one. */
const longestLoop = ({ kinds }: Columns): number =>
  kinds.reduce((most, { attributes }) => Math.max(most, loopOf(attributes)?.steps ?? 0), 0);

/** What all values that a tape computes take. */
function bytesOf({ kinds, kindOf, shapes }: Columns): number {
  let numbers = 0;
  for (let node = 0; node < kindOf.length; node++) if (kinds[kindOf[node]].op.kernel !== null) numbers += sizeOf(shapes[node]);
  return NUMBER * numbers;
}

function machineCall({ run }: Machine, wordsAt: number, section: Section): () => void {
  if ("kernel" in section) return () => {};
  const [at, end] = [wordsAt + WORD * section.from, wordsAt + WORD * section.to];
  return () => run(at, end, 0, 1);
}
