import type { Routine } from "../kernels/control.js";
import type { Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { allocateArena } from "./arena.js";
import { LINE, NUMBER } from "./bytes.js";
import { encodeSteps } from "./encode.js";
import type { Address } from "./instructions/instruction.js";
import { instructionOf } from "./instructions/table.js";
import { type Plan, planBuffers } from "./plan.js";
import { type Step, schedule } from "./schedule.js";

/** A body in a program: on the machine if that has an instruction for all that it does, otherwise as a routine of kernels. */
export class RunningBody {
  private asPlanned: { readonly steps: readonly Step[]; readonly plan: Plan } | undefined;
  private asSized: number | undefined;

  constructor(
    /** Constants are among its inputs. */
    readonly tape: Tape,
    readonly routine: Routine,
  ) {}

  /** Whether the machine has an instruction for each of its nodes. */
  get isOnMachine(): boolean {
    return this.tape.nodes.every((node) => node.op.kernel === null || instructionOf(node) !== undefined);
  }

  /** Whether a value is one of its inputs, perhaps under another shape. */
  isInput(x: Tensor): boolean {
    return this.tape.inputs.includes(this.planned.plan.source(x));
  }

  /** How many numbers it takes in memory, beside those inputs that are elsewhere. */
  size(isElsewhere: (input: number) => boolean): number {
    this.asSized ??= this.encode(
      this.tape.inputs.map((_, i) => (isElsewhere(i) ? { at: 0, stride: 0 } : undefined)),
      0,
    ).end;
    return Math.ceil((this.asSized + LINE) / NUMBER);
  }

  /**
   * Its words, in a room that begins at an address; where its inputs are, of which those without an address get one in the room;
   * where its outputs are; and where the room that it takes ends.
   */
  encode(
    given: readonly (Address | undefined)[],
    room: number,
  ): { readonly words: readonly number[]; readonly addressOf: (x: Tensor) => number; readonly end: number } {
    const { tape } = this;
    const { steps, plan } = this.planned;
    const arena = allocateArena(tape, steps, plan, instructionOf, room, given);
    const { words } = encodeSteps(steps, arena, plan, instructionOf);
    return { words, addressOf: (x) => arena.slotOf(x).at, end: arena.wordsAt };
  }

  private get planned(): { readonly steps: readonly Step[]; readonly plan: Plan } {
    if (this.asPlanned === undefined) {
      const steps = schedule(this.tape, (node) => instructionOf(node)?.rows?.(node));
      this.asPlanned = { steps, plan: planBuffers(this.tape, steps) };
    }
    return this.asPlanned;
  }
}
