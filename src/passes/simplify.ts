import { sameShape } from "../base/shape.js";
import { Add, Div, Mul, Neg, Sub } from "../ops/elementwise.js";
import type { Tape } from "../tape/tape.js";
import { type Draft, type Rule, rewrite } from "./rewrite.js";

/**
 * Drops multiplications by 1 and divisions by 1, which a gradient begins with: its first cotangent is 1. Adds −x by
 * subtracting x. Neither changes a number, not even −0 or NaN. (x + 0 is not among them: −0 + 0 is 0.)
 */
export const simplify = (tape: Tape): Tape => rewrite(tape, simplifying);

export const simplifying =
  (draft: Draft): Rule =>
  () => {
    const { op, operands } = draft;
    if (op === Mul || op === Div) {
      const same =
        op === Mul && draft.numberOf(operands[0]) === 1 ? operands[1] : draft.numberOf(operands[1]) === 1 ? operands[0] : undefined;
      return same !== undefined && sameShape(draft.shapeOf(same), draft.shape) ? same : undefined;
    }
    if (op !== Add) return undefined;
    const [x, y] = operands;
    const negatedY = draft.operandOf(Neg, y);
    if (negatedY !== undefined) return draft.become(Sub, undefined, x, negatedY);
    const negatedX = draft.operandOf(Neg, x);
    return negatedX === undefined ? undefined : draft.become(Sub, undefined, y, negatedX);
  };
