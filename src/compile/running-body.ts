import type { Routine } from "../kernels/control.js";
import type { Tape } from "../tape/tape.js";
import { allocateArena } from "./arena.js";
import { LINE, NUMBER } from "./bytes.js";
import { Calls } from "./calls.js";
import { encodeSteps } from "./encode.js";
import type { Address } from "./instructions/instruction.js";
import type { KernelCall } from "./kernel-calls.js";
import { type Plan, planBuffers } from "./plan.js";
import { type Schedule, schedule } from "./schedule.js";

/** A body in a program: on the machine, or where there is none as a routine of kernels. */
export class RunningBody {
  private asPlanned: { readonly calls: Calls; readonly steps: Schedule; readonly plan: Plan } | undefined;
  private asSized: number | undefined;

  constructor(
    /** Constants are among its inputs. */
    readonly tape: Tape,
    readonly routine: Routine,
  ) {}

  /** Whether an output is one of its inputs, perhaps under another shape. */
  returnsInput(output: number): boolean {
    const source = this.planned.plan.sourceOf(this.tape.columns.outputs[output]);
    return source >= 0 && source < this.tape.inputs.length;
  }

  /** How many numbers it takes in memory, beside those inputs that are elsewhere. */
  size(isElsewhere: (input: number) => boolean): number {
    this.asSized ??= this.encode(
      this.tape.inputs.map((_, i) => (isElsewhere(i) ? { at: 0, stride: 0 } : undefined)),
      0,
      [],
    ).end;
    return Math.ceil((this.asSized + LINE) / NUMBER);
  }

  /**
   * Its words, in a room that begins at an address; where its inputs are, of which those without an address get one in the room;
   * where its outputs are; and where the room that it takes ends. The kernels that the words call are added to those of the program.
   */
  encode(
    given: readonly (Address | undefined)[],
    room: number,
    kernels: KernelCall[],
  ): { readonly words: Uint32Array; readonly inputAt: readonly number[]; readonly outputAt: readonly number[]; readonly end: number } {
    const { calls, steps, plan } = this.planned;
    const arena = allocateArena(calls, steps, plan, room, given);
    const { words } = encodeSteps(calls, steps, arena, plan, kernels, true);
    const { inputs, outputs } = this.tape.columns;
    return { words, inputAt: inputs.map((_, i) => arena.addressOf(i)), outputAt: outputs.map(arena.addressOf), end: arena.wordsAt };
  }

  private get planned(): { readonly calls: Calls; readonly steps: Schedule; readonly plan: Plan } {
    if (this.asPlanned === undefined) {
      const calls = Calls.ofMachine(this.tape.columns);
      const steps = schedule(calls);
      this.asPlanned = { calls, steps, plan: planBuffers(calls, steps) };
    }
    return this.asPlanned;
  }
}
