import { canonicalize, shareExponentials } from "../passes/fuse.js";
import { prune } from "../passes/prune.js";
import { tidy } from "../passes/tidy.js";
import type { Tape } from "../tape/tape.js";
import { type Arena, allocateArena } from "./arena.js";
import { WORD } from "./bytes.js";
import { type Encoding, encodeSteps } from "./encode.js";
import { inForms } from "./forms.js";
import type { Choose } from "./instructions/instruction.js";
import { instructionOf } from "./instructions/table.js";
import { prepareBodies } from "./loops.js";
import { planBuffers } from "./plan.js";
import { inOrder, schedule } from "./schedule.js";

/** A tape made ready to run in a memory of so many bytes. */
export interface Assembly extends Arena, Encoding {
  readonly bytes: number;
}

/** The last passes, which give a tape the ops that the machine has instructions for, and the kernels. */
export const fuse = (tape: Tape): Tape => prune(prepareBodies(canonicalize(shareExponentials(tape)), (body) => inForms(fuse(tidy(body)))));

/** All steps from a fused tape to a program. The machine leaves free what begins at `firstFree`; without it all nodes are left to kernels. */
export function assemble(tape: Tape, firstFree: number | undefined): Assembly {
  const choose: Choose = firstFree === undefined ? () => undefined : instructionOf;
  const steps = firstFree === undefined ? inOrder(tape) : schedule(tape, (node) => choose(node)?.rows?.(node));
  const plan = planBuffers(tape, steps);
  const arena = allocateArena(tape, steps, plan, choose, firstFree ?? 0);
  const encoding = encodeSteps(steps, arena, plan, choose);
  return { ...arena, ...encoding, bytes: arena.wordsAt + WORD * encoding.words.length };
}
