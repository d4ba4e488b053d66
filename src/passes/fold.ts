import type { Tape } from "../tape/tape.js";
import { type Draft, type Rule, rewrite } from "./rewrite.js";

/**
 * Drops the nodes that depend on constants only; their values, known since the recording, become constants themselves.
 * `1 − y` of a target that the function closes over is such a node.
 */
export const fold = (tape: Tape): Tape => rewrite(tape, folding);

export const folding =
  (draft: Draft): Rule =>
  () => {
    for (let j = 0; j < draft.count; j++) if (draft.operands[j] >= 0) return undefined;
    return draft.addConstant(draft.recorded());
  };
