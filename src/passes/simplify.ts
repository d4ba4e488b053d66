import { sameShape } from "../base/shape.js";
import { Add, Div, Mul, Neg, Sub } from "../ops/elementwise.js";
import { type Node, Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { Look } from "./look.js";

/**
 * Drops multiplications by 1 and divisions by 1, which a gradient begins with: its first cotangent is 1. Adds −x by
 * subtracting x. Neither changes a number, not even −0 or NaN. (x + 0 is not among them: −0 + 0 is 0.)
 */
export function simplify(tape: Tape): Tape {
  const look = new Look(tape);
  const isOne = (x: Tensor): boolean => look.isNumber(x, 1);
  const stands = new Map<Tensor, Tensor>();
  const resolve = (x: Tensor): Tensor => stands.get(x) ?? x;
  const negated = new Map<Tensor, Tensor>();
  const kept: Node[] = [];
  for (const node of tape.nodes) {
    const inputs = node.inputs.map(resolve);
    const [x, y] = inputs;
    let same: Tensor | undefined;
    if (node.op === Mul && isOne(x)) same = y;
    else if ((node.op === Mul || node.op === Div) && isOne(y)) same = x;
    if (same !== undefined && sameShape(same.shape, node.output.shape)) stands.set(node.output, same);
    else if (node.op === Add && negated.has(y)) kept.push({ ...node, op: Sub, inputs: [x, negated.get(y) as Tensor] });
    else if (node.op === Add && negated.has(x)) kept.push({ ...node, op: Sub, inputs: [y, negated.get(x) as Tensor] });
    else {
      if (node.op === Neg) negated.set(node.output, x);
      kept.push({ ...node, inputs });
    }
  }
  return new Tape(kept, tape.inputs, tape.outputs.map(resolve));
}
