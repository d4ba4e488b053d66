import { canonicalizing, sharingExponentials } from "../passes/fuse.js";
import { prune } from "../passes/prune.js";
import { rewrite } from "../passes/rewrite.js";
import { tidy } from "../passes/tidy.js";
import { turn } from "../passes/turn.js";
import { type Columns, withoutSource } from "../tape/columns.js";
import type { Tape } from "../tape/tape.js";
import { type Arena, allocateArena } from "./arena.js";
import { WORD } from "./bytes.js";
import { Calls } from "./calls.js";
import { type Encoding, encodeSteps } from "./encode.js";
import { inForms } from "./forms.js";
import type { KernelCall } from "./kernel-calls.js";
import { prepareBodies } from "./loops.js";
import { type Plan, planBuffers } from "./plan.js";
import { inOrder, type Schedule, schedule } from "./schedule.js";

/** A tape made ready to run in a memory of so many bytes, and how it was. */
export interface Assembly {
  readonly calls: Calls;
  readonly schedule: Schedule;
  readonly plan: Plan;
  readonly arena: Arena;
  readonly encoding: Encoding;
  /** The kernels that the machine calls by their numbers. */
  readonly kernels: readonly KernelCall[];
  readonly bytes: number;
}

/** The last passes, and the values of the recording gone. */
export const ready = (tape: Tape): Columns => withoutSource(fuse(tape).columns);

/** The last passes, which give a tape the ops that the machine has instructions for, and the kernels. */
export const fuse = (tape: Tape): Tape =>
  prune(prepareBodies(rewrite(turn(tape), sharingExponentials, canonicalizing), (body) => inForms(fuse(tidy(body)))));

/** All steps from a fused tape to a program. The machine leaves free what begins at `firstFree`; without it all nodes are left to kernels. */
export function assemble(columns: Columns, firstFree: number | undefined): Assembly {
  const calls = firstFree === undefined ? Calls.ofKernels(columns) : Calls.ofMachine(columns);
  const steps = firstFree === undefined ? inOrder(calls) : schedule(calls);
  const plan = planBuffers(calls, steps);
  const arena = allocateArena(calls, steps, plan, firstFree ?? 0);
  const kernels: KernelCall[] = [];
  const encoding = encodeSteps(calls, steps, arena, plan, kernels);
  return { calls, schedule: steps, plan, arena, encoding, kernels, bytes: arena.wordsAt + WORD * encoding.words.length };
}
